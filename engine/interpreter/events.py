"""What happened, as frozen values: the events that move a run, with only the fields that the fold reads.

`door` makes these from raw SWF events; nothing here knows JSON. Names are the API's, shortened where it says `WorkflowExecution`.
Imports `spec.model` and `terms`; imported by `door`, `run` and what `run` is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from engine.interpreter.terms import Terms
from engine.spec.model import ABSENT, Absent

Text: TypeAlias = str | Literal[Absent.ABSENT]


class CloseStatus(StrEnum):
    """How an execution ended: the closeStatus values of the API's WorkflowExecutionInfo."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    CONTINUED_AS_NEW = "CONTINUED_AS_NEW"
    TIMED_OUT = "TIMED_OUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What every event has: its number in the history, from 1, and when it happened (epoch seconds)."""

    id: int
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Irrelevant(Happened):
    """An event that changes nothing but the time and the last event id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionStarted(Happened):
    workflow: str
    version: str
    input: Text
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionCancelRequested(Happened):
    """By somebody, or by the parent's child policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionClosed(Happened):
    status: CloseStatus
    result: Text
    reason: str
    details: str
    input: Text = ABSENT
    """Of the execution that this one is continued as."""
    new_run_id: str = ""
    """Likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRefused(Happened):
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaskStarted(Happened):
    """What the decisions before it led to has been seen by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskScheduled(Happened):
    activity_id: str
    activity: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleActivityTaskFailed(Happened):
    activity_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskStarted(Happened):
    scheduled: int
    """The id of the ActivityTaskScheduled event; of every answer below too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskCompleted(Happened):
    scheduled: int
    result: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskFailed(Happened):
    scheduled: int
    reason: Text
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskTimedOut(Happened):
    scheduled: int
    timeout: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskCanceled(Happened):
    scheduled: int
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskCancelRequested(Happened):
    activity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancelActivityTaskFailed(Happened):
    activity_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStarted(Happened):
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimerFailed(Happened):
    timer_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Happened):
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCanceled(Happened):
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimerFailed(Happened):
    timer_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerRecorded(Happened):
    marker: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMarkerFailed(Happened):
    marker: str


Event: TypeAlias = (
    Irrelevant
    | ExecutionStarted
    | ExecutionCancelRequested
    | ExecutionClosed
    | CloseRefused
    | DecisionTaskStarted
    | ActivityTaskScheduled
    | ScheduleActivityTaskFailed
    | ActivityTaskStarted
    | ActivityTaskCompleted
    | ActivityTaskFailed
    | ActivityTaskTimedOut
    | ActivityTaskCanceled
    | ActivityTaskCancelRequested
    | RequestCancelActivityTaskFailed
    | TimerStarted
    | StartTimerFailed
    | TimerFired
    | TimerCanceled
    | CancelTimerFailed
    | MarkerRecorded
    | RecordMarkerFailed
)
