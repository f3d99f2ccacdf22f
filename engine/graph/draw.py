"""Drawings of a plan: the flowchart as DOT, SVG, PNG, PDF or Mermaid, as it is or coloured by an execution.

The face of `chart` (what is shown), `layout` (where), `scene` (of what marks) and the writers. Needs no system package: without `dot`
Graphviz runs as WebAssembly, without fonts there is one. Imports all of these and resvg; imported by the CLI.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Final, Literal, TypeAlias

import resvg_py

from engine.graph.chart import Chart, EdgeStatus, NodeStatus, Overlay, State, chart_of
from engine.graph.connectors import with_connectors
from engine.graph.dot import dot_text
from engine.graph.font import FAMILY, covers, font_file
from engine.graph.layout import Engine, layout_of
from engine.graph.mermaid import mermaid_text
from engine.graph.pdf import pdf_bytes
from engine.graph.plan import Plan
from engine.graph.scene import Scene, scene_of
from engine.graph.svg import svg_text
from engine.spec.model import ABSENT, Absent

__all__ = ["EdgeStatus", "Engine", "Format", "NodeStatus", "Overlay", "State", "render", "to_dot", "to_mermaid"]

PNG_SCALE: Final = 2.0
"""Pixels per point: sharp on today's screens."""

MOST_PIXELS: Final = 12_000_000
"""Of a PNG; a larger chart is drawn at a smaller scale. It takes a second for each six million."""

MOST_PIXELS_A_SIDE: Final = 16_384
"""Of a PNG: wider ones many programs don't show."""

LEGIBLE: Final = 0.5
"""Pixels per point of a PNG: below, nobody can read it. Then lines get whole pixels, too: smooth ones that are thinner than a pixel take
resvg a hundred times as long, a minute for the arrows of a thousand branches."""

MOST_ARROWS: Final = 500
MOST_TEXT: Final = 50_000
"""Of a Mermaid chart: its `maxEdges` and `maxTextSize`, which only the page can change that shows it. GitHub's does not."""

Told: TypeAlias = Callable[[str], None]


class Format(StrEnum):
    DOT = "dot"
    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    MERMAID = "mermaid"


def to_dot(plan: Plan, status: Overlay | Literal[Absent.ABSENT] = ABSENT) -> str:
    return dot_text(with_connectors(chart_of(plan, status), plan))


def to_mermaid(plan: Plan, status: Overlay | Literal[Absent.ABSENT] = ABSENT) -> str:
    return mermaid_text(chart_of(plan, status))


def render(
    plan: Plan,
    format: Format | str,  # noqa: A002 - what it is called on the command line
    *,
    status: Overlay | Literal[Absent.ABSENT] = ABSENT,
    engine: Engine | Literal[Absent.ABSENT] = ABSENT,
    told: Told = lambda _remark: None,
) -> bytes:
    """The drawing as the content of a file. The layout is `dot`'s where that is installed, unless an engine is asked for.

    `told`: who is to hear what should be known about the drawing. Raises: ValueError for an unknown format.
    """
    kind, whole = Format(format), chart_of(plan, status)
    if kind is Format.MERMAID:  # which has its own layout
        text = mermaid_text(whole)
        if len(whole.arrows) > MOST_ARROWS or len(text) > MOST_TEXT:
            told(f"Mermaid draws at most {MOST_ARROWS} arrows and {MOST_TEXT:,} characters, unless its page has been told otherwise")
        return text.encode()
    chart = with_connectors(whole, plan)
    match kind:
        case Format.DOT:
            return dot_text(chart).encode()
        case Format.SVG:
            return svg_text(_scene(chart, engine)).encode()
        case Format.PNG:
            return png_bytes(_scene(chart, engine), told)
        case Format.PDF:
            return pdf_bytes(_scene(chart, engine))


def png_bytes(scene: Scene, told: Told = lambda _remark: None) -> bytes:
    """Letters that our font lacks are taken from the system's fonts, where there are any; without such letters nothing is looked for."""
    text = svg_text(scene)
    scale = min(PNG_SCALE, math.sqrt(MOST_PIXELS / (scene.width * scene.height)), MOST_PIXELS_A_SIDE / max(scene.width, scene.height))
    if scale < LEGIBLE:
        told(
            f"the drawing is {scene.width:,.0f} by {scene.height:,.0f} points: as a PNG it is too small to read (an SVG can be zoomed into)"
        )
        text = text.replace("<svg ", '<svg shape-rendering="crispEdges" ', 1)
    return resvg_py.svg_to_bytes(
        svg_string=text,
        zoom=scale,
        font_files=[str(font_file())],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
        skip_system_fonts=covers("".join(text.split("\n"))),
    )


def _scene(chart: Chart, engine: Engine | Literal[Absent.ABSENT]) -> Scene:
    return scene_of(chart, layout_of(chart, engine))
