"""Visibility: what ListOpen/ListClosed/CountOpen/CountClosedWorkflowExecutions ask, and how their answers are built.

`question` turns a validated request into a `Question`, or refuses it; `answer` puts it to the archive, once everything before the
request is durable. The domain is looked up elsewhere (registry). Imports faults, paging and archive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.service.archive import (
    ABSENT,
    Absent,
    Archive,
    ByCloseStatus,
    ByTag,
    ByType,
    ByWorkflowId,
    Everything,
    ExecutionQuery,
    ExecutionRecord,
    Filter,
    Page,
    TimeField,
)
from engine.service.faults import invalid
from engine.service.paging import page_position, page_size, page_token

_Request: TypeAlias = Mapping[str, Any]

OPERATIONS: Final = frozenset(
    {
        "ListOpenWorkflowExecutions",
        "ListClosedWorkflowExecutions",
        "CountOpenWorkflowExecutions",
        "CountClosedWorkflowExecutions",
    }
)

_FILTERS: Final[Mapping[str, tuple[str, Callable[[Mapping[str, str]], Filter]]]] = {
    # The member of the request: what AWS calls it in its fault, and what it asks for.
    "executionFilter": ("WorkflowExecutionFilter", lambda wanted: ByWorkflowId(workflow_id=wanted["workflowId"])),
    "typeFilter": ("WorkflowTypeFilter", lambda wanted: ByType(name=wanted["name"], version=wanted.get("version", ""))),
    "tagFilter": ("TagFilter", lambda wanted: ByTag(tag=wanted["tag"])),
    "closeStatusFilter": ("CloseStatusFilter", lambda wanted: ByCloseStatus(status=wanted["status"])),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A visibility request, understood."""

    operation: str
    request: _Request
    query: ExecutionQuery
    page: Page | Absent
    """Absent: the executions are only counted."""
    asked: float


def question(operation: str, request: _Request, now: float) -> Question:
    """What one of `OPERATIONS` asks.

    Raises: Fault ValidationException: no or two time filters, more than one other filter, a token that is not of this query.
    """
    query = ExecutionQuery(
        domain=request["domain"],
        is_open=operation in ("ListOpenWorkflowExecutions", "CountOpenWorkflowExecutions"),
        time=_time_field(request),
        oldest=_times(request)["oldestDate"],
        latest=_times(request).get("latestDate", math.inf),
        filter=_filter(request),
    )
    page = _page(operation, request, now) if operation.startswith("List") else ABSENT
    return Question(operation=operation, request=request, query=query, page=page, asked=now)


def answer(asked: Question, archive: Archive, is_cancel_requested: Callable[[int], bool]) -> Mapping[str, Any]:
    """The response. `is_cancel_requested` knows that of an open execution, by its run number; the archive knows it of closed ones."""
    if asked.page is ABSENT:
        return count_body(archive.count(asked.query))
    one_more = Page(limit=asked.page.limit + 1, oldest_first=asked.page.oldest_first, after=asked.page.after)
    found = archive.executions(asked.query, one_more)
    shown = found[: asked.page.limit]
    body: dict[str, Any] = {"executionInfos": [execution_info(record, is_cancel_requested) for record in shown]}
    if len(found) > len(shown):
        last = shown[-1]
        time = last.closed if asked.query.time is TimeField.CLOSED else last.started
        body["nextPageToken"] = page_token(asked.operation, asked.request, (time, last.run), asked.asked)
    return body


def execution_info(record: ExecutionRecord, is_cancel_requested: Callable[[int], bool]) -> Mapping[str, Any]:
    """WorkflowExecutionInfo, for lists and for DescribeWorkflowExecution."""
    info: dict[str, Any] = {
        "execution": {"workflowId": record.workflow_id, "runId": record.run_id},
        "workflowType": {"name": record.type_name, "version": record.type_version},
        "startTimestamp": record.started,
        "executionStatus": "OPEN" if record.is_open else "CLOSED",
    }
    if not record.is_open:
        info["closeTimestamp"] = record.closed
        info["closeStatus"] = record.close_status
    workflow_id, run_id = record.parent
    if workflow_id:
        info["parent"] = {"workflowId": workflow_id, "runId": run_id}
    if record.tags:
        info["tagList"] = list(record.tags)
    info["cancelRequested"] = is_cancel_requested(record.run) if record.is_open else record.cancel_requested
    return info


def count_body(count: int) -> Mapping[str, Any]:
    """The response of every Count operation, CountPending... included. Counts are exact here: never truncated."""
    return {"count": count, "truncated": False}


def _time_field(request: _Request) -> TimeField:
    """API reference, ListClosedWorkflowExecutions: "You must specify one of these in a request but not both." """
    given = [member for member in ("startTimeFilter", "closeTimeFilter") if member in request]
    if len(given) > 1:
        raise invalid("Cannot specify both a startTimeFilter and a closeTimeFilter")
    if not given:
        raise invalid("Must specify time filter")
    return TimeField.STARTED if given == ["startTimeFilter"] else TimeField.CLOSED


def _times(request: _Request) -> Mapping[str, float]:
    times: Mapping[str, float] = request["startTimeFilter" if "startTimeFilter" in request else "closeTimeFilter"]
    return times


def _filter(request: _Request) -> Filter:
    given = [member for member in _FILTERS if member in request]
    if len(given) > 1:
        names = ", ".join(_FILTERS[member][0] for member in given)
        raise invalid(f"Cannot specify more than one exclusive filters in the same query: [{names}]")
    if not given:
        return Everything()
    return _FILTERS[given[0]][1](request[given[0]])


def _page(operation: str, request: _Request, now: float) -> Page:
    position = page_position(operation, request, now)
    return Page(
        limit=page_size(request),
        oldest_first=request.get("reverseOrder", False),
        after=(float(position[0]), int(position[1])) if position else ABSENT,
    )
