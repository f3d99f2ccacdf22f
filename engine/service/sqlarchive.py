"""The archive over a connection to the database: questions into the statements of queries.sql, their JSON into values.

Imports errors, archive, database and rows; imported by store.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar, assert_never

import msgspec

from engine.errors import DatabaseUnusable
from engine.service.archive import (
    ABSENT,
    LAST_EVENT,
    Absent,
    ByCloseStatus,
    ByTag,
    ByType,
    ByWorkflowId,
    Event,
    Everything,
    ExecutionQuery,
    ExecutionRecord,
    Filter,
    Page,
)
from engine.service.database import DAMAGED, explain, statements
from engine.service.rows import DomainRow, HeartbeatRecorded, TypeRow

_LAST_RUN: Final = 2**63 - 1
_FIRST_RUN: Final = -1
_MANY_EVENTS: Final = 10_000
"""Deleting so many takes some 30 ms."""

_T = TypeVar("_T")
_Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

# What queries.sql gives is the JSON of these. SQLite has no booleans: not strict takes its 0 and 1.
_domains: Final = msgspec.json.Decoder(list[DomainRow]).decode
_types: Final = msgspec.json.Decoder(list[TypeRow]).decode
_heartbeats: Final = msgspec.json.Decoder(list[HeartbeatRecorded]).decode
_records: Final = msgspec.json.Decoder(list[ExecutionRecord], strict=False).decode
_runs: Final = msgspec.json.Decoder(list[int]).decode
_events: Final = msgspec.json.Decoder(list[dict[str, Any]]).decode


class SqlArchive:
    """The `Archive` over a connection. Its lock is held for one statement at a time. Every method may raise DatabaseUnusable."""

    def __init__(self, connection: sqlite3.Connection, url: str, lock: threading.Lock) -> None:
        self._connection = connection
        self._url = url
        self._lock = lock

    def domains(self) -> Sequence[DomainRow]:
        return self._read(_domains, statements()["domains"])

    def types(self) -> Sequence[TypeRow]:
        return self._read(_types, statements()["types"])

    def next_run(self) -> int:
        return int(self._ask(statements()["next_run"]))

    def open_executions(self) -> Sequence[ExecutionRecord]:
        return self._found("condition_all_open", {"limit": -1})

    def heartbeats(self) -> Sequence[HeartbeatRecorded]:
        return self._read(_heartbeats, statements()["heartbeats"])

    def events(self, run: int, *, first: int = 1, last: int = LAST_EVENT, limit: int, newest_first: bool = False) -> list[Event]:
        statement = statements()["events_descending" if newest_first else "events_ascending"]
        return list[Event](self._read(_events, statement, (run, first, last, limit)))

    def execution(self, domain: str, workflow_id: str, run_id: str) -> ExecutionRecord | Absent:
        values = {"domain": domain, "workflow_id": workflow_id, "run_id": run_id, "limit": 1}
        return _only(self._found("condition_of_run_id", values))

    def executions(self, query: ExecutionQuery, page: Page) -> Sequence[ExecutionRecord]:
        sql, values = _ordered(query, page)
        return self._read(_records, sql, values)

    def count(self, query: ExecutionQuery) -> int:
        words, values = _narrowed(query, "condition_count")
        return int(self._ask(statements()["count"].format(**words), values))

    def expired(self, now: float, limit: int) -> Sequence[int]:
        return self._read(_runs, statements()["expired"], {"now": now, "limit": limit, "events": _MANY_EVENTS})

    def next_expiry(self) -> float:
        first = self._ask(statements()["next_expiry"])
        return math.inf if first is None else float(first)

    def latest_of(self, domain: str, workflow_id: str) -> float:
        """When the last execution of a workflowId ended; math.inf where it is open, -math.inf where there is none."""
        latest = self._ask(statements()["latest_of_workflow_id"], (domain, workflow_id))
        return -math.inf if latest is None else float(latest)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _found(self, condition: str, values: Mapping[str, Any]) -> list[ExecutionRecord]:
        words = {"searched": statements()["searched_executions"], "condition": statements()[condition], "order": "s.run"}
        return self._read(_records, statements()["executions"].format(**words), values)

    def _read(self, decode: Callable[[str], _T], sql: str, values: _Parameters = ()) -> _T:
        text = self._ask(sql, values)
        try:
            return decode(text)
        except msgspec.MsgspecError as error:
            raise DatabaseUnusable(self._url, f"{DAMAGED} ({error})") from error

    def _ask(self, sql: str, values: _Parameters = ()) -> Any:
        """The one value of the one row that every question of queries.sql gives."""
        with self._lock:
            try:
                [(value,)] = self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise explain(error, self._url) from error
        return value


def _only(records: Sequence[ExecutionRecord]) -> ExecutionRecord | Absent:
    return records[0] if records else ABSENT


def _ordered(query: ExecutionQuery, page: Page) -> tuple[str, Mapping[str, Any]]:
    """The statement that gives a page of a query, and its values."""
    direction = "" if page.oldest_first else " DESC"
    if isinstance(query.filter, ByWorkflowId):
        words, values = _narrowed(query, "condition_first_run_first" if page.oldest_first else "condition_last_run_first")
        order = f"s.run{direction}"
    else:
        words, values = _narrowed(query, "condition_oldest_first" if page.oldest_first else "condition_newest_first")
        order = f"s.{query.time.value}{direction}, s.run{direction}"
        if page.after is not ABSENT:
            values["oldest" if page.oldest_first else "latest"] = page.after[0]
    values["limit"] = page.limit
    first = _FIRST_RUN if page.oldest_first else _LAST_RUN
    values["beyond"] = first if page.after is ABSENT else page.after[1]
    return statements()["executions"].format(order=order, **words), values


def _narrowed(query: ExecutionQuery, condition: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The words that complete a statement of queries.sql, and its values."""
    name, wanted = _filter(query.filter)
    words = {"state": "IS NULL" if query.is_open else "IS NOT NULL", "time": query.time.value, "filter": statements()[name]}
    return (
        {"searched": statements()[_searched(query)], "condition": statements()[condition].format(**words)},
        {"domain": query.domain, "oldest": query.oldest, "latest": query.latest, **wanted},
    )


def _searched(query: ExecutionQuery) -> str:
    match query.filter:
        case ByTag():
            return "searched_tags"
        case ByWorkflowId() if not query.is_open:
            return "searched_workflow_id"
        case _:
            return "searched_executions"


def _filter(wanted: Filter) -> tuple[str, Mapping[str, str]]:
    match wanted:
        case ByWorkflowId():
            return "filter_workflow_id", {"workflow_id": wanted.workflow_id}
        case ByType():
            versioned = {"type_version": wanted.version} if wanted.version else {}
            return "filter_type_version" if versioned else "filter_type", {"type_name": wanted.name, **versioned}
        case ByTag():
            return "filter_tag", {"tag": wanted.tag}
        case ByCloseStatus():
            return "filter_close_status", {"close_status": wanted.status}
        case Everything():
            return "filter_everything", {}
        case _:
            assert_never(wanted)
