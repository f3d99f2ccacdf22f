"""The archive: what can be read back from disk. The core asks through the `Archive` protocol; `SqlArchive` answers over the store.

Reads only what is committed, so an answer built from it is built once the changes before it are durable (`Later`, in core).
Knows no workflow rules: it hands out rows and events. Imports rows and database.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol, TypeAlias, assert_never

import msgspec

from engine.service.database import explain, statements
from engine.service.rows import DomainRow, HeartbeatRecorded, TypeRow

Event: TypeAlias = Mapping[str, Any]
"""A history event as the API shows it."""

LAST_EVENT: Final = 2**31
"""Above every event id: SWF closes an execution at 25,000 events."""


class Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRecord:
    """An execution as the disk knows it."""

    run: int
    domain: str
    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started: float
    tags: tuple[str, ...]
    parent: tuple[str, str]
    """workflowId and runId of the parent, or two empty strings."""
    closed: float
    """0.0 while it is open; then what follows says nothing."""
    close_status: str
    cancel_requested: bool
    latest_activity: float
    """0.0 where there was no activity."""

    @property
    def is_open(self) -> bool:
        return not self.close_status


class TimeField(Enum):
    """By which of its times an execution is filtered and ordered."""

    STARTED = "started"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """No filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWorkflowId:
    workflow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByType:
    name: str
    version: str
    """Empty: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTag:
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCloseStatus:
    status: str


Filter: TypeAlias = Everything | ByWorkflowId | ByType | ByTag | ByCloseStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionQuery:
    """Which executions of a domain. Newest first by `time` (then by run), unless `oldest_first`."""

    domain: str
    is_open: bool
    time: TimeField
    """CLOSED makes sense for closed executions only."""
    oldest: float
    latest: float
    """Both ends belong to it."""
    filter: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a query's answer."""

    limit: int
    oldest_first: bool = False
    after: tuple[float, int] | Absent = ABSENT
    """(time, run) of the last execution of the page before."""


class Archive(Protocol):
    """What is on disk. Safe to ask from any thread."""

    def domains(self) -> Sequence[DomainRow]: ...

    def types(self) -> Sequence[TypeRow]: ...

    def next_run(self) -> int:
        """A run number above every one ever used, of deleted executions too."""
        ...

    def open_executions(self) -> Sequence[ExecutionRecord]:
        """Every open execution, by run number: what the core loads."""
        ...

    def heartbeats(self) -> Sequence[HeartbeatRecorded]:
        """The last heartbeat of every activity task that has one and is still open."""
        ...

    def events(self, run: int, *, first: int = 1, last: int = LAST_EVENT, limit: int, newest_first: bool = False) -> list[Event]:
        """The events of a run with first <= eventId <= last, at most `limit`, from the one end or the other."""
        ...

    def execution(self, domain: str, workflow_id: str, run_id: str) -> ExecutionRecord | Absent: ...

    def open_execution(self, domain: str, workflow_id: str) -> ExecutionRecord | Absent: ...

    def executions(self, query: ExecutionQuery, page: Page) -> Sequence[ExecutionRecord]: ...

    def count(self, query: ExecutionQuery) -> int: ...

    def expired(self, now: float, limit: int) -> Sequence[int]:
        """Run numbers of closed executions whose domain's retention is over, at most `limit`."""
        ...


_LAST_RUN: Final = 2**63 - 1
_FIRST_RUN: Final = -1

_events: Final = msgspec.json.Decoder(list[dict[str, Any]]).decode
_strings: Final = msgspec.json.Decoder(tuple[str, ...]).decode
_object: Final = msgspec.json.Decoder(dict[str, Any]).decode

_Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]


