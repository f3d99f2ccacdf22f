"""The archive, as the core sees it: what can be asked of the disk (the `Archive` protocol), and the values that go to and fro.

It reads only what is committed, so an answer built from it is built once the changes before it are durable (`Later`, in answers).
It knows no workflow rules: it hands out rows and events. `sqlarchive` answers from the database. Imports rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol, TypeAlias

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

    def executions(self, query: ExecutionQuery, page: Page) -> Sequence[ExecutionRecord]: ...

    def count(self, query: ExecutionQuery) -> int: ...

    def expired(self, now: float, limit: int) -> Sequence[int]:
        """Run numbers of closed executions whose domain's retention is over, at most `limit`, fewer where they are long."""
        ...

    def next_expiry(self) -> float:
        """When the retention of the first closed execution is over; math.inf where none is closed."""
        ...
