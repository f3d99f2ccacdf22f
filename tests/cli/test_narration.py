"""Claims about what is told of decisions and activities that the walk in two terminals does not come by."""

from __future__ import annotations

from typing import Any

import pytest

from engine.cli.narration import as_json, narrate
from engine.cli.overheard import ActivityEnded, ActivityReceived, Decided, DecisionReceived, Heard, Overheard
from engine.swf.connect import connect
from engine.swf.tasks import ActivityTask, DecisionTask

TASK = "t"
DECISION = DecisionTask(
    token=TASK, workflow_id="W", run_id="r", name="Flow", version="1.0", started_event_id=20, previous_started_event_id=3, events=(),
)  # fmt: skip
ACTIVITY = ActivityTask(token=TASK, activity_id="a", name="Echo", version="1.0", workflow_id="W", run_id="r", started_event_id=6, input="")


def event(event_id: int, kind: str, **attributes: Any) -> dict[str, Any]:
    return {"eventId": event_id, "eventType": kind, f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes}


def decision(kind: str, **attributes: Any) -> dict[str, Any]:
    return {"decisionType": kind, f"{kind[0].lower()}{kind[1:]}DecisionAttributes": attributes}


def told(events: list[dict[str, Any]], decisions: list[dict[str, Any]]) -> list[str]:
    heard = Decided(task=DECISION, events={event["eventId"]: event for event in events}, decisions=tuple(decisions))
    return list(narrate(heard))[1:]


SCHEDULED = event(2, "ActivityTaskScheduled", activityId="a", activityType={"name": "Echo", "version": "1.0"})


@pytest.mark.parametrize(
    ("happened", "line"),
    [
        (event(7, "ActivityTaskCompleted", scheduledEventId=2), "Echo succeeded"),
        (event(7, "ActivityTaskFailed", scheduledEventId=2, reason="ExitCode.3"), "Echo failed: ExitCode.3"),
        (event(7, "ActivityTaskTimedOut", scheduledEventId=2, timeoutType="HEARTBEAT"), "Echo timed out: HEARTBEAT"),
        (event(7, "ActivityTaskCanceled", scheduledEventId=2), "Echo was canceled"),
        (event(7, "TimerFired", timerId="pause.wait.1"), "The timer pause.wait.1 has fired"),
        (event(7, "WorkflowExecutionSignaled", signalName="approved"), "The execution (approved) was signaled"),
        (event(7, "WorkflowExecutionCancelRequested"), "The execution was asked to cancel"),
        (
            event(7, "ScheduleActivityTaskFailed", activityType={"name": "Echo", "version": "1.0"}, cause="OPEN_ACTIVITIES_LIMIT_EXCEEDED"),
            "Echo could not be scheduled: OPEN_ACTIVITIES_LIMIT_EXCEEDED",
        ),
    ],
)
def test_what_happened_since_the_last_decision_is_told(happened: dict[str, Any], line: str) -> None:
    assert told([SCHEDULED, happened], [decision("CompleteWorkflowExecution")]) == [line, "Decision made: complete the workflow execution"]


def test_what_was_decided_on_before_is_not_told_again() -> None:
    earlier = event(3, "TimerFired", timerId="old")
    later = event(20, "DecisionTaskStarted", scheduledEventId=2)
    assert told([earlier, later], [decision("CompleteWorkflowExecution")]) == ["Decision made: complete the workflow execution"]


@pytest.mark.parametrize(
    ("decided", "line"),
    [
        (decision("StartTimer", timerId="pause.wait.1"), "Decision made: start timer -- pause.wait.1"),
        (decision("CancelTimer", timerId="pause.wait.1"), "Decision made: cancel timer -- pause.wait.1"),
        (decision("RequestCancelActivityTask", activityId="a"), "Decision made: ask activity to cancel -- a"),
        (decision("FailWorkflowExecution", reason="NoLetter"), "Decision made: fail the workflow execution -- NoLetter"),
        (decision("CancelWorkflowExecution"), "Decision made: cancel the workflow execution"),
        (decision("RecordMarker", markerName="mine"), "Decision made: record marker -- mine"),
        (decision("SignalExternalWorkflowExecution"), "Decision made: SignalExternalWorkflowExecution"),
    ],
)
def test_every_decision_is_told(decided: dict[str, Any], line: str) -> None:
    assert told([], [decided]) == [line]


