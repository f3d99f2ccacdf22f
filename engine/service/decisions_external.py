"""Decisions that reach other executions: start a child, signal one, request its cancellation.

Each first records that it was initiated; the rest is a delivery. Where the deciding execution has closed by then, the delivery is made
and nothing more is recorded for it. Imports closing, deciding, events, faults, opening.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.service.archive import ABSENT
from engine.service.closing import request_cancel, signal
from engine.service.deciding import Deciding
from engine.service.events import Attributes, given
from engine.service.faults import Fault
from engine.service.opening import EXECUTION_SETTINGS, execution_opening, missing_settings
from engine.service.rows import TypeRow

_UNKNOWN = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"


def start_child_workflow_execution(deciding: Deciding, attributes: Attributes) -> None:
    named = attributes["workflowType"]
    try:
        row = deciding.registry.type("workflow", deciding.execution.domain, named["name"], named["version"])
    except Fault:
        cause = "WORKFLOW_TYPE_DOES_NOT_EXIST"
    else:
        cause = _refusal(deciding, attributes, row)
    if cause:
        _child_failed(deciding, attributes, cause, initiated_id=0)
        return
    new = execution_opening(attributes, row)
    initiated_id = deciding.record(
        "StartChildWorkflowExecutionInitiated", {"workflowId": attributes["workflowId"], **given(attributes, "control"), **new}
    )
    deciding.deliveries.append(partial(_start_child, deciding, attributes, new, initiated_id))


def _refusal(deciding: Deciding, attributes: Attributes, row: TypeRow) -> str:
    """Why a child can't be started; empty when it can (StartChildWorkflowExecutionFailedEventAttributes, cause)."""
    ledger = deciding.ledger
    if row.status == "DEPRECATED":
        return "WORKFLOW_TYPE_DEPRECATED"
    missing = missing_settings(EXECUTION_SETTINGS, attributes, row)
    if missing:
        return missing[0].cause
    if len(deciding.execution.children) >= ledger.limits.open_children:
        return "OPEN_CHILDREN_LIMIT_EXCEEDED"
    if ledger.count_open(deciding.execution.domain) >= ledger.limits.open_executions:
        return "OPEN_WORKFLOWS_LIMIT_EXCEEDED"
    return ""


def _start_child(deciding: Deciding, attributes: Attributes, new: dict[str, Any], initiated_id: int) -> None:
    parent, ledger, workflow_id = deciding.execution, deciding.ledger, attributes["workflowId"]
    if ledger.named(parent.domain, workflow_id) is not ABSENT:
        if parent.is_open:
            _child_failed(deciding, attributes, "WORKFLOW_ALREADY_RUNNING", initiated_id=initiated_id)
        return
    started = {**new, "parentWorkflowExecution": parent.reference, "parentInitiatedEventId": initiated_id}
    child = ledger.begin(parent.domain, workflow_id, started, deciding.now)
    if parent.is_open:
        about = {"workflowExecution": child.reference, "workflowType": new["workflowType"], "initiatedEventId": initiated_id}
        ledger.record(parent, "ChildWorkflowExecutionStarted", about, deciding.now)
        deciding.decide_again = True


def _child_failed(deciding: Deciding, attributes: Attributes, cause: str, *, initiated_id: int) -> None:
    named = dict(attributes["workflowType"])
    about = {"workflowType": named, **given(attributes, "workflowId", "control"), "initiatedEventId": initiated_id}
    deciding.fail("StartChildWorkflowExecutionFailed", about, cause)


def signal_external_workflow_execution(deciding: Deciding, attributes: Attributes) -> None:
    initiated = given(attributes, "workflowId", "runId", "signalName", "input", "control")
    initiated_id = deciding.record("SignalExternalWorkflowExecutionInitiated", initiated)
    deciding.deliveries.append(partial(_signal, deciding, attributes, initiated_id))


def _signal(deciding: Deciding, attributes: Attributes, initiated_id: int) -> None:
    source = deciding.execution
    target = deciding.ledger.find(source.domain, attributes["workflowId"], attributes.get("runId", ""))
    if target is ABSENT:
        _not_reached(deciding, "SignalExternalWorkflowExecutionFailed", attributes, initiated_id)
        return
    content = given(attributes, "signalName", "input")
    signal(deciding.ledger, target, {**content, **_sent_by(deciding, initiated_id)}, deciding.now)
    _reached(deciding, "ExternalWorkflowExecutionSignaled", target.reference, initiated_id)


def request_cancel_external_workflow_execution(deciding: Deciding, attributes: Attributes) -> None:
    initiated = given(attributes, "workflowId", "runId", "control")
    initiated_id = deciding.record("RequestCancelExternalWorkflowExecutionInitiated", initiated)
    deciding.deliveries.append(partial(_request_cancel, deciding, attributes, initiated_id))


def _request_cancel(deciding: Deciding, attributes: Attributes, initiated_id: int) -> None:
    source = deciding.execution
    target = deciding.ledger.find(source.domain, attributes["workflowId"], attributes.get("runId", ""))
    if target is ABSENT:
        _not_reached(deciding, "RequestCancelExternalWorkflowExecutionFailed", attributes, initiated_id)
        return
    request_cancel(deciding.ledger, target, _sent_by(deciding, initiated_id), deciding.now)
    _reached(deciding, "ExternalWorkflowExecutionCancelRequested", target.reference, initiated_id)


def _sent_by(deciding: Deciding, initiated_id: int) -> dict[str, Any]:
    return {"externalWorkflowExecution": deciding.execution.reference, "externalInitiatedEventId": initiated_id}


def _reached(deciding: Deciding, event_type: str, target: dict[str, str], initiated_id: int) -> None:
    if deciding.execution.is_open:
        about = {"workflowExecution": target, "initiatedEventId": initiated_id}
        deciding.ledger.record(deciding.execution, event_type, about, deciding.now)
        deciding.decide_again = True


def _not_reached(deciding: Deciding, event_type: str, attributes: Attributes, initiated_id: int) -> None:
    if deciding.execution.is_open:
        about = {**given(attributes, "workflowId", "runId", "control"), "initiatedEventId": initiated_id}
        deciding.fail(event_type, about, _UNKNOWN)
