"""forEach: a work node runs once per item, so many at a time, and its result is the list of what the items gave, in their order.

An item is begun when there is room: under the node's own `maxConcurrency`, and under what SWF lets be open in one execution, which all
nodes share (in turn, where several wait). It keeps its place until it is over: completed, or failed when its retry rules are spent. An
item's expressions see the data as of the event that begins or ends it. `course` brings what happens and hears what it means for the node.
Nothing costs more than the items it concerns. Imports `compensation`, `failure`, `ledger`, `scope`, `work`, `works`, `spec`; imported by
`context`, `nodes`, `view`, and what carries a run on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor
from typing import Final, Literal, TypeAlias

from engine.interpreter.compensation import Compensation, Done
from engine.interpreter.failure import Failure, rule_for
from engine.interpreter.ledger import Ledger, Timer, Work
from engine.interpreter.scope import Data
from engine.interpreter.work import MOST_OPEN, Address
from engine.interpreter.works import Order, WorkNode, Works
from engine.spec.expression import evaluate
from engine.spec.model import ABSENT, Absent, ForEach, Json, Percent
from engine.spec.template import render

ITEM: Final = "item"
INDEX: Final = "index"
RESULT: Final = "result"


@dataclass(slots=True, kw_only=True)
class Job:
    """One item that is begun and not over."""

    index: int
    attempt: int
    order: Order
    waits: Work | Timer | Literal[Absent.ABSENT] = ABSENT


@dataclass(slots=True, kw_only=True)
class FanOut:
    """The items of a node in its present visit."""

    node: WorkNode
    visit: int
    items: list[Json]
    results: list[Json]
    most: int
    """Items at a time."""
    tolerated: int
    """So many may fail."""
    known: dict[int, Json] = field(default_factory=dict)
    """Results that are there before their items are begun: those items are not."""
    next: int = 0
    """The first item that is not begun."""
    open: dict[int, Job] = field(default_factory=dict)
    failed: dict[int, dict[str, Json]] = field(default_factory=dict)
    """Errors as expressions read them, by index."""
    done: set[int] = field(default_factory=set)
    """Items that have completed."""
    completed: int = 0
    """How many."""

    @property
    def errors(self) -> list[Json]:
        return [self.failed[index] for index in sorted(self.failed)]

    @property
    def first_failure(self) -> tuple[Failure, int]:
        """Of the items that have failed, the first in order: the error and its attempts."""
        error = self.failed[min(self.failed)]
        return Failure(name=error["name"], message=f"item {error['index']}: {error['message']}"), error["attempts"]

    @property
    def broken(self) -> bool:
        """More items have failed than may."""
        return len(self.failed) > self.tolerated

    @property
    def hungry(self) -> bool:
        """Another item may be begun, as far as the node goes."""
        return self.next < len(self.items) and len(self.open) < self.most

    @property
    def all_over(self) -> bool:
        return self.completed + len(self.failed) == len(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All items are over, and no more have failed than may."""

    values: list[Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One item too many has failed."""

    failure: Failure
    attempts: int


Meaning: TypeAlias = Results | Broken | Literal[Absent.ABSENT]
"""For the node, of what has happened to an item; absent: it goes on."""


class FanOuts:
    """Part of a run."""

    __slots__ = ("_data", "_hungry", "_ledger", "_undoing", "_works", "nodes")

    def __init__(self, ledger: Ledger, works: Works, data: Data, undoing: Compensation) -> None:
        self._ledger = ledger
        self._undoing = undoing
        self._works = works
        self._data = data
        self._hungry: dict[str, None] = {}
        """Nodes that have items to begin, in turn."""
        self.nodes: dict[str, FanOut] = {}
        """Those that were entered and not reset since."""

    @property
    def hungry(self) -> bool:
        """Some node has items to begin."""
        return bool(self._hungry)

    # The node.

    def enter(self, node: WorkNode, each: ForEach, visit: int, now: float, known: dict[int, Json]) -> Meaning:
        """Raises: ExpressionError, where `items` gives nothing."""
        value = evaluate(each.items, self._data.at(now))
        items = value if isinstance(value, list) else [value]
        most = MOST_OPEN if each.max_concurrency is ABSENT else min(each.max_concurrency, MOST_OPEN)
        fan = FanOut(
            node=node, visit=visit, items=items, results=[None] * len(items), most=most, tolerated=_tolerated(each, len(items)), known=known
        )  # fmt: skip
        return self.take_up(fan)

    def take_up(self, fan: FanOut) -> Meaning:
        """Go on with these items."""
        self.nodes[fan.node.name] = fan
        self._feed(fan)
        return Results(values=fan.results) if fan.all_over else ABSENT

    def forget(self, node: str) -> None:
        """The node is reset."""
        self.stop(node)
        self.nodes.pop(node, None)

    def stop(self, node: str) -> None:
        """Nothing more is begun, and what is open is asked to cancel."""
        fan = self.nodes.get(node)
        if fan is None:
            return
        fan.next = len(fan.items)
        for job in fan.open.values():
            if job.waits is not ABSENT:
                self._ledger.drop(job.waits)
        fan.open.clear()

    def begin_nothing(self) -> None:
        """The execution was asked to cancel: what is open may still answer, nothing else begins."""
        self._hungry.clear()
        for fan in self.nodes.values():
            fan.next = len(fan.items)
            fan.open = {index: job for index, job in fan.open.items() if job.waits is not ABSENT and job.waits.live}

    # Items.

    def begin_one(self, now: float) -> tuple[FanOut, Meaning] | Literal[Absent.ABSENT]:
        """Begin the next item of the node whose turn it is, if there is one and room for it."""
        while self._hungry and self._ledger.room and not self._ledger.holding:
            name = next(iter(self._hungry))
            del self._hungry[name]
            fan = self.nodes.get(name)
            if fan is None or not fan.hungry:
                continue
            meaning = self._begin(fan, now)
            self._feed(fan)
            return fan, meaning
        return ABSENT

    def shaped(self, address: Address, raw: Json, now: float) -> Json:
        """What the node's output makes of what the item's work has given. Raises: ExpressionError."""
        fan = self.nodes[address.node]
        if fan.node.output is ABSENT:
            return raw
        return render(fan.node.output, self._data.with_extra(now, {RESULT: raw, **_extra(fan, _index(address))}))

    def completed(self, address: Address, value: Json) -> Meaning:
        fan = self.nodes[address.node]
        index = _index(address)
        del fan.open[index]
        self._complete(fan, index, value)
        return self._after(fan)

    def failed(self, address: Address, failure: Failure, *, retried: bool) -> tuple[int | Literal[Absent.ABSENT], Meaning]:
        """The attempt has failed; which retry rule repeats it. `retried`: retry rules apply."""
        fan = self.nodes[address.node]
        job = fan.open[_index(address)]
        rule = rule_for(fan.node.retry, failure, job.attempt) if retried else ABSENT
        if rule is ABSENT:
            return rule, self._fail(fan, job.index, failure, job.attempt)
        timer = self._works.pause(fan.node, address, rule)
        if timer is ABSENT:
            self.repeat(address)
        else:
            job.waits = timer
        return rule, ABSENT

    def repeat(self, address: Address) -> None:
        """The pause after this attempt is over."""
        fan = self.nodes[address.node]
        job = fan.open[_index(address)]
        job.attempt += 1
        self._ask(fan, job)

    def stopped(self, address: Address) -> None:
        """Its work was canceled on our request."""
        del self.nodes[address.node].open[_index(address)]

    def _begin(self, fan: FanOut, now: float) -> Meaning:
        index = fan.next
        fan.next += 1
        if index in fan.known:
            self._complete(fan, index, fan.known[index])
            return self._after(fan)
        order = self._works.order(fan.node, self._data.with_extra(now, _extra(fan, index)))
        if isinstance(order, Failure):
            return self._fail(fan, index, order, 1)
        job = fan.open[index] = Job(index=index, attempt=1, order=order)
        self._ask(fan, job)
        return ABSENT

    def _ask(self, fan: FanOut, job: Job) -> None:
        address = Address(node=fan.node.name, visit=fan.visit, attempt=job.attempt, item=job.index)
        job.waits = self._works.begin(fan.node, address, job.order, fan.items[job.index])

    def _complete(self, fan: FanOut, index: int, value: Json) -> None:
        fan.results[index] = value
        fan.done.add(index)
        fan.completed += 1
        if self._undoing.possible:
            self._undoing.completed(Done(node=fan.node.name, visit=fan.visit, result=value, index=index, item=fan.items[index]))

    def _fail(self, fan: FanOut, index: int, failure: Failure, attempts: int) -> Meaning:
        fan.open.pop(index, None)
        fan.failed[index] = {"index": index, "name": failure.name, "message": failure.message, "attempts": attempts}
        if fan.broken:
            said = Failure(name=failure.name, message=f"item {index}: {failure.message}", final=True)
            return Broken(failure=said, attempts=attempts)
        return self._after(fan)

    def _after(self, fan: FanOut) -> Meaning:
        """An item is over."""
        if fan.all_over:
            return Results(values=fan.results)
        self._feed(fan)
        return ABSENT

    def _feed(self, fan: FanOut) -> None:
        if fan.hungry:
            self._hungry[fan.node.name] = None


def _tolerated(each: ForEach, items: int) -> int:
    return floor(items * each.tolerate.value / 100) if isinstance(each.tolerate, Percent) else each.tolerate


def _extra(fan: FanOut, index: int) -> dict[str, Json]:
    return {ITEM: fan.items[index], INDEX: index}


def _index(address: Address) -> int:
    if address.item is ABSENT:
        raise AssertionError(f"{address.node} is no item")
    return address.item
