"""Plan -> the SVG of a page. Imports `graph.draw`; imported by the pages."""

from __future__ import annotations

from typing import Literal

from engine.graph.draw import Overlay, render
from engine.graph.plan import Plan
from engine.spec.model import ABSENT, Absent


def svg_of(plan: Plan, status: Overlay | Literal[Absent.ABSENT] = ABSENT) -> str:
    """Without the XML declaration, for the middle of a page. Every text in it is escaped."""
    return render(plan, "svg", status=status).decode().partition("?>")[2]
