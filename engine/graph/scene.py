"""A chart and its layout as a picture made of few kinds of marks: what every format of picture is written from.

Coordinates are points from the top left corner, y downwards. Colours are "#rrggbb". Nothing is escaped here. Imports `chart`, `layout`,
`lettering`; imported by `svg`, `pdf`, `draw`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, TypeAlias, assert_never

from engine.graph.chart import LABEL_SIZE, LEADING, Arrow, Chart, Figure, Line, Shape
from engine.graph.layout import Layout, Point, Route
from engine.graph.lettering import width, wrapped

BACKGROUND: Final = "#ffffff"
HALO: Final = 3.0
_MARGIN: Final = 18.0
_TITLE_SIZE, _SUBTITLE_SIZE = 14.0, 10.0
_TITLE_INK, _SUBTITLE_INK = "#1f242c", "#5d6470"
_HEAD_HALF, _OVERLAP = 3.2, 1.0
_BASELINE: Final = 0.8
"""Of a line's height: where letters stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A closed shape of straight and curved pieces: start, then cubic pieces of three points each."""

    points: tuple[Point, ...]
    fill: str
    stroke: str = ""
    weight: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """An open cubic Bézier spline (3n+1 points)."""

    points: tuple[Point, ...]
    stroke: str
    weight: float
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text, centred on `x`, standing on `y`."""

    text: str
    x: float
    y: float
    size: float
    ink: str
    bold: bool = False
    halo: bool = False
    """With a rim of the background's colour, to be legible across lines."""


Mark: TypeAlias = Outline | Curve | Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What belongs together: a figure, or an arrow with its label."""

    name: str
    classes: tuple[str, ...]
    tooltip: str
    marks: tuple[Mark, ...]


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
        *(_figure(figure, *_shifted(layout.centers[figure.name], left, down)) for figure in chart.figures),
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


def _figure(figure: Figure, x: float, y: float) -> Group:
    palette = figure.palette
    outline = Outline(points=_outline(figure, x, y), fill=palette.fill, stroke=palette.stroke, weight=figure.weight, dashed=figure.dashed)
    middle = x + 9 if figure.shape is Shape.CLOCK else x
    marks: list[Mark] = [outline, *_lines(figure.lines, middle, y, palette.ink)]
    if figure.shape is Shape.CLOCK:
        marks += _clock(x - figure.width / 2 + 17, y, palette.stroke)
    classes = ("node", figure.shape.value, figure.kind) if figure.kind else ("node", figure.shape.value)
    return Group(name=f"node-{figure.name}", classes=classes, tooltip=figure.tooltip, marks=tuple(marks))


def _outline(figure: Figure, x: float, y: float) -> tuple[Point, ...]:
    half, tall = figure.width / 2, figure.height / 2
    match figure.shape:
        case Shape.RECTANGLE:
            return _rounded(x, y, half, tall, 3)
        case Shape.ROUNDED:
            return _rounded(x, y, half, tall, 10)
        case Shape.CLOCK | Shape.CONNECTOR:
            return _rounded(x, y, half, tall, min(half, tall))
        case Shape.OVAL | Shape.DOT:
            return _rounded(x, y, half, tall, half, tall)
        case Shape.DIAMOND:
            return _straight((x, y - tall), (x + half, y), (x, y + tall), (x - half, y), (x, y - tall))
        case _:
            assert_never(figure.shape)


def _straight(*corners: Point) -> tuple[Point, ...]:
    """Straight pieces as the cubic pieces that an outline is made of."""
    points: list[Point] = [corners[0]]
    for begin, end in pairwise(corners):
        points += [begin, end, end]
    return tuple(points)


def _rounded(x: float, y: float, half: float, tall: float, across: float, down: float | None = None) -> tuple[Point, ...]:
    """A rectangle with elliptic corners; with the greatest radii an ellipse. 0.5523: a quarter circle as a cubic."""
    down = across if down is None else down
    left, right, top, bottom, bend = x - half, x + half, y - tall, y + tall, 1 - 0.5523
    points: list[Point] = [(left + across, top)]
    for corner, begin, end in (
        ((right, top), (right - across, top), (right, top + down)),
        ((right, bottom), (right, bottom - down), (right - across, bottom)),
        ((left, bottom), (left + across, bottom), (left, bottom - down)),
        ((left, top), (left, top + down), (left + across, top)),
    ):
        points += [points[-1], begin, begin]
        points += [_between(corner, begin, bend), _between(corner, end, bend), end]
    return tuple(points)


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _lines(lines: tuple[Line, ...], x: float, y: float, ink: str) -> Iterator[Words]:
    top = y - sum(line.size * LEADING for line in lines) / 2
    for line in lines:
        yield Words(text=line.text, x=x, y=top + line.size * LEADING * _BASELINE, size=line.size, ink=ink, bold=line.bold)
        top += line.size * LEADING


def _clock(x: float, y: float, stroke: str) -> list[Mark]:
    face = Outline(points=_rounded(x, y, 7, 7, 7), fill=BACKGROUND, stroke=stroke, weight=1.3)
    hands = [_straight((x, y - 4.2), (x, y)), _straight((x, y), (x + 3.2, y + 1.8))]
    return [face, *(Curve(points=hand, stroke=stroke, weight=1.3) for hand in hands)]


def _arrow(arrow: Arrow, route: Route) -> Group:
    marks: list[Mark] = [Curve(points=route.curve, stroke=arrow.stroke, weight=arrow.weight, dashed=arrow.dashed)]
    marks.append(_head(route, arrow))
    if arrow.lines:
        x, y = route.label
        lines = tuple(Line(text=text, size=LABEL_SIZE) for text in arrow.lines)
        marks += (replace(words, halo=True) for words in _lines(lines, x, y, arrow.ink))
    return Group(name=arrow.name, classes=("edge", "back") if arrow.back else ("edge",), tooltip=arrow.tooltip, marks=tuple(marks))


def _head(route: Route, arrow: Arrow) -> Outline:
    """A filled triangle from the curve's end to the tip, the layout having left room for it."""
    (x, y), (tip_x, tip_y) = route.curve[-1], route.tip
    length = math.hypot(tip_x - x, tip_y - y) or 1.0
    across, down = (tip_x - x) / length, (tip_y - y) / length
    base_x, base_y = x - across * _OVERLAP, y - down * _OVERLAP
    half = _HEAD_HALF + (arrow.weight - 1.2) * 0.8
    corners = (base_x - down * half, base_y + across * half), (base_x + down * half, base_y - across * half)
    return Outline(points=_straight((tip_x, tip_y), *corners, (tip_x, tip_y)), fill=arrow.stroke)
