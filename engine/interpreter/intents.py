"""What the run wants to happen: frozen values, imperative, one class per decision type that the interpreter uses.

An intent stays wanted until an event confirms or overtakes it; `ledger` keeps them, `decisions` writes them as SWF decisions. No JSON
here beyond the texts that SWF carries for us. Imports `terms` and `spec.model`; imported by `ledger`, `course`, `decisions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.interpreter.terms import Terms
from engine.spec.model import ABSENT, Absent, ActivityTimeouts

Text: TypeAlias = str | Literal[Absent.ABSENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleActivity:
    activity_id: str
    activity: str
    version: str
    control: str
    input: Text
    task_list: str
    timeouts: ActivityTimeouts
    priority: int | Literal[Absent.ABSENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancelActivity:
    activity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer:
    timer_id: str
    control: Text
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimerUntil:
    """A timer that should fire at a time (epoch seconds): how long that is gets clear when the decision is made."""

    timer_id: str
    control: Text
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer:
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMarker:
    marker: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteExecution:
    result: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FailExecution:
    reason: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelExecution:
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueExecution:
    """The same workflow once more, as a new execution with the same workflowId."""

    input: Text
    terms: Terms
    deadline: float | Literal[Absent.ABSENT] = ABSENT
    """Epoch seconds at which the new one times out, whatever the terms say; absent: the terms hold."""


Start: TypeAlias = StartTimer | StartTimerUntil
Close: TypeAlias = CompleteExecution | FailExecution | CancelExecution | ContinueExecution
Intent: TypeAlias = ScheduleActivity | RequestCancelActivity | Start | CancelTimer | RecordMarker
"""What may stand before the close decision, in any number."""
