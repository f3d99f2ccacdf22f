"""Where every node and edge stands: states, visits, joins, and which nodes are ready to be entered or skipped.

DESIGN's "What an edge means", without SWF: edges are settled here, joins are judged here, retryFrom resets here. What a node does when
it is entered is `course`'s business. Nothing costs more than the edges it settles: joins are counted, not searched, and a reset visits
only what was touched. Imports `graph.plan`, `spec.model`, `states`, `watching`; imported by most of the run, and by who looks at one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush
from typing import Final, Literal

from engine.graph.plan import Edge, EdgeKind, Plan
from engine.interpreter.states import IMPOSSIBLE, NODE, NodeState, NodeTrigger
from engine.interpreter.watching import NOBODY, Watcher
from engine.spec.model import ABSENT, Absent, Join, JoinKind, Node


class EdgeState(StrEnum):
    UNSETTLED = "unsettled"
    TAKEN = "taken"
    DEAD = "dead"


class Verdict(StrEnum):
    """What a join says: wait for more edges, enter, or skip."""

    WAIT = "wait"
    ENTER = "enter"
    SKIP = "skip"


NO_NODES: Final = dict.fromkeys(NodeState, 0)
"""How many of them are in each state."""

LIVE: Final = frozenset({NodeState.OPEN, NodeState.RETRYING})


def judge(join: Join, degree: int, taken: int, dead: int) -> Verdict:
    """A node with `degree` incoming edges of which so many are taken and dead."""
    if join is JoinKind.ALL:
        if taken + dead < degree:
            return Verdict.WAIT
        return Verdict.ENTER if taken else Verdict.SKIP
    needed = 1 if join is JoinKind.ANY else join
    if taken >= needed:
        return Verdict.ENTER
    return Verdict.SKIP if degree - dead < needed else Verdict.WAIT


@dataclass(slots=True, kw_only=True)
class Times:
    """Of the present visit: epoch seconds of events. `scheduled`, `started`: of the present attempt."""

    entered: float | Literal[Absent.ABSENT] = ABSENT
    scheduled: float | Literal[Absent.ABSENT] = ABSENT
    started: float | Literal[Absent.ABSENT] = ABSENT
    closed: float | Literal[Absent.ABSENT] = ABSENT


@dataclass(slots=True, kw_only=True)
class Place:
    """One node in this run. Only `Board` changes `state`, `taken`, `dead` and `visit`."""

    node: Node
    degree: int
    state: NodeState = NodeState.IDLE
    taken: int = 0
    dead: int = 0
    visit: int = 0
    attempt: int = 0
    times: Times = field(default_factory=Times)


class Board:
    """Part of a run."""

    __slots__ = ("_heap", "_places", "_plan", "_ready", "_touched", "_watcher", "counts", "edges", "failed", "live", "repeated", "taken")

    def __init__(self, plan: Plan, watcher: Watcher = NOBODY) -> None:
        self._plan = plan
        self._watcher = watcher
        self._places: dict[str, Place] = {}
        self._touched: set[str] = set()
        self._heap: list[tuple[int, str]] = []
        self._ready: dict[str, bool] = {}
        self.edges: dict[int, EdgeState] = {}
        """Settled forward edges of the present visits."""
        self.taken: dict[int, int] = {}
        """How often each edge (retryFrom edges too) has been taken, ever."""
        self.repeated: dict[str, dict[int, int]] = {}
        """How often each retry rule of a node has repeated it, ever."""
        self.live: dict[str, Place] = {}
        """Open and retrying nodes, in the order in which they were entered."""
        self.failed: dict[str, None] = {}
        self.counts = NO_NODES.copy()
        """Of the nodes that were ever touched."""

    def place(self, name: str) -> Place:
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = Place(node=self._plan.nodes[name], degree=len(self._plan.incoming[name]))
            self.counts[NodeState.IDLE] += 1
        return place

    def seen(self, name: str) -> Place | Literal[Absent.ABSENT]:
        """The node's place, if anything has happened to it or to its incoming edges."""
        return self._places.get(name, ABSENT)

    @property
    def places(self) -> Mapping[str, Place]:
        """What anything has happened to, in the order of the first time."""
        return self._places

    def put_back(self, places: Mapping[str, Place], edges: Mapping[int, EdgeState], live: Iterable[str], failed: Iterable[str]) -> None:
        """Stand as another board stood (with `taken` and `repeated`, which are its owner's to give)."""
        self._places = dict(places)
        self.edges = dict(edges)
        for edge_id, state in edges.items():
            target = self._places[self._plan.edges[edge_id].target]
            target.taken += state is EdgeState.TAKEN
            target.dead += state is EdgeState.DEAD
        self._touched = {name for name, place in places.items() if place.state is not NodeState.IDLE}
        self.live = {name: self._places[name] for name in live}
        self.failed = dict.fromkeys(failed)
        self.counts = NO_NODES.copy()
        for place in places.values():
            self.counts[place.state] += 1

    def move(self, place: Place, trigger: NodeTrigger) -> None:
        name, before = place.node.name, place.state
        state = NODE[before][trigger]
        if state is IMPOSSIBLE:
            raise AssertionError(f"the node {name} is {before}: it can't {trigger}")
        self.counts[before] -= 1
        self.counts[state] += 1
        if state in LIVE:
            self.live[name] = place
        else:
            self.live.pop(name, None)
        if state is NodeState.FAILED:
            self.failed[name] = None
        elif before is NodeState.FAILED:
            del self.failed[name]
        place.state = state
        self._watcher.moved(name, trigger)

    def enter(self, place: Place, now: float) -> None:
        self.move(place, NodeTrigger.ENTER)
        self._touched.add(place.node.name)
        place.visit += 1
        place.attempt = 1
        place.times = Times(entered=now)

    def over(self, place: Place, trigger: NodeTrigger, now: float) -> None:
        """Completed or failed."""
        self.move(place, trigger)
        place.times.closed = now

    def postpone(self, place: Place, rule: int) -> None:
        """The attempt failed; this retry rule has another one left."""
        self.move(place, NodeTrigger.POSTPONE)
        self.note_repeat(place, rule)

    def note_repeat(self, place: Place, rule: int) -> None:
        """This retry rule repeats the node, or an item of it."""
        repeated = self.repeated.setdefault(place.node.name, {})
        repeated[rule] = repeated.get(rule, 0) + 1

    def repeat(self, place: Place) -> None:
        self.move(place, NodeTrigger.REPEAT)
        place.attempt += 1
        place.times.scheduled = place.times.started = ABSENT

    def skip(self, place: Place) -> None:
        self.move(place, NodeTrigger.SKIP)
        self._touched.add(place.node.name)
        for edge in self._plan.outgoing[place.node.name]:
            self._settle(edge, EdgeState.DEAD)

    def leave(self, place: Place, kind: EdgeKind, rule: int) -> None:
        """The node is over: take the outgoing edges of this kind and rule, kill the others."""
        for edge in self._plan.outgoing[place.node.name]:
            chosen = edge.kind is kind and edge.rule == rule
            self._settle(edge, EdgeState.TAKEN if chosen else EdgeState.DEAD)

    def spent(self, edge: Edge) -> bool:
        """Whether a retryFrom edge has been taken as often as it may."""
        return self.taken.get(edge.id, 0) >= edge.max_times

    def back(self, edge: Edge) -> list[Place]:
        """Take a retryFrom edge: reset its target and all that was touched behind it (returned), make the target ready.

        Edges that come into the reset part from outside stay settled: their sources don't run again. A join behind them is judged
        anew when the next of its edges is settled, not before: what was to be redone comes first.
        """
        self.taken[edge.id] = self.taken.get(edge.id, 0) + 1
        downstream = self._plan.downstream[edge.target]
        self._ready = {name: forced for name, forced in self._ready.items() if name not in downstream}
        places = self._forget(downstream)
        self.make_ready(edge.target, forced=True)
        return places

    def divert(self, target: str) -> list[Place]:
        """Go on at this node, whatever led to it: it and all behind it is reset (returned), edges from elsewhere die."""
        self.forget_ready()
        downstream = self._plan.downstream[target]
        places = self._forget(downstream)
        for name in sorted(downstream, key=self._plan.order.__getitem__):
            for edge in self._plan.incoming[name]:
                if edge.source not in downstream:
                    self._kill(edge)
        self.make_ready(target, forced=True)
        return places

    def _forget(self, downstream: frozenset[str]) -> list[Place]:
        """Reset what was touched in this part."""
        names = sorted(downstream & self._touched, key=self._plan.order.__getitem__)
        places = [self._places[name] for name in names]
        for place in places:
            self._reset(place)
        self._touched.difference_update(names)
        return places

    def _kill(self, edge: Edge) -> None:
        state = self.edges.get(edge.id, EdgeState.UNSETTLED)
        if state is EdgeState.TAKEN:
            self._places[edge.target].taken -= 1
        if state is not EdgeState.DEAD:
            self._settle(edge, EdgeState.DEAD)

    def _reset(self, place: Place) -> None:
        self.move(place, NodeTrigger.RESET)
        place.attempt = 0
        place.times = Times()
        for edge in self._plan.outgoing[place.node.name]:
            state = self.edges.pop(edge.id, EdgeState.UNSETTLED)
            if state is EdgeState.TAKEN:
                self._places[edge.target].taken -= 1
            elif state is EdgeState.DEAD:
                self._places[edge.target].dead -= 1

    def stop(self, place: Place, now: float) -> None:
        self.move(place, NodeTrigger.STOP)
        place.times.closed = now

    def make_ready(self, name: str, *, forced: bool) -> None:
        """Have the node judged in this cascade; forced: entered whatever its edges say."""
        if name not in self._ready:
            heappush(self._heap, (self._plan.order[name], name))
        self._ready[name] = forced

    def next_ready(self) -> tuple[Place, Verdict] | Literal[Absent.ABSENT]:
        """The first node, in topological order, that is to be entered or skipped now."""
        while self._heap:
            name = heappop(self._heap)[1]
            forced = self._ready.pop(name, None)
            if forced is None:
                continue
            place = self.place(name)
            verdict = Verdict.ENTER if forced else judge(place.node.join, place.degree, place.taken, place.dead)
            if verdict is not Verdict.WAIT:
                return place, verdict
        return ABSENT

    def forget_ready(self) -> None:
        """The cascade ends here: a terminal was entered, or the execution fails."""
        self._heap.clear()
        self._ready.clear()

    def _settle(self, edge: Edge, state: EdgeState) -> None:
        self.edges[edge.id] = state
        target = self.place(edge.target)
        if state is EdgeState.TAKEN:
            self.taken[edge.id] = self.taken.get(edge.id, 0) + 1
            target.taken += 1
        else:
            target.dead += 1
        if target.state is NodeState.IDLE:
            self.make_ready(edge.target, forced=self._ready.get(edge.target, False))
