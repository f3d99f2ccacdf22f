"""What happened, as frozen values: the events that move a run, with only the fields that the fold reads.

`door` makes these from raw SWF events; nothing here knows JSON. Names are the API's, shortened where it says `WorkflowExecution`, and the
same for activity tasks, child executions and Lambda functions. Imports `spec.model`, `terms`, `work`; imported by `door`, `workdoor`,
`run` and what `run` is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from engine.interpreter.terms import NONE_GIVEN, Terms
from engine.interpreter.work import WorkKind
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
    terms: Terms = NONE_GIVEN


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
    continuing: bool = False
    """It was to continue the execution as a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaskStarted(Happened):
    """What the decisions before it led to has been seen by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signaled(Happened):
    signal: str
    input: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkScheduled(Happened):
    """An activity task or a Lambda function was scheduled, a child execution initiated. The events of the three kinds are read alike."""

    kind: WorkKind
    key: str
    """What its wish is found by: the activityId, the Lambda function's id, a child's control."""
    name: str
    """What people call it: the activityId, the id, a child's workflowId."""
    type: str
    """Name and version of the activity or workflow type; the function's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRefused(Happened):
    """ScheduleActivityTaskFailed, ScheduleLambdaFunctionFailed, StartChildWorkflowExecutionFailed."""

    kind: WorkKind
    key: str
    name: str
    cause: str
    opened: int
    """The StartChildWorkflowExecutionInitiated event; 0 where there is none (API reference, StartChildWorkflowExecutionFailed...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStarted(Happened):
    kind: WorkKind
    opened: int
    """The id of the WorkScheduled event; of every answer below too."""
    run_id: str
    """Of a child; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCompleted(Happened):
    kind: WorkKind
    opened: int
    result: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFailed(Happened):
    kind: WorkKind
    opened: int
    reason: Text
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTimedOut(Happened):
    kind: WorkKind
    opened: int
    timeout: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCanceled(Happened):
    kind: WorkKind
    opened: int
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildTerminated(Happened):
    kind: WorkKind
    opened: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionNotStarted(Happened):
    """StartLambdaFunctionFailed: it was scheduled, and that was its end."""

    kind: WorkKind
    opened: int
    cause: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested(Happened):
    """Our request to cancel a piece of work has been carried out (of a child: initiated)."""

    kind: WorkKind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRefused(Happened):
    kind: WorkKind
    key: str
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


Answer: TypeAlias = WorkCompleted | WorkFailed | WorkTimedOut | WorkCanceled | ChildTerminated | FunctionNotStarted
"""What ends a piece of work."""

Event: TypeAlias = (
    Irrelevant
    | ExecutionStarted
    | ExecutionCancelRequested
    | ExecutionClosed
    | CloseRefused
    | DecisionTaskStarted
    | Signaled
    | WorkScheduled
    | WorkRefused
    | WorkStarted
    | WorkCompleted
    | WorkFailed
    | WorkTimedOut
    | WorkCanceled
    | ChildTerminated
    | FunctionNotStarted
    | CancelRequested
    | CancelRefused
    | TimerStarted
    | StartTimerFailed
    | TimerFired
    | TimerCanceled
    | CancelTimerFailed
    | MarkerRecorded
    | RecordMarkerFailed
)
