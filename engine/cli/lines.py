"""Progress as plain lines, for pipes and logs: one line when a node's state has changed. Pure but for the time zone.

    21:53:01 pick_letter running
    21:53:01 pick_letter completed in 40ms: b

Imports `rows`, `moments`; imported by `progress`.
"""

from __future__ import annotations

from typing import Final

from engine.cli.output import shorten
from engine.cli.rows import Look, Row
from engine.runtime.reading import moments

WIDTH: Final = 200

UNTOLD: Final = frozenset({Look.IDLE, Look.QUEUED})
"""Not worth a line: nothing has happened yet."""

OVER: Final = frozenset({Look.COMPLETED, Look.FAILED, Look.CANCELED})


def line(row: Row, now: float) -> str:
    """`now`: the time of the event that brought the change."""
    over = row.look in OVER and row.until > 0
    which = [f"visit {row.visit}"] if row.visit > 1 else []
    which += [f"attempt {row.attempt}"] if row.attempt > 1 else []
    counted = f" ({', '.join(which)})" if which else ""
    took = f" in {moments.span(row.until - row.since)}" if over and row.until - row.since >= 0.001 else ""
    note = f": {shorten(row.note, WIDTH)}" if row.note else ""
    return f"{moments.clock(row.until if over else now)} {row.node}{counted} {row.look}{took}{note}"
