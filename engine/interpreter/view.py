"""A run as others look at it: frozen, everything by name; for status, live progress, drawings and tests.

Building one costs as much as the plan is large: it is not for the decider's way. Imports `board`, `closing`, `events`, `fanout`,
`scope`, `states`, `works`, `graph.plan`, `spec`; imported by `run` and everyone above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.graph.plan import EdgeKind, Plan
from engine.interpreter.board import Board, EdgeState, Times
from engine.interpreter.closing import Phase
from engine.interpreter.events import CloseStatus
from engine.interpreter.fanout import FanOuts
from engine.interpreter.scope import Data
from engine.interpreter.states import NodeState
from engine.interpreter.works import Works
from engine.spec.model import ABSENT, Absent, Json

Time: TypeAlias = float | Literal[Absent.ABSENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the execution ended. `reason`: of a failure or termination; of a timeout, which one. Empty texts: not given."""

    status: CloseStatus
    time: float
    result: Json | Literal[Absent.ABSENT]
    reason: str
    details: str
    new_run_id: str = ""
    """Of the execution that this one is continued as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    index: int
    name: str
    message: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeError:
    name: str
    message: str
    attempts: int
    items: tuple[ItemError, ...] = ()
    """Of a node with items: those that have failed, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsView:
    """How far a node has come with its items; the rest of `total` is not begun. A failed item is one whose retry rules are spent."""

    total: int
    done: int
    failed: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildView:
    """A child execution that has started, open or not. `item`: the index of the item that it is for."""

    workflow_id: str
    run_id: str
    item: int | Literal[Absent.ABSENT] = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """A node in its present visit. `visit` 0: it was never entered. Times are epoch seconds of events."""

    name: str
    state: NodeState
    visit: int
    attempt: int
    entered: Time
    scheduled: Time
    started: Time
    closed: Time
    result: Json | Literal[Absent.ABSENT]
    error: NodeError | Literal[Absent.ABSENT]
    """Its last failure, unless it has completed since (with items, some of which may have failed: what has)."""
    items: ItemsView | Literal[Absent.ABSENT] = ABSENT
    """Of a node with items that was entered."""
    children: tuple[ChildView, ...] = ()
    """Of a node that starts child executions: the last one, or of each item the last one, in the items' order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeView:
    """`state`: of a forward edge in the present visits (retry edges: taken or not, ever). `taken`: how often, ever."""

    state: EdgeState
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    nodes: Mapping[str, NodeView]
    """Every node of the plan, in the document's order."""
    edges: tuple[EdgeView, ...]
    """By the edge's id."""
    phase: Phase
    outcome: Outcome | Literal[Absent.ABSENT]
    compensation: Mapping[str, Json]
    """What was undone so far and what could not be, as the marker says it at the end; empty where nothing was."""
    last_event_id: int
    time: float
    """Of the last event."""


def view_nodes(plan: Plan, board: Board, data: Data, fanouts: FanOuts, works: Works) -> dict[str, NodeView]:
    return {name: _node(name, board, data, fanouts, works) for name in plan.nodes}


def view_edges(plan: Plan, board: Board) -> tuple[EdgeView, ...]:
    views = []
    for edge in plan.edges:
        repeated = sum(board.repeated.get(edge.source, {}).values())  # a node has one retry edge, for all its rules
        taken = repeated if edge.kind is EdgeKind.RETRY else board.taken.get(edge.id, 0)
        back = EdgeState.TAKEN if taken else EdgeState.UNSETTLED
        views.append(EdgeView(state=board.edges.get(edge.id, EdgeState.UNSETTLED) if edge.forward else back, taken=taken))
    return tuple(views)


def _node(name: str, board: Board, data: Data, fanouts: FanOuts, works: Works) -> NodeView:
    place = board.seen(name)
    times = Times() if place is ABSENT else place.times
    return NodeView(
        name=name,
        state=NodeState.IDLE if place is ABSENT else place.state,
        visit=0 if place is ABSENT else place.visit,
        attempt=0 if place is ABSENT else place.attempt,
        entered=times.entered,
        scheduled=times.scheduled,
        started=times.started,
        closed=times.closed,
        result=data.results.get(name, ABSENT),
        error=_error(data.errors.get(name, ABSENT)),
        items=_items(fanouts, name),
        children=_children(works, name),
    )


def _error(error: Json | Literal[Absent.ABSENT]) -> NodeError | Literal[Absent.ABSENT]:
    if error is ABSENT:
        return ABSENT
    items = tuple(ItemError(**item) for item in error.get("items", ()))
    return NodeError(name=error["name"], message=error["message"], attempts=error["attempts"], items=items)


def _items(fanouts: FanOuts, name: str) -> ItemsView | Literal[Absent.ABSENT]:
    fan = fanouts.nodes.get(name)
    if fan is None:
        return ABSENT
    return ItemsView(total=len(fan.items), done=fan.completed, failed=len(fan.failed), open=len(fan.open))


def _children(works: Works, name: str) -> tuple[ChildView, ...]:
    found = works.children.get(name, {})
    views = [ChildView(workflow_id=child.workflow_id, run_id=child.run_id, item=item) for item, child in found.items()]
    return tuple(sorted(views, key=lambda view: -1 if view.item is ABSENT else view.item))
