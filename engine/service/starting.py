"""What comes from outside to an execution: its start, signals, the request to cancel it, its termination.

Imports closing, events, execution, faults, ledger, opening, registry.
Source: API reference, StartWorkflowExecution, SignalWorkflowExecution, RequestCancelWorkflowExecution, TerminateWorkflowExecution.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.service.archive import ABSENT
from engine.service.closing import close_execution, request_cancel, signal
from engine.service.events import given
from engine.service.execution import Execution
from engine.service.faults import Fault, invalid, type_deprecated, type_label, unknown_execution
from engine.service.ledger import Ledger
from engine.service.limits import YEAR
from engine.service.opening import EXECUTION_SETTINGS, execution_opening, missing_settings
from engine.service.registry import Registry
from engine.service.tasks import read_seconds


def start_workflow_execution(ledger: Ledger, registry: Registry, request: Mapping[str, Any], now: float) -> Mapping[str, Any]:
    domain, workflow_id, named = request["domain"], request["workflowId"], request["workflowType"]
    row = registry.type("workflow", domain, named["name"], named["version"])
    if row.status == "DEPRECATED":
        raise type_deprecated("workflow", row.name, row.version)
    missing = missing_settings(EXECUTION_SETTINGS, request, row)
    if missing:
        label = type_label("workflow", row.name, row.version)
        names = ", ".join(setting.default for setting in missing)
        raise Fault("DefaultUndefinedFault", f"{names}: not given in the request, and {label} was registered without it")
    opening = execution_opening(request, row)
    if read_seconds(opening["executionStartToCloseTimeout"]) > YEAR:
        shown = opening["executionStartToCloseTimeout"]
        raise invalid(f"Invalid executionStartToCloseTimeout: {shown} (an execution can run for one year: at most {YEAR:.0f} seconds)")
    if ledger.named(domain, workflow_id) is not ABSENT:
        raise Fault("WorkflowExecutionAlreadyStartedFault", f"Already Started: workflowId = {workflow_id} has an open execution")
    if ledger.count_open(domain) >= ledger.limits.open_executions:
        raise Fault("LimitExceededFault", f"Domain {domain} has {ledger.limits.open_executions} open executions, and it can't have more")
    return {"runId": ledger.begin(domain, workflow_id, {**opening, "parentInitiatedEventId": 0}, now).run_id}


def signal_workflow_execution(ledger: Ledger, registry: Registry, request: Mapping[str, Any], now: float) -> None:
    signal(ledger, _open_execution(ledger, registry, request), given(request, "signalName", "input"), now)


def request_cancel_workflow_execution(ledger: Ledger, registry: Registry, request: Mapping[str, Any], now: float) -> None:
    request_cancel(ledger, _open_execution(ledger, registry, request), {}, now)


def terminate_workflow_execution(ledger: Ledger, registry: Registry, request: Mapping[str, Any], now: float) -> None:
    execution = _open_execution(ledger, registry, request)
    attributes = {
        **given(request, "reason", "details"),
        "childPolicy": request.get("childPolicy", execution.started["childPolicy"]),
        "cause": "OPERATOR_INITIATED",
    }
    close_execution(ledger, execution, "WorkflowExecutionTerminated", attributes, now)


def _open_execution(ledger: Ledger, registry: Registry, request: Mapping[str, Any]) -> Execution:
    """Raises: Fault UnknownResourceFault where no execution of that name (and runId, if given) is open."""
    domain, workflow_id, run_id = request["domain"], request["workflowId"], request.get("runId", "")
    execution = ledger.find(domain, workflow_id, run_id)
    if execution is ABSENT:
        registry.domain(domain)
        raise unknown_execution(workflow_id, run_id)
    return execution
