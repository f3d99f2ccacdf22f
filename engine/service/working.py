"""What a worker says about its activity task: it lives, it is done, it failed, it was canceled.

Imports closing's ledger, events, execution, faults, tasks, tokens.
Source: API reference, RespondActivityTask..., RecordActivityTaskHeartbeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.service.archive import ABSENT
from engine.service.events import given
from engine.service.execution import Execution
from engine.service.faults import Fault
from engine.service.ledger import Ledger
from engine.service.rows import HeartbeatRecorded
from engine.service.tasks import ActivityTask
from engine.service.tokens import read_task_token

RESPONSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "RespondActivityTaskCompleted": ("ActivityTaskCompleted", ("result",)),
    "RespondActivityTaskFailed": ("ActivityTaskFailed", ("reason", "details")),
    "RespondActivityTaskCanceled": ("ActivityTaskCanceled", ("details",)),
}
"""Operation -> the event it records, and what of the request goes into it."""


def respond_activity_task(ledger: Ledger, operation: str, request: Mapping[str, Any], now: float) -> None:
    """Close a started activity task. Raises: Fault UnknownResourceFault where it is closed, or nobody's."""
    execution, task = _started_task(ledger, request["taskToken"])
    event_type, members = RESPONSES[operation]
    attributes = {**given(request, *members), "scheduledEventId": task.scheduled_id, "startedEventId": task.started_id}
    if event_type == "ActivityTaskCanceled" and task.cancel_requested_id:
        attributes["latestCancelRequestedEventId"] = task.cancel_requested_id
    ledger.close_activity(execution, task, event_type, attributes, now)


def record_heartbeat(ledger: Ledger, request: Mapping[str, Any], now: float) -> Mapping[str, Any]:
    """Put off the heartbeat timeout. The last details given stay until others are."""
    execution, task = _started_task(ledger, request["taskToken"])
    details = request.get("details", task.beat_details)
    execution.beat(task.scheduled_id, now, details)
    ledger.add_changes((HeartbeatRecorded(run=execution.run, scheduled_event_id=task.scheduled_id, at=now, details=details),))
    return {"cancelRequested": bool(task.cancel_requested_id)}


def _started_task(ledger: Ledger, token_text: str) -> tuple[Execution, ActivityTask]:
    token = read_task_token(token_text)
    execution = ledger.holder(token)
    if execution is not ABSENT:
        task = execution.activities.get(token.scheduled_id)
        if task is not None and task.started_id == token.started_id:
            return execution, task
    message = f"Unknown activity, scheduledEventId = {token.scheduled_id}: the task timed out or was closed, or its execution closed"
    raise Fault("UnknownResourceFault", message)
