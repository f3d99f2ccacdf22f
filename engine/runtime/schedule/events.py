"""The door for a schedule's history: raw events in, what has happened to the schedule out. Pure. Source: API reference, HistoryEvent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.swf.wire import event_attributes

PAUSE: Final = "swfgraph.pause"
RESUME: Final = "swfgraph.resume"
ASK: Final = "swfgraph.ask"
"""Signals; the inputs are JSON: {"reason"}, {}, {"times": [...], "atOnce": bool}."""
LOOK: Final = "swfgraph.look"
"""A scheduler has come up: look at the spec again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    at: float
    workflow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An execution could not be started."""

    at: float
    workflow_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerOver:
    """It fired, was canceled, or never began."""

    at: float
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    at: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody wants executions for these times."""

    at: float
    times: tuple[int, ...]
    at_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotContinued:
    at: float
    cause: str


Happening: TypeAlias = Ended | Refused | TimerOver | Paused | Resumed | Asked | NotContinued


def happenings(events: Iterable[Mapping[str, Any]]) -> Iterator[Happening]:
    """In the events' order. What moves no schedule is left out, signals of others too."""
    for event in events:
        kind: str = event["eventType"]
        read = _DOORS.get(kind)
        if read is not None:
            found = read(event["eventTimestamp"], event_attributes(event))
            if found is not None:
                yield found


def _ended(at: float, a: Mapping[str, Any]) -> Happening:
    return Ended(at=at, workflow_id=a["workflowExecution"]["workflowId"])


def _refused(at: float, a: Mapping[str, Any]) -> Happening:
    return Refused(at=at, workflow_id=a["workflowId"], cause=a["cause"])


def _timer(at: float, a: Mapping[str, Any]) -> Happening:
    return TimerOver(at=at, timer_id=a["timerId"])


def _not_continued(at: float, a: Mapping[str, Any]) -> Happening:
    return NotContinued(at=at, cause=a["cause"])


def _signal(at: float, a: Mapping[str, Any]) -> Happening | None:
    told = _object(a.get("input", ""))
    match a["signalName"], told:
        case "swfgraph.pause", {"reason": str(reason)}:
            return Paused(at=at, reason=reason)
        case "swfgraph.resume", _:
            return Resumed(at=at)
        case "swfgraph.ask", {"times": [*times], "atOnce": bool(at_once)} if all(type(time) is int for time in times):
            return Asked(at=at, times=tuple(times), at_once=at_once)
        case _:
            return None


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {}


_DOORS: Final[Mapping[str, Callable[[float, Mapping[str, Any]], Happening | None]]] = {
    "ChildWorkflowExecutionCompleted": _ended,
    "ChildWorkflowExecutionFailed": _ended,
    "ChildWorkflowExecutionTimedOut": _ended,
    "ChildWorkflowExecutionCanceled": _ended,
    "ChildWorkflowExecutionTerminated": _ended,
    "StartChildWorkflowExecutionFailed": _refused,
    "TimerFired": _timer,
    "TimerCanceled": _timer,
    "StartTimerFailed": _timer,
    "WorkflowExecutionSignaled": _signal,
    "ContinueAsNewWorkflowExecutionFailed": _not_continued,
}
