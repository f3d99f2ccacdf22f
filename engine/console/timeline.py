"""Works -> a Gantt chart as numbers: rows, bars, ticks. A template writes the SVG. Pure.

Imports `runtime.reading.works`; imported by the execution's page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.runtime.reading.moments import span
from engine.runtime.reading.works import Work

LEFT: Final = 180.0
"""Where time begins; names stand left of it."""
WIDTH: Final = 1000.0
ROW: Final = 26.0
LANE: Final = 9.0
"""Of bars that lie side by side: a node's items."""
MOST_LANES: Final = 16
"""Of a row; bars beyond lie upon others."""
TOP: Final = 30.0
MOST_ROWS: Final = 400
STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400,
                28800, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000)  # fmt: skip
TICKS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One attempt: waiting from x to begun, at work from begun to x + width."""

    x: float
    begun: float
    end: float
    y: float
    height: float
    work: Work
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    y: float
    height: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    width: float
    height: float
    left_out: int


def timeline_of(works: Sequence[Work], begin: float, end: float) -> Timeline:
    """From `begin` to `end` (epoch seconds): a row per node, in the order in which they first appear; what is open lasts until `end`."""
    length = max(end - begin, 0.001)
    by_name: dict[str, list[Work]] = {}
    for work in works:
        by_name.setdefault(work.node, []).append(work)
    names = list(by_name)[:MOST_ROWS]

    def x(time: float) -> float:
        return LEFT + (time - begin) / length * (WIDTH - LEFT - 20)

    def bar(work: Work, y: float, height: float) -> Bar:
        until = work.closed or end
        begun = x(work.started or until)
        return Bar(x=x(work.scheduled), begun=begun, end=x(until), y=y, height=height, work=work, said=_said(work, until))

    rows: list[Row] = []
    for name in names:
        y = rows[-1].y + rows[-1].height if rows else TOP
        lanes = _lanes(by_name[name], end)
        last = max(lanes)
        bars = (bar(work, y + 6 + LANE * lane, LANE - 1 if last else 16.0) for work, lane in zip(by_name[name], lanes, strict=True))
        rows.append(Row(name=name, y=y, height=LANE * last + 12 + LANE if last else ROW, bars=tuple(bars)))
    step = next((step for step in STEPS if length / step <= TICKS), STEPS[-1])
    ticks = tuple((x(begin + step * number), span(step * number)) for number in range(int(length / step) + 1))
    height = TOP + sum(row.height for row in rows) + 10
    return Timeline(rows=tuple(rows), ticks=ticks, width=WIDTH, height=height, left_out=len(by_name) - len(names))


def _lanes(works: Sequence[Work], end: float) -> list[int]:
    """For each, which of the bars that lie side by side it is: the first lane that is free when it begins."""
    free: list[float] = []
    lanes = []
    for work in works:
        lane = next((lane for lane, time in enumerate(free) if time <= work.scheduled), len(free))
        if lane == MOST_LANES:
            lane = free.index(min(free))
        free[lane : lane + 1] = [work.closed or end]
        lanes.append(lane)
    return lanes


def _said(work: Work, until: float) -> str:
    waited = f", after waiting {span((work.started or until) - work.scheduled)}" if work.kind != "timer" else ""
    worked = f" for {span(until - work.started)}" if work.started else ""
    attempt = f", attempt {work.attempt}" if work.attempt > 1 else ""
    return f"{work.id}{attempt}: {work.status}{worked}{waited}"
