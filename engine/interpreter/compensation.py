"""Undoing: what has completed and can be undone, in order, and the activity tasks that undo it, one after the other, the last one first.

Every completion of a node with `compensate` (of each item, where it has items) is noted when it happens, and stays noted when a retryFrom
resets the node: it did happen. `closing` says when the undoing begins and asks whether it is over; `course` brings the answers. An undo
that fails for good is noted, and the others go on. What completes meanwhile is undone next.

Imports `errors`, `failure`, `intents`, `ledger`, `scope`, `texts`, `wishes`, `work`, `graph.plan`, `spec`; imported by `carry`, `closing`,
`course`, `run`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from engine.errors import ExpressionError
from engine.graph.plan import Plan
from engine.interpreter import intents as i
from engine.interpreter.failure import Failure, of_expression, pause, rule_for, share
from engine.interpreter.ledger import Ledger
from engine.interpreter.scope import Data
from engine.interpreter.texts import LONGEST_DATA, control, cut, timer_id, too_large, work_id
from engine.interpreter.wishes import Purpose, Timer, Work
from engine.interpreter.work import Address
from engine.spec.model import ABSENT, Absent, ActivityNode, Json, LambdaNode, UndoActivity, WorkflowNode
from engine.spec.payload import decode, encode
from engine.spec.template import render

MARKER: Final = "swfgraph.compensation"
"""Says in the history what was undone, and what could not be; its details are JSON: undone, failed."""

LONGEST_MESSAGE: Final = 500
"""Characters of an error's message in a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A visit of a node that has completed, or one item of it."""

    node: str
    visit: int
    result: Json
    index: int | Literal[Absent.ABSENT] = ABSENT
    item: Json | Literal[Absent.ABSENT] = ABSENT

    @property
    def named(self) -> dict[str, Json]:
        """As reports name it."""
        named: dict[str, Json] = {"node": self.node, "visit": self.visit}
        return named if self.index is ABSENT else {**named, "item": self.index}


def undo_of(plan: Plan, node: str) -> UndoActivity | Literal[Absent.ABSENT]:
    """What undoes the node; absent: nothing does (or the plan has no such node)."""
    found = plan.nodes.get(node)
    return found.compensate if isinstance(found, ActivityNode | WorkflowNode | LambdaNode) else ABSENT


