"""How a run ends: the close decision, what is stopped for it, cancellation on request, and close decisions that SWF refuses.

    running --cancel requested--> canceling --all tasks answered, or 60 s--> closing --the close event--> closed
       '------------------- a terminal, a failure ---------------------------^

A close decision is wanted until the close event. UNHANDLED_DECISION (something happened meanwhile) has it sent again with the next
decision; any other refusal, such as a missing permission, holds it back for a growing while (a timer: 1 minute .. 1 hour), so that it
goes through once somebody has seen to the cause, and the history doesn't fill up until then. Imports `board`, `intents`, `ledger`,
`parking`, `spec`; imported by `course`, `run`.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import Final, Literal

from engine.interpreter.board import Board
from engine.interpreter.intents import CancelExecution, Close, StartTimer
from engine.interpreter.ledger import Ledger, Purpose, Timer
from engine.interpreter.parking import Parking
from engine.spec.model import ABSENT, Absent
from engine.spec.payload import encode

GRACE_SECONDS: Final = 60
"""How long a canceled execution waits for the answers of its started tasks."""

UNHANDLED: Final = "UNHANDLED_DECISION"
"""CompleteWorkflowExecutionFailed and its like: events have arrived that this decision has not seen."""

MOST_NAMED: Final = 20
"""Nodes that a cancellation's details name."""


class Phase(StrEnum):
    RUNNING = "running"
    CANCELING = "canceling"
    CLOSING = "closing"
    CLOSED = "closed"


class Closing:
    """Part of a run."""

    __slots__ = ("_board", "_held", "_interrupted", "_ledger", "_parking", "_refusals", "intent", "phase")

    def __init__(self, board: Board, ledger: Ledger, parking: Parking) -> None:
        self._board = board
        self._ledger = ledger
        self._parking = parking
        self._held = False
        self._refusals = 0
        self._interrupted: list[str] = []
        self.intent: Close | Literal[Absent.ABSENT] = ABSENT
        self.phase = Phase.RUNNING

    @property
    def wanted(self) -> Close | Literal[Absent.ABSENT]:
        """The close decision to send now."""
        return ABSENT if self._held or self.phase is Phase.CLOSED else self.intent

    def close(self, intent: Close, now: float) -> None:
        """Want this end. The first one holds: what is still open is asked to cancel, and nothing new begins."""
        self.phase = Phase.CLOSING
        self.intent = intent
        self._board.forget_ready()
        self._parking.clear()
        self._ledger.drop_all()
        for place in list(self._board.live.values()):
            self._board.stop(place, now)

    def cancel(self, now: float) -> None:
        """The execution was asked to cancel: stop all that can be stopped at once, wait for the rest."""
        if self.phase is not Phase.RUNNING:
            return
        self.phase = Phase.CANCELING
        self._interrupted = list(islice(self._board.live, MOST_NAMED))
        self._parking.clear()
        waited_for = self._ledger.cancel_all()
        for name, place in list(self._board.live.items()):
            if name not in waited_for:
                self._board.stop(place, now)
        if not self._ledger.quiet:
            self._start_timer(Purpose.GRACE, "swfgraph.cancel", GRACE_SECONDS)
        self.look(now)

    def look(self, now: float) -> None:
        """Close a canceled execution once nothing is open any more."""
        if self.phase is Phase.CANCELING and self._ledger.quiet:
            self._close_as_canceled(now)

    def refused(self, cause: str) -> None:
        """SWF has refused the close decision."""
        if cause == UNHANDLED:
            return
        self._held = True
        self._refusals += 1
        self._start_timer(Purpose.CLOSE, f"swfgraph.close.{self._refusals}", min(60 * 2 ** min(self._refusals - 1, 6), 3600))

    def timer_over(self, timer: Timer, now: float) -> None:
        """One of the run's own timers has fired."""
        if timer.purpose is Purpose.CLOSE:
            self._held = False
        elif self.phase is Phase.CANCELING:
            self._close_as_canceled(now)

    def timer_refused(self, timer: Timer, now: float) -> None:
        """No grace period then; and a close decision that SWF refuses, as it refuses the timer, is left to the execution's timeout."""
        if timer.purpose is Purpose.GRACE and self.phase is Phase.CANCELING:
            self._close_as_canceled(now)

    def closed(self, now: float) -> None:
        """The close event has come, whoever caused it."""
        self.phase = Phase.CLOSED
        self._ledger.close()
        for place in list(self._board.live.values()):
            self._board.stop(place, now)

    def _close_as_canceled(self, now: float) -> None:
        self.close(CancelExecution(details=encode({"canceled": self._interrupted})), now)

    def _start_timer(self, purpose: Purpose, timer_id: str, seconds: int) -> None:
        self._ledger.want_timer(Timer(purpose=purpose, intent=StartTimer(timer_id=timer_id, control=ABSENT, seconds=seconds)))
