"""What the run does next: nodes are entered, completed, failed, repeated, caught.

The semantics of DESIGN's section 3, one event at a time: every public method is one thing that happened, and ends with the cascade that
it causes (pass, decision and terminal nodes are over as soon as they are entered). Nothing waits in here: what has to be waited for is
wished for in the `Ledger`, and comes back as another event. Time is the event's. Imports `board`, `closing`, `failure`, `intents`,
`compensation`, `ledger`, `parking`, `scope`, `states`, `terminal`, `terms`, `texts`, `waiting`, `graph.plan`, `spec`; imported by `run`.
"""

from __future__ import annotations

from typing import Final, assert_never

from engine.errors import ExpressionError, InputError
from engine.graph.plan import Edge, EdgeKind, Plan
from engine.interpreter import intents as i
from engine.interpreter.board import Board, Place, Verdict
from engine.interpreter.closing import Closing, Ending, Phase
from engine.interpreter.compensation import Done, undo_of
from engine.interpreter.failure import Failure, catch_for, of_expression, pause, rule_for, share
from engine.interpreter.ledger import Ledger, Purpose, Timer, Work
from engine.interpreter.parking import TRANSIENT, Parking
from engine.interpreter.scope import Data
from engine.interpreter.states import NodeTrigger
from engine.interpreter.terminal import terminal_intent
from engine.interpreter.terms import NONE_GIVEN
from engine.interpreter.texts import control, details_of, reason_of, timer_id, too_large, work_id
from engine.interpreter.waiting import fires
from engine.interpreter.work import Address
from engine.spec.expression import evaluate_condition
from engine.spec.inputs import check_input
from engine.spec.model import (
    ABSENT,
    ActivityNode,
    DecisionNode,
    Goto,
    Json,
    PassNode,
    RetryFrom,
    TerminalNode,
    WaitNode,
)
from engine.spec.payload import decode, encode
from engine.spec.template import render

MOST_REFUSALS: Final = 20
"""So often a timer of the run's own that SWF refuses for a transient cause is asked for at once again."""

WITH_OUTPUT: Final = (ActivityNode, WaitNode, PassNode)
WITH_CATCH: Final = (ActivityNode, WaitNode)


