"""Undoing: what has completed and can be undone, in order, and the activity tasks that undo it, one after the other, the last one first.

Every completion of a node with `compensate` (of each item, where it has items) is noted when it happens, and stays noted when a retryFrom
resets the node: it did happen. `closing` says when the undoing begins and asks whether it is over; `course` brings the answers. An undo
that fails for good is noted, and the others go on. What completes meanwhile is undone next.

Imports `errors`, `failure`, `intents`, `ledger`, `scope`, `texts`, `wishes`, `work`, `works`, `graph.plan`, `spec`; imported by
`closing`, `fanout`, `nodes`, `packing`, `unpacking`, `carry`, `run`.
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
from engine.interpreter.texts import LONGEST_DATA, control, cut, timer_id, too_large
from engine.interpreter.wishes import Purpose, Timer, Work
from engine.interpreter.work import Address
from engine.interpreter.works import schedule_activity
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


@dataclass(slots=True, kw_only=True)
class Undo:
    """What is being undone."""

    done: Done
    attempt: int
    input: i.Text
    waits: Work | Timer | Literal[Absent.ABSENT] = ABSENT


class Compensation:
    """Part of a run."""

    __slots__ = ("_data", "_ledger", "_plan", "done", "failed", "open", "possible", "undone")

    def __init__(self, plan: Plan, ledger: Ledger, data: Data) -> None:
        self._plan = plan
        self._ledger = ledger
        self._data = data
        self.open: Undo | Literal[Absent.ABSENT] = ABSENT
        self.possible = bool(plan.undoable)
        """Some node of the spec can be undone."""
        self.done: list[Done] = []
        """What has completed and is not undone, in the order of completion."""
        self.undone: list[Json] = []
        self.failed: list[Json] = []

    @property
    def over(self) -> bool:
        """Nothing is left to be undone."""
        return self.open is ABSENT and not self.done

    @property
    def tried(self) -> int:
        """How much was undone, or could not be."""
        return len(self.undone) + len(self.failed)

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
        while self.open is ABSENT and self.done:
            self._begin(self.done.pop(), now)

    def take_up(self, undo: Undo, due: float | Literal[Absent.ABSENT]) -> None:
        """Go on with an undo that was begun in an earlier run: with this attempt, or, when that is due, with the next one."""
        self.open = undo
        if due is ABSENT:
            self._schedule(undo)
            return
        address = self._address(undo)
        start = i.StartTimerUntil(timer_id=timer_id(address, Purpose.RETRY), control=control(address), time=due)
        self._wait(undo, start)

    def succeeded(self) -> None:
        """The task that undoes has completed."""
        self.undone.append(self._undoing.done.named)
        self.open = ABSENT

    def missed(self, failure: Failure) -> None:
        """An attempt has failed: there is another one, or the failure is noted."""
        undo = self._undoing
        rules = self._activity(undo.done).retry
        rule = rule_for(rules, failure, undo.attempt)
        if rule is ABSENT:
            self.hopeless(failure)
            return
        jitter = share(self._data.run_id, f"{undo.done.node} undo {undo.done.index}", undo.done.visit, undo.attempt)
        seconds = pause(rules[rule], undo.attempt, jitter)
        if not seconds:
            self.repeat()
            return
        address = self._address(undo)
        self._wait(undo, i.StartTimer(timer_id=timer_id(address, Purpose.RETRY), control=control(address), seconds=seconds))

    def repeat(self) -> None:
        """The pause between two attempts is over."""
        self._undoing.attempt += 1
        self._schedule(self._undoing)

    def hopeless(self, failure: Failure) -> None:
        """It has failed for good."""
        self.failed.append(_failed(self._undoing.done, failure))
        self.open = ABSENT

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
    def _undoing(self) -> Undo:
        if self.open is ABSENT:
            raise AssertionError("nothing is being undone")
        return self.open

    def _activity(self, done: Done) -> UndoActivity:
        activity = undo_of(self._plan, done.node)
        if activity is ABSENT:
            raise AssertionError(f"{done.node} has nothing that undoes it")
        return activity

    def _begin(self, done: Done, now: float) -> None:
        template = self._activity(done).input
        extra = {"item": done.item, "index": done.index} if done.index is not ABSENT else {}
        try:
            scope = self._data.with_extra(now, {"result": done.result, **extra})
            text = encode(done.result if template is ABSENT else render(template, scope))
        except ExpressionError as error:
            self.failed.append(_failed(done, of_expression(error, final=True)))
            return
        if len(text) > self._data.longest:
            self.failed.append(_failed(done, too_large("the input", text, self._data.longest)))
            return
        self.open = Undo(done=done, attempt=1, input=text)
        self._schedule(self.open)

    def _schedule(self, undo: Undo) -> None:
        address = self._address(undo)
        intent = schedule_activity(self._plan, self._activity(undo.done), address, undo.input)
        undo.waits = Work(address=address, intent=intent)
        self._ledger.want_work(undo.waits)

    def _wait(self, undo: Undo, start: i.Start) -> None:
        undo.waits = Timer(address=self._address(undo), purpose=Purpose.RETRY, intent=start)
        self._ledger.want_timer(undo.waits)

    def _address(self, undo: Undo) -> Address:
        return Address(node=undo.done.node, visit=undo.done.visit, attempt=undo.attempt, item=undo.done.index, undo=True)


def _failed(done: Done, failure: Failure) -> dict[str, Json]:
    return {**done.named, "error": failure.name, "message": cut(failure.message, LONGEST_MESSAGE)}
