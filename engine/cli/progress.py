"""How a run is watched: a live picture where stderr is a terminal that can draw, else plain lines, or nothing (--json, -q).

Progress goes to stderr, so that stdout has the output alone. Imports `picture` and, where there is a terminal, `live`; imported by
the commands run and start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import click

from engine.cli.lines import UNTOLD, line
from engine.cli.options import Common
from engine.cli.output import console
from engine.cli.picture import picture
from engine.cli.rows import Row, changed
from engine.graph.plan import Plan
from engine.interpreter.view import RunView
from engine.runtime.reading import moments
from engine.runtime.start import Started
from engine.spec.model import ABSENT


class Watch:
    """Is shown every view; keeps the last one, and which execution it is. This one is silent."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen: list[tuple[Started, RunView]] = []
        """Empty, or the latest one."""
        self.runs = 0
        """How many of the execution it has seen: it may continue as a new one."""
        self.begun = 0.0
        """When the first node was entered; 0.0 where none was."""

    def __call__(self, execution: Started, view: RunView) -> None:
        first = not self.seen or self.seen[0][0].run_id != execution.run_id
        self.runs += first
        if not self.begun:
            self.begun = min((node.entered for node in view.nodes.values() if node.entered is not ABSENT), default=0.0)
        self.seen = [(execution, view)]
        self.show(execution, view, picture(self.plan, view), first=first)

    def show(self, execution: Started, view: RunView, rows: Sequence[Row], *, first: bool) -> None:
        pass

    def announce(self, text: str) -> None:
        """Called from a signal handler: it must not touch what the interrupted code may be writing to."""
        os.write(2, f"{text}\n".encode())


class Lines(Watch):
    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._rows: Sequence[Row] = ()
        self._before = 0.0
        """The time of the view before: what was over then in a run that has gone on as a new one was told already."""

    def show(self, execution: Started, view: RunView, rows: Sequence[Row], *, first: bool) -> None:
        spec = self.plan.spec
        if first:
            what = f"{execution.workflow_id} goes on as a new run" if self.runs > 1 else execution.workflow_id
            begun = self._before or self.begun or view.time
            click.echo(f"{moments.clock(begun)} {spec.name} {spec.version}: {what} (run {execution.run_id})", err=True)
            self._rows = ()
        for row in sorted(changed(self._rows, rows), key=lambda row: row.until or view.time):
            carried = first and 0 < row.until < self._before
            if row.look not in UNTOLD and not carried:
                click.echo(line(row, view.time), err=True)
        self._rows, self._before = rows, view.time


class Drawing(Protocol):
    """What `live.Picture` takes."""

    def replace(self, rows: Sequence[Row], title: str, *, closed: bool) -> None: ...

    def say(self, text: str) -> None: ...


class Drawn(Watch):
    def __init__(self, plan: Plan, drawing: Drawing) -> None:
        super().__init__(plan)
        self._drawing = drawing

    def show(self, execution: Started, view: RunView, rows: Sequence[Row], *, first: bool) -> None:  # noqa: ARG002 - lines want it
        spec = self.plan.spec
        title = f"{spec.name} {spec.version}  {execution.workflow_id}{f'  (run {self.runs})' if self.runs > 1 else ''}"
        self._drawing.replace(rows, title, closed=view.outcome is not ABSENT)

    def announce(self, text: str) -> None:
        self._drawing.say(text)


@contextmanager
def watching(common: Common, plan: Plan) -> Iterator[Watch]:
    if common.json or common.quiet:
        yield Watch(plan)
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Lines(plan)
    else:
        from engine.cli.live import Picture, live  # noqa: PLC0415 - only a terminal pays for rich

        screen = console(stderr=True)
        drawing = Picture(screen)
        with live(drawing, screen):
            yield Drawn(plan, drawing)
