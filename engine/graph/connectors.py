"""Far arrows of a large chart, cut short: as on paper, what leads to the other end of the drawing ends in a connector nearby.

An arrow to a terminal many layers away leads to a copy of that terminal; one that goes back, or leads forward, over many layers leads to a
small figure that names its target. Small charts are not changed. That keeps large ones legible, and Graphviz, which lays a long
arrow through every layer that it crosses, quick. Imports `chart`, `graph.plan`; imported by `draw` and `steady`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from engine.graph.chart import SMALL_SIZE, Arrow, Chart, Figure, Line, Shape
from engine.graph.lettering import width
from engine.graph.plan import Plan

FAR: Final = 7
"""Layers between an arrow's ends from which on it is cut."""


def with_connectors(chart: Chart, plan: Plan) -> Chart:
    layers = _layers(plan)
    figures = {figure.name: figure for figure in chart.figures}
    near = {arrow.target for arrow in chart.arrows if not arrow.back and not _is_far(arrow, layers)}
    added: dict[str, Figure] = {}
    arrows = []
    for arrow in chart.arrows:
        target = figures[arrow.target]
        if not _is_far(arrow, layers) or (arrow.target not in near and not arrow.back):
            near.add(arrow.target)  # every figure keeps an arrow that leads to it
            arrows.append(arrow)
            continue
        connector = _copy(arrow, target) if target.shape is Shape.OVAL else _connector(arrow, target)
        added.setdefault(connector.name, connector)
        arrows.append(replace(arrow, target=connector.name, back=False))
    return replace(chart, figures=(*chart.figures, *added.values()), arrows=tuple(arrows))


def _layers(plan: Plan) -> Mapping[str, int]:
    """The length of the longest path from the start."""
    layers = dict.fromkeys(plan.nodes, 0)
    for name in sorted(plan.order, key=plan.order.__getitem__):
        for edge in plan.outgoing[name]:
            layers[edge.target] = max(layers[edge.target], layers[name] + 1)
    return layers


def _is_far(arrow: Arrow, layers: Mapping[str, int]) -> bool:
    return arrow.source in layers and abs(layers[arrow.target] - layers[arrow.source]) >= FAR


def _copy(arrow: Arrow, terminal: Figure) -> Figure:
    """One per source, however many of its arrows lead there."""
    return replace(terminal, name=f"{terminal.name}@{arrow.source}")


def _connector(arrow: Arrow, target: Figure) -> Figure:
    text = f"{'back to' if arrow.back else 'on to'} {target.name}"
    return Figure(
        name=f"{target.name}@{arrow.name}",
        shape=Shape.CONNECTOR,
        lines=(Line(text=text, size=SMALL_SIZE),),
        palette=replace(target.palette, fill="#ffffff", stroke=arrow.stroke, ink=arrow.stroke),
        width=width(text, SMALL_SIZE) + 22,
        height=20,
        weight=1.0,
        dashed=True,
        tooltip=text,
    )
