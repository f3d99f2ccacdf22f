"""Coverage as an overlay of the chart: what scenarios have been through is as if it had happened, what not is marked.

Imports `coverage`, `graph.draw`; imported by the command.
"""

from __future__ import annotations

from engine.graph.draw import EdgeStatus, NodeStatus, Overlay, State
from engine.testing.coverage import Coverage


def coverage_overlay(coverage: Coverage) -> Overlay:
    return Overlay(
        nodes={name: NodeStatus(state=State.COMPLETED if name in coverage.nodes else State.FAILED) for name in coverage.plan.nodes},
        edges={edge.id: EdgeStatus(taken=coverage.edges.get(edge.id, 0)) for edge in coverage.plan.edges},
    )
