"""Decisions about this execution's own activity tasks, Lambda functions, timers and markers.

Imports deciding, events, opening.
"""

from __future__ import annotations

from engine.service.deciding import Deciding
from engine.service.events import Attributes, given
from engine.service.faults import Fault
from engine.service.opening import ACTIVITY_SETTINGS, activity_opening, missing_settings
from engine.service.rows import TypeRow
from engine.service.timeouts import Due

FUNCTION_TIMEOUT = "900"
"""ScheduleLambdaFunctionDecisionAttributes, startToCloseTimeout: "If no value is supplied, then a default value of 900s is assumed"."""

_NO_ROLE = "The execution has no lambdaRole: give one when it is started, or a defaultLambdaRole with its workflow type"


def schedule_activity_task(deciding: Deciding, attributes: Attributes) -> None:
    named = attributes["activityType"]
    try:
        row = deciding.registry.type("activity", deciding.execution.domain, named["name"], named["version"])
    except Fault:
        cause = "ACTIVITY_TYPE_DOES_NOT_EXIST"
    else:
        cause = _refusal(deciding, attributes, row)
    if cause:
        deciding.fail("ScheduleActivityTaskFailed", {"activityType": dict(named), "activityId": attributes["activityId"]}, cause)
        return
    scheduled = activity_opening(attributes, row)
    scheduled["decisionTaskCompletedEventId"] = deciding.completed_id
    deciding.ledger.schedule_activity(deciding.execution, scheduled, deciding.now)


def _refusal(deciding: Deciding, attributes: Attributes, row: TypeRow) -> str:
    """Why an activity task can't be scheduled; empty when it can (ScheduleActivityTaskFailedEventAttributes, cause)."""
    execution = deciding.execution
    if row.status == "DEPRECATED":
        return "ACTIVITY_TYPE_DEPRECATED"
    if attributes["activityId"] in execution.activity_ids:
        return "ACTIVITY_ID_ALREADY_IN_USE"
    if len(execution.activities) >= deciding.ledger.limits.open_activities:
        return "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    missing = missing_settings(ACTIVITY_SETTINGS, attributes, row)
    return missing[0].cause if missing else ""


def request_cancel_activity_task(deciding: Deciding, attributes: Attributes) -> None:
    execution = deciding.execution
    activity_id = attributes["activityId"]
    if activity_id not in execution.activity_ids:
        deciding.fail("RequestCancelActivityTaskFailed", {"activityId": activity_id}, "ACTIVITY_ID_UNKNOWN")
        return
    task = execution.activities[execution.activity_ids[activity_id]]
    deciding.record("ActivityTaskCancelRequested", {"activityId": activity_id})
    if task.started_id:
        return
    # API reference, Decision, RequestCancelActivityTask: a task that no worker has yet is canceled at once.
    canceled = {"scheduledEventId": task.scheduled_id, "startedEventId": 0, "latestCancelRequestedEventId": task.cancel_requested_id}
    deciding.ledger.record(execution, "ActivityTaskCanceled", canceled, deciding.now)
    deciding.ledger.settle_activity(execution, task)
    deciding.decide_again = True


def schedule_lambda_function(deciding: Deciding, attributes: Attributes) -> None:
    ledger, execution = deciding.ledger, deciding.execution
    named = given(attributes, "id", "name")
    cause = _function_refusal(deciding, attributes["id"])
    if cause:
        deciding.fail("ScheduleLambdaFunctionFailed", named, cause)
        return
    scheduled = {
        **named,
        **given(attributes, "control", "input"),
        "startToCloseTimeout": attributes.get("startToCloseTimeout", FUNCTION_TIMEOUT),
        "decisionTaskCompletedEventId": deciding.completed_id,
    }
    if "lambdaRole" in execution.started:
        ledger.schedule_function(execution, scheduled, deciding.now)
        return
    # StartWorkflowExecution, lambdaRole: without a role "any attempt to schedule a Lambda task fails". The prose says by a
    # ScheduleLambdaFunctionFailed, which has no cause for it; of all causes this one tells the decider what is wrong.
    scheduled_id = deciding.ledger.record(execution, "LambdaFunctionScheduled", scheduled, deciding.now)
    failed = {"scheduledEventId": scheduled_id, "cause": "ASSUME_ROLE_FAILED", "message": _NO_ROLE}
    ledger.record(execution, "StartLambdaFunctionFailed", failed, deciding.now)
    deciding.decide_again = True


def _function_refusal(deciding: Deciding, function_id: str) -> str:
    """Why a function can't be scheduled; empty when it can (ScheduleLambdaFunctionFailedEventAttributes, cause)."""
    if not deciding.ledger.runs_functions:
        return "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    if function_id in deciding.execution.function_ids:
        return "ID_ALREADY_IN_USE"
    if len(deciding.execution.functions) >= deciding.ledger.limits.open_lambda_functions:
        return "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"
    return ""


def start_timer(deciding: Deciding, attributes: Attributes) -> None:
    execution = deciding.execution
    timer_id = attributes["timerId"]
    if timer_id in execution.timer_ids:
        deciding.fail("StartTimerFailed", {"timerId": timer_id}, "TIMER_ID_ALREADY_IN_USE")
    elif len(execution.timers) >= deciding.ledger.limits.open_timers:
        deciding.fail("StartTimerFailed", {"timerId": timer_id}, "OPEN_TIMERS_LIMIT_EXCEEDED")
    else:
        started_id = deciding.record("TimerStarted", given(attributes, "timerId", "control", "startToFireTimeout"))
        deciding.ledger.timeouts.arm(execution.timers[started_id].fires_at, execution.run, Due.TIMER, started_id)


def cancel_timer(deciding: Deciding, attributes: Attributes) -> None:
    timer_id = attributes["timerId"]
    timer_ids = deciding.execution.timer_ids
    if timer_id not in timer_ids:
        deciding.fail("CancelTimerFailed", {"timerId": timer_id}, "TIMER_ID_UNKNOWN")
    else:
        deciding.record("TimerCanceled", {"timerId": timer_id, "startedEventId": timer_ids[timer_id]})


def record_marker(deciding: Deciding, attributes: Attributes) -> None:
    deciding.record("MarkerRecorded", given(attributes, "markerName", "details"))
