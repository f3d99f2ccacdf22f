"""The store: makes rows durable, a batch in one transaction. It stores; it knows no workflow rules.

`write` raises and changes nothing, or returns and what it was given is durable. One writer at a time.
Imports rows, sqlarchive and database.

Speed rests on two things: an event is serialised once, here; and a batch, of whatever mixture, is one call into SQLite (schema.sql,
`inbox`). Each call gives up the interpreter's lock, and may wait for it for milliseconds while another thread computes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Final, cast

import msgspec

from engine.service.database import (
    MEMORY,
    Durability,
    Opener,
    connect,
    connect_to_read,
    explain,
    explained,
    open_sqlite,
    roll_back,
    statements,
)
from engine.service.rows import DomainRow, EventAppended, ExecutionDeleted, HeartbeatRecorded, Row, TypeRow
from engine.service.sqlarchive import SqlArchive

_MOST_ROWS: Final = 128
"""How many rows one statement takes; each number up to it is a prepared statement of its own. More rows: several in a transaction."""

_MOST_FREE: Final = 0.25
"""The share of the file that may lie free: room for what comes next."""
_GIVEN_BACK_AT_ONCE: Final = 1_000
"""Pages, of 4 KiB: some 10 ms of work."""

_json: Final = msgspec.json.Encoder().encode


class Store:
    """A database file, open for writing. Make one with `open`; `archive` reads what it has written."""

    def __init__(self, connection: sqlite3.Connection, archive: SqlArchive, url: str, lock: threading.Lock) -> None:
        self._connection = connection
        self._lock = lock
        self._owes_room = False
        self.archive = archive
        self.url = url

    @classmethod
    def open(cls, path: str, url: str, durability: Durability = Durability.FULL, opener: Opener = open_sqlite) -> Store:
        """Open the file, or make it (and its folder); `:memory:` keeps everything in memory. The caller holds the file's lock.

        Raises: DatabaseUnusable: read-only, damaged, not ours, from a newer version, locked by another program.
        """
        connection = connect(path, url, durability, opener)
        lock = threading.Lock()
        if path == MEMORY:
            # One connection for both, so reads and writes take turns; a file has two, and reads go on during a write.
            return cls(connection, SqlArchive(connection, url, lock), url, lock)
        try:
            reader = connect_to_read(path, url, opener)
        except BaseException:
            connection.close()
            raise
        return cls(connection, SqlArchive(reader, url, threading.Lock()), url, lock)

    def write(self, rows: Sequence[Row]) -> None:
        """Make the rows durable, in their order, all or none. Raises: DatabaseUnusable (full disk, damaged file, ...)."""
        with self._lock:
            try:
                if len(rows) <= _MOST_ROWS:
                    self._insert(rows)
                else:
                    self._insert_many([rows])
                if self._owes_room or ExecutionDeleted in map(type, rows):
                    self._give_back_room()
            except sqlite3.Error as error:
                raise explain(error, self.url) from error

    def write_all(self, batches: Iterable[Sequence[Row]]) -> None:
        """Make all the batches durable, or none of them. Raises: DatabaseUnusable, and what making the batches raises."""
        with self._lock, explained(self.url):
            self._insert_many(batches)

    def vacuum(self) -> None:
        """Write the file anew, without what is free in it. Raises: DatabaseUnusable (it needs as much room again, for the while)."""
        with self._lock, explained(self.url):
            self._connection.execute("VACUUM")

    def _insert(self, rows: Sequence[Row]) -> None:
        """One statement, which outside a transaction is one by itself. Events alone need no sorting and go straight to their table."""
        kinds = set(map(type, rows))
        if kinds == {EventAppended}:
            body = [value for row in cast("Sequence[EventAppended]", rows) for value in (row.run, row.event_id, _json(row.event).decode())]
            self._connection.execute(_statement("append", len(rows)), body)
        elif kinds:
            self._connection.execute(_statement("write", len(rows)), [value for row in rows for value in _line(row)])

    def _insert_many(self, batches: Iterable[Sequence[Row]]) -> None:
        self._connection.execute("BEGIN")
        try:
            for rows in batches:
                for start in range(0, len(rows), _MOST_ROWS):
                    self._insert(rows[start : start + _MOST_ROWS])
            self._connection.execute("COMMIT")
        except BaseException:
            roll_back(self._connection)
            raise

    def _give_back_room(self) -> None:
        """Shrink the file a piece, where deleting has left much of it free; what is free otherwise, new events take.

        What is too much for one piece, the writes that follow give back.
        """
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        self._owes_room = free > _MOST_FREE * pages
        if self._owes_room:
            with suppress(sqlite3.Error):  # the rows are durable all the same, and the next deletion tries again
                self._connection.executescript(f"PRAGMA incremental_vacuum({_GIVEN_BACK_AT_ONCE})")  # `execute` would do one page

    def close(self) -> None:
        """Close the file; everything written is in the one file then, without its write-ahead log."""
        self.archive.close()
        with self._lock:
            self._connection.close()


@cache
def _statement(name: str, rows: int) -> str:
    """A statement of queries.sql that inserts one row, made to insert so many."""
    text = statements()[name]
    return text + f", {text[text.rindex('(') :]}" * (rows - 1)


def _line(row: Row) -> tuple[str, int | None, int | None, str, str]:
    """A row as the inbox takes it."""
    match row:
        case EventAppended():
            return "EventAppended", row.run, row.event_id, _json(row.event).decode(), ""
        case DomainRow() | TypeRow():
            text = row.description
        case HeartbeatRecorded():
            text = row.details
        case _:
            text = ""
    return type(row).__name__, None, None, _json(row).decode(), text
