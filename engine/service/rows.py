"""What the service writes to disk, as frozen values: the core makes them, the store writes them, nobody else looks.

`run` is the service's own number of an execution (dense, never reused); workflowId and runId are SWF's. JSON columns are text.
They are Structs, frozen dataclasses whose constructor is C: one is made for every event. Imports nothing of swfgraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct


class DomainRow(Struct, frozen=True, kw_only=True):
    """A domain as it is now (replaces the row of that name)."""

    name: str
    status: str
    """REGISTERED or DEPRECATED."""
    description: str
    retention_days: int
    """-1: NONE. As with 0, a closed execution is not kept (API reference, RegisterDomain)."""
    tags: Mapping[str, str]


class TypeRow(Struct, frozen=True, kw_only=True):
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


class TypeDeleted(Struct, frozen=True, kw_only=True):
    kind: str
    domain: str
    name: str
    version: str


class ExecutionOpened(Struct, frozen=True, kw_only=True):
    """A new execution; its configuration is in its first event."""

    run: int
    domain: str
    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started: float
    tags: tuple[str, ...]


class ExecutionClosed(Struct, frozen=True, kw_only=True):
    run: int
    closed: float
    close_status: str
    cancel_requested: bool
    latest_activity: float
    """latestActivityTaskTimestamp, 0.0 where there was no activity."""


class ExecutionDeleted(Struct, frozen=True, kw_only=True):
    """Retention is over: the execution and its events leave."""

    run: int


class EventAppended(Struct, frozen=True, kw_only=True):
    """One event, whole, as the API shows it (eventId, eventTimestamp, eventType, ...EventAttributes)."""

    run: int
    event_id: int
    event: Mapping[str, Any]


class HeartbeatRecorded(Struct, frozen=True, kw_only=True):
    """The last heartbeat of a started activity task (replaces the one before; leaves with the task)."""

    run: int
    scheduled_event_id: int
    at: float
    details: str


class HeartbeatForgotten(Struct, frozen=True, kw_only=True):
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
