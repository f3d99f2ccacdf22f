"""A chart and its layout as a picture made of few kinds of marks: what every format of picture is written from.

Here is what goes where, and how arrows look; how figures look is in `figures`. Coordinates are points from the top left corner, y
downwards. Imports `chart`, `layout`, `figures`, `marks`, `lettering`; imported by `svg`, `pdf`, `steady`, `draw`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from engine.graph.chart import LABEL_SIZE, Arrow, Chart, Line
from engine.graph.figures import figure_marks
from engine.graph.layout import Layout, Point, Route
from engine.graph.lettering import width, wrapped
from engine.graph.marks import Curve, Group, Mark, Outline, Words, straight, words_of

_MARGIN: Final = 18.0
_TITLE_SIZE, _SUBTITLE_SIZE = 14.0, 10.0
_TITLE_INK, _SUBTITLE_INK = "#1f242c", "#5d6470"
_HEAD_HALF, _OVERLAP = 3.2, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    title: str
    width: float
    height: float
    groups: tuple[Group, ...]


def scene_of(chart: Chart, layout: Layout) -> Scene:
    heading = _heading(chart, layout.width)
    breadth = max(layout.width, *(width(line.text, line.size, bold=line.bold) for line in heading)) + 2 * _MARGIN
    top = sum(line.size * 1.4 for line in heading) + 8
    left = (breadth - layout.width) / 2
    down = top + _MARGIN
    groups = (
        _titles(heading, breadth / 2),
        *(_arrow(arrow, _moved(layout.routes[arrow.name], left, down)) for arrow in chart.arrows),
        *(figure_marks(figure, *_shifted(layout.centers[figure.name], left, down)) for figure in chart.figures),
    )
    return Scene(title=chart.title, width=breadth, height=layout.height + top + 2 * _MARGIN, groups=groups)


def _heading(chart: Chart, breadth: float) -> list[Line]:
    widest = max(breadth, 260.0)
    titles = [Line(text=text, size=_TITLE_SIZE, bold=True) for text in wrapped(chart.title, _TITLE_SIZE, widest=widest, lines=2, bold=True)]
    return titles + [Line(text=text, size=_SUBTITLE_SIZE) for text in wrapped(chart.subtitle, _SUBTITLE_SIZE, widest=widest, lines=3)]


def _titles(heading: list[Line], middle: float) -> Group:
    marks, y = [], _MARGIN
    for line in heading:
        y += line.size * 1.4
        ink = _TITLE_INK if line.bold else _SUBTITLE_INK
        marks.append(Words(text=line.text, x=middle, y=y - line.size * 0.4, size=line.size, ink=ink, bold=line.bold))
    return Group(name="title", classes=("title",), tooltip="", marks=tuple(marks))


def _moved(route: Route, across: float, down: float) -> Route:
    curve = tuple(_shifted(point, across, down) for point in route.curve)
    return Route(curve=curve, tip=_shifted(route.tip, across, down), label=_shifted(route.label, across, down))


def _shifted(point: Point, across: float, down: float) -> Point:
    return point[0] + across, point[1] + down


def _arrow(arrow: Arrow, route: Route) -> Group:
    marks: list[Mark] = [Curve(points=route.curve, stroke=arrow.stroke, weight=arrow.weight, dashed=arrow.dashed)]
    marks.append(_head(route, arrow))
    if arrow.lines:
        x, y = route.label
        lines = tuple(Line(text=text, size=LABEL_SIZE) for text in arrow.lines)
        marks += (replace(words, halo=True) for words in words_of(lines, x, y, arrow.ink))
    return Group(name=arrow.name, classes=("edge", "back") if arrow.back else ("edge",), tooltip=arrow.tooltip, marks=tuple(marks))


def _head(route: Route, arrow: Arrow) -> Outline:
    """A filled triangle from the curve's end to the tip, the layout having left room for it."""
    (x, y), (tip_x, tip_y) = route.curve[-1], route.tip
    length = math.hypot(tip_x - x, tip_y - y) or 1.0
    across, down = (tip_x - x) / length, (tip_y - y) / length
    base_x, base_y = x - across * _OVERLAP, y - down * _OVERLAP
    half = _HEAD_HALF + (arrow.weight - 1.2) * 0.8
    corners = (base_x - down * half, base_y + across * half), (base_x + down * half, base_y - across * half)
    return Outline(points=straight((tip_x, tip_y), *corners, (tip_x, tip_y)), fill=arrow.stroke)
