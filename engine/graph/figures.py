"""A figure of a chart as marks: its outline by its shape, what is in it, the badge beside its text.

Imports `chart`, `marks`; imported by `scene`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from engine.graph.chart import BADGE_ROOM, BAR, FOOTER_ROOM, LEADING, SHEETS, STEP, Badge, Figure, Line, Shape
from engine.graph.layout import Point
from engine.graph.marks import BACKGROUND, Curve, Group, Mark, Outline, rounded, straight, words_of

_CORNERS: Final = {Shape.RECTANGLE: 3.0, Shape.BARRED: 3.0, Shape.FUNCTION: 3.0, Shape.ROUNDED: 10.0}


def figure_marks(figure: Figure, x: float, y: float) -> Group:
    """Of a stack x and y are the middle of it all."""
    if figure.stacked:
        x, y = x - SHEETS * STEP / 2, y - SHEETS * STEP / 2
    marks = [*_sheets(figure, x, y), *_inside(figure, x, y)]
    classes = ("node", figure.shape.value, figure.kind) if figure.kind else ("node", figure.shape.value)
    return Group(name=f"node-{figure.name}", classes=classes, tooltip=figure.tooltip, marks=tuple(marks))


def _sheets(figure: Figure, x: float, y: float) -> Iterator[Outline]:
    """The outline, with those that look out behind it, to the right and below."""
    palette = figure.palette
    for depth in range(SHEETS if figure.stacked else 0, -1, -1):
        yield Outline(
            points=_outline(figure, x + depth * STEP, y + depth * STEP),
            fill=palette.fill,
            stroke=palette.stroke,
            weight=figure.weight,
            dashed=figure.dashed,
        )


def _inside(figure: Figure, x: float, y: float) -> Iterator[Mark]:
    palette = figure.palette
    half, tall = figure.width / 2, figure.height / 2
    if figure.shape is Shape.BARRED:
        for edge in (x - half + BAR, x + half - BAR):
            yield Curve(points=straight((edge, y - tall), (edge, y + tall)), stroke=palette.stroke, weight=figure.weight)
    middle = x if figure.badge is Badge.NONE else x + BADGE_ROOM
    if not figure.footer or figure.shape not in _CORNERS:
        yield from words_of((*figure.lines, *figure.footer), middle, y, palette.ink)
    else:
        yield from _with_footer(figure, middle, y)
    yield from _badge(figure.badge, x - half + (17 if figure.shape is Shape.CLOCK else 22), y, palette.stroke)


def _with_footer(figure: Figure, x: float, y: float) -> Iterator[Mark]:
    """The text above a line, the footer below it."""
    room = _height(figure.footer) + FOOTER_ROOM
    line = y + figure.height / 2 - room
    inset = BAR if figure.shape is Shape.BARRED else 0.0
    half = figure.width / 2 - inset
    yield Curve(points=straight((x - half, line), (x + half, line)), stroke=figure.palette.stroke, weight=0.8, dashed=True)
    yield from words_of(figure.lines, x, (y - figure.height / 2 + line) / 2, figure.palette.ink)
    yield from words_of(figure.footer, x, line + room / 2, figure.palette.ink)


def _height(lines: tuple[Line, ...]) -> float:
    return sum(line.size * LEADING for line in lines)


def _outline(figure: Figure, x: float, y: float) -> tuple[Point, ...]:
    half, tall = figure.width / 2, figure.height / 2
    match figure.shape:
        case Shape.RECTANGLE | Shape.BARRED | Shape.FUNCTION | Shape.ROUNDED:
            return rounded(x, y, half, tall, _CORNERS[figure.shape])
        case Shape.CLOCK | Shape.CONNECTOR:
            return rounded(x, y, half, tall, min(half, tall, 18))
        case Shape.OVAL | Shape.DOT:
            return rounded(x, y, half, tall, half, tall)
        case Shape.DIAMOND:
            return straight((x, y - tall), (x + half, y), (x, y + tall), (x - half, y), (x, y - tall))
        case _:
            assert_never(figure.shape)


def _badge(badge: Badge, x: float, y: float, stroke: str) -> Iterator[Mark]:
    match badge:
        case Badge.NONE:
            return
        case Badge.CLOCK:
            yield _face(x, y, stroke)
            hands = (straight((x, y - 4.2), (x, y)), straight((x, y), (x + 3.2, y + 1.8)))
            yield from (Curve(points=hand, stroke=stroke, weight=1.3) for hand in hands)
        case Badge.SIGNAL:
            yield _face(x, y, stroke)
            corners = (x, y - 4.4), (x + 4.0, y + 2.6), (x - 4.0, y + 2.6)
            yield Outline(points=straight(*corners, corners[0]), fill=stroke)
        case Badge.LOOP:
            yield from _loop(x, y, stroke)
        case _:
            assert_never(badge)


def _face(x: float, y: float, stroke: str) -> Outline:
    return Outline(points=rounded(x, y, 7, 7, 7), fill=BACKGROUND, stroke=stroke, weight=1.3)


def _loop(x: float, y: float, stroke: str) -> Iterator[Mark]:
    """Three quarters of a circle, with an arrow's head at the end."""
    radius = 6.0
    circle = rounded(x, y, radius, radius, radius)
    yield Curve(points=_three_quarters(circle), stroke=stroke, weight=1.5)
    tip = (x + 4.2, y - radius)
    corners = tip, (x - 0.6, y - radius - 3.4), (x - 0.6, y - radius + 3.4)
    yield Outline(points=straight(*corners, tip), fill=stroke)


def _three_quarters(circle: tuple[Point, ...]) -> tuple[Point, ...]:
    """From the right, by the bottom and the left, to the top: of `rounded`'s pieces those of three corners."""
    return circle[6:25]
