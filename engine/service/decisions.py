"""RespondDecisionTaskCompleted: the decisions, in order, through a table that is complete over the API's DecisionType.

The order of events: DecisionTaskCompleted; what the decisions led to, in their order; what reached other executions; and, where the
decider has something new to see, one DecisionTaskScheduled. Nothing is recorded where the response as a whole is refused.
Imports closing, deciding, the decisions_... modules, faults, ledger, registry, tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.service import decisions_closing, decisions_external, decisions_tasks
from engine.service.archive import ABSENT
from engine.service.closing import terminate_overfull
from engine.service.deciding import Deciding, Handler
from engine.service.events import given
from engine.service.execution import Execution
from engine.service.faults import Fault, invalid
from engine.service.ledger import Ledger
from engine.service.registry import Registry
from engine.service.tasks import NO_DECISION
from engine.service.tokens import read_task_token

DECISIONS: Mapping[str, Handler] = {
    "ScheduleActivityTask": decisions_tasks.schedule_activity_task,
    "RequestCancelActivityTask": decisions_tasks.request_cancel_activity_task,
    "ScheduleLambdaFunction": decisions_tasks.schedule_lambda_function,
    "RecordMarker": decisions_tasks.record_marker,
    "StartTimer": decisions_tasks.start_timer,
    "CancelTimer": decisions_tasks.cancel_timer,
    "CompleteWorkflowExecution": decisions_closing.complete_workflow_execution,
    "FailWorkflowExecution": decisions_closing.fail_workflow_execution,
    "CancelWorkflowExecution": decisions_closing.cancel_workflow_execution,
    "ContinueAsNewWorkflowExecution": decisions_closing.continue_as_new_workflow_execution,
    "StartChildWorkflowExecution": decisions_external.start_child_workflow_execution,
    "SignalExternalWorkflowExecution": decisions_external.signal_external_workflow_execution,
    "RequestCancelExternalWorkflowExecution": decisions_external.request_cancel_external_workflow_execution,
}

CLOSING = frozenset(
    {"CompleteWorkflowExecution", "FailWorkflowExecution", "CancelWorkflowExecution", "ContinueAsNewWorkflowExecution"}
)  # fmt: skip

_ATTRIBUTES = {name: f"{name[0].lower()}{name[1:]}DecisionAttributes" for name in DECISIONS}


def respond_decision_task_completed(ledger: Ledger, registry: Registry, request: Mapping[str, Any], now: float) -> None:
    """Raises: Fault, and then nothing is recorded."""
    execution = _deciding_execution(ledger, request["taskToken"])
    decisions = request.get("decisions", ())
    _check(decisions)
    if "taskListScheduleToStartTimeout" in request and "taskList" not in request:
        raise invalid("taskListScheduleToStartTimeout is the timeout of a taskList override: give the taskList too, or neither")
    task = execution.running
    unseen = execution.waiting is not NO_DECISION
    completed = {
        **given(request, "executionContext", "taskListScheduleToStartTimeout"),
        "scheduledEventId": task.scheduled_id,
        "startedEventId": task.started_id,
    }
    if "taskList" in request:
        completed["taskList"] = {"name": request["taskList"]["name"]}
    completed_id = ledger.record(execution, "DecisionTaskCompleted", completed, now)
    deciding = Deciding(ledger=ledger, registry=registry, execution=execution, completed_id=completed_id, now=now, unseen=unseen)
    _carry_out(deciding, decisions)
    for deliver in deciding.deliveries:
        deliver()
        if ledger.overfull:
            terminate_overfull(ledger, now)
    _go_on(deciding)


def _carry_out(deciding: Deciding, decisions: Sequence[Mapping[str, Any]]) -> None:
    """All of them, but for those that the history has no room for: one response can hold more than a history does."""
    for decision in decisions:
        decision_type = decision["decisionType"]
        DECISIONS[decision_type](deciding, decision[_ATTRIBUTES[decision_type]])
        if deciding.ledger.overfull:
            terminate_overfull(deciding.ledger, deciding.now)
            if not deciding.execution.is_open:
                return


def _go_on(deciding: Deciding) -> None:
    """The next decision task, where one is due: the one that was scheduled meanwhile, or a new one."""
    if not deciding.execution.is_open:
        return
    if deciding.unseen:
        deciding.ledger.offer_decision(deciding.execution)
    elif deciding.decide_again:
        deciding.ledger.schedule_decision(deciding.execution, deciding.now)


def _deciding_execution(ledger: Ledger, token_text: str) -> Execution:
    token = read_task_token(token_text)
    execution = ledger.holder(token)
    if execution is not ABSENT and execution.running.started_id == token.started_id:
        return execution
    message = f"Unknown decision, scheduledEventId = {token.scheduled_id}: the task timed out or was completed, or its execution closed"
    raise Fault("UnknownResourceFault", message)


def _check(decisions: Sequence[Mapping[str, Any]]) -> None:
    last = len(decisions) - 1
    for position, decision in enumerate(decisions):
        decision_type = decision["decisionType"]
        if decision_type in CLOSING and position != last:
            raise invalid(f"Close must be last decision in list: decisions.{position + 1} is {decision_type}, and others follow it")
