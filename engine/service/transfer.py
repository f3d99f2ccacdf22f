"""Executions as JSON lines: what `swfgraph db export` writes and `swfgraph db import` reads. Pure: values and their text.

    {"kind": "export", "format": 1}                                                        the first line
    {"kind": "domain", "name": ..., "retentionDays": ..., ...}                             a line for each domain
    {"kind": "type", "of": "workflow" | "activity", "domain": ..., "name": ..., ...}       ... and each type of those domains
    {"kind": "execution", "domain": ..., "workflowId": ..., "runId": ..., "events": [...]} ... and each execution, in the order of starting

Events are as GetWorkflowExecutionHistory shows them. Imports rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias, cast

import msgspec

from engine.service.rows import DomainRow, HeartbeatRecorded, TypeRow

FORMAT: Final = 1

_Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_Status: TypeAlias = Literal["REGISTERED", "DEPRECATED"]


class _Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel", tag_field="kind"):
    pass


class Header(_Struct, frozen=True, kw_only=True, tag="export"):
    format: int


class DomainLine(_Struct, frozen=True, kw_only=True, tag="domain"):
    name: _Name
    status: _Status
    description: str
    retention_days: Annotated[int, msgspec.Meta(ge=-1)]
    """-1: NONE."""
    tags: dict[str, str]


class TypeLine(_Struct, frozen=True, kw_only=True, tag="type"):
    of: Literal["workflow", "activity"]
    domain: _Name
    name: _Name
    version: _Name
    status: _Status
    description: str
    created: float
    deprecated: float
    """0.0 where it is not."""
    defaults: dict[str, Any]


class HeartbeatLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """The last heartbeat of a running activity task: what of an execution's state no event has."""

    scheduled_event_id: int
    at: float
    details: str


class ExecutionLine(_Struct, frozen=True, kw_only=True, tag="execution"):
    domain: _Name
    workflow_id: _Name
    run_id: _Name
    heartbeats: list[HeartbeatLine]
    events: list[dict[str, Any]]


class RawExecutionLine(_Struct, frozen=True, kw_only=True, tag="execution"):
    """An `ExecutionLine` to be written: events as the database has them."""

    domain: str
    workflow_id: str
    run_id: str
    heartbeats: list[HeartbeatLine]
    events: list[msgspec.Raw]


Line: TypeAlias = Header | DomainLine | TypeLine | ExecutionLine

encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder(Line).decode


def domain_line(row: DomainRow) -> DomainLine:
    return DomainLine(
        name=row.name,
        status=cast("_Status", row.status),
        description=row.description,
        retention_days=row.retention_days,
        tags=dict(row.tags),
    )


def domain_row(line: DomainLine) -> DomainRow:
    return DomainRow(name=line.name, status=line.status, description=line.description, retention_days=line.retention_days, tags=line.tags)


def type_line(row: TypeRow) -> TypeLine:
    return TypeLine(**_type(row, of=row.kind, defaults=dict(row.defaults)))


def type_row(line: TypeLine) -> TypeRow:
    return TypeRow(**_type(line, kind=line.of, defaults=line.defaults))


def _type(source: TypeRow | TypeLine, **own: Any) -> Mapping[str, Any]:
    shared = ("domain", "name", "version", "status", "description", "created", "deprecated")
    return {name: getattr(source, name) for name in shared} | own


def heartbeat_line(row: HeartbeatRecorded) -> HeartbeatLine:
    return HeartbeatLine(scheduled_event_id=row.scheduled_event_id, at=row.at, details=row.details)


def heartbeat_row(line: HeartbeatLine, run: int) -> HeartbeatRecorded:
    return HeartbeatRecorded(run=run, scheduled_event_id=line.scheduled_event_id, at=line.at, details=line.details)
