"""How a run ends: what is stopped for it, cancellation on request, undoing, the close decision, and close decisions that SWF refuses.

    running --cancel requested--> canceling --all have answered, or `timeouts.cancel` is over--> (onCancel: running again)
       |                                                '--> compensating --all is undone--> closing --the close event--> closed
       '--- a failure, a terminal that compensates ---------------^                             ^
       '--- any other terminal; a failure where nothing can be undone --------------------------'

Where something can be undone, open work is stopped and awaited before the undoing begins, so that what completes late is undone too;
what completes even later, while the close decision is on its way, opens the undoing again. A close decision is wanted until the close
event. UNHANDLED_DECISION (something happened meanwhile) has it sent again with the next decision; any other refusal, such as a missing
permission, holds it back for a growing while (a timer: 1 minute .. 1 hour), so that it goes through once somebody has seen to the cause,
and the history doesn't fill up until then. Imports `board`, `compensation`, `intents`, `ledger`, `parking`, `spec`; imported by
the parts of a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final, Literal

from msgspec.structs import replace

from engine.interpreter.board import Board
from engine.interpreter.compensation import MARKER, Compensation
from engine.interpreter.intents import CancelExecution, Close, CompleteExecution, ContinueExecution, RecordMarker, StartTimer
from engine.interpreter.ledger import Ledger, Purpose, Timer
from engine.interpreter.parking import Parking
from engine.spec.model import ABSENT, Absent
from engine.spec.payload import encode

UNHANDLED: Final = "UNHANDLED_DECISION"
"""CompleteWorkflowExecutionFailed and its like: events have arrived that this decision has not seen."""

MOST_NAMED: Final = 20
"""Nodes that a cancellation's details name."""


class Phase(StrEnum):
    RUNNING = "running"
    CANCELING = "canceling"
    COMPENSATING = "compensating"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the run is to end. `ours`: its details are JSON of ours, and may say what was undone; a terminal's are its author's."""

    intent: Close
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What the spec says about ends."""

    patience: int
    """Seconds for which the answers of open work are awaited."""
    on_cancel: str | Literal[Absent.ABSENT]
    """The node to go to when the execution is asked to cancel."""


