"""Many pictures of one plan, in which nothing moves: the layout is made once, with room for what executions have to say.

For pages that follow an execution, or go through its past: a picture costs a few milliseconds, where a layout costs a hundred. Imports
`chart`, `connectors`, `layout`, `lettering`, `scene`, `svg`; imported by the console.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from engine.graph.chart import SMALL_SIZE, Chart, EdgeStatus, Figure, NodeStatus, Overlay, State, chart_of
from engine.graph.connectors import with_connectors
from engine.graph.layout import layout_of
from engine.graph.lettering import wrapped
from engine.graph.plan import Plan
from engine.graph.scene import scene_of
from engine.graph.svg import svg_text

_ROOM: Final = "attempt 10, 9m59s"
"""A note of usual length; longer ones are cut, and stand in the node's own description."""
_MARGIN: Final = 12.0


class Drawing:
    """The layout of a plan. `svg` may be asked from many threads."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        base = with_connectors(chart_of(plan, _roomy(plan)), plan)
        self._layout = layout_of(base)
        self._figures = {figure.name: figure for figure in base.figures}

    def svg(self, overlay: Overlay) -> str:
        nodes = {name: self._cut(name, status) for name, status in overlay.nodes.items()}
        chart = with_connectors(chart_of(self.plan, replace(overlay, nodes=nodes)), self.plan)
        return svg_text(scene_of(self._fitted(chart), self._layout))

    def _cut(self, name: str, status: NodeStatus) -> NodeStatus:
        widest = self._figures[name].width - 2 * _MARGIN
        return replace(status, note=next(iter(wrapped(status.note, SMALL_SIZE, widest=widest, lines=1)), ""))

    def _fitted(self, chart: Chart) -> Chart:
        return replace(chart, figures=tuple(_sized(figure, self._figures) for figure in chart.figures))


def _sized(figure: Figure, bases: Mapping[str, Figure]) -> Figure:
    base = bases[figure.name]
    return replace(figure, width=base.width, height=base.height)


def _roomy(plan: Plan) -> Overlay:
    """Every node says something, every edge that goes back was taken."""
    status = NodeStatus(state=State.OPEN, note=_ROOM)
    back = {edge.id: EdgeStatus(taken=1) for edge in plan.edges if not edge.forward}
    return Overlay(nodes=dict.fromkeys(plan.nodes, status), edges=back)
