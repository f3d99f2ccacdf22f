"""When a wait node's timer fires. Pure functions of the node and the scope.

Imports `errors`, `intents`, `spec`; imported by `nodes`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import assert_never

from engine.errors import ExpressionError
from engine.interpreter.intents import Start, StartTimer, StartTimerUntil
from engine.spec.duration import parse_duration
from engine.spec.expression import Scope, evaluate
from engine.spec.model import UNLIMITED, Json, Template, Timeout, WaitFor, WaitUntil
from engine.spec.template import render


def fires(on: WaitFor | WaitUntil, scope: Scope, timer_id: str, control: str) -> Start:
    """The timer that the node waits for. Raises: ExpressionError, with the code NotDuration or NotTime where it gives none."""
    match on:
        case WaitFor():
            value = render(on.duration, scope)
            return StartTimer(timer_id=timer_id, control=control, seconds=_seconds(value, str(on.duration.value)))
        case WaitUntil():
            time = _time(evaluate(on.time, scope), on.time.source)
            return StartTimerUntil(timer_id=timer_id, control=control, time=time)
        case _:
            assert_never(on)


def lasts(timeout: Template, scope: Scope) -> Timeout:
    """How long a signal is waited for. Raises: ExpressionError, with the code NotDuration where it gives none."""
    value = render(timeout, scope)
    return UNLIMITED if value == "none" else _seconds(value, str(timeout.value))


def _seconds(value: Json, source: str) -> int:
    """Numbers are seconds: rounded up, and 0 where they are negative (a time that has passed)."""
    try:
        seconds = parse_duration(max(0, ceil(value)) if _is_number(value) else value)
    except ValueError as error:
        raise ExpressionError("NotDuration", str(error), source) from error
    if seconds is UNLIMITED:
        raise ExpressionError("NotDuration", "a wait without end", source)
    return seconds


def _time(value: Json, source: str) -> float:
    """Epoch seconds of an ISO 8601 time (UTC where it names no zone) or of epoch seconds."""
    if _is_number(value):
        return float(value)
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        hint = 'use ISO 8601, such as "2030-01-31T18:00:00Z", or epoch seconds'
        raise ExpressionError("NotTime", f"{value!r} is no time ({hint})", source) from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
