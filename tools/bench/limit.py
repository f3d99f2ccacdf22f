"""The limit: what SQLite itself does with the same events when nothing else is done, group-committed as the service commits them."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import tempfile
import time
from pathlib import Path

from engine.swf.connect import Durability
from tools.bench.measures import Figures

EVENTS = 25
"""Of one serial-3."""
CALLS = 15
"""Of one serial-3: each waits for a commit."""
BODY = '{"eventId":6,"eventTimestamp":1700000000.123,"eventType":"ActivityTaskStarted","activityTaskStartedEventAttributes":' + (
    '{"identity":"4711@host","scheduledEventId":5}}' + " " * 60
)


def bare_sqlite(durability: Durability, *, workflows: int, open_at_once: int) -> Figures:
    """Workflows per second, if a group commit holds one call of each execution that is open."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=".") as folder,
        contextlib.closing(sqlite3.connect(Path(folder) / "limit.db", isolation_level=None)) as database,
    ):
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(f"PRAGMA synchronous={'FULL' if durability == 'full' else 'OFF'}")
        database.execute(
            "CREATE TABLE events (run INTEGER, event_id INTEGER, body TEXT, PRIMARY KEY (run, event_id)) STRICT, WITHOUT ROWID"
        )
        begun = time.perf_counter()
        for first in range(0, workflows, open_at_once):
            _commit_waves(database, range(first, min(first + open_at_once, workflows)))
        return {"workflows/s": workflows / (time.perf_counter() - begun)}


def _commit_waves(database: sqlite3.Connection, runs: range) -> None:
    """Each of these executions makes one call per wave, and a wave is one commit."""
    bounds = [round(wave * EVENTS / CALLS) for wave in range(CALLS + 1)]
    for begin, end in itertools.pairwise(bounds):
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            "INSERT INTO events VALUES (?, ?, ?)", [(run, event, BODY) for run in runs for event in range(begin + 1, end + 1)]
        )
        database.execute("COMMIT")
