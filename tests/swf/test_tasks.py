from __future__ import annotations

from typing import Any

from engine.swf.tasks import EMPTY, ActivityTask, DecisionTask, parse_activity_task, parse_decision_task

EXECUTION = {"workflowId": "w", "runId": "r"}
KIND = {"name": "Type", "version": "2"}
DECISION: dict[str, Any] = {
    "taskToken": "token",
    "startedEventId": 3,
    "previousStartedEventId": 0,
    "workflowExecution": EXECUTION,
    "workflowType": KIND,
    "events": [{"eventId": 1}],
}
ACTIVITY: dict[str, Any] = {
    "taskToken": "token",
    "activityId": "a",
    "startedEventId": 7,
    "workflowExecution": EXECUTION,
    "activityType": KIND,
}


def test_a_decision_task_is_read() -> None:
    assert parse_decision_task(DECISION) == DecisionTask(
        token="token",  # noqa: S106  a task token is no secret
        workflow_id="w",
        run_id="r",
        name="Type",
        version="2",
        started_event_id=3,
        previous_started_event_id=0,
        events=[{"eventId": 1}],
    )


def test_an_activity_task_is_read() -> None:
    assert parse_activity_task({**ACTIVITY, "input": "{}"}) == ActivityTask(
        token="token",  # noqa: S106  a task token is no secret
        activity_id="a",
        name="Type",
        version="2",
        workflow_id="w",
        run_id="r",
        started_event_id=7,
        input="{}",
    )


def test_what_is_left_out_is_empty() -> None:
    decision = parse_decision_task({name: value for name, value in DECISION.items() if name != "previousStartedEventId"})
    assert isinstance(decision, DecisionTask)
    assert decision.previous_started_event_id == 0
    activity = parse_activity_task(ACTIVITY)
    assert isinstance(activity, ActivityTask)
    assert activity.input == ""


def test_a_poll_that_found_nothing_is_empty() -> None:
    for response in ({}, {"taskToken": "", "startedEventId": 0}, {"taskToken": None}):
        assert parse_decision_task(response) is EMPTY
        assert parse_activity_task(response) is EMPTY
