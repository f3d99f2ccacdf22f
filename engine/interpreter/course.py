"""What happens to a run: one public method per kind of thing that happened, each ending with the cascade that it causes.

The one that decides: `entering` knows what each node does, `nodes` what becomes of it, `closing` how the run ends. Pass, decision and
terminal nodes are over as soon as they are entered; items of a forEach are begun as long as there is room. Time is the event's. Imports
`board`, `closing`, `entering`, `failure`, `intents`, `ledger`, `nodes`, `parking`, `scope`, `work`, `graph.plan`, `spec`; imported by
`run`.
"""

from __future__ import annotations

from typing import Final, assert_never

from engine.errors import InputError
from engine.graph.plan import Plan
from engine.interpreter import intents as i
from engine.interpreter.board import Board, Verdict
from engine.interpreter.closing import Closing, Phase
from engine.interpreter.entering import Entering
from engine.interpreter.failure import Failure
from engine.interpreter.ledger import Ledger, Purpose, Timer, Work
from engine.interpreter.nodes import Nodes
from engine.interpreter.parking import TRANSIENT, Parking
from engine.interpreter.scope import Data
from engine.interpreter.work import Address
from engine.spec.inputs import check_input
from engine.spec.model import ABSENT
from engine.spec.payload import decode

MOST_REFUSALS: Final = 20
"""So often a timer of the run's own that SWF refuses for a transient cause is asked for at once again."""


