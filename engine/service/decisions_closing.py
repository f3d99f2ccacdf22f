"""Decisions that close the execution: complete, fail, cancel, continue as new.

Each fails with UNHANDLED_DECISION where events came while the decider decided: it must see them first (API reference, Decision). What
other decisions of the same response led to is no such event. Imports closing, deciding, events, faults, opening.
"""

from __future__ import annotations

from typing import Any

from engine.service.closing import close_execution
from engine.service.deciding import Deciding
from engine.service.events import Attributes, given
from engine.service.faults import Fault
from engine.service.opening import EXECUTION_SETTINGS, execution_opening, missing_settings

_UNSEEN = "UNHANDLED_DECISION"


def complete_workflow_execution(deciding: Deciding, attributes: Attributes) -> None:
    if deciding.unseen:
        deciding.fail("CompleteWorkflowExecutionFailed", {}, _UNSEEN)
    else:
        _close(deciding, "WorkflowExecutionCompleted", given(attributes, "result"))


def fail_workflow_execution(deciding: Deciding, attributes: Attributes) -> None:
    if deciding.unseen:
        deciding.fail("FailWorkflowExecutionFailed", {}, _UNSEEN)
    else:
        _close(deciding, "WorkflowExecutionFailed", given(attributes, "reason", "details"))


def cancel_workflow_execution(deciding: Deciding, attributes: Attributes) -> None:
    if deciding.unseen:
        deciding.fail("CancelWorkflowExecutionFailed", {}, _UNSEEN)
    else:
        _close(deciding, "WorkflowExecutionCanceled", given(attributes, "details"))


def continue_as_new_workflow_execution(deciding: Deciding, attributes: Attributes) -> None:
    execution = deciding.execution
    named = dict(execution.started["workflowType"])
    if "workflowTypeVersion" in attributes:
        named["version"] = attributes["workflowTypeVersion"]
    if deciding.unseen:
        deciding.fail("ContinueAsNewWorkflowExecutionFailed", {}, _UNSEEN)
        return
    try:
        row = deciding.registry.type("workflow", execution.domain, named["name"], named["version"])
    except Fault:
        deciding.fail("ContinueAsNewWorkflowExecutionFailed", {}, "WORKFLOW_TYPE_DOES_NOT_EXIST")
        return
    missing = missing_settings(EXECUTION_SETTINGS, attributes, row)
    if row.status == "DEPRECATED":
        deciding.fail("ContinueAsNewWorkflowExecutionFailed", {}, "WORKFLOW_TYPE_DEPRECATED")
    elif missing:
        deciding.fail("ContinueAsNewWorkflowExecutionFailed", {}, missing[0].cause)
    else:
        _continue(deciding, execution_opening(attributes, row))


def _continue(deciding: Deciding, new: dict[str, Any]) -> None:
    execution, ledger = deciding.execution, deciding.ledger
    _close(deciding, "WorkflowExecutionContinuedAsNew", {**new, "newExecutionRunId": ledger.next_run_id()})
    started = {
        **new,
        **given(execution.started, "parentWorkflowExecution", "parentInitiatedEventId"),
        "continuedExecutionRunId": execution.run_id,
    }
    ledger.begin(execution.domain, execution.workflow_id, started, deciding.now)


def _close(deciding: Deciding, event_type: str, attributes: Attributes) -> None:
    closed = {**attributes, "decisionTaskCompletedEventId": deciding.completed_id}
    if event_type == "WorkflowExecutionContinuedAsNew":
        # Its childPolicy is the new execution's: nothing happens to the children of the one that closes.
        deciding.ledger.close(deciding.execution, event_type, closed, deciding.now)
    else:
        close_execution(deciding.ledger, deciding.execution, event_type, closed, deciding.now)
