"""Values -> the words of a page: times, durations, statuses, JSON. Text only: templates escape it. Pure.

Imports `runtime.reading`, `spec.payload`; imported by `desk`, which gives these to the templates as filters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from engine.runtime.reading.moments import iso, length, span, timeout
from engine.spec.payload import decode, encode

STATUS_WORDS: Final[Mapping[str, str]] = {
    "OPEN": "Open",
    "COMPLETED": "Completed",
    "FAILED": "Failed",
    "CANCELED": "Canceled",
    "TERMINATED": "Terminated",
    "CONTINUED_AS_NEW": "Continued as new",
    "TIMED_OUT": "Timed out",
}


def moment(seconds: float) -> str:
    """`2026-11-22 14:03:05 UTC`; the page's script writes it in the reader's own time zone."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def status_word(status: str) -> str:
    return STATUS_WORDS.get(status, status)


def pretty(value: Any) -> str:
    """A payload's text, indented where it is JSON; any other value as indented JSON."""
    read = decode(value) if isinstance(value, str) else value
    if isinstance(value, str) and read == value:
        return value
    try:
        return json.dumps(read, ensure_ascii=False, indent=2)
    except RecursionError:  # nested so deep that indented it would be of no use either
        return value if isinstance(value, str) else encode(value)


OPEN_COUNTS: Final[Mapping[str, str]] = {
    "openActivityTasks": "Activity tasks",
    "openDecisionTasks": "Decision tasks",
    "openTimers": "Timers",
    "openChildWorkflowExecutions": "Children",
    "openLambdaFunctions": "Lambda functions",
}


def count_word(name: str) -> str:
    return OPEN_COUNTS.get(name, name)


def short(text: str, longest: int = 80) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "moment": moment,
    "iso": iso,
    "span": span,
    "lasting": length,
    "timeout": timeout,
    "status_word": status_word,
    "count_word": count_word,
    "pretty": pretty,
    "short": short,
}