class SqlArchive:
    """The `Archive` over a connection. Its lock is held for one statement at a time."""

    def __init__(self, connection: sqlite3.Connection, url: str, lock: threading.Lock) -> None:
        self._connection = connection
        self._url = url
        self._lock = lock

    def domains(self) -> Sequence[DomainRow]:
        return [
            DomainRow(name=name, status=status, description=description, retention_days=days, tags=_object(tags))
            for name, status, description, days, tags in self._fetch(statements()["domains"])
        ]

    def types(self) -> Sequence[TypeRow]:
        return [
            TypeRow(
                kind=kind,
                domain=domain,
                name=name,
                version=version,
                status=status,
                description=description,
                created=created,
                deprecated=deprecated,
                defaults=_object(defaults),
            )
            for kind, domain, name, version, status, description, created, deprecated, defaults in self._fetch(statements()["types"])
        ]

    def next_run(self) -> int:
        return self._number(statements()["next_run"])

    def open_executions(self) -> Sequence[ExecutionRecord]:
        return self._records("condition_all_open", {"limit": -1})

    def heartbeats(self) -> Sequence[HeartbeatRecorded]:
        return [
            HeartbeatRecorded(run=run, scheduled_event_id=scheduled, at=at, details=details)
            for run, scheduled, at, details in self._fetch(statements()["heartbeats"])
        ]

    def events(self, run: int, *, first: int = 1, last: int = LAST_EVENT, limit: int, newest_first: bool = False) -> list[Event]:
        statement = statements()["events_descending" if newest_first else "events_ascending"]
        [(text,)] = self._fetch(statement, (run, first, last, limit))
        return list[Event](_events(text))

    def execution(self, domain: str, workflow_id: str, run_id: str) -> ExecutionRecord | Absent:
        values = {"domain": domain, "workflow_id": workflow_id, "run_id": run_id, "limit": 1}
        return _only(self._records("condition_of_run_id", values))

    def open_execution(self, domain: str, workflow_id: str) -> ExecutionRecord | Absent:
        return _only(self._records("condition_open_of_workflow_id", {"domain": domain, "workflow_id": workflow_id, "limit": 1}))

    def executions(self, query: ExecutionQuery, page: Page) -> Sequence[ExecutionRecord]:
        sql, values = _narrowed(query, "condition_oldest_first" if page.oldest_first else "condition_newest_first")
        values["limit"] = page.limit
        values["beyond"] = _FIRST_RUN if page.oldest_first else _LAST_RUN
        if page.after is not ABSENT:
            values["oldest" if page.oldest_first else "latest"], values["beyond"] = page.after
        direction = "" if page.oldest_first else " DESC"
        order = f"s.{query.time.value}{direction}, s.run{direction}"
        return [_record(row) for row in self._fetch(statements()["executions"].format(order=order, **sql), values)]

    def count(self, query: ExecutionQuery) -> int:
        sql, values = _narrowed(query, "condition_query")
        return self._number(statements()["count"].format(**sql), values)

    def expired(self, now: float, limit: int) -> Sequence[int]:
        return [run for (run,) in self._fetch(statements()["expired"], {"now": now, "limit": limit})]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _records(self, condition: str, values: Mapping[str, Any]) -> list[ExecutionRecord]:
        words = {"source": statements()["source"], "condition": statements()[condition], "order": "s.run"}
        return [_record(row) for row in self._fetch(statements()["executions"].format(**words), values)]

    def _number(self, sql: str, values: _Parameters = ()) -> int:
        [(number,)] = self._fetch(sql, values)
        return int(number)

    def _fetch(self, sql: str, values: _Parameters = ()) -> list[Any]:
        """Raises: DatabaseUnusable."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise explain(error, self._url) from error


def _only(records: Sequence[ExecutionRecord]) -> ExecutionRecord | Absent:
    return records[0] if records else ABSENT


def _record(row: Sequence[Any]) -> ExecutionRecord:
    run, domain, workflow_id, run_id, type_name, type_version, started, tags, closed, status, cancel, latest, *parent = row
    return ExecutionRecord(
        run=run,
        domain=domain,
        workflow_id=workflow_id,
        run_id=run_id,
        type_name=type_name,
        type_version=type_version,
        started=started,
        tags=_strings(tags),
        parent=(parent[0], parent[1]),
        closed=closed,
        close_status=status,
        cancel_requested=bool(cancel),
        latest_activity=latest,
    )


def _narrowed(query: ExecutionQuery, condition: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The words that complete a statement of queries.sql, and its values."""
    name, wanted = _filter(query.filter)
    words = {
        "state": "IS NULL" if query.is_open else "IS NOT NULL",
        "time": query.time.value,
        "filter": statements()[name],
    }
    return (
        {
            "source": statements()["source_tagged" if isinstance(query.filter, ByTag) else "source"],
            "condition": statements()[condition].format(**words),
        },
        {"domain": query.domain, "oldest": query.oldest, "latest": query.latest, **wanted},
    )


def _filter(wanted: Filter) -> tuple[str, Mapping[str, str]]:
    match wanted:
        case Everything():
            return "filter_everything", {}
        case ByWorkflowId():
            return "filter_workflow_id", {"workflow_id": wanted.workflow_id}
        case ByType(version=""):
            return "filter_type", {"type_name": wanted.name}
        case ByType():
            return "filter_type_version", {"type_name": wanted.name, "type_version": wanted.version}
        case ByTag():
            return "filter_tag", {"tag": wanted.tag}
        case ByCloseStatus():
            return "filter_close_status", {"close_status": wanted.status}
        case _:
            assert_never(wanted)
