"""A run as others look at it: frozen, everything by name; for status, live progress, drawings and tests.

Building one costs as much as the plan is large: it is not for the decider's way. Imports `board`, `closing`, `events`, `scope`, `states`,
`graph.plan`, `spec`; imported by `run` and everyone above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.graph.plan import EdgeKind, Plan
from engine.interpreter.board import Board, EdgeState, Times
from engine.interpreter.closing import Phase
from engine.interpreter.events import CloseStatus
from engine.interpreter.scope import Data
from engine.interpreter.states import NodeState
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
class NodeError:
    name: str
    message: str
    attempts: int


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
    """Its last failure, unless it has completed since."""


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
    last_event_id: int
    time: float
    """Of the last event."""


def view_nodes(plan: Plan, board: Board, data: Data) -> dict[str, NodeView]:
    return {name: _node(name, board, data) for name in plan.nodes}


def view_edges(plan: Plan, board: Board) -> tuple[EdgeView, ...]:
    views = []
    for edge in plan.edges:
        repeated = board.repeated.get(edge.source, {})
        taken = repeated.get(edge.rule, 0) if edge.kind is EdgeKind.RETRY else board.taken.get(edge.id, 0)
        back = EdgeState.TAKEN if taken else EdgeState.UNSETTLED
        views.append(EdgeView(state=board.edges.get(edge.id, EdgeState.UNSETTLED) if edge.forward else back, taken=taken))
    return tuple(views)


def _node(name: str, board: Board, data: Data) -> NodeView:
    place = board.seen(name)
    error = data.errors.get(name, ABSENT)
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
        error=ABSENT if error is ABSENT else NodeError(name=error["name"], message=error["message"], attempts=error["attempts"]),
    )
