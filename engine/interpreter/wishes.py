"""What the ledger keeps: pieces of work and timers, from the wish to the end. Only `ledger` changes them.

Imports `errors`, `intents`, `states`, `work`, `spec.model`; imported by `ledger` and those that wish.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from engine.errors import HistoryError
from engine.interpreter import intents as i
from engine.interpreter.states import IMPOSSIBLE, TIMER, WORK, TimerState, TimerTrigger, WorkState, WorkTrigger
from engine.interpreter.work import Address, WorkKind
from engine.spec.model import ABSENT, Absent, Json

MOST_REFUSALS: Final = 20
"""So often a request to cancel a child that SWF refuses for its rate is made at once again."""

UNKNOWN: Final = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
TOO_FAST: Final = "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED"
"""RequestCancelExternalWorkflowExecutionFailedCause of the API."""


class Purpose(StrEnum):
    """What a timer is for; the middle part of its id."""

    WAIT = "wait"
    SIGNAL = "signal"
    """How long a wait for a signal lasts at most."""
    RETRY = "retry"
    THROTTLE = "throttle"
    GRACE = "cancel"
    CLOSE = "close"
    DRAIN = "drain"
    """How long what is open is awaited, so that the run can go on in a new execution."""


@dataclass(slots=True, kw_only=True)
class Work:
    """`live` while somebody waits for it, otherwise an orphan whose answer changes nothing."""

    address: Address
    intent: i.Begin
    item: Json | Literal[Absent.ABSENT] = ABSENT
    """What it is done for, where its node has items."""
    state: WorkState = WorkState.WANTED
    event: int = 0
    """That it was scheduled (initiated) with; 0 before and after."""
    run_id: str = ""
    """Of a child that has started."""
    live: bool = True
    cancel_asked: bool = False
    cancel_refusals: int = 0
    moved_on: bool = False
    """The run that was started is not open any more: the child has continued as new."""
    counted: int = 0
    """Whether the ledger counts it among what is open."""
    kind: WorkKind = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.kind = self.intent.kind
        self.key = f"{self.kind} {self.intent.key}"

    def step(self, trigger: WorkTrigger, event: int) -> None:
        """Raises: HistoryError, where that event can't follow."""
        state = WORK[self.state][trigger]
        if state is IMPOSSIBLE:
            raise HistoryError(event, f"the {self.kind} {self.intent.name} is {self.state}: it can't {trigger}")
        self.state = state

    def cancel(self) -> i.Cancel | Literal[Absent.ABSENT]:
        """What asks it to cancel; absent: there is no asking, or not yet."""
        match self.intent:
            case i.ScheduleActivity():
                return i.RequestCancelActivity(activity_id=self.intent.activity_id)
            case i.StartChild() if self.run_id:
                # Before it has started, its workflowId may be somebody else's.
                run_id = ABSENT if self.moved_on else self.run_id
                return i.RequestCancelChild(workflow_id=self.intent.workflow_id, run_id=run_id, control=self.intent.control)
            case _:
                return ABSENT

    def may_be_asked_again(self, cause: str) -> bool:
        """Whether a request to cancel that was refused for this cause is to be made once more."""
        self.cancel_refusals += 1
        if cause == UNKNOWN and not self.moved_on:
            self.moved_on = True
            return True
        return cause == TOO_FAST and self.cancel_refusals < MOST_REFUSALS


@dataclass(slots=True, kw_only=True)
class Timer:
    """`live` as of work."""

    address: Address | Literal[Absent.ABSENT] = ABSENT
    """Absent: the run's own."""
    purpose: Purpose
    intent: i.Start
    state: TimerState = TimerState.WANTED
    live: bool = True
    cancel_asked: bool = False
    counted: int = 0
    since: float = 0.0
    """When it was started, or wished for: epoch seconds."""

    @property
    def due(self) -> float:
        """When it should fire: epoch seconds."""
        return self.intent.time if isinstance(self.intent, i.StartTimerUntil) else self.since + self.intent.seconds

    @property
    def key(self) -> str:
        return f"timer {self.intent.timer_id}"

    @property
    def weight(self) -> int:
        """Work that waits to be repeated keeps its place among what is open."""
        return 1 if self.purpose is Purpose.RETRY else 0

    def step(self, trigger: TimerTrigger, event: int) -> None:
        """Raises: HistoryError, where that event can't follow."""
        state = TIMER[self.state][trigger]
        if state is IMPOSSIBLE:
            raise HistoryError(event, f"the timer {self.intent.timer_id} is {self.state}: it can't {trigger}")
        self.state = state
