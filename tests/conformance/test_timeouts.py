"""Every timeout: of executions, of decision tasks, of activity tasks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.world import WORKFLOW, World

NAMES = ("heartbeat", "scheduleToClose", "scheduleToStart", "startToClose")
LONG = {f"{name}Timeout": "3000" for name in NAMES}
FOREVER = {f"{name}Timeout": "NONE" for name in NAMES}
YEAR = 365 * 24 * 3600


def test_an_execution_times_out(world: World) -> None:
    """StartWorkflowExecution: executionStartToCloseTimeout; WorkflowExecutionTimedOutEventAttributes; closeStatus TIMED_OUT."""
    flow = world.start(executionStartToCloseTimeout="5")
    task = flow.poll()
    world.wait(5)
    assert flow.last("WorkflowExecutionTimedOut") == {"childPolicy": "TERMINATE", "timeoutType": "START_TO_CLOSE"}
    assert flow.status() == "TIMED_OUT"
    world.refuses("UnknownResourceFault", "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[])


def test_a_decision_task_times_out_and_is_scheduled_again(world: World) -> None:
    """StartWorkflowExecution: taskStartToCloseTimeout; DecisionTaskTimedOutEventAttributes, START_TO_CLOSE."""
    flow = world.start(taskStartToCloseTimeout="1")
    task = flow.poll()
    world.wait(1)
    timed_out = {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": 3}
    assert flow.last("DecisionTaskTimedOut") == timed_out
    world.refuses("UnknownResourceFault", "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[])
    again = flow.poll()
    assert again.get("previousStartedEventId", 0) == 0, "nobody has processed the one before"
    flow.answer(again)


def test_a_decision_task_waits_for_a_decider_as_long_as_the_execution_runs(virtual: World) -> None:
    """Developer guide, timeout types: a decision task that is not started has no timeout of its own, but on an override list."""
    flow = virtual.start(executionStartToCloseTimeout="31536000", taskStartToCloseTimeout="1")
    virtual.wait(100 * 24 * 3600)
    assert flow.types() == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    flow.decide()


@pytest.mark.parametrize(
    ("timeout_type", "timeouts", "started"),
    [
        ("SCHEDULE_TO_START", {"scheduleToStartTimeout": "1"}, False),
        ("SCHEDULE_TO_CLOSE", {"scheduleToCloseTimeout": "1"}, True),
        ("START_TO_CLOSE", {"startToCloseTimeout": "1"}, True),
        ("HEARTBEAT", {"heartbeatTimeout": "1"}, True),
    ],
    ids=["SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE", "START_TO_CLOSE", "HEARTBEAT"],
)
def test_an_activity_task_times_out(world: World, timeout_type: str, timeouts: dict[str, str], started: bool) -> None:  # noqa: FBT001
    """ScheduleActivityTaskDecisionAttributes: the four timeouts; ActivityTaskTimedOutEventAttributes: timeoutType."""
    flow = world.start()
    flow.decide(world.schedule(**{**LONG, **timeouts}))
    if started:
        world.poll_activity()
    world.wait(1)
    timed_out = flow.last("ActivityTaskTimedOut")
    assert (timed_out["timeoutType"], timed_out["scheduledEventId"]) == (timeout_type, flow.event_id("ActivityTaskScheduled"))
    assert timed_out.get("startedEventId", 0) == (flow.event_id("ActivityTaskStarted") if started else 0)
    assert world.pending_activities() == 0
    flow.decide()


def test_a_task_that_nobody_took_can_time_out_on_closing_too(world: World) -> None:
    """ActivityTaskTimedOutEventAttributes: SCHEDULE_TO_CLOSE, of a task that is scheduled only."""
    flow = world.start()
    flow.decide(world.schedule(**{**LONG, "scheduleToCloseTimeout": "1"}))
    world.wait(1)
    assert flow.last("ActivityTaskTimedOut")["timeoutType"] == "SCHEDULE_TO_CLOSE"


def test_heartbeats_keep_a_task_alive_and_the_last_one_is_told(virtual: World) -> None:
    """RecordActivityTaskHeartbeat: "resets the taskHeartbeatTimeout clock"; ActivityTaskTimedOutEventAttributes: details."""
    flow = virtual.start()
    flow.decide(virtual.schedule(heartbeatTimeout="10"))
    task = virtual.poll_activity()
    for percent in ("30", "60"):
        virtual.wait(9)
        virtual.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"], details=percent)
    virtual.wait(9)
    assert "ActivityTaskTimedOut" not in flow.types()
    virtual.wait(1)
    timed_out = flow.last("ActivityTaskTimedOut")
    assert (timed_out["timeoutType"], timed_out["details"]) == ("HEARTBEAT", "60")


def test_heartbeats_do_not_put_off_the_other_timeouts(virtual: World) -> None:
    """RecordActivityTaskHeartbeat: "taskStartToCloseTimeout ... is the maximum duration", regardless of the number of heartbeats."""
    flow = virtual.start()
    flow.decide(virtual.schedule(heartbeatTimeout="10", startToCloseTimeout="15"))
    task = virtual.poll_activity()
    virtual.wait(9)
    virtual.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"])
    virtual.wait(6)
    assert flow.last("ActivityTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"


@pytest.mark.parametrize("timeouts", [FOREVER, {**FOREVER, "startToCloseTimeout": "99999999"}])
def test_none_is_no_timeout(virtual: World, timeouts: dict[str, Any]) -> None:
    """ScheduleActivityTaskDecisionAttributes: "You can use NONE to specify unlimited duration"."""
    flow = virtual.start(executionStartToCloseTimeout="31536000", taskStartToCloseTimeout="NONE")
    flow.decide(virtual.schedule(**timeouts))
    task = virtual.poll_activity()
    flow.signal(input="")
    decision_task = flow.poll()
    virtual.wait(300 * 24 * 3600)
    virtual.complete(task)
    flow.answer(decision_task)


def test_an_execution_is_not_started_for_more_than_a_year(world: World) -> None:
    """StartWorkflowExecution: executionStartToCloseTimeout, "there is a one-year max limit on the time that ... can run"."""
    request = {"domain": world.domain, "workflowId": world.name("flow"), "workflowType": WORKFLOW, "taskList": {"name": "any"}}
    world.refuses("ValidationException", "StartWorkflowExecution", **request, executionStartToCloseTimeout=str(YEAR + 1))


def test_no_execution_runs_for_more_than_a_year(virtual: World) -> None:
    """StartChildWorkflowExecutionDecisionAttributes: executionStartToCloseTimeout may be NONE; the one-year limit stays."""
    parent = virtual.start(childPolicy="ABANDON")
    parent.decide(virtual.start_child(executionStartToCloseTimeout="NONE"))
    child = parent.child()
    virtual.wait(YEAR - 1)
    assert child.status() == "OPEN"
    virtual.wait(1)
    assert child.status() == "TIMED_OUT"