@pytest.mark.parametrize("decisions", [[], [decision("RecordMarker", markerName="swfgraph.spec")]])
def test_where_nothing_is_to_be_done_that_is_told(decisions: list[dict[str, Any]]) -> None:
    assert told([], decisions) == ["Decision made: wait for what is under way"]


@pytest.mark.parametrize(
    ("operation", "answer", "line"),
    [
        ("RespondActivityTaskCompleted", {"result": "b"}, "Echo succeeded with output: b"),
        ("RespondActivityTaskCompleted", {}, "Echo succeeded"),
        ("RespondActivityTaskFailed", {"reason": "ExitCode.3", "details": "no\nluck"}, "Echo failed with ExitCode.3: no luck"),
        ("RespondActivityTaskCanceled", {}, "Echo was canceled"),
    ],
)
def test_how_an_activity_ended_is_told(operation: str, answer: dict[str, str], line: str) -> None:
    ended = ActivityEnded(task=ACTIVITY, operation=operation, answer={"taskToken": "t", **answer})
    assert list(narrate(ended)) == [line]
    assert as_json(ended) == {
        "workflowId": "W",
        "runId": "r",
        "activityType": {"name": "Echo", "version": "1.0"},
        "activityId": "a",
        "outcome": operation.removeprefix("RespondActivityTask").lower(),
        **answer,
    }


def test_what_was_only_received_is_no_line_of_json() -> None:
    assert as_json(DecisionReceived(task=DECISION)) is None
    assert as_json(ActivityReceived(task=ACTIVITY)) is None


TYPE = {"name": "Flow", "version": "1.0"}
ECHO = {"name": "Echo", "version": "1.0"}
LISTED = {"domain": "TEST", "taskList": {"name": "tasks"}}
TIMEOUTS = {"scheduleToStartTimeout": "NONE", "scheduleToCloseTimeout": "NONE", "startToCloseTimeout": "NONE", "heartbeatTimeout": "NONE"}
SCHEDULE = {"activityId": "a", "activityType": ECHO, "taskList": LISTED["taskList"], **TIMEOUTS}


def test_events_on_later_pages_of_the_history_are_heard_too() -> None:
    heard: list[Heard] = []
    client = Overheard(connect("sqlite://:memory:"), heard.append)
    try:
        client.call("RegisterDomain", {"name": "TEST", "workflowExecutionRetentionPeriodInDays": "1"})
        client.call("RegisterWorkflowType", {"domain": "TEST", **TYPE})
        client.call("RegisterActivityType", {"domain": "TEST", **ECHO})
        start = {**LISTED, "workflowId": "W", "workflowType": TYPE, "childPolicy": "TERMINATE"}
        timeouts = {"executionStartToCloseTimeout": "60", "taskStartToCloseTimeout": "60"}
        run_id = client.call("StartWorkflowExecution", {**start, **timeouts})["runId"]
        first = client.call("PollForDecisionTask", LISTED)["taskToken"]
        client.call("RespondDecisionTaskCompleted", {"taskToken": first, "decisions": [decision("ScheduleActivityTask", **SCHEDULE)]})
        client.call("RespondActivityTaskCompleted", {"taskToken": client.call("PollForActivityTask", LISTED)["taskToken"]})
        second = client.call("PollForDecisionTask", {**LISTED, "maximumPageSize": 1, "reverseOrder": True})
        assert len(second["events"]) == 1
        client.call("GetWorkflowExecutionHistory", {"domain": "TEST", "execution": {"workflowId": "W", "runId": run_id}})
        client.call("RespondDecisionTaskCompleted", {"taskToken": second["taskToken"]})
    finally:
        client.close()
    kinds: list[type[Heard]] = [DecisionReceived, Decided, ActivityReceived, ActivityEnded, DecisionReceived, Decided]
    assert [type(one) for one in heard] == kinds
    assert list(narrate(heard[-1])) == [
        "Making the decision on what is next",
        "Echo succeeded",
        "Decision made: wait for what is under way",
    ]
