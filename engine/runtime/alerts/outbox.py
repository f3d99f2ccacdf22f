"""The state of the alerts, in one SQLite file: how far the endpoint has been seen, what is to be told, what was told.

An alert is written down before it is sent, and marked as sent after it was; whoever sends it takes it for a while, so that several
processes may share the file. Stores; knows no rules. Imports `errors` and `occurrence`.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from engine.errors import DatabaseUnusable
from engine.runtime.alerts.occurrence import Level, Message

KEEP_SEEN: Final = 86_400.0
KEEP_ALERTS: Final = 400 * 86_400.0
"""Longer than SWF's longest execution: an alert of an execution that is still open is never made twice."""
GIVE_UP: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    since: float
    reached: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An alert that is to be sent now."""

    message: Message
    made: float
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert, as people look at it."""

    alert_id: str
    channel: str
    title: str
    made: float
    tries: int
    problem: str
    sent: float
    """0.0: not yet, or given up."""
    given_up: bool


class Outbox:
    """Safe to use from several threads."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Outbox:
        """Raises: DatabaseUnusable."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_sql()[""])
        except (sqlite3.Error, OSError) as error:
            raise DatabaseUnusable(str(path), f"the state file of the alerts can't be used: {error}") from error
        return cls(connection, str(path))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def begin(self, domain: str, workflow: str, now: float) -> Reached:
        """How far the workflow has been seen; from now on, where it is new."""
        with self._transaction() as do:
            do("begin", {"domain": domain, "workflow": workflow, "now": now})
            [(since, reached)] = do("watched", {"domain": domain, "workflow": workflow})
        return Reached(since=since, reached=reached)

    def unseen(self, run_ids: Sequence[str]) -> set[str]:
        with self._transaction() as do:
            return {run_id for run_id in run_ids if not do("is_seen", {"run_id": run_id})}

    def unknown(self, alert_ids: Iterable[str]) -> set[str]:
        """Those that are not written down."""
        with self._transaction() as do:
            return {alert_id for alert_id in alert_ids if not do("is_known", {"id": alert_id})}

    def write(self, messages: Iterable[Message], seen: Mapping[str, float], now: float) -> None:
        """All of it or nothing: what is to be told, and which executions need not be looked at again (runId -> when it closed)."""
        with self._transaction() as do:
            for one in messages:
                words = {"level": one.level, "title": one.title, "body": one.body}
                do("tell", {"id": one.alert_id, "channel": one.channel, **words, "at": one.at, "made": now})
            for run_id, closed in seen.items():
                do("see", {"run_id": run_id, "closed": closed})

    def reach(self, domain: str, workflow: str, reached: float) -> None:
        with self._transaction() as do:
            do("reached", {"domain": domain, "workflow": workflow, "reached": reached})

    def take(self, channel: str, now: float, *, most: int, until: float) -> list[Due]:
        """What is to be sent there; nobody else gets it before `until`."""
        with self._transaction() as do:
            rows = do("due", {"channel": channel, "now": now, "most": most})
            for row in rows:
                do("claim", {"id": row[0], "until": until})
        return [
            Due(message=Message(alert_id=id_, channel=name, level=Level(level), title=title, body=body, at=at), made=made, tries=tries)
            for id_, name, level, title, body, at, made, tries in rows
        ]

    def sent(self, alert_ids: Iterable[str], now: float) -> None:
        with self._transaction() as do:
            for alert_id in alert_ids:
                do("sent", {"id": alert_id, "now": now})

    def failed(self, channel: str, alert_ids: Iterable[str], problem: str, due: float) -> None:
        """It could not be sent; nothing is sent to that channel before `due`."""
        with self._transaction() as do:
            for alert_id in alert_ids:
                do("failed", {"id": alert_id, "problem": problem, "due": due})
            do("hold", {"channel": channel, "due": due})

    def tidy(self, now: float) -> list[tuple[str, str, str]]:
        """Forget what is long gone; the alerts that are given up (id, channel, title)."""
        with self._transaction() as do:
            do("forget_seen", {"before": now - KEEP_SEEN})
            do("forget_alerts", {"before": now - KEEP_ALERTS})
            return [(row[0], row[1], row[2]) for row in do("give_up", {"now": now, "before": now - GIVE_UP})]

    def latest(self, most: int) -> list[Told]:
        with self._transaction() as do:
            rows = do("latest", {"most": most})
        return [
            Told(
                alert_id=id_,
                channel=channel,
                title=title,
                made=made,
                tries=tries,
                problem=problem,
                sent=0.0 if given_up else done,
                given_up=bool(given_up),
            )
            for id_, channel, title, made, tries, problem, done, given_up in rows
        ]

    @contextmanager
    def _transaction(self) -> Iterator[_Do]:
        """Raises: DatabaseUnusable (the disk is full, somebody holds the file for half a minute)."""
        with self._lock, self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Do(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise DatabaseUnusable(self._path, f"the state file of the alerts can't be used: {error}") from error


class _Do:
    """Runs a statement by its name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __call__(self, name: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(_sql()[name], values).fetchall()


@cache
def _sql() -> Mapping[str, str]:
    """outbox.sql by the names that it gives; what stands before the first one, under the empty name."""
    text = (files("engine.runtime.alerts") / "outbox.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- (\w+)$", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
