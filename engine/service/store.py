"""The store: makes rows durable, a batch in one transaction. It stores; it knows no workflow rules.

`write` raises and changes nothing, or returns and what it was given is durable. One writer at a time. Imports rows, archive, database.

Speed rests on two things: an event is serialised once, here; and a batch takes few calls into SQLite, since each gives up the
interpreter's lock and may wait for it for milliseconds while another thread computes. A batch of events alone, the usual one, is a
single statement.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any, Final, TypeAlias

import msgspec

from engine.service.archive import SqlArchive
from engine.service.database import MEMORY, Durability, connect, connect_to_read, explain, roll_back, statements
from engine.service.rows import (
    DomainRow,
    EventAppended,
    ExecutionClosed,
    ExecutionDeleted,
    ExecutionOpened,
    HeartbeatForgotten,
    HeartbeatRecorded,
    Row,
    TypeDeleted,
    TypeRow,
)

_Values: TypeAlias = tuple[Any, ...]

_MOST_EVENTS: Final = 128
"""How many events one statement takes; each number up to it is a prepared statement of its own."""

_json: Final = msgspec.json.Encoder().encode


class Store:
    """A database file, open for writing. Make one with `open`; `archive` reads what it has written."""

    def __init__(self, connection: sqlite3.Connection, archive: SqlArchive, url: str, lock: threading.Lock) -> None:
        self._connection = connection
        self._lock = lock
        self.archive = archive
        self.url = url

    @classmethod
    def open(cls, path: str, url: str, durability: Durability = Durability.FULL) -> Store:
        """Open the file, or make it (and its folder); `:memory:` keeps everything in memory. The caller holds the file's lock.

        Raises: DatabaseUnusable: read-only, damaged, not ours, from a newer version, locked by another program.
        """
        connection = connect(path, url, durability)
        lock = threading.Lock()
        if path == MEMORY:
            # One connection for both, so reads and writes take turns; a file has two, and reads go on during a write.
            return cls(connection, SqlArchive(connection, url, lock), url, lock)
        try:
            reader = connect_to_read(path, url)
        except BaseException:
            connection.close()
            raise
        return cls(connection, SqlArchive(reader, url, threading.Lock()), url, lock)

    def write(self, rows: Sequence[Row]) -> None:
        """Make the rows durable, all or none. Raises: DatabaseUnusable (full disk, damaged file, ...)."""
        events = [row for row in rows if type(row) is EventAppended]
        with self._lock:
            try:
                if len(events) == len(rows) <= _MOST_EVENTS:
                    self._append(events)
                else:
                    self._write_all(rows, events)
            except sqlite3.Error as error:
                raise explain(error, self.url) from error

    def _write_all(self, rows: Sequence[Row], events: Sequence[EventAppended]) -> None:
        """In order, except that events follow everything but what removes, and of a task's heartbeats only the last is written."""
        self._connection.execute("BEGIN")
        try:
            for kind, batch in groupby((row for row in rows if not isinstance(row, _OUT_OF_TURN)), type):
                self._many(kind, batch)
            for start in range(0, len(events), _MOST_EVENTS):
                self._append(events[start : start + _MOST_EVENTS])
            for kind, beats in groupby(_last_heartbeats(rows), type):
                self._many(kind, beats)
            self._many(ExecutionDeleted, [row for row in rows if type(row) is ExecutionDeleted])
            self._connection.execute("COMMIT")
        except BaseException:
            roll_back(self._connection)
            raise

    def _many(self, kind: type, rows: Iterable[Row]) -> None:
        self._connection.executemany(statements()[_STATEMENT[kind]], [_values(row) for row in rows])

    def _append(self, events: Sequence[EventAppended]) -> None:
        if not events:
            return
        values: list[Any] = []
        for row in events:
            values += (row.run, row.event_id, _json(row.event).decode())
        self._connection.execute(_append_statement(len(events)), values)

    def reclaim(self, pages: int) -> int:
        """Give up to so many free pages (of 4 KiB) back to the file system, after executions were deleted; how many were given.

        Raises: DatabaseUnusable.
        """
        with self._lock:
            try:
                (before,) = self._connection.execute("PRAGMA freelist_count").fetchone()
                self._connection.execute(f"PRAGMA incremental_vacuum({int(pages)})").fetchall()
                (after,) = self._connection.execute("PRAGMA freelist_count").fetchone()
            except sqlite3.Error as error:
                raise explain(error, self.url) from error
        return int(before) - int(after)

    def close(self) -> None:
        """Close the file; everything written is in the one file then, without its write-ahead log."""
        self.archive.close()
        with self._lock:
            self._connection.close()


@cache
def _append_statement(count: int) -> str:
    return statements()["append_event"] + ", (?, ?, ?)" * (count - 1)


_OUT_OF_TURN: Final = (EventAppended, HeartbeatRecorded, HeartbeatForgotten, ExecutionDeleted)

_STATEMENT: Final[dict[type, str]] = {
    DomainRow: "put_domain",
    TypeRow: "put_type",
    TypeDeleted: "delete_type",
    ExecutionOpened: "open_execution",
    ExecutionClosed: "close_execution",
    ExecutionDeleted: "delete_execution",
    EventAppended: "append_event",
    HeartbeatRecorded: "put_heartbeat",
    HeartbeatForgotten: "delete_heartbeat",
}


def _last_heartbeats(rows: Sequence[Row]) -> list[HeartbeatRecorded | HeartbeatForgotten]:
    """What is so of each task's heartbeat after all of the rows; the tasks of an execution that closes among them have none."""
    last = {(row.run, row.scheduled_event_id): row for row in rows if isinstance(row, HeartbeatRecorded | HeartbeatForgotten)}
    if not last:
        return []
    closed = {row.run for row in rows if type(row) is ExecutionClosed}
    return sorted((row for row in last.values() if row.run not in closed), key=lambda row: type(row).__name__)


def _values(row: Row) -> _Values:  # noqa: PLR0911  # one for each kind of row
    """A row as its statement takes it."""
    match row:
        case EventAppended():
            return (row.run, row.event_id, _json(row.event).decode())
        case ExecutionOpened():
            tags = _json(row.tags).decode()
            return (row.run, row.domain, row.workflow_id, row.run_id, row.type_name, row.type_version, row.started, tags)
        case ExecutionClosed():
            return (row.closed, row.close_status, row.cancel_requested, row.latest_activity, row.run)
        case HeartbeatRecorded():
            return (row.run, row.scheduled_event_id, row.at, row.details)
        case HeartbeatForgotten():
            return (row.run, row.scheduled_event_id)
        case ExecutionDeleted():
            return (row.run,)
        case DomainRow():
            return (row.name, row.status, row.description, row.retention_days, _json(row.tags).decode())
        case TypeRow():
            defaults = _json(row.defaults).decode()
            what = (row.kind, row.domain, row.name, row.version, row.status, row.description)
            return (*what, row.created, row.deprecated, defaults)
        case TypeDeleted():
            return (row.kind, row.domain, row.name, row.version)