class Compensation:
    """Part of a run."""

    __slots__ = ("_attempt", "_data", "_input", "_ledger", "_open", "_plan", "done", "failed", "possible", "undone")

    def __init__(self, plan: Plan, ledger: Ledger, data: Data) -> None:
        self._plan = plan
        self._ledger = ledger
        self._data = data
        self._open: Done | Literal[Absent.ABSENT] = ABSENT
        self._attempt = 0
        self._input: i.Text = ABSENT
        self.possible = any(undo_of(plan, name) is not ABSENT for name in plan.nodes)
        """Some node of the spec can be undone."""
        self.done: list[Done] = []
        """What has completed and is not undone, in the order of completion."""
        self.undone: list[Json] = []
        self.failed: list[Json] = []

    @property
    def over(self) -> bool:
        """Nothing is left to be undone."""
        return self._open is ABSENT and not self.done

    @property
    def tried(self) -> int:
        """How much was undone, or could not be."""
        return len(self.undone) + len(self.failed)

    @property
    def open(self) -> tuple[Done, int] | Literal[Absent.ABSENT]:
        """What is being undone, and in which attempt."""
        return ABSENT if self._open is ABSENT else (self._open, self._attempt)

    def lost(self, done: Done, failure: Failure) -> None:
        """It has completed, late, and what its undoing would need to know can't be had."""
        if undo_of(self._plan, done.node) is not ABSENT:
            self.failed.append(_failed(done, failure))

    def completed(self, done: Done) -> None:
        """The node has completed; where it can be undone, that is noted."""
        if undo_of(self._plan, done.node) is not ABSENT:
            self.done.append(done)

    def go_on(self, now: float) -> None:
        """Undo the next one, unless one is being undone."""
        while self._open is ABSENT and self.done:
            self._open, self._attempt = self.done.pop(), 1
            self._begin(self._open, now)

    def take_up(self, done: Done, attempt: int, now: float) -> None:
        """Go on with an undo that was begun in an earlier run: its next attempt is this one."""
        self._open, self._attempt = done, attempt
        self._begin(done, now)

    def succeeded(self) -> None:
        """The task that undoes has completed."""
        self.undone.append(self._undoing.named)
        self._open = ABSENT

    def missed(self, failure: Failure) -> None:
        """An attempt has failed: there is another one, or the failure is noted."""
        done = self._undoing
        undo = self._undo(done)
        rule = rule_for(undo.retry, failure, self._attempt)
        if rule is ABSENT:
            self._give_up(failure)
            return
        jitter = share(self._data.run_id, f"{done.node} undo {done.index}", done.visit, self._attempt)
        seconds = pause(undo.retry[rule], self._attempt, jitter)
        if not seconds:
            self.repeat()
            return
        address = self._address(done)
        start = i.StartTimer(timer_id=timer_id(address, Purpose.RETRY), control=control(address), seconds=seconds)
        self._ledger.want_timer(Timer(address=address, purpose=Purpose.RETRY, intent=start))

    def repeat(self) -> None:
        """The pause between two attempts is over."""
        self._attempt += 1
        self._schedule(self._undoing)

    def hopeless(self, failure: Failure) -> None:
        """No retry rule can help."""
        self._give_up(failure)

    def report(self, longest: int = LONGEST_DATA) -> dict[str, Json]:
        """What was undone and what was not; where that is more JSON than fits, as many as fit, and how many are left out."""
        some, most = len(self.undone), len(self.failed)
        while True:
            said: dict[str, Json] = {"undone": self.undone[:some], "failed": self.failed[:most]}
            if some < len(self.undone) or most < len(self.failed):
                said["omitted"] = {"undone": len(self.undone) - some, "failed": len(self.failed) - most}
            if len(encode(said)) <= longest or not some + most:
                return said
            some, most = (some // 2, most) if some else (0, most // 2)

    def told_in(self, details: str) -> str:
        """These details (JSON of an object) with the report in them, as far as there is room."""
        fields: dict[str, Json] = decode(details)
        said = self.report(LONGEST_DATA - len(details) - len(',"compensation":'))
        told = encode({**fields, "compensation": said})
        return told if len(told) <= LONGEST_DATA else details

    @property
    def _undoing(self) -> Done:
        if self._open is ABSENT:
            raise AssertionError("nothing is being undone")
        return self._open

    def _undo(self, done: Done) -> UndoActivity:
        undo = undo_of(self._plan, done.node)
        if undo is ABSENT:
            raise AssertionError(f"{done.node} has nothing that undoes it")
        return undo

    def _begin(self, done: Done, now: float) -> None:
        template = self._undo(done).input
        extra = {"item": done.item, "index": done.index} if done.index is not ABSENT else {}
        try:
            scope = self._data.with_extra(now, {"result": done.result, **extra})
            text = encode(done.result if template is ABSENT else render(template, scope))
        except ExpressionError as error:
            self._give_up(of_expression(error, final=True))
            return
        if len(text) > self._data.longest:
            self._give_up(too_large("the input", text, self._data.longest))
            return
        self._input = text
        self._schedule(done)

    def _schedule(self, done: Done) -> None:
        undo = self._undo(done)
        activity = self._plan.spec.activities[undo.activity]
        address = self._address(done)
        intent = i.ScheduleActivity(
            activity_id=work_id(address),
            activity=activity.name,
            version=activity.version,
            control=control(address),
            input=self._input,
            task_list=undo.task_list,
            timeouts=undo.timeouts,
            priority=undo.priority,
        )
        self._ledger.want_work(Work(address=address, intent=intent))

    def _address(self, done: Done) -> Address:
        return Address(node=done.node, visit=done.visit, attempt=self._attempt, item=done.index, undo=True)

    def _give_up(self, failure: Failure) -> None:
        self.failed.append(_failed(self._undoing, failure))
        self._open = ABSENT


def _failed(done: Done, failure: Failure) -> dict[str, Json]:
    return {**done.named, "error": failure.name, "message": cut(failure.message, LONGEST_MESSAGE)}
