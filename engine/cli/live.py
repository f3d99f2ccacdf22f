"""The live picture of a run on a terminal: a line per node, redrawn a few times a second, left standing at the end.

Draws rows; knows no events. Where the terminal is too small for all nodes, the most telling ones are drawn and the others counted.
Imports rich, `rows`, `colours`, `moments`; imported by `progress` when there is a terminal.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from engine.cli.colours import NODE
from engine.cli.output import shorten
from engine.cli.rows import LIVE, Look, Row, fitting
from engine.runtime.reading import moments

MARKS: Final = {
    Look.IDLE: "·",
    Look.QUEUED: "○",
    Look.WAITING: "◷",
    Look.RETRYING: "↻",
    Look.COMPLETED: "✓",
    Look.FAILED: "✗",
    Look.SKIPPED: "-",
    Look.CANCELED: "⊘",
}
"""Of what runs, a spinner."""

PLAIN_MARKS: Final = {
    Look.IDLE: ".",
    Look.QUEUED: "o",
    Look.WAITING: "~",
    Look.RETRYING: "~",
    Look.COMPLETED: "+",
    Look.FAILED: "x",
    Look.SKIPPED: "-",
    Look.CANCELED: "x",
}
"""Where the terminal's encoding has no others."""

AROUND: Final = 4
"""Lines of the terminal that are not nodes: title, what is not shown, the foot, the cursor."""

NAME_WIDTH: Final = 40

COUNTED: Final = (
    Look.RUNNING,
    Look.QUEUED,
    Look.WAITING,
    Look.RETRYING,
    Look.COMPLETED,
    Look.FAILED,
    Look.CANCELED,
    Look.SKIPPED,
    Look.IDLE,
)


class Picture:
    """What is drawn, from a thread of its own; `replace` and `say` exchange values whole, so that no lock is needed."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.time) -> None:
        self._rows: Sequence[Row] = ()
        self._title = ""
        self._foot = ""
        self._closed = False
        self._console = console
        self._clock = clock
        utf8 = console.encoding.startswith("utf")
        self._marks = MARKS if utf8 else PLAIN_MARKS
        self._spinner = Spinner("dots" if utf8 else "line", style=NODE["running"])

    def replace(self, rows: Sequence[Row], title: str, *, closed: bool) -> None:
        """Closed: all rows are drawn, however many: it is the last picture, which stays."""
        self._rows, self._title, self._closed = rows, title, closed

    def say(self, text: str) -> None:
        """A line below."""
        self._foot = text

    def __rich__(self) -> RenderableType:
        now = self._clock()
        shown = list(self._rows) if self._closed else fitting(self._rows, max(3, self._console.height - AROUND))
        parts: list[RenderableType] = [Text(self._title, style="bold", no_wrap=True, overflow="ellipsis"), self._table(shown, now)]
        if len(shown) < len(self._rows):
            parts.append(Text(f"  ... and {self._rest(shown)}", style="dim"))
        if self._foot:
            parts.append(Text(self._foot, style="dim", no_wrap=True, overflow="ellipsis"))
        return Group(*parts)

    def _table(self, rows: Sequence[Row], now: float) -> Table:
        """Notes get what the other columns leave of the line: rich would rather squeeze all columns alike."""
        cells = [(shorten(row.node, NAME_WIDTH), _state(row), _took(row, now)) for row in rows]
        used = 2 + sum(max((len(column) for column in columns), default=0) + 1 for columns in zip(*cells, strict=True))
        room = max(8, self._console.width - used - 1)
        table = Table.grid(padding=(0, 1))
        for justify in ("left", "left", "left", "right", "left"):
            table.add_column(justify=justify, no_wrap=True)
        for row, (name, state, took) in zip(rows, cells, strict=True):
            mark: RenderableType = self._spinner if row.look is Look.RUNNING else self._marks[row.look]
            table.add_row(mark, name, state, took, Text(shorten(row.note, room)), style=NODE[row.look])
        return table

    def _rest(self, shown: Sequence[Row]) -> str:
        named = {row.node for row in shown}
        counts = Counter(row.look for row in self._rows if row.node not in named)
        return ", ".join(f"{counts[look]} {'to come' if look is Look.IDLE else look}" for look in COUNTED if counts[look])


def _state(row: Row) -> str:
    if row.look is Look.IDLE:
        return ""
    which = f" #{row.visit}" if row.visit > 1 else ""
    attempt = f", attempt {row.attempt}" if row.attempt > 1 else ""
    return f"{row.look}{which}{attempt}"


def _took(row: Row, now: float) -> str:
    if not row.since or row.look in (Look.IDLE, Look.SKIPPED):
        return ""
    end = now if row.look in LIVE else row.until
    return moments.span(end - row.since) if end - row.since >= 0.001 else ""


def live(picture: Picture, console: Console) -> Live:
    """Started and stopped by `with`; redraws by itself."""
    return Live(picture, console=console, refresh_per_second=8, redirect_stdout=False)
