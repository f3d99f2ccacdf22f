"""A run's view -> what is laid over the drawing of its plan: states, attempts, counts. Pure.

Imports `graph.chart`, `interpreter.view`; imported by the console and by the commands that draw executions.
"""

from __future__ import annotations

from engine.graph.chart import EdgeStatus, NodeStatus, Overlay, State
from engine.graph.plan import Plan
from engine.interpreter.board import EdgeState
from engine.interpreter.states import NodeState
from engine.interpreter.view import NodeView, RunView
from engine.runtime.reading.moments import span
from engine.spec.model import ABSENT


def overlay_of(plan: Plan, view: RunView) -> Overlay:
    """How the execution stands, in colours and few words."""
    edges = {edge.id: EdgeStatus(taken=view.edges[edge.id].taken, dead=view.edges[edge.id].state is EdgeState.DEAD) for edge in plan.edges}
    return Overlay(nodes={name: _status(node) for name, node in view.nodes.items()}, edges=edges)


def _status(node: NodeView) -> NodeStatus:
    return NodeStatus(state=State(str(node.state)), note=", ".join(_notes(node)))


def _notes(node: NodeView) -> list[str]:
    notes = []
    if node.visit > 1:
        notes.append(f"visit {node.visit}")
    if node.attempt > 1:
        notes.append(f"attempt {node.attempt}")
    if node.state is NodeState.FAILED and node.error is not ABSENT:
        notes.append(node.error.name)
    elif node.state is NodeState.COMPLETED and node.scheduled is not ABSENT and node.closed is not ABSENT:
        notes.append(span(node.closed - node.scheduled))
    return notes
