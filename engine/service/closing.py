"""How an execution closes, and what that means for its parent and its children.

Imports events, execution, ledger.
Source: API reference, childPolicy of StartWorkflowExecution and TerminateWorkflowExecution; ChildWorkflowExecution... events.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.service.archive import ABSENT
from engine.service.events import Attributes, given
from engine.service.execution import Execution
from engine.service.ledger import Ledger

TOLD_TO_THE_PARENT: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "WorkflowExecutionCompleted": ("ChildWorkflowExecutionCompleted", ("result",)),
    "WorkflowExecutionFailed": ("ChildWorkflowExecutionFailed", ("reason", "details")),
    "WorkflowExecutionCanceled": ("ChildWorkflowExecutionCanceled", ("details",)),
    "WorkflowExecutionTerminated": ("ChildWorkflowExecutionTerminated", ()),
    "WorkflowExecutionTimedOut": ("ChildWorkflowExecutionTimedOut", ("timeoutType",)),
}
"""Close event -> the parent's event, and what of the attributes it repeats. One that continues as new is still the parent's child."""


def close_execution(ledger: Ledger, execution: Execution, event_type: str, attributes: Attributes, now: float) -> None:
    """Close it, tell its parent, and apply the childPolicy that the event names, if any, to its children and theirs."""
    closing = [(execution, event_type, attributes)]
    while closing:
        this, this_type, this_attributes = closing.pop()
        children = [child for child in _open_children(ledger, this) if "childPolicy" in this_attributes]
        ledger.close(this, this_type, this_attributes, now)
        _tell_parent(ledger, this, this_type, this_attributes, now)
        for child in children:
            match this_attributes["childPolicy"]:
                case "TERMINATE":
                    policy = child.started["childPolicy"]
                    closing.append((child, "WorkflowExecutionTerminated", {"childPolicy": policy, "cause": "CHILD_POLICY_APPLIED"}))
                case "REQUEST_CANCEL":
                    request_cancel(ledger, child, {"externalWorkflowExecution": this.reference, "cause": "CHILD_POLICY_APPLIED"}, now)


def terminate_overfull(ledger: Ledger, now: float) -> None:
    """Developer guide, Amazon SWF quotas: "Maximum workflow execution history size"; WorkflowExecutionTerminated, cause."""
    overfull, ledger.overfull = ledger.overfull, []
    for execution in overfull:
        if execution.is_open:
            attributes = {"childPolicy": execution.started["childPolicy"], "cause": "EVENT_LIMIT_EXCEEDED"}
            close_execution(ledger, execution, "WorkflowExecutionTerminated", attributes, now)


def request_cancel(ledger: Ledger, execution: Execution, attributes: Attributes, now: float) -> None:
    """Record that somebody wants the execution canceled. It is for the decider to see to it."""
    ledger.record(execution, "WorkflowExecutionCancelRequested", {"externalInitiatedEventId": 0, **attributes}, now)
    ledger.schedule_decision(execution, now)


def signal(ledger: Ledger, execution: Execution, attributes: Attributes, now: float) -> None:
    """Record a signal."""
    ledger.record(execution, "WorkflowExecutionSignaled", {"externalInitiatedEventId": 0, **attributes}, now)
    ledger.schedule_decision(execution, now)


def _tell_parent(ledger: Ledger, child: Execution, event_type: str, attributes: Attributes, now: float) -> None:
    if event_type not in TOLD_TO_THE_PARENT or "parentWorkflowExecution" not in child.started:
        return
    named = child.started["parentWorkflowExecution"]
    parent = ledger.find(child.domain, named["workflowId"], named["runId"])
    initiated_id = child.started["parentInitiatedEventId"]
    if parent is ABSENT or initiated_id not in parent.children:
        return
    told, repeated = TOLD_TO_THE_PARENT[event_type]
    about = {
        "workflowExecution": child.reference,
        "workflowType": child.started["workflowType"],
        **given(attributes, *repeated),
        "initiatedEventId": initiated_id,
        "startedEventId": parent.children[initiated_id].started_id,
    }
    ledger.record(parent, told, about, now)
    ledger.schedule_decision(parent, now)


def _open_children(ledger: Ledger, parent: Execution) -> list[Execution]:
    found = []
    for child in parent.children.values():
        execution = ledger.named(parent.domain, child.workflow_id)
        if execution is not ABSENT and _is_child(execution, parent, child.initiated_id):
            found.append(execution)
    return found


def _is_child(execution: Execution, parent: Execution, initiated_id: int) -> bool:
    """Told by what it was started with: a child that continued as new has another runId than it began with."""
    started = execution.started
    return started["parentInitiatedEventId"] == initiated_id and started.get("parentWorkflowExecution") == parent.reference
