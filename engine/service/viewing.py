"""Looking at one execution: its description, its history. Everything that is read from disk is read `Later`.

A closed execution is described by folding its history again: it is not kept in memory.
Imports answers, archive's protocol, events, execution, faults, ledger, paging, registry, tasks.
Source: API reference, DescribeWorkflowExecution, GetWorkflowExecutionHistory.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.service.answers import Answer, Later, Reply
from engine.service.archive import ABSENT, Archive, ExecutionRecord
from engine.service.events import given
from engine.service.execution import Execution
from engine.service.faults import unknown_execution
from engine.service.ledger import Ledger
from engine.service.paging import page_position, page_size, page_token
from engine.service.registry import Registry
from engine.service.tasks import NO_DECISION

_FOLDED_AT_ONCE = 1_000
"""Events read from the archive at a time."""


def fold(archive: Archive, record: ExecutionRecord) -> Execution:
    """An execution rebuilt from its events."""
    execution = Execution(run=record.run, domain=record.domain, workflow_id=record.workflow_id, run_id=record.run_id)
    while True:
        events = archive.events(record.run, first=execution.last_event_id + 1, limit=_FOLDED_AT_ONCE)
        for event in events:
            execution.apply(event)
        if len(events) < _FOLDED_AT_ONCE:
            return execution


def describe_workflow_execution(ledger: Ledger, archive: Archive, registry: Registry, request: Mapping[str, Any]) -> Answer:
    domain, named = request["domain"], request["execution"]
    registry.domain(domain)
    execution = ledger.find(domain, named["workflowId"], named["runId"])
    if execution is not ABSENT:
        return Reply(_description(execution))
    return Later(lambda: _description(fold(archive, _find(archive, domain, named))))


def _find(archive: Archive, domain: str, named: Mapping[str, str]) -> ExecutionRecord:
    record = archive.execution(domain, named["workflowId"], named["runId"])
    if record is ABSENT:
        raise unknown_execution(named["workflowId"], named["runId"])
    return record


def _description(execution: Execution) -> Mapping[str, Any]:
    started = execution.started
    body: dict[str, Any] = {
        "executionInfo": _info(execution),
        "executionConfiguration": {
            **given(started, "taskStartToCloseTimeout", "executionStartToCloseTimeout", "taskPriority", "childPolicy", "lambdaRole"),
            "taskList": {"name": execution.override_list or execution.task_list},
        },
        "openCounts": _open_counts(execution),
    }
    if execution.latest_activity_at:
        body["latestActivityTaskTimestamp"] = execution.latest_activity_at
    if execution.context is not ABSENT:
        body["latestExecutionContext"] = execution.context
    return body


def _info(execution: Execution) -> dict[str, Any]:
    started = execution.started
    info = {
        "execution": execution.reference,
        "workflowType": started["workflowType"],
        "startTimestamp": execution.started_at,
        "executionStatus": "OPEN" if execution.is_open else "CLOSED",
        "cancelRequested": execution.cancel_requested,
        **given(started, "tagList"),
    }
    if not execution.is_open:
        info["closeTimestamp"] = execution.closed_at
        info["closeStatus"] = execution.close_status
    if "parentWorkflowExecution" in started:
        info["parent"] = started["parentWorkflowExecution"]
    return info


def _open_counts(execution: Execution) -> dict[str, int]:
    """All are 0 for a closed execution: closing it closed what was open in it (recorded from AWS)."""
    is_open = execution.is_open
    deciding = execution.running is not NO_DECISION or execution.waiting is not NO_DECISION
    return {
        "openActivityTasks": len(execution.activities) if is_open else 0,
        # At most one by the API's own definition (OpenDecisionTasksCount), also while the next one is scheduled behind it.
        "openDecisionTasks": int(deciding and is_open),
        "openTimers": len(execution.timers) if is_open else 0,
        "openChildWorkflowExecutions": sum(1 for child in execution.children.values() if child.started_id) if is_open else 0,
        "openLambdaFunctions": len(execution.functions) if is_open else 0,
    }


def get_workflow_execution_history(
    ledger: Ledger, archive: Archive, registry: Registry, request: Mapping[str, Any], now: float
) -> Answer:  # fmt: skip
    domain, named = request["domain"], request["execution"]
    registry.domain(domain)
    position = page_position("GetWorkflowExecutionHistory", request, now)
    execution = ledger.find(domain, named["workflowId"], named["runId"])
    run = execution.run if execution is not ABSENT else 0
    return Later(partial(_history, archive, request, run, position, now))


def _history(archive: Archive, request: Mapping[str, Any], run: int, position: Any, now: float) -> Mapping[str, Any]:
    number = run or _find(archive, request["domain"], request["execution"]).run
    size = page_size(request)
    after = int(position[0]) if position else 0
    if request.get("reverseOrder", False):
        bound = {"last": after - 1} if after else {}
        events = archive.events(number, **bound, limit=size + 1, newest_first=True)
    else:
        events = archive.events(number, first=after + 1, limit=size + 1)
    body: dict[str, Any] = {"events": events[:size]}
    if len(events) > size:
        body["nextPageToken"] = page_token("GetWorkflowExecutionHistory", request, (events[size - 1]["eventId"],), now)
    return body
