"""Reading executions in from JSON lines (transfer): all of a file, or nothing of it.

The file is read twice: first everything is held against the invariants and against what is there already, then it is written, in one
transaction. The database is owned meanwhile. Domains and types that are there stay as they are. Open executions go on where they
stood, once the database is served. Imports errors, the store with its lock, invariants, transfer, rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from engine.errors import UsageError
from engine.service.archive import ABSENT
from engine.service.database import Durability
from engine.service.execution import Execution
from engine.service.invariants import fold, heartbeat_flaws, history_flaws, told_of
from engine.service.lock import FileLock
from engine.service.rows import EventAppended, ExecutionClosed, ExecutionOpened, Row, TypeRow
from engine.service.store import Store
from engine.service.transfer import (
    FORMAT,
    DomainLine,
    ExecutionLine,
    Header,
    Line,
    TypeLine,
    decode,
    domain_row,
    heartbeat_row,
    type_row,
)

_MOST_COMPLAINTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many there are in the file; `kept` domains and types were there already, and stay as they were."""

    domains: int
    types: int
    executions: int
    kept: int


def import_lines(database: Path, file: Path) -> Imported:
    """Add what is in the file to the database, which is made where it is missing.

    Raises: DatabaseUnusable (it has an owner, too: the message says which); UsageError: what is wrong with the file, line by line.
    """
    lock = FileLock.take(database)
    try:
        with closing(Store.open(str(database), lock.url, Durability.FULL)) as store:
            desk = _Desk(store)
            complaints = [f"{file}:{number}: {complaint}" for number, line in _lines(file) for complaint in desk.examine(line)]
            if complaints:
                shown = complaints[:_MOST_COMPLAINTS]
                more = [f"... and {len(complaints) - len(shown)} more"] if len(complaints) > len(shown) else []
                raise UsageError("\n".join(["nothing was imported:", *shown, *more]))
            store.write_all(desk.rows(line) for _, line in _lines(file))
            return desk.imported()
    finally:
        lock.release()


def _lines(file: Path) -> Iterator[tuple[int, Line]]:
    """Raises: UsageError for what is no export, or of a format that is not known here."""
    with file.open("rb") as stream:
        for number, text in enumerate(stream, 1):
            try:
                line = decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise UsageError(f"{file}:{number}: this is no line of `swfgraph db export`: {error}") from None
            if isinstance(line, Header) != (number == 1):
                raise UsageError(f"{file}:{number}: the first line, and no other, says that this is an export")
            if isinstance(line, Header) and line.format != FORMAT:
                raise UsageError(f"{file}:{number}: its format is {line.format}, and this swfgraph knows format {FORMAT}")
            yield number, line


class _Desk:
    """Holds each line against what is there and against the lines before it; then turns it into rows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._there = {row.name for row in store.archive.domains()} | {_key(row) for row in store.archive.types()}
        self._next_run = store.archive.next_run()
        self._domains = {row.name for row in store.archive.domains()}
        self._latest: dict[tuple[str, str], float] = {}
        self._runs: set[tuple[str, str, str]] = set()
        self._counts = {DomainLine: 0, TypeLine: 0, ExecutionLine: 0}
        self._kept = 0

    def examine(self, line: Line) -> Iterator[str]:
        match line:
            case DomainLine():
                self._count(line, line.name)
                self._domains.add(line.name)
            case TypeLine():
                self._count(line, _key(type_row(line)))
                yield from self._domain_flaws(line.domain)
                if (line.status == "DEPRECATED") != (line.deprecated > 0.0):
                    yield f"it is {line.status}, and has a time of deprecation of {line.deprecated}"
            case ExecutionLine():
                self._counts[ExecutionLine] += 1
                flaws = [*self._domain_flaws(line.domain), *_flaws(line)] or list(self._conflicts(line, fold(line.events)))
                yield from (f"{line.workflow_id} (runId {line.run_id}): {flaw}" for flaw in flaws)
            case Header():
                pass

    def _count(self, line: DomainLine | TypeLine, key: str | tuple[str, ...]) -> None:
        self._counts[type(line)] += 1
        self._kept += key in self._there

    def _domain_flaws(self, name: str) -> Iterator[str]:
        if name not in self._domains:
            yield f"its domain {name!r} is neither in the database nor in a line before it"

    def _conflicts(self, line: ExecutionLine, execution: Execution) -> Iterator[str]:
        """The runs of a workflowId follow each other: where one is there that began or ended later, this one can't come after it."""
        name = (line.domain, line.workflow_id)
        if name not in self._latest:
            self._latest[name] = self._store.archive.latest_of(*name)
        latest = self._latest[name]
        self._latest[name] = math.inf if execution.is_open else execution.closed_at
        if (*name, line.run_id) in self._runs or self._store.archive.execution(*name, line.run_id) is not ABSENT:
            yield "that execution is there already, and is left as it is"
        elif execution.started_at < latest:
            which = "is open" if latest == math.inf else "ended later than this one began"
            yield f"an execution of that workflowId {which}: it can't be put behind it"
        self._runs.add((*name, line.run_id))

    def rows(self, line: Line) -> list[Row]:
        match line:
            case DomainLine():
                return [] if line.name in self._there else [domain_row(line)]
            case TypeLine():
                row = type_row(line)
                return [] if _key(row) in self._there else [row]
            case ExecutionLine():
                self._next_run += 1
                return _execution_rows(line, self._next_run - 1)
            case Header():
                return []

    def imported(self) -> Imported:
        return Imported(
            domains=self._counts[DomainLine], types=self._counts[TypeLine], executions=self._counts[ExecutionLine], kept=self._kept
        )


def _key(row: TypeRow) -> tuple[str, ...]:
    return (row.kind, row.domain, row.name, row.version)


def _flaws(line: ExecutionLine) -> list[str]:
    flaws = list(history_flaws(line.events))
    return flaws or list(heartbeat_flaws(line.events, [heartbeat_row(beat, 0) for beat in line.heartbeats]))


def _execution_rows(line: ExecutionLine, run: int) -> list[Row]:
    told = told_of(fold(line.events))
    rows: list[Row] = [
        ExecutionOpened(
            run=run,
            domain=line.domain,
            workflow_id=line.workflow_id,
            run_id=line.run_id,
            type_name=told.type_name,
            type_version=told.type_version,
            started=told.started,
            tags=told.tags,
        )
    ]
    rows.extend(EventAppended(run=run, event_id=event["eventId"], event=event) for event in line.events)
    rows.extend(heartbeat_row(beat, run) for beat in line.heartbeats)
    if told.close_status:
        rows.append(
            ExecutionClosed(
                run=run,
                closed=told.closed,
                close_status=told.close_status,
                cancel_requested=told.cancel_requested,
                latest_activity=told.latest_activity,
            )
        )
    return rows
