"""A scene as SVG. Every text is escaped; nothing is loaded from anywhere. Imports `scene`, `marks`; imported by `draw` and `steady`.

Figures and arrows are groups with an id (`node-<name>`, `edge<id>`), classes (`node activity open`, `edge back`) and a tooltip, so that
a page can find and restyle them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never
from xml.sax.saxutils import escape, quoteattr

from engine.graph.layout import Point
from engine.graph.marks import BACKGROUND, HALO, Curve, Group, Mark, Outline, Words
from engine.graph.scene import Scene

FONTS: Final = "Helvetica, Arial, Arimo, 'Liberation Sans', sans-serif"
"""All but the last have the same widths."""


def svg_text(scene: Scene) -> str:
    breadth, height = f"{scene.width:.1f}", f"{scene.height:.1f}"
    size = f'width="{breadth}" height="{height}" viewBox="0 0 {breadth} {height}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONTS}" text-anchor="middle">',
        f"<title>{escape(scene.title)}</title>",
        f'<rect width="{breadth}" height="{height}" fill="{BACKGROUND}"/>',
        *(line for group in scene.groups for line in _group(group)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _group(group: Group) -> list[str]:
    opening = f"<g id={quoteattr(group.name)} class={quoteattr(' '.join(group.classes))}>"
    title = [f"<title>{escape(group.tooltip)}</title>"] if group.tooltip else []
    return [opening, *title, *(_mark(mark) for mark in group.marks), "</g>"]


def _mark(mark: Mark) -> str:
    match mark:
        case Outline():
            line = f' stroke="{mark.stroke}" stroke-width="{mark.weight:g}"' if mark.stroke else ""
            return f'<path d="{_path(mark.points)}Z" fill="{mark.fill}"{line}{_dashes(dashed=mark.dashed)}/>'
        case Curve():
            dashes = _dashes(dashed=mark.dashed)
            return f'<path d="{_path(mark.points)}" fill="none" stroke="{mark.stroke}" stroke-width="{mark.weight:g}"{dashes}/>'
        case Words():
            weight = ' font-weight="bold"' if mark.bold else ""
            place = f'x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}"{weight} fill="{mark.ink}"'
            halo = f' stroke="{BACKGROUND}" stroke-width="{HALO:g}" stroke-linejoin="round" paint-order="stroke"' if mark.halo else ""
            return f"<text {place}{halo}>{escape(mark.text)}</text>"
        case _:
            assert_never(mark)


def _path(points: Sequence[Point]) -> str:
    first, *rest = (f"{x:.1f},{y:.1f}" for x, y in points)
    return f"M{first}C{' '.join(rest)}"


def _dashes(*, dashed: bool) -> str:
    return ' stroke-dasharray="5 3"' if dashed else ""