class Closing:
    """Part of a run."""

    __slots__ = ("_board", "_graces", "_held", "_impatient", "_interrupted", "_ledger", "_manners", "_parking", "_refusals",
                 "_reported", "asked", "canceled", "compensation", "ending", "intent", "phase", "undoes", "waiting")  # fmt: skip

    def __init__(self, board: Board, ledger: Ledger, parking: Parking, compensation: Compensation, manners: Manners) -> None:
        self._board = board
        self._ledger = ledger
        self._parking = parking
        self.compensation = compensation
        self._manners = manners
        self._held = False
        self._refusals = 0
        self._interrupted: list[str] = []
        self._graces = 0
        self._reported = 0
        """How much was undone, or could not be, when the close decision was made."""
        self._impatient = False
        self.asked = False
        """A close decision has been wanted, be it the one that is wanted now or not."""
        self.canceled = False
        """The execution was asked to cancel, once: it is heard once."""
        self.waiting = False
        """For the answers of what was open."""
        self.ending: Ending | Literal[Absent.ABSENT] = ABSENT
        """As far as it is known."""
        self.undoes = False
        """What has completed is undone before the end."""
        self.intent: Close | Literal[Absent.ABSENT] = ABSENT
        self.phase = Phase.RUNNING

    @property
    def wanted(self) -> Close | Literal[Absent.ABSENT]:
        """The close decision to send now."""
        return ABSENT if self._held or self.phase is Phase.CLOSED else self.intent

    def end(self, ending: Ending, now: float, *, undo: bool) -> None:
        """The run is to end so: after what has completed is undone, if it is to be and anything can be; at once, if not."""
        self.ending = ending
        self.undoes = undo and self.compensation.possible
        if self.undoes:
            self.phase = Phase.COMPENSATING
            self._stop(now)
        else:
            self._close(ending.intent, now)

    def cancel(self, now: float) -> bool:
        """The execution was asked to cancel: stop all that can be stopped at once, wait for the rest. Whether that changes anything."""
        if self.phase is not Phase.RUNNING or self.canceled:
            return False
        self.canceled = True
        self.phase = Phase.CANCELING
        self._interrupted = list(islice(self._board.live, MOST_NAMED))
        self._stop(now)
        return True

    def look(self, now: float) -> str | Literal[Absent.ABSENT]:
        """Go on with the ending, as far as it goes. The node, once, that the run goes on at after all."""
        if self.waiting and (self._impatient or self._ledger.quiet):
            self._stopped(now)
            if self.phase is Phase.CANCELING:
                if self._manners.on_cancel is not ABSENT:
                    self.phase = Phase.RUNNING
                    return self._manners.on_cancel
                self._end_as_canceled(now)
        if not self.waiting and self.ending is not ABSENT and self.undoes and self._unfinished:
            self._undo(self.ending, now)
        return ABSENT

    def refused(self, cause: str) -> None:
        """SWF has refused the close decision."""
        if cause == UNHANDLED:
            return
        self._held = True
        self._refusals += 1
        self._start_timer(Purpose.CLOSE, f"swfgraph.close.{self._refusals}", min(60 * 2 ** min(self._refusals - 1, 6), 3600))

    def timer_over(self, timer: Timer) -> None:
        """One of the run's own timers has fired."""
        if timer.purpose is Purpose.CLOSE:
            self._held = False
        else:
            self._impatient = True

    def timer_refused(self, timer: Timer) -> None:
        """No grace period then; and a close decision that SWF refuses, as it refuses the timer, is left to the execution's timeout."""
        if timer.purpose is Purpose.GRACE:
            self._impatient = True

    def closed(self, now: float) -> None:
        """The close event has come, whoever caused it."""
        self.phase = Phase.CLOSED
        self._ledger.close()
        for place in list(self._board.live.values()):
            self._board.stop(place, now)

    @property
    def _unfinished(self) -> bool:
        """There is something to undo, or it was undone and the end can come. (Something may complete while the end is on its way.)"""
        news = not self.compensation.over or self.compensation.tried != self._reported
        return self.phase is Phase.COMPENSATING or (self.phase is Phase.CLOSING and news)

    def _close(self, intent: Close, now: float) -> None:
        """Want this end: what is still open is asked to cancel, and nothing new begins."""
        self.phase = Phase.CLOSING
        self.intent = intent
        self.asked = True
        self._held = False
        self._board.forget_ready()
        self._parking.clear()
        self._ledger.drop_all()
        for place in list(self._board.live.values()):
            self._board.stop(place, now)

    def _stop(self, now: float) -> None:
        """Stop what can be stopped at once, ask the rest to cancel, and wait for it."""
        self._board.forget_ready()
        self._parking.clear()
        waited_for = self._ledger.cancel_all()
        for name, place in list(self._board.live.items()):
            if name not in waited_for:
                self._board.stop(place, now)
        self.waiting = True
        self._impatient = False
        if not self._ledger.quiet:
            self._graces += 1
            number = "" if self._graces == 1 else f".{self._graces}"
            self._start_timer(Purpose.GRACE, f"swfgraph.cancel{number}", self._manners.patience)

    def _stopped(self, now: float) -> None:
        """All have answered, or have had their time."""
        self.waiting = False
        self._ledger.drop_all()
        for place in list(self._board.live.values()):
            self._board.stop(place, now)

    def _end_as_canceled(self, now: float) -> None:
        self.ending = Ending(intent=CancelExecution(details=encode({"canceled": self._interrupted})), ours=True)
        self.undoes = self.compensation.possible
        if self.undoes:
            self.phase = Phase.COMPENSATING
        else:
            self._close(self.ending.intent, now)

    def _undo(self, ending: Ending, now: float) -> None:
        self.phase = Phase.COMPENSATING
        self.intent = ABSENT
        self.compensation.go_on(now)
        if not self.compensation.over:
            return
        intent = ending.intent
        self._reported = self.compensation.tried
        if self.compensation.tried:
            self._ledger.want_marker(RecordMarker(marker=MARKER, details=encode(self.compensation.report())))
            if ending.ours and not isinstance(intent, CompleteExecution | ContinueExecution):
                intent = replace(intent, details=self.compensation.told_in(intent.details))
        self._close(intent, now)

    def _start_timer(self, purpose: Purpose, timer_id: str, seconds: int) -> None:
        self._ledger.want_timer(Timer(purpose=purpose, intent=StartTimer(timer_id=timer_id, control=ABSENT, seconds=seconds)))