class Course:
    """Part of a run: the only one that decides."""

    __slots__ = ("_again", "_board", "_closing", "_data", "_inputs", "_ledger", "_parking", "_plan", "_refusals", "_undoing", "_waits")

    def __init__(self, plan: Plan, board: Board, ledger: Ledger, parking: Parking, closing: Closing, data: Data) -> None:
        self._plan = plan
        self._again = i.ContinueExecution(input=ABSENT, terms=NONE_GIVEN)
        self._board = board
        self._ledger = ledger
        self._parking = parking
        self._closing = closing
        self._undoing = closing.compensation
        self._data = data
        self._waits: dict[str, Work | Timer] = {}
        """What each open or retrying node waits for."""
        self._inputs: dict[str, i.Text] = {}
        """Of the activity nodes that are open or retrying: every attempt of a visit gets the same input."""
        self._refusals: dict[str, int] = {}
        """Of the run's own timers, by id."""

    def begin(self, again: i.ContinueExecution, now: float) -> None:
        """`again`: what continues the execution as it was started."""
        self._again = again
        schema = self._plan.spec.input_schema
        if schema is not ABSENT:
            try:
                check_input(schema, self._data.input, f"the workflow {self._plan.spec.name}")
            except InputError as error:
                self._fail_execution("", Failure(name="InputInvalid", message=str(error)), 0, now)
                self._go_on(now)
                return
        self._board.make_ready(self._plan.start, forced=True)
        self._go_on(now)

    def cancel(self, now: float) -> None:
        self._closing.cancel(now)
        self._go_on(now)

    # What happens to activity tasks.

    def scheduled(self, task: Work, now: float) -> None:
        if task.live:
            self._board.place(task.address.node).times.scheduled = now

    def started(self, task: Work, now: float) -> None:
        if task.live:
            self._board.place(task.address.node).times.started = now

    def completed(self, task: Work, result: i.Text, now: float) -> None:
        raw = None if result is ABSENT else decode(result)
        if task.address.undo:
            self._undoing.succeeded()
        elif task.live:
            self._complete(self._board.place(task.address.node), raw, now)
        else:
            self._complete_late(task.address, raw, now)
        self._go_on(now)

    def failed(self, task: Work, failure: Failure, now: float) -> None:
        if task.address.undo:
            self._undoing.missed(failure)
        elif task.live:
            self._fail(self._board.place(task.address.node), failure, now)
        self._go_on(now)

    def canceled(self, task: Work, failure: Failure, now: float) -> None:
        """The task was canceled: on our request, or, while the execution runs on, by its worker's own decision."""
        if task.address.undo:
            self._undoing.missed(failure)
        elif task.live and self._closing.phase is Phase.RUNNING:
            self._fail(self._board.place(task.address.node), failure, now)
        elif task.live:
            self._over(self._board.place(task.address.node), NodeTrigger.STOP, now)
        self._go_on(now)

    def refused(self, task: Work, cause: str, now: float) -> None:
        """SWF did not schedule the task."""
        if task.live and cause in TRANSIENT:
            self._parking.park(task, cause)
        elif task.live:
            failure = Failure(name=f"ScheduleFailed.{cause}", message=f"SWF refused the {task.kind}: {cause}")
            if task.address.undo:
                self._undoing.missed(failure)
            else:
                self._fail(self._board.place(task.address.node), failure, now)
        self._go_on(now)

    # What happens to timers.

    def fired(self, timer: Timer, now: float) -> None:
        if timer.live:
            node = "" if timer.address is ABSENT else timer.address.node
            match timer.purpose:
                case Purpose.RETRY if timer.address is not ABSENT and timer.address.undo:
                    self._undoing.repeat()
                case Purpose.RETRY:
                    self._repeat(self._board.place(node))
                case Purpose.WAIT | Purpose.SIGNAL:
                    self._complete(self._board.place(node), None, now)
                case Purpose.THROTTLE:
                    self._parking.time_is_up()
                case Purpose.GRACE | Purpose.CLOSE:
                    self._closing.timer_over(timer)
                case _:
                    assert_never(timer.purpose)
        self._go_on(now)

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
                    self._fail(self._board.place(wish.address.node), failure, now)
            self._closing.timer_refused(timer)
        self._go_on(now)

    # The cascade.

    def _go_on(self, now: float) -> None:
        self._cascade(now)
        while (target := self._closing.look(now)) is not ABSENT:
            for reset in self._board.divert(target):
                self._forget(reset.node.name)
            self._cascade(now)

    def _cascade(self, now: float) -> None:
        while (ready := self._board.next_ready()) is not ABSENT:
            place, verdict = ready
            if verdict is Verdict.SKIP:
                self._board.skip(place)
            else:
                self._enter(place, now)
        if self._closing.phase is Phase.RUNNING and not self._board.live:
            message = "every branch has come to its end, and none of them in a terminal: nothing is open that could go on"
            self._fail_execution("", Failure(name="Stalled", message=message), 0, now)

    def _enter(self, place: Place, now: float) -> None:
        self._board.enter(place, now)
        node = place.node
        self._data.visits[node.name] = place.visit
        match node:
            case ActivityNode():
                self._enter_activity(place, node, now)
            case WaitNode():
                self._enter_wait(place, node, now)
            case PassNode():
                self._complete(place, None, now)
            case DecisionNode():
                self._decide(place, node, now)
            case TerminalNode():
                self._end(place, node, now)
            case _:
                assert_never(node)

    def _enter_activity(self, place: Place, node: ActivityNode, now: float) -> None:
        text: i.Text = ABSENT
        if node.input is not ABSENT:
            try:
                text = encode(render(node.input, self._data.at(now)))
            except ExpressionError as error:
                self._fail(place, of_expression(error, final=True), now)
                return
            if len(text) > self._data.longest:
                self._fail(place, too_large("the input", text, self._data.longest), now)
                return
        self._inputs[node.name] = text
        self._schedule(place)

    def _enter_wait(self, place: Place, node: WaitNode, now: float) -> None:
        address = _address(place)
        try:
            start = fires(node.on, self._data.at(now), timer_id(address, Purpose.WAIT), control(address))
        except ExpressionError as error:
            self._fail(place, of_expression(error, final=True), now)
            return
        self._wait(place, Purpose.WAIT, start)

    def _decide(self, place: Place, node: DecisionNode, now: float) -> None:
        scope = self._data.at(now)
        for index, choice in enumerate(node.choices):
            if isinstance(choice.then, RetryFrom) and self._board.spent(self._back_edge(node.name, EdgeKind.CHOICE, index)):
                continue
            try:
                holds = evaluate_condition(choice.when, scope)
            except ExpressionError as error:
                self._fail(place, of_expression(error, final=True), now)
                return
            if holds:
                self._over(place, NodeTrigger.COMPLETE, now)
                self._follow(place, EdgeKind.CHOICE, index, choice.then)
                return
        if node.default:
            self._over(place, NodeTrigger.COMPLETE, now)
            self._board.leave(place, EdgeKind.DEFAULT, 0)
        else:
            self._fail(place, Failure(name="NoChoice", message="no choice holds, and there is no default", final=True), now)

    def _end(self, place: Place, node: TerminalNode, now: float) -> None:
        try:
            close = terminal_intent(node, self._data.at(now), self._again, self._data.longest)
        except ExpressionError as error:
            self._fail(place, of_expression(error, final=True), now)
            return
        if isinstance(close, Failure):
            self._fail(place, close, now)
            return
        self._over(place, NodeTrigger.COMPLETE, now)
        self._closing.end(Ending(intent=close, ours=False), now, undo=node.compensate)

    # How a node ends, or goes on.

    def _complete(self, place: Place, raw: Json, now: float) -> None:
        node = place.node
        value = raw
        told = self._closing.phase is Phase.RUNNING or undo_of(self._plan, node.name) is not ABSENT
        if told and isinstance(node, WITH_OUTPUT) and node.output is not ABSENT:
            scope = self._data.at(now) if isinstance(node, PassNode) else self._data.with_result(now, raw)
            try:
                value = render(node.output, scope)
            except ExpressionError as error:
                failure = of_expression(error, final=not isinstance(node, ActivityNode))
                if self._closing.phase is not Phase.RUNNING:
                    self._undoing.lost(Done(node=node.name, visit=place.visit, result=raw), failure)
                self._fail(place, failure, now)
                return
        self._over(place, NodeTrigger.COMPLETE, now)
        self._data.completed(node.name, value)
        self._undoing.completed(Done(node=node.name, visit=place.visit, result=value))
        if self._closing.phase is Phase.RUNNING:
            self._board.leave(place, EdgeKind.NEXT, 0)

    def _complete_late(self, address: Address, raw: Json, now: float) -> None:
        """Nobody waits for it any more, but it did happen: it may have to be undone."""
        node = self._plan.nodes[address.node]
        value = raw
        try:
            if isinstance(node, ActivityNode) and node.output is not ABSENT:
                value = render(node.output, self._data.with_result(now, raw))
        except ExpressionError as error:
            self._undoing.lost(Done(node=node.name, visit=address.visit, result=raw), of_expression(error, final=True))
        else:
            self._undoing.completed(Done(node=node.name, visit=address.visit, result=value))

    def _fail(self, place: Place, failure: Failure, now: float) -> None:
        node = place.node
        self._data.failed(node.name, failure, place.attempt)
        if self._closing.phase is not Phase.RUNNING:
            self._over(place, NodeTrigger.FAIL, now)
            return
        if isinstance(node, ActivityNode):
            rule = rule_for(node.retry, failure, place.attempt)
            if rule is not ABSENT:
                self._postpone(place, node, rule)
                return
        self._over(place, NodeTrigger.FAIL, now)
        rules = node.catch if isinstance(node, WITH_CATCH) else ()
        caught = catch_for(rules, failure, lambda index: self._board.spent(self._back_edge(node.name, EdgeKind.CATCH, index)))
        if caught is ABSENT:
            self._fail_execution(node.name, failure, place.attempt, now)
        else:
            self._follow(place, EdgeKind.CATCH, caught, rules[caught].then)

    def _postpone(self, place: Place, node: ActivityNode, index: int) -> None:
        self._board.postpone(place, index)
        rule = node.retry[index]
        jitter = share(self._data.run_id, node.name, place.visit, place.attempt) if rule.jitter else 0.0
        seconds = pause(rule, place.attempt, jitter)
        if seconds:
            address = _address(place)
            start = i.StartTimer(timer_id=timer_id(address, Purpose.RETRY), control=control(address), seconds=seconds)
            self._wait(place, Purpose.RETRY, start)
        else:
            self._repeat(place)

    def _repeat(self, place: Place) -> None:
        self._board.repeat(place)
        self._schedule(place)

    def _follow(self, place: Place, kind: EdgeKind, rule: int, then: Goto | RetryFrom) -> None:
        if isinstance(then, Goto):
            self._board.leave(place, kind, rule)
            return
        for reset in self._board.back(self._back_edge(place.node.name, kind, rule)):
            self._forget(reset.node.name)

    def _forget(self, name: str) -> None:
        """The node is reset: its result goes, and nobody waits for its work."""
        self._data.reset(name)
        self._inputs.pop(name, None)
        wait = self._waits.pop(name, ABSENT)
        if wait is not ABSENT:
            self._ledger.drop(wait)

    def _over(self, place: Place, trigger: NodeTrigger, now: float) -> None:
        self._board.over(place, trigger, now)
        self._waits.pop(place.node.name, None)
        self._inputs.pop(place.node.name, None)

    def _fail_execution(self, node: str, failure: Failure, attempts: int, now: float) -> None:
        intent = i.FailExecution(reason=reason_of(node, failure), details=details_of(node, failure, attempts))
        self._closing.end(Ending(intent=intent, ours=True), now, undo=True)

    # Wishes.

    def _schedule(self, place: Place) -> None:
        node = place.node
        if not isinstance(node, ActivityNode):
            raise AssertionError(f"{node.name} is no activity node")
        activity = self._plan.spec.activities[node.activity]
        address = _address(place)
        intent = i.ScheduleActivity(
            activity_id=work_id(address),
            activity=activity.name,
            version=activity.version,
            control=control(address),
            input=self._inputs[node.name],
            task_list=node.task_list,
            timeouts=node.timeouts,
            priority=node.priority,
        )
        task = Work(address=address, intent=intent)
        self._waits[node.name] = task
        self._ledger.want_work(task)

    def _wait(self, place: Place, purpose: Purpose, start: i.Start) -> None:
        timer = Timer(address=_address(place), purpose=purpose, intent=start)
        self._waits[place.node.name] = timer
        self._ledger.want_timer(timer)

    def _refuse(self, timer_id: str) -> int:
        count = self._refusals[timer_id] = self._refusals.get(timer_id, 0) + 1
        return count

    def _back_edge(self, node: str, kind: EdgeKind, rule: int) -> Edge:
        return self._plan.retry_from[node, kind, rule]


def _address(place: Place) -> Address:
    return Address(node=place.node.name, visit=place.visit, attempt=place.attempt)
