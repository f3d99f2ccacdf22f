"""Coverage as an overlay of the chart: what scenarios have been through is green, what not is red and dashed.

Imports `coverage`, `graph.draw`; imported by the command.
"""

from __future__ import annotations

from engine.graph.draw import EdgeStatus, NodeStatus, Overlay, State
from engine.testing.coverage import Coverage


def coverage_overlay(coverage: Coverage) -> Overlay:
    states = {name: State.COVERED if name in coverage.nodes else State.MISSED for name in coverage.plan.nodes}
    return Overlay(
        nodes={name: NodeStatus(state=state) for name, state in states.items()},
        edges={edge.id: EdgeStatus(covered=edge.id in coverage.edges) for edge in coverage.plan.edges},
    )
