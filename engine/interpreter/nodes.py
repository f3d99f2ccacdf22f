"""What nodes wait for, and how each of them ends, or goes on: completed, failed, repeated, caught, reset.

The semantics of DESIGN's section 3. Nothing waits in here: what has to be waited for is wished for, and `course` brings what came of it.
Imports `board`, `closing`, `compensation`, `failure`, `fanout`, `intents`, `ledger`, `scope`, `signals`, `states`, `terms`, `texts`,
`work`, `works`, `graph.plan`, `spec`; imported by `course`, `entering` and those that carry a run's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from engine.errors import ExpressionError
from engine.graph.plan import EdgeKind, Plan
from engine.interpreter import intents as i
from engine.interpreter.board import Board, Place
from engine.interpreter.closing import Closing, Ending, Phase
from engine.interpreter.compensation import Done, undo_of
from engine.interpreter.failure import Failure, catch_for, of_expression, rule_for
from engine.interpreter.fanout import Broken, FanOuts, Meaning, Results
from engine.interpreter.ledger import Ledger, Timer, Work
from engine.interpreter.scope import Data
from engine.interpreter.signals import Signals
from engine.interpreter.states import NodeState, NodeTrigger
from engine.interpreter.terms import NONE_GIVEN
from engine.interpreter.texts import details_of, reason_of
from engine.interpreter.work import Address
from engine.interpreter.works import WORK_NODES, Order, WorkNode, Works
from engine.spec.model import (
    ABSENT,
    Goto,
    Json,
    Node,
    PassNode,
    RetryFrom,
    WaitNode,
)
from engine.spec.template import render

WITH_OUTPUT: Final = (*WORK_NODES, WaitNode, PassNode)
WITH_CATCH: Final = (*WORK_NODES, WaitNode)


class Nodes:
    """Part of a run."""

    __slots__ = ("_board", "_closing", "_data", "_ledger", "_plan", "_undoing", "_works", "again", "fanouts", "known", "orders", "signals",
                 "waits")  # fmt: skip

    def __init__(self, plan: Plan, board: Board, ledger: Ledger, closing: Closing, data: Data) -> None:
        self._plan = plan
        self._board = board
        self._ledger = ledger
        self._closing = closing
        self._undoing = closing.compensation
        self._data = data
        self._works = Works(plan, ledger, data)
        self.again = i.ContinueExecution(input=ABSENT, terms=NONE_GIVEN)
        """What continues the execution as it was started."""
        self.fanouts = FanOuts(ledger, self._works, data, closing.compensation)
        self.signals = Signals()
        self.known: dict[str, Mapping[str, Json]] = {}
        """What nodes that have not been entered yet had completed with in an earlier execution: `result`, or `items` by index."""
        self.waits: dict[str, Work | Timer] = {}
        """What each open or retrying node waits for; those with items and those that wait for a signal without end aside."""
        self.orders: dict[str, Order] = {}
        """Of the work nodes that are open or retrying: every attempt of a visit gets the same input."""

    @property
    def works(self) -> Works:
        return self._works

    # What has come of it.

    def completed(self, work: Work, raw: Json, now: float) -> None:
        address = work.address
        if not work.live:
            self._complete_late(work, raw, now)
        elif address.item is ABSENT:
            self.complete(self._board.place(address.node), raw, now)
        else:
            self._complete_item(work, raw, now)

    def failed(self, address: Address, failure: Failure, now: float) -> None:
        place = self._board.place(address.node)
        if address.item is ABSENT:
            self.fail(place, failure, now)
            return
        rule, meaning = self.fanouts.failed(address, failure, retried=self._closing.phase is Phase.RUNNING)
        if rule is not ABSENT:
            self._board.note_repeat(place, rule)
        self.items_over(place, meaning, now)

    def stopped(self, address: Address, now: float) -> None:
        """Its work was canceled on our request."""
        place = self._board.place(address.node)
        if address.item is ABSENT:
            self.over(place, NodeTrigger.STOP, now)
        else:
            self.fanouts.stopped(address)
            self.items_over(place, ABSENT, now)

    def repeat(self, address: Address) -> None:
        """The pause between two attempts is over."""
        if address.item is ABSENT:
            self._repeat(self._board.place(address.node))
        else:
            self.fanouts.repeat(address)

    def waited(self, address: Address, now: float) -> None:
        """As long as the node was to wait."""
        self.complete(self._board.place(address.node), None, now)

    def waited_in_vain(self, address: Address, now: float) -> None:
        """For a signal."""
        failure = Failure(name="Timeout.Signal", message="the signal has not come in time", final=True)
        self.fail(self._board.place(address.node), failure, now)

    def signaled(self, name: str, value: Json, now: float) -> None:
        """It goes to the node that has waited for it longest, or is kept."""
        self._data.signaled(name, value)
        while (waiter := self.signals.next_waiter(name)) is not ABSENT:
            place = self._board.place(waiter[0])
            if place.state is NodeState.OPEN and place.visit == waiter[1]:
                timer = self.waits.get(waiter[0])
                if timer is not None:
                    self._ledger.drop(timer)
                self.complete(place, value, now)
                return
        self.signals.keep(name, value)

    def items_over(self, place: Place, meaning: Meaning, now: float) -> None:
        """What has happened to items of the node means this for it."""
        fan = self.fanouts.nodes[place.node.name]
        if isinstance(meaning, Results):
            self.over(place, NodeTrigger.COMPLETE, now)
            self._data.completed(place.node.name, meaning.values)
            if fan.failed:
                self._data.failed(place.node.name, *fan.first_failure, fan.errors)
            if self._closing.phase is Phase.RUNNING:
                self._board.leave(place, EdgeKind.NEXT, 0)
        elif self._closing.phase is not Phase.RUNNING:
            if not fan.open:
                self.over(place, NodeTrigger.FAIL if fan.broken else NodeTrigger.STOP, now)
        elif isinstance(meaning, Broken):
            errors = fan.errors
            self.fanouts.stop(place.node.name)
            self._data.failed(place.node.name, meaning.failure, meaning.attempts, errors)
            self._give_up(place, meaning.failure, meaning.attempts, now)

    def _complete_item(self, work: Work, raw: Json, now: float) -> None:
        address = work.address
        try:
            value = self.fanouts.shaped(address, raw, now) if self._told(address.node) else raw
        except ExpressionError as error:
            failure = of_expression(error, final=False)
            if self._closing.phase is not Phase.RUNNING:
                self._undoing.lost(_done(work, raw), failure)
            self.failed(address, failure, now)
            return
        self.items_over(self._board.place(address.node), self.fanouts.completed(address, value), now)

    # How a node ends, or goes on.

    def _told(self, node: str) -> bool:
        """Whether somebody reads what the node's output makes of its result."""
        return self._closing.phase is Phase.RUNNING or undo_of(self._plan, node) is not ABSENT

    def complete(self, place: Place, raw: Json, now: float) -> None:
        node = place.node
        value = raw
        if self._told(node.name) and isinstance(node, WITH_OUTPUT) and node.output is not ABSENT:
            scope = self._data.at(now) if isinstance(node, PassNode) else self._data.with_result(now, raw)
            try:
                value = render(node.output, scope)
            except ExpressionError as error:
                failure = of_expression(error, final=not isinstance(node, WORK_NODES))
                if self._closing.phase is not Phase.RUNNING:
                    self._undoing.lost(Done(node=node.name, visit=place.visit, result=raw), failure)
                self.fail(place, failure, now)
                return
        self.over_with(place, value, now)

    def over_with(self, place: Place, value: Json, now: float) -> None:
        node = place.node
        self.over(place, NodeTrigger.COMPLETE, now)
        self._data.completed(node.name, value)
        if self._undoing.possible:
            self._undoing.completed(Done(node=node.name, visit=place.visit, result=value))
        if self._closing.phase is Phase.RUNNING:
            self._board.leave(place, EdgeKind.NEXT, 0)

    def _complete_late(self, work: Work, raw: Json, now: float) -> None:
        """Nobody waits for it any more, but it did happen: it may have to be undone."""
        address = work.address
        node = self._plan.nodes[address.node]
        extra: dict[str, Json] = {} if address.item is ABSENT else {"item": work.item, "index": address.item}
        value = raw
        late = _done(work, raw)
        try:
            if isinstance(node, WORK_NODES) and node.output is not ABSENT:
                value = render(node.output, self._data.with_extra(now, {"result": raw, **extra}))
        except ExpressionError as error:
            self._undoing.lost(late, of_expression(error, final=True))
        else:
            self._undoing.completed(replace(late, result=value))

    def fail(self, place: Place, failure: Failure, now: float) -> None:
        node = place.node
        self._data.failed(node.name, failure, place.attempt)
        if self._closing.phase is not Phase.RUNNING:
            self.over(place, NodeTrigger.FAIL, now)
            return
        if isinstance(node, WORK_NODES) and node.for_each is ABSENT:
            rule = rule_for(node.retry, failure, place.attempt)
            if rule is not ABSENT:
                self._postpone(place, node, rule)
                return
        self._give_up(place, failure, place.attempt, now)

    def _give_up(self, place: Place, failure: Failure, attempts: int, now: float) -> None:
        """No retry rule helps."""
        node = place.node
        self.over(place, NodeTrigger.FAIL, now)
        rules = node.catch if isinstance(node, WITH_CATCH) else ()
        caught = catch_for(rules, failure, partial(self.spent, node.name, EdgeKind.CATCH))
        if caught is ABSENT:
            self.fail_execution(node.name, failure, attempts, now)
        else:
            self.follow(place, EdgeKind.CATCH, caught, rules[caught].then)

    def _postpone(self, place: Place, node: WorkNode, rule: int) -> None:
        self._board.postpone(place, rule)
        timer = self._works.pause(node, address_of(place), rule)
        if timer is ABSENT:
            self._repeat(place)
        else:
            self.waits[node.name] = timer

    def _repeat(self, place: Place) -> None:
        self._board.repeat(place)
        self.ask(place, place.node)

    def follow(self, place: Place, kind: EdgeKind, rule: int, then: Goto | RetryFrom) -> None:
        if isinstance(then, Goto):
            self._board.leave(place, kind, rule)
            return
        for reset in self._board.back(self._plan.retry_from[place.node.name, kind, rule]):
            self.forget(reset.node.name)

    def forget(self, name: str) -> None:
        """The node is reset: its result goes, and nobody waits for its work."""
        self._data.reset(name)
        self.orders.pop(name, None)
        self.fanouts.forget(name)
        wait = self.waits.pop(name, ABSENT)
        if wait is not ABSENT:
            self._ledger.drop(wait)

    def fail_execution(self, node: str, failure: Failure, attempts: int, now: float) -> None:
        intent = i.FailExecution(reason=reason_of(node, failure), details=details_of(node, failure, attempts))
        self.end(Ending(intent=intent, ours=True), now, undo=True)

    def end(self, ending: Ending, now: float, *, undo: bool) -> None:
        """The execution is to end so."""
        self._closing.end(ending, now, undo=undo)
        self.fanouts.begin_nothing()

    def over(self, place: Place, trigger: NodeTrigger, now: float) -> None:
        self._board.over(place, trigger, now)
        self.waits.pop(place.node.name, None)
        self.orders.pop(place.node.name, None)

    # Wishes.

    def ask(self, place: Place, node: Node) -> None:
        if not isinstance(node, WORK_NODES):
            raise AssertionError(f"{node.name} asks for no work")
        self.waits[node.name] = self._works.begin(node, address_of(place), self.orders[node.name])

    def wait(self, place: Place, timer: Timer) -> None:
        self.waits[place.node.name] = timer
        self._ledger.want_timer(timer)

    def spent(self, node: str, kind: EdgeKind, rule: int) -> bool:
        """Whether the retryFrom of this rule has been taken as often as it may."""
        return self._board.spent(self._plan.retry_from[node, kind, rule])


def address_of(place: Place) -> Address:
    return Address(node=place.node.name, visit=place.visit, attempt=place.attempt)


def _done(work: Work, result: Json) -> Done:
    address = work.address
    return Done(node=address.node, visit=address.visit, result=result, index=address.item, item=work.item)
