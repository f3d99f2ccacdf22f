"""What happened, as frozen values: the events that move a run, with only the fields that the fold reads.

`door` makes these from raw SWF events; nothing here knows JSON. Names are the API's, shortened where it says `WorkflowExecution`.
Imports `spec.model`; imported by `door`, `run` and what `run` is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from engine.spec.model import Absent

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
class Irrelevant:
    """An event that changes nothing but the time and the last event id."""

    id: int
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionStarted:
    id: int
    time: float
    workflow: str
    version: str
    input: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionCancelRequested:
    id: int
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionClosed:
    id: int
    time: float
    status: CloseStatus
    result: Text
    reason: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRefused:
    id: int
    time: float
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaskStarted:
    id: int
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskScheduled:
    id: int
    time: float
    activity_id: str
    activity: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleActivityTaskFailed:
    id: int
    time: float
    activity_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskStarted:
    id: int
    time: float
    scheduled: int
    """The id of the ActivityTaskScheduled event; of every answer below too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskCompleted:
    id: int
    time: float
    scheduled: int
    result: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskFailed:
    id: int
    time: float
    scheduled: int
    reason: Text
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskTimedOut:
    id: int
    time: float
    scheduled: int
    timeout: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskCanceled:
    id: int
    time: float
    scheduled: int
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTaskCancelRequested:
    id: int
    time: float
    activity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancelActivityTaskFailed:
    id: int
    time: float
    activity_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStarted:
    id: int
    time: float
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimerFailed:
    id: int
    time: float
    timer_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    id: int
    time: float
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCanceled:
    id: int
    time: float
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimerFailed:
    id: int
    time: float
    timer_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerRecorded:
    id: int
    time: float
    marker: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMarkerFailed:
    id: int
    time: float
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
