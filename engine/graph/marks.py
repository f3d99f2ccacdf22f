"""What pictures are made of: closed outlines, open curves, lines of text. And the few shapes that both figures and arrows need.

Coordinates are points from the top left corner, y downwards. Colours are "#rrggbb". Nothing is escaped here. Imports `chart`'s sizes
and `layout`'s points; imported by `figures`, `scene` and the writers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from engine.graph.chart import LEADING, Line
from engine.graph.layout import Point

BACKGROUND: Final = "#ffffff"
HALO: Final = 3.0
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


def straight(*corners: Point) -> tuple[Point, ...]:
    """Straight pieces as the cubic pieces that an outline is made of."""
    points: list[Point] = [corners[0]]
    for begin, end in pairwise(corners):
        points += [begin, end, end]
    return tuple(points)


def rounded(x: float, y: float, half: float, tall: float, across: float, down: float | None = None) -> tuple[Point, ...]:
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


def words_of(lines: tuple[Line, ...], x: float, y: float, ink: str) -> Iterator[Words]:
    top = y - sum(line.size * LEADING for line in lines) / 2
    for line in lines:
        yield Words(text=line.text, x=x, y=top + line.size * LEADING * _BASELINE, size=line.size, ink=ink, bold=line.bold)
        top += line.size * LEADING