class Course:
    """Part of a run: the only one that decides."""

    __slots__ = ("_board", "_closing", "_data", "_entering", "_ledger", "_parking", "_plan", "_refusals", "_undoing", "nodes")

    def __init__(self, plan: Plan, board: Board, ledger: Ledger, parking: Parking, closing: Closing, data: Data) -> None:
        self._plan = plan
        self._board = board
        self._ledger = ledger
        self._parking = parking
        self._closing = closing
        self._undoing = closing.compensation
        self._data = data
        self.nodes = Nodes(plan, board, ledger, closing, data)
        self._entering = Entering(board, data, self.nodes)
        self._refusals: dict[str, int] = {}
        """Of the run's own timers, by id."""

    def begin(self, now: float) -> None:
        schema = self._plan.spec.input_schema
        if schema is not ABSENT:
            try:
                check_input(schema, self._data.input, f"the workflow {self._plan.spec.name}")
            except InputError as error:
                self.nodes.fail_execution("", Failure(name="InputInvalid", message=str(error)), 0, now)
                self.go_on(now)
                return
        self._board.make_ready(self._plan.start, forced=True)
        self.go_on(now)

    def cancel(self, now: float) -> None:
        if self._closing.cancel(now):
            self.nodes.fanouts.begin_nothing()
        self.go_on(now)

    def signaled(self, name: str, text: i.Text, now: float) -> None:
        self.nodes.signaled(name, None if text is ABSENT else decode(text), now)
        self.go_on(now)

    # What happens to work.

    def scheduled(self, work: Work, now: float) -> None:
        if work.live and not work.address.undo:
            times = self._board.place(work.address.node).times
            if work.address.item is ABSENT or times.scheduled is ABSENT:
                times.scheduled = now

    def started(self, work: Work, now: float) -> None:
        if work.live and not work.address.undo:
            self.nodes.works.started(work)
            times = self._board.place(work.address.node).times
            if work.address.item is ABSENT or times.started is ABSENT:
                times.started = now

    def completed(self, work: Work, result: i.Text, now: float) -> None:
        if work.address.undo:
            self._undoing.succeeded()
        else:
            self.nodes.completed(work, None if result is ABSENT else decode(result), now)
        self.go_on(now)

    def failed(self, work: Work, failure: Failure, now: float) -> None:
        if work.address.undo:
            self._undoing.missed(failure)
        elif work.live:
            self.nodes.failed(work.address, failure, now)
        self.go_on(now)

    def canceled(self, work: Work, failure: Failure, now: float) -> None:
        """It was canceled: on our request, or, while the execution runs on, by somebody else's decision."""
        if work.address.undo:
            self._undoing.missed(failure)
        elif work.live and self._closing.phase is Phase.RUNNING:
            self.nodes.failed(work.address, failure, now)
        elif work.live:
            self.nodes.stopped(work.address, now)
        self.go_on(now)

    def refused(self, work: Work, cause: str, now: float) -> None:
        """SWF did not begin it."""
        if work.live and cause in TRANSIENT:
            self._parking.park(work, cause)
        elif work.live:
            failure = Failure(name=f"ScheduleFailed.{cause}", message=f"SWF refused the {work.kind}: {cause}")
            if work.address.undo:
                self._undoing.missed(failure)
            else:
                self.nodes.failed(work.address, failure, now)
        self.go_on(now)

    # What happens to timers.

    def fired(self, timer: Timer, now: float) -> None:
        if timer.live and timer.address is not ABSENT:
            self._node_timer_fired(timer.purpose, timer.address, now)
        elif timer.live and timer.purpose is Purpose.THROTTLE:
            self._parking.time_is_up()
        elif timer.live and timer.purpose is not Purpose.DRAIN:
            self._closing.timer_over(timer)
        self.go_on(now)

    def _node_timer_fired(self, purpose: Purpose, address: Address, now: float) -> None:
        match purpose:
            case Purpose.RETRY if address.undo:
                self._undoing.repeat()
            case Purpose.RETRY:
                self.nodes.repeat(address)
            case Purpose.WAIT:
                self.nodes.waited(address, now)
            case Purpose.SIGNAL:
                self.nodes.waited_in_vain(address, now)
            case Purpose.THROTTLE | Purpose.GRACE | Purpose.CLOSE | Purpose.DRAIN:
                raise AssertionError(f"a {purpose} timer is the run's own")
            case _:
                assert_never(purpose)

    def timer_refused(self, timer: Timer, cause: str, now: float) -> None:
        """A node's timer can wait for another one; the run's own is asked for again at once, for a while."""
        if timer.live and timer.address is not ABSENT and cause in TRANSIENT:
            self._parking.park(timer, cause)
        elif timer.live and cause in TRANSIENT and self._refuse(timer.intent.timer_id) < MOST_REFUSALS:
            self._ledger.want_again(timer)
        elif timer.live:
            message = f"SWF refused to start the timer {timer.intent.timer_id}: {cause}"
            failure = Failure(name=f"TimerFailed.{cause}", message=message, final=True)
            for wish in self._parking.give_up() if timer.purpose is Purpose.THROTTLE else [timer]:
                if wish.live and wish.address is not ABSENT and wish.address.undo:
                    self._undoing.hopeless(failure)
                elif wish.live and wish.address is not ABSENT and self._closing.phase is Phase.RUNNING:
                    self.nodes.failed(wish.address, failure, now)
            self._closing.timer_refused(timer)
        self.go_on(now)

    # The cascade.

    def go_on(self, now: float) -> None:
        """What can be done next is done."""
        self._cascade(now)
        while (target := self._closing.look(now)) is not ABSENT:
            for reset in self._board.divert(target):
                self.nodes.forget(reset.node.name)
            self._cascade(now)

    def _cascade(self, now: float) -> None:
        self._enter_all(now)
        while self._closing.phase is Phase.RUNNING and (begun := self.nodes.fanouts.begin_one(now)) is not ABSENT:
            fan, meaning = begun
            self.nodes.items_over(self._board.place(fan.node.name), meaning, now)
            self._enter_all(now)
        if self._closing.phase is Phase.RUNNING and not self._board.live:
            message = "every branch has come to its end, and none of them in a terminal: nothing is open that could go on"
            self.nodes.fail_execution("", Failure(name="Stalled", message=message), 0, now)

    def _enter_all(self, now: float) -> None:
        while (ready := self._board.next_ready()) is not ABSENT:
            place, verdict = ready
            if verdict is Verdict.SKIP:
                self._board.skip(place)
            else:
                self._entering.enter(place, now)

    def _refuse(self, timer_id: str) -> int:
        count = self._refusals[timer_id] = self._refusals.get(timer_id, 0) + 1
        return count
