"""A database at one moment, to look at: everything that is read comes from one read transaction, whoever writes meanwhile.

It takes no lock and changes nothing, so it works beside the file's owner. Here: rows as they are stored, for `swfgraph db` (checking,
exporting). Never: what they should be. Imports archive's words, database, rows and sqlarchive.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from engine.service.database import connect_to_look, explained, statements
from engine.service.rows import DomainRow, HeartbeatRecorded, TypeRow
from engine.service.sqlarchive import SqlArchive

_AT_ONCE: Final = 500
_tags: Final = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExecution:
    """A row of the table `executions`."""

    run: int
    domain: str
    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started: float
    tags: tuple[str, ...]
    closed: float
    """0.0 while it is open; then what follows says nothing."""
    close_status: str
    cancel_requested: bool
    latest_activity: float


class Snapshot:
    """Make one with `looking_at`."""

    def __init__(self, connection: sqlite3.Connection, url: str) -> None:
        self.url = url
        self._connection = connection
        self._archive = SqlArchive(connection, url, threading.Lock())

    def domains(self) -> Sequence[DomainRow]:
        return self._archive.domains()

    def types(self) -> Sequence[TypeRow]:
        return self._archive.types()

    def executions(self) -> Iterator[StoredExecution]:
        """All of them, in the order in which they began."""
        run = 0
        while True:
            rows = self._connection.execute(statements()["every_execution"], (run, _AT_ONCE)).fetchall()
            for row in rows:
                yield _stored(row)
            if len(rows) < _AT_ONCE:
                return
            run = rows[-1][0]

    def events(self, run: int) -> Sequence[tuple[int, str]]:
        """Id and body of each event, in order."""
        return self._connection.execute(statements()["every_event"], (run,)).fetchall()

    def heartbeats(self, run: int) -> Sequence[HeartbeatRecorded]:
        rows = self._connection.execute(statements()["every_heartbeat"], (run,))
        return [HeartbeatRecorded(run=run, scheduled_event_id=scheduled, at=at, details=details) for scheduled, at, details in rows]

    def damages(self) -> Iterator[str]:
        """What SQLite finds wrong with the file itself: pages, indexes, constraints, references."""
        for (complaint,) in self._connection.execute("PRAGMA integrity_check"):
            if complaint != "ok":
                yield complaint
        for table, row, parent, _ in self._connection.execute("PRAGMA foreign_key_check"):
            yield f"row {row} of {table} refers to a row of {parent} that is not there"

    def tags_amiss(self) -> list[int]:
        """The runs whose tags are not what a tag filter searches."""
        return [run for (run,) in self._connection.execute(statements()["tags_amiss"])]


@contextmanager
def looking_at(database: Path) -> Iterator[Snapshot]:
    """The database as it is now, for as long as the block lasts. Raises: DatabaseUnusable."""
    url = f"sqlite:///{database}"
    connection = connect_to_look(database, url)
    try:
        with explained(url):
            connection.execute("BEGIN")
            yield Snapshot(connection, url)
    finally:
        connection.close()


def _stored(row: tuple[int, str, str, str, str, str, float, str, float, str, int, float]) -> StoredExecution:
    run, domain, workflow_id, run_id, type_name, type_version, started, tags, closed, close_status, cancel_requested, latest = row
    return StoredExecution(
        run=run,
        domain=domain,
        workflow_id=workflow_id,
        run_id=run_id,
        type_name=type_name,
        type_version=type_version,
        started=started,
        tags=_tags(tags),
        closed=closed,
        close_status=close_status,
        cancel_requested=bool(cancel_requested),
        latest_activity=latest,
    )
