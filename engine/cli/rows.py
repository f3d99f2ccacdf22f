"""The picture of a run as rows, one per node: what a person sees of it, before anybody draws. Values only.

Imports nothing of swfgraph; made by `picture`, shown by `live` and `lines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Look(StrEnum):
    """How a node stands, in the words of whoever watches."""

    IDLE = "-"
    """Not entered yet."""
    QUEUED = "queued"
    """Scheduled; no worker has taken it."""
    RUNNING = "running"
    WAITING = "waiting"
    """A wait node, or an attempt that a decider is still to schedule."""
    RETRYING = "retrying"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"


LIVE: Final = frozenset({Look.QUEUED, Look.RUNNING, Look.WAITING, Look.RETRYING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    node: str
    look: Look
    visit: int
    attempt: int
    since: float
    """When the work began, epoch seconds: without the time in a queue, but with earlier attempts. 0.0 where it has not."""
    until: float
    """When the visit was over; 0.0 where it is not."""
    note: str
    """Why it waits, what it gave, how it failed: as is, of any length."""
    tenths: int = 0
    """Of a node with items: how many tenths of them are over."""


PRIORITY: Final = (
    frozenset({Look.RUNNING, Look.RETRYING, Look.WAITING}),
    frozenset({Look.FAILED}),
    frozenset({Look.QUEUED}),
    frozenset({Look.COMPLETED, Look.CANCELED}),
    frozenset({Look.IDLE}),
    frozenset({Look.SKIPPED}),
)
"""Who is shown when not all fit: the first of these first."""


def fitting(rows: Sequence[Row], height: int) -> list[Row]:
    """At most `height` of the rows, in their order: of the most telling kinds; of completed nodes the latest, of idle ones the next."""
    if len(rows) <= height:
        return list(rows)
    chosen: list[Row] = []
    for looks in PRIORITY:
        kind = [row for row in rows if row.look in looks]
        room = max(0, height - len(chosen))
        chosen += sorted(kind, key=lambda row: -row.until)[:room]
    kept = {row.node for row in chosen}
    return [row for row in rows if row.node in kept]


def changed(before: Sequence[Row], after: Sequence[Row]) -> list[Row]:
    """The rows of `after` that say something new."""
    known = {row.node: (row.look, row.visit, row.attempt, row.tenths) for row in before}
    return [row for row in after if known.get(row.node) != (row.look, row.visit, row.attempt, row.tenths)]
