"""What happened, as frozen values: the events that move a run, with only the fields that the fold reads.

`door` makes these from raw SWF events; nothing here knows JSON. They are made for every event of every history, so they are Structs: frozen
dataclasses whose constructor is C, ten times as fast. Names are the API's, shortened where it says `WorkflowExecution`, and the
same for activity tasks, child executions and Lambda functions. Imports `spec.model`, `terms`, `work`; imported by `door`, `workdoor`,
`run` and what `run` is made of.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeAlias

from msgspec import Struct

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


class Happened(Struct, frozen=True, kw_only=True):
    """What every event has: its number in the history, from 1, and when it happened (epoch seconds)."""

    id: int
    time: float


class Irrelevant(Happened, frozen=True, kw_only=True):
    """An event that changes nothing but the time and the last event id."""


class ExecutionStarted(Happened, frozen=True, kw_only=True):
    workflow: str
    version: str
    input: Text
    terms: Terms = NONE_GIVEN


class ExecutionCancelRequested(Happened, frozen=True, kw_only=True):
    """By somebody, or by the parent's child policy."""


class ExecutionClosed(Happened, frozen=True, kw_only=True):
    status: CloseStatus
    result: Text
    reason: str
    details: str
    input: Text = ABSENT
    """Of the execution that this one is continued as."""
    new_run_id: str = ""
    """Likewise."""


class CloseRefused(Happened, frozen=True, kw_only=True):
    cause: str
    continuing: bool = False
    """It was to continue the execution as a new one."""


class DecisionTaskStarted(Happened, frozen=True, kw_only=True):
    """What the decisions before it led to has been seen by now."""


class Signaled(Happened, frozen=True, kw_only=True):
    signal: str
    input: Text


class WorkScheduled(Happened, frozen=True, kw_only=True):
    """An activity task or a Lambda function was scheduled, a child execution initiated. The events of the three kinds are read alike."""

    kind: WorkKind
    key: str
    """What its wish is found by: the activityId, the Lambda function's id, a child's control."""
    name: str
    """What people call it: the activityId, the id, a child's workflowId."""
    type: str
    """Name and version of the activity or workflow type; the function's name."""


class WorkRefused(Happened, frozen=True, kw_only=True):
    """ScheduleActivityTaskFailed, ScheduleLambdaFunctionFailed, StartChildWorkflowExecutionFailed."""

    kind: WorkKind
    key: str
    name: str
    cause: str
    opened: int
    """The StartChildWorkflowExecutionInitiated event; 0 where there is none (API reference, StartChildWorkflowExecutionFailed...)."""


class WorkStarted(Happened, frozen=True, kw_only=True):
    kind: WorkKind
    opened: int
    """The id of the WorkScheduled event; of every answer below too."""
    run_id: str
    """Of a child; else empty."""


class WorkCompleted(Happened, frozen=True, kw_only=True):
    kind: WorkKind
    opened: int
    result: Text


class WorkFailed(Happened, frozen=True, kw_only=True):
    kind: WorkKind
    opened: int
    reason: Text
    details: str


class WorkTimedOut(Happened, frozen=True, kw_only=True):
    kind: WorkKind
    opened: int
    timeout: str
    details: str


class WorkCanceled(Happened, frozen=True, kw_only=True):
    kind: WorkKind
    opened: int
    details: str


class ChildTerminated(Happened, frozen=True, kw_only=True):
    kind: WorkKind
    opened: int


class FunctionNotStarted(Happened, frozen=True, kw_only=True):
    """StartLambdaFunctionFailed: it was scheduled, and that was its end."""

    kind: WorkKind
    opened: int
    cause: str
    message: str


class CancelRequested(Happened, frozen=True, kw_only=True):
    """Our request to cancel a piece of work has been carried out (of a child: initiated)."""

    kind: WorkKind
    key: str


class CancelRefused(Happened, frozen=True, kw_only=True):
    kind: WorkKind
    key: str
    cause: str


class TimerStarted(Happened, frozen=True, kw_only=True):
    timer_id: str


class StartTimerFailed(Happened, frozen=True, kw_only=True):
    timer_id: str
    cause: str


class TimerFired(Happened, frozen=True, kw_only=True):
    timer_id: str


class TimerCanceled(Happened, frozen=True, kw_only=True):
    timer_id: str


class CancelTimerFailed(Happened, frozen=True, kw_only=True):
    timer_id: str
    cause: str


class MarkerRecorded(Happened, frozen=True, kw_only=True):
    marker: str
    details: str


class RecordMarkerFailed(Happened, frozen=True, kw_only=True):
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
