"""Intents -> SWF decisions: the shapes, limits and order that RespondDecisionTaskCompleted asks for.

Nothing is decided here. Imports `intents`, `texts` and `spec.model`; imported by `run`.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import islice
from math import ceil
from typing import Any, Final, Literal, TypeAlias, assert_never

from engine.interpreter import intents as i
from engine.interpreter.texts import LONGEST_DATA
from engine.spec.model import ABSENT, UNLIMITED, Absent, Timeout

Decision: TypeAlias = dict[str, Any]

MOST_DECISIONS: Final = 100
"""In one response. Amazon SWF Developer Guide, "Amazon SWF Quotas": decisions per RespondDecisionTaskCompleted."""
ROOM: Final = 600_000
"""Bytes that the texts of one response may take up, before the close decision. Ibid., "maximum request size": 1 MB."""
_WIDEST: Final = 12
"""Bytes of a character, at most, in the JSON that clients send: two escapes for one outside the basic plane."""
LONGEST: Final = 99_999_999
"""Seconds: SWF's durations have at most 8 digits (API reference, StartTimerDecisionAttributes, startToFireTimeout)."""


def batch(
    pending: Collection[i.Intent],
    close: i.Close | Literal[Absent.ABSENT],
    more: i.Text,
    now: float,
    *,
    again: bool = False,
) -> list[Decision]:
    """The decisions of one response: at most 100, no more than a request has room for, the close decision last, and only when nothing is
    left over.

    `more` is the id of a timer of zero seconds that asks for the next decision task when not all fit, or when that is wanted `again`
    in any case (absent: such a timer is under way); `now` is the time of the last event, for timers until a time.
    """
    decisions = _fitting([decision_of(intent, now) for intent in islice(pending, MOST_DECISIONS)])
    closing = 0 if close is ABSENT else 1
    left = len(pending) - len(decisions)
    if not left and not again and len(decisions) + closing <= MOST_DECISIONS:
        if close is not ABSENT:
            decisions.append(close_of(close, now))
    elif more is not ABSENT:
        del decisions[MOST_DECISIONS - 1 :]
        decisions.append(decision_of(i.StartTimer(timer_id=more, control=ABSENT, seconds=0), now))
    return decisions


def _fitting(decisions: list[Decision]) -> list[Decision]:
    """As many of them, one at least, as a request has room for."""
    texts = [[text for text in _attributes(decision).values() if isinstance(text, str)] for decision in decisions]
    if sum(len(text) for given in texts for text in given) * _WIDEST <= ROOM:
        return decisions
    room = ROOM
    for number, given in enumerate(texts):
        room -= sum(map(_bytes, given))
        if room < 0 and number:
            return decisions[:number]
    return decisions


def _bytes(text: str) -> int:
    """What a text takes up in a request; what is too long for SWF is a reference there."""
    return len(json.dumps(text)) if len(text) <= LONGEST_DATA else 0


def _attributes(decision: Decision) -> dict[str, Any]:
    kind = decision["decisionType"]
    attributes: dict[str, Any] = decision[f"{kind[0].lower()}{kind[1:]}DecisionAttributes"]
    return attributes


def decision_of(intent: i.Intent, now: float) -> Decision:  # noqa: PLR0911  (one per decision type)
    match intent:
        case i.ScheduleActivity():
            return _decision("ScheduleActivityTask", _schedule(intent))
        case i.StartChild():
            return _decision("StartChildWorkflowExecution", _child(intent))
        case i.ScheduleFunction():
            return _decision("ScheduleLambdaFunction", _function(intent))
        case i.StartTimer():
            return _decision("StartTimer", _timer(intent.timer_id, intent.control, intent.seconds))
        case i.StartTimerUntil():
            return _decision("StartTimer", _timer(intent.timer_id, intent.control, ceil(max(0.0, intent.time - now))))
        case i.RequestCancelActivity():
            return _decision("RequestCancelActivityTask", {"activityId": intent.activity_id})
        case i.RequestCancelChild():
            return _decision("RequestCancelExternalWorkflowExecution", _cancel_child(intent))
        case i.CancelTimer():
            return _decision("CancelTimer", {"timerId": intent.timer_id})
        case i.RecordMarker():
            return _decision("RecordMarker", {"markerName": intent.marker, "details": intent.details})
        case _:
            assert_never(intent)


