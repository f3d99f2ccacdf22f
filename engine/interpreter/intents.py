"""What the run wants to happen: frozen values, imperative, one class per decision type that the interpreter uses.

An intent stays wanted until an event confirms or overtakes it; `ledger` keeps them, `decisions` writes them as SWF decisions. No JSON
here beyond the texts that SWF carries for us. Imports `terms`, `work`, `spec.model`; imported by `wishes`, `ledger`,
`course` and what it is made of, `decisions`.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal, TypeAlias

from msgspec import Struct

from engine.interpreter.terms import Terms
from engine.interpreter.work import WorkKind
from engine.spec.model import ABSENT, Absent, ActivityTimeouts, ChildPolicy, ChildTimeouts

Text: TypeAlias = str | Literal[Absent.ABSENT]


class ScheduleActivity(Struct, frozen=True, kw_only=True):
    activity_id: str
    activity: str
    version: str
    control: str
    input: Text
    task_list: str
    timeouts: ActivityTimeouts
    priority: int | Literal[Absent.ABSENT]
    kind: ClassVar = WorkKind.ACTIVITY

    @property
    def key(self) -> str:
        """What its events are found by; `name` and `type`: what they say (see `workdoor`)."""
        return self.activity_id

    @property
    def name(self) -> str:
        return self.activity_id

    @property
    def type(self) -> str:
        return f"{self.activity} {self.version}"


class StartChild(Struct, frozen=True, kw_only=True):
    """What is absent is as the workflow type was registered."""

    workflow_id: str
    workflow: str
    version: str
    control: str
    input: Text
    tags: tuple[str, ...]
    child_policy: ChildPolicy | Literal[Absent.ABSENT]
    task_list: str | Literal[Absent.ABSENT]
    timeouts: ChildTimeouts
    priority: int | Literal[Absent.ABSENT]
    kind: ClassVar = WorkKind.CHILD

    @property
    def key(self) -> str:
        return self.control

    @property
    def name(self) -> str:
        return self.workflow_id

    @property
    def type(self) -> str:
        return f"{self.workflow} {self.version}"


class ScheduleFunction(Struct, frozen=True, kw_only=True):
    id: str
    function: str
    control: str
    input: Text
    timeout: int | Literal[Absent.ABSENT]
    kind: ClassVar = WorkKind.FUNCTION

    @property
    def key(self) -> str:
        return self.id

    @property
    def name(self) -> str:
        return self.id

    @property
    def type(self) -> str:
        return self.function


class RequestCancelActivity(Struct, frozen=True, kw_only=True):
    activity_id: str


class RequestCancelChild(Struct, frozen=True, kw_only=True):
    """Absent `run_id`: whatever run of that workflowId is open."""

    workflow_id: str
    run_id: Text
    control: str
    """The child's own."""


class StartTimer(Struct, frozen=True, kw_only=True):
    timer_id: str
    control: Text
    seconds: int


class StartTimerUntil(Struct, frozen=True, kw_only=True):
    """A timer that should fire at a time (epoch seconds): how long that is gets clear when the decision is made."""

    timer_id: str
    control: Text
    time: float


class CancelTimer(Struct, frozen=True, kw_only=True):
    timer_id: str


class RecordMarker(Struct, frozen=True, kw_only=True):
    marker: str
    details: str


class CompleteExecution(Struct, frozen=True, kw_only=True):
    result: Text


class FailExecution(Struct, frozen=True, kw_only=True):
    reason: str
    details: str


class CancelExecution(Struct, frozen=True, kw_only=True):
    details: str


class ContinueExecution(Struct, frozen=True, kw_only=True):
    """The same workflow once more, as a new execution with the same workflowId."""

    input: Text
    terms: Terms
    deadline: float | Literal[Absent.ABSENT] = ABSENT
    """Epoch seconds at which the new one times out, whatever the terms say; absent: the terms hold."""


Start: TypeAlias = StartTimer | StartTimerUntil
Close: TypeAlias = CompleteExecution | FailExecution | CancelExecution | ContinueExecution
Begin: TypeAlias = ScheduleActivity | StartChild | ScheduleFunction
Cancel: TypeAlias = RequestCancelActivity | RequestCancelChild
Intent: TypeAlias = Begin | Cancel | Start | CancelTimer | RecordMarker
"""What may stand before the close decision, in any number."""

BEGINNINGS: Final = (ScheduleActivity, StartChild, ScheduleFunction, StartTimer, StartTimerUntil)
"""Those that begin something."""
