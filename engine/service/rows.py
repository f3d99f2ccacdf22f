"""What the service writes to disk, as frozen values: the core makes them, the store writes them, nobody else looks.

`run` is the service's own number of an execution (dense, never reused); workflowId and runId are SWF's. JSON columns are text.
Imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRow:
    """A domain as it is now (replaces the row of that name)."""

    name: str
    status: str
    """REGISTERED or DEPRECATED."""
    description: str
    retention_days: int
    """-1: NONE. As with 0, a closed execution is not kept (API reference, RegisterDomain)."""
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """A workflow or activity type as it is now (replaces the row of that kind, domain, name and version)."""

    kind: str
    """workflow or activity."""
    domain: str
    name: str
    version: str
    status: str
    description: str
    created: float
    deprecated: float
    """0.0 where it is not."""
    defaults: Mapping[str, Any]
    """The `default...` members of the registration, as the API names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDeleted:
    kind: str
    domain: str
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionOpened:
    """A new execution; its configuration is in its first event."""

    run: int
    domain: str
    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started: float
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionClosed:
    run: int
    closed: float
    close_status: str
    cancel_requested: bool
    latest_activity: float
    """latestActivityTaskTimestamp, 0.0 where there was no activity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionDeleted:
    """Retention is over: the execution and its events leave."""

    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAppended:
    """One event, whole, as the API shows it (eventId, eventTimestamp, eventType, ...EventAttributes)."""

    run: int
    event_id: int
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatRecorded:
    """The last heartbeat of a started activity task (replaces the one before; leaves with the task)."""

    run: int
    scheduled_event_id: int
    at: float
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatForgotten:
    run: int
    scheduled_event_id: int


Row: TypeAlias = (
    DomainRow
    | TypeRow
    | TypeDeleted
    | ExecutionOpened
    | ExecutionClosed
    | ExecutionDeleted
    | EventAppended
    | HeartbeatRecorded
    | HeartbeatForgotten
)