def close_of(close: i.Close, now: float) -> Decision:
    match close:
        case i.CompleteExecution(result=result):
            return _decision("CompleteWorkflowExecution", {} if result is ABSENT else {"result": result})
        case i.FailExecution():
            return _decision("FailWorkflowExecution", {"reason": close.reason, "details": close.details})
        case i.CancelExecution():
            return _decision("CancelWorkflowExecution", {"details": close.details})
        case i.ContinueExecution():
            return _decision("ContinueAsNewWorkflowExecution", _continue(close, now))
        case _:
            assert_never(close)


def _decision(kind: str, attributes: dict[str, Any]) -> Decision:
    return {"decisionType": kind, f"{kind[0].lower()}{kind[1:]}DecisionAttributes": attributes}


def _schedule(intent: i.ScheduleActivity) -> dict[str, Any]:
    timeouts = intent.timeouts
    attributes: dict[str, Any] = {
        "activityType": {"name": intent.activity, "version": intent.version},
        "activityId": intent.activity_id,
        "control": intent.control,
        "taskList": {"name": intent.task_list},
        "scheduleToStartTimeout": _timeout(timeouts.schedule_to_start),
        "scheduleToCloseTimeout": _timeout(timeouts.schedule_to_close),
        "startToCloseTimeout": _timeout(timeouts.start_to_close),
        "heartbeatTimeout": _timeout(timeouts.heartbeat),
    }
    if intent.input is not ABSENT:
        attributes["input"] = intent.input
    if intent.priority is not ABSENT:
        attributes["taskPriority"] = str(intent.priority)
    return attributes


def _child(intent: i.StartChild) -> dict[str, Any]:
    timeouts = intent.timeouts
    given = {
        "workflowType": {"name": intent.workflow, "version": intent.version},
        "workflowId": intent.workflow_id,
        "control": intent.control,
        "input": intent.input,
        "executionStartToCloseTimeout": ABSENT if timeouts.execution is ABSENT else str(timeouts.execution),
        "taskStartToCloseTimeout": ABSENT if timeouts.decision is ABSENT else _timeout(timeouts.decision),
        "taskList": ABSENT if intent.task_list is ABSENT else {"name": intent.task_list},
        "taskPriority": ABSENT if intent.priority is ABSENT else str(intent.priority),
        "childPolicy": ABSENT if intent.child_policy is ABSENT else str(intent.child_policy),
        "tagList": list(intent.tags) if intent.tags else ABSENT,
    }
    return _given(given)


def _function(intent: i.ScheduleFunction) -> dict[str, Any]:
    timeout = ABSENT if intent.timeout is ABSENT else str(intent.timeout)
    given = {"id": intent.id, "name": intent.function, "control": intent.control, "input": intent.input, "startToCloseTimeout": timeout}
    return _given(given)


def _cancel_child(intent: i.RequestCancelChild) -> dict[str, Any]:
    return _given({"workflowId": intent.workflow_id, "runId": intent.run_id, "control": intent.control})


def _given(attributes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in attributes.items() if value is not ABSENT}


def _continue(close: i.ContinueExecution, now: float) -> dict[str, Any]:
    terms = close.terms
    timeout = terms.execution_timeout if close.deadline is ABSENT else str(max(1, ceil(close.deadline - now)))
    given = {
        "input": close.input,
        "executionStartToCloseTimeout": timeout,
        "taskStartToCloseTimeout": terms.decision_timeout,
        "taskList": ABSENT if terms.task_list is ABSENT else {"name": terms.task_list},
        "childPolicy": terms.child_policy,
        "taskPriority": terms.priority,
        "lambdaRole": terms.lambda_role,
        "tagList": list(terms.tags) if terms.tags else ABSENT,
    }
    return _given(given)


def _timer(timer_id: str, control: i.Text, seconds: int) -> dict[str, Any]:
    attributes = {"timerId": timer_id, "startToFireTimeout": str(min(max(0, seconds), LONGEST))}
    if control is not ABSENT:
        attributes["control"] = control
    return attributes


def _timeout(timeout: Timeout) -> str:
    return "NONE" if timeout is UNLIMITED else str(timeout)
