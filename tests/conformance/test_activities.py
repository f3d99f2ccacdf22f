"""Activity tasks: scheduled, started, answered, canceled, and what an answer that comes twice or late gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conformance.world import (
    ACTIVITY,
    BARE_ACTIVITY,
    UNKNOWN,
    World,
    cancel_activity,
    complete,
    marker,
    without,
)

SETTINGS: Mapping[str, Any] = {
    "heartbeatTimeout": "10",
    "scheduleToCloseTimeout": "100",
    "scheduleToStartTimeout": "20",
    "startToCloseTimeout": "80",
    "taskList": {"name": "work"},
}
ANSWERS = {
    "RespondActivityTaskCompleted": {"result": "apple"},
    "RespondActivityTaskFailed": {"reason": "rotten", "details": "all of it"},
    "RespondActivityTaskCanceled": {"details": "not wanted"},
}


def test_a_task_is_scheduled_as_decided(world: World) -> None:
    """ScheduleActivityTaskDecisionAttributes; ActivityTaskScheduledEventAttributes."""
    flow = world.start()
    asked = {**SETTINGS, "taskList": {"name": world.name("work")}, "input": "{}", "control": "node 1", "taskPriority": "4"}
    flow.decide(world.schedule("a", **asked))
    expected = {**asked, "activityId": "a", "activityType": ACTIVITY, "decisionTaskCompletedEventId": 4}
    assert flow.last("ActivityTaskScheduled") == expected


def test_what_the_decision_leaves_out_comes_from_the_type(world: World) -> None:
    """ScheduleActivityTaskDecisionAttributes: timeouts, taskList and taskPriority override the activity type's defaults."""
    named = world.register_activity(
        defaultTaskList={"name": world.name("usual")},
        defaultTaskPriority="2",
        defaultTaskHeartbeatTimeout="1000",
        defaultTaskScheduleToCloseTimeout="2000",
        defaultTaskScheduleToStartTimeout="3000",
        defaultTaskStartToCloseTimeout="4000",
    )
    flow = world.start()
    attributes = world.schedule(activityType=named)["scheduleActivityTaskDecisionAttributes"]
    bare = {"decisionType": "ScheduleActivityTask", "scheduleActivityTaskDecisionAttributes": without(attributes, "taskList")}
    flow.decide(bare, world.schedule("other", activityType=named, heartbeatTimeout="1"))
    first, second = flow.all("ActivityTaskScheduled")
    assert without(first, "decisionTaskCompletedEventId") == {
        "activityType": named,
        "activityId": "task",
        "taskList": {"name": world.name("usual")},
        "taskPriority": "2",
        "heartbeatTimeout": "1000",
        "scheduleToCloseTimeout": "2000",
        "scheduleToStartTimeout": "3000",
        "startToCloseTimeout": "4000",
    }
    assert (second["heartbeatTimeout"], second["taskList"]) == ("1", {"name": world.name("work")})


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        ("heartbeatTimeout", "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
        ("scheduleToCloseTimeout", "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("scheduleToStartTimeout", "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"),
        ("startToCloseTimeout", "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("taskList", "DEFAULT_TASK_LIST_UNDEFINED"),
    ],
)
def test_what_neither_decision_nor_type_says_fails_the_decision(world: World, missing: str, cause: str) -> None:
    """ScheduleActivityTaskFailedEventAttributes: cause DEFAULT_..._UNDEFINED."""
    flow = world.start()
    decided = {"activityType": BARE_ACTIVITY, "activityId": "task", **without(SETTINGS, missing)}
    flow.decide({"decisionType": "ScheduleActivityTask", "scheduleActivityTaskDecisionAttributes": decided})
    failed = {"activityType": BARE_ACTIVITY, "activityId": "task", "cause": cause, "decisionTaskCompletedEventId": 4}
    assert flow.last("ScheduleActivityTaskFailed") == failed
    flow.decide()


def test_a_type_that_is_unknown_or_deprecated_fails_the_decision(world: World) -> None:
    """ScheduleActivityTaskFailedEventAttributes: ACTIVITY_TYPE_DOES_NOT_EXIST, ACTIVITY_TYPE_DEPRECATED."""
    old = world.register_activity()
    world.call("DeprecateActivityType", domain=world.domain, activityType=old)
    flow = world.start()
    flow.decide(world.schedule("a", activityType=UNKNOWN), world.schedule("b", activityType=old))
    causes = [(failed["activityId"], failed["cause"]) for failed in flow.all("ScheduleActivityTaskFailed")]
    assert causes == [("a", "ACTIVITY_TYPE_DOES_NOT_EXIST"), ("b", "ACTIVITY_TYPE_DEPRECATED")]
    assert world.pending_decisions(flow.decisions) == 1


def test_an_activity_id_is_free_again_once_its_task_is_closed(world: World) -> None:
    """ScheduleActivityTaskFailedEventAttributes: ACTIVITY_ID_ALREADY_IN_USE."""
    flow = world.start()
    flow.decide(world.schedule(), world.schedule())
    assert flow.last("ScheduleActivityTaskFailed")["cause"] == "ACTIVITY_ID_ALREADY_IN_USE"
    world.complete(world.poll_activity())
    flow.decide(world.schedule())
    assert len(flow.all("ActivityTaskScheduled")) == 2


def test_a_worker_is_handed_the_task(world: World) -> None:
    """PollForActivityTask; ActivityTask: all members; ActivityTaskStartedEventAttributes."""
    flow = world.start()
    flow.decide(world.schedule(input="pick"))
    assert world.pending_activities() == 1
    task = world.poll_activity(identity="worker 1")
    assert world.pending_activities() == 0
    scheduled, started = flow.event_id("ActivityTaskScheduled"), flow.event_id("ActivityTaskStarted")
    assert without(task, "taskToken") == {
        "activityId": "task",
        "startedEventId": started,
        "workflowExecution": flow.execution,
        "activityType": ACTIVITY,
        "input": "pick",
    }
    assert flow.last("ActivityTaskStarted") == {"identity": "worker 1", "scheduledEventId": scheduled}


@pytest.mark.parametrize("operation", sorted(ANSWERS))
def test_an_answer_is_recorded_and_asks_for_a_decision(world: World, operation: str) -> None:
    """RespondActivityTaskCompleted, ...Failed, ...Canceled; ActivityTaskCompleted, ...Failed, ...Canceled event attributes."""
    flow = world.start()
    flow.decide(world.schedule())
    task = world.poll_activity()
    world.call(operation, taskToken=task["taskToken"], **ANSWERS[operation])
    event_type = operation.removeprefix("Respond")
    assert flow.types()[-2:] == [event_type, "DecisionTaskScheduled"]
    scheduled = flow.event_id("ActivityTaskScheduled")
    assert flow.last(event_type) == {**ANSWERS[operation], "scheduledEventId": scheduled, "startedEventId": task["startedEventId"]}
    assert flow.open_counts()["openActivityTasks"] == 0


@pytest.mark.parametrize("operation", [*sorted(ANSWERS), "RecordActivityTaskHeartbeat"])
def test_a_second_answer_is_refused(world: World, operation: str) -> None:
    """RespondActivityTask..., RecordActivityTaskHeartbeat: UnknownResourceFault for a task that is closed."""
    flow = world.start()
    flow.decide(world.schedule())
    task = world.poll_activity()
    world.complete(task)
    world.refuses("UnknownResourceFault", operation, taskToken=task["taskToken"])
    assert flow.types().count("ActivityTaskCompleted") == 1


@pytest.mark.parametrize("operation", [*sorted(ANSWERS), "RecordActivityTaskHeartbeat"])
def test_an_answer_after_the_execution_closed_is_refused(world: World, operation: str) -> None:
    """RespondActivityTask..., RecordActivityTaskHeartbeat: UnknownResourceFault."""
    flow = world.start()
    flow.decide(world.schedule())
    task = world.poll_activity()
    flow.terminate()
    world.refuses("UnknownResourceFault", operation, taskToken=task["taskToken"])
    assert flow.types()[-1] == "WorkflowExecutionTerminated"


def test_an_answer_after_the_timeout_is_refused(world: World) -> None:
    """RespondActivityTaskCompleted: a task is closed once it "has timed out"."""
    flow = world.start()
    flow.decide(world.schedule(startToCloseTimeout="1"))
    task = world.poll_activity()
    world.wait(1)
    world.refuses("UnknownResourceFault", "RespondActivityTaskCompleted", taskToken=task["taskToken"])


def test_a_task_that_no_worker_has_is_canceled_at_once(world: World) -> None:
    """Decision, RequestCancelActivityTask: "If the activity task was scheduled but has not been assigned ... it is canceled"."""
    flow = world.start()
    flow.decide(world.schedule())
    flow.signal(input="")
    flow.decide(cancel_activity())
    requested = flow.event_id("ActivityTaskCancelRequested")
    assert flow.last("ActivityTaskCancelRequested")["activityId"] == "task"
    canceled = flow.last("ActivityTaskCanceled")
    assert canceled["latestCancelRequestedEventId"] == requested
    assert canceled["scheduledEventId"] == flow.event_id("ActivityTaskScheduled")
    assert world.pending_activities() == 0
    flow.decide()


def test_a_worker_hears_of_the_cancel_request_with_its_heartbeat(world: World) -> None:
    """RecordActivityTaskHeartbeat: ActivityTaskStatus, cancelRequested; RespondActivityTaskCanceled: latestCancelRequestedEventId."""
    flow = world.start()
    flow.decide(world.schedule())
    task = world.poll_activity()
    assert world.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"]) == {"cancelRequested": False}
    flow.signal(input="")
    flow.decide(cancel_activity())
    assert world.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"], details="half") == {"cancelRequested": True}
    world.call("RespondActivityTaskCanceled", taskToken=task["taskToken"], details="undone")
    canceled = flow.last("ActivityTaskCanceled")
    assert (canceled["details"], canceled["startedEventId"]) == ("undone", task["startedEventId"])
    assert canceled["latestCancelRequestedEventId"] == flow.event_id("ActivityTaskCancelRequested")


def test_a_worker_may_ignore_the_cancel_request(world: World) -> None:
    """RecordActivityTaskHeartbeat: "Otherwise, it should ignore the cancellation request"."""
    flow = world.start()
    flow.decide(world.schedule())
    task = world.poll_activity()
    flow.signal(input="")
    flow.decide(cancel_activity())
    world.complete(task, result="done all the same")
    assert flow.last("ActivityTaskCompleted")["result"] == "done all the same"


def test_an_unknown_activity_can_not_be_canceled(world: World) -> None:
    """RequestCancelActivityTaskFailedEventAttributes: ACTIVITY_ID_UNKNOWN."""
    flow = world.start()
    flow.decide(cancel_activity("nobody"))
    assert flow.last("RequestCancelActivityTaskFailed") == {
        "activityId": "nobody",
        "cause": "ACTIVITY_ID_UNKNOWN",
        "decisionTaskCompletedEventId": 4,
    }
    flow.decide()


def test_tasks_of_higher_priority_come_first(world: World) -> None:
    """ScheduleActivityTaskDecisionAttributes: taskPriority, "Higher numbers indicate higher priority"; none is 0."""
    flow = world.start()
    priorities: dict[str, dict[str, str]] = {
        "low": {"taskPriority": "-1"},
        "none": {},
        "high": {"taskPriority": "1"},
        "later": {"taskPriority": "1"},
    }
    flow.decide(*(world.schedule(label, **options) for label, options in priorities.items()))
    assert [world.poll_activity()["activityId"] for _ in range(4)] == ["high", "later", "none", "low"]


def test_the_description_tells_when_an_activity_was_scheduled_last(world: World) -> None:
    """WorkflowExecutionDetail: latestActivityTaskTimestamp, "the time when the last activity task was scheduled".

    AWS moves it when a task starts and closes, too (recorded in tests/service/test_working.py); nothing is claimed about that here.
    """
    flow = world.start()
    assert "latestActivityTaskTimestamp" not in flow.describe()
    flow.decide(world.schedule())
    (scheduled,) = [event["eventTimestamp"] for event in flow.history() if event["eventType"] == "ActivityTaskScheduled"]
    assert abs(flow.describe()["latestActivityTaskTimestamp"] - scheduled) < 0.5


def test_open_tasks_are_dropped_when_the_execution_closes(world: World) -> None:
    """CompleteWorkflowExecution closes the execution: its scheduled tasks can't be had, its counts are zero."""
    flow = world.start()
    flow.decide(world.schedule("a"), world.schedule("b"))
    assert flow.open_counts()["openActivityTasks"] == 2
    flow.signal(input="")
    flow.decide(marker(), complete())
    assert world.pending_activities() == 0
    assert set(flow.open_counts().values()) == {0}
