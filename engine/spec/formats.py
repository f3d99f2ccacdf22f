"""The formats of `workflow.schema.json`: what a value must be beyond what JSON Schema can say. Each says false, or why not.

Imports `spec.duration`, `spec.times` and `spec.model`; imported by `spec.schema` and `spec.refusals`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from engine.spec.duration import parse_duration
from engine.spec.model import UNLIMITED, Json
from engine.spec.times import check_cron, check_time_zone

A_YEAR: Final = 31_536_000
"""Seconds that an execution may be open: SWF Developer Guide, "Amazon SWF Quotas"."""
LONGEST_LAMBDA: Final = 900
"""Seconds that a Lambda function may take: API reference, ScheduleLambdaFunctionDecisionAttributes, startToCloseTimeout."""


def _is_duration(value: Json) -> bool:
    return not isinstance(value, str | int | float) or parse_duration(value) is not None


def _is_execution_timeout(value: Json) -> bool:
    seconds = parse_duration(value) if isinstance(value, str | int | float) else 0
    if seconds is not UNLIMITED and seconds > A_YEAR:
        raise ValueError(f"SWF keeps an execution open for at most a year ({A_YEAR} seconds)")
    return True


def _is_wait(value: Json) -> bool:
    """A duration, or text with an expression in it, which pass 3 looks at."""
    templated = isinstance(value, str) and ("{%" in value or "%}" in value)
    if isinstance(value, str | int | float) and not templated and parse_duration(value) is UNLIMITED:
        raise ValueError("a wait needs an end")
    return True


def _is_lambda_timeout(value: Json) -> bool:
    seconds = parse_duration(value) if isinstance(value, str | int | float) else 1
    if seconds is not UNLIMITED and not 1 <= seconds <= LONGEST_LAMBDA:
        raise ValueError(f"a Lambda function may take 1 to {LONGEST_LAMBDA} seconds")
    return True


def _is_cron(value: Json) -> bool:
    if isinstance(value, str) and value:
        check_cron(value)
    return True


def _is_time_zone(value: Json) -> bool:
    if isinstance(value, str) and value:
        check_time_zone(value)
    return True


FORMATS: Final[Mapping[str, Callable[[Json], bool]]] = {
    "swfgraph-duration": _is_duration,
    "swfgraph-execution-timeout": _is_execution_timeout,
    "swfgraph-wait": _is_wait,
    "swfgraph-lambda-timeout": _is_lambda_timeout,
    "swfgraph-cron": _is_cron,
    "swfgraph-time-zone": _is_time_zone,
}
"""By their names. They raise ValueError."""
