"""Plan and overlay -> the SVG of a page; layouts are kept. Imports `graph`; imported by the pages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from engine.graph.draw import Overlay, render
from engine.graph.plan import Plan
from engine.graph.steady import Drawing

MOST: Final = 50
"""Layouts that are kept."""

_kept: OrderedDict[int, Drawing] = OrderedDict()
_lock = threading.Lock()


def svg_of(plan: Plan) -> str:
    """The plan itself, without the XML declaration, for the middle of a page. Every text in it is escaped."""
    return _bare(render(plan, "svg").decode())


def svg_over(plan: Plan, overlay: Overlay) -> str:
    """The plan with an execution (or a difference) laid over it; the same plan has the same layout every time."""
    return _bare(_drawing(plan).svg(overlay))


def _drawing(plan: Plan) -> Drawing:
    """Plans are told apart by identity: the shelf gives the same one until its file changes, and a drawing holds on to its plan."""
    with _lock:
        found = _kept.pop(id(plan), None) or Drawing(plan)
        _kept[id(plan)] = found
        if len(_kept) > MOST:
            _kept.popitem(last=False)
        return found


def _bare(text: str) -> str:
    return text.partition("?>")[2]
