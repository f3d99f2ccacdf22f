"""Decision tasks: what a decider is handed, what it answers, and what stays on the record of it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.conformance.world import WORKFLOW, World, complete, decision, marker, without


def ids(task: Any) -> list[int]:
    return [event["eventId"] for event in task["events"]]


def test_a_decision_task_brings_the_history(world: World) -> None:
    """PollForDecisionTask; DecisionTask: all members; DecisionTaskStartedEventAttributes: identity, scheduledEventId."""
    flow = world.start()
    task = flow.poll(identity="decider 1")
    assert task["workflowExecution"] == flow.execution
    assert task["workflowType"] == WORKFLOW
    assert (task["startedEventId"], task.get("previousStartedEventId", 0)) == (3, 0)
    assert [event["eventType"] for event in task["events"]] == ["WorkflowExecutionStarted", "DecisionTaskScheduled", "DecisionTaskStarted"]
    assert flow.last("DecisionTaskStarted") == {"identity": "decider 1", "scheduledEventId": 2}


def test_the_answer_is_recorded_with_its_context(world: World) -> None:
    """RespondDecisionTaskCompleted: executionContext; DecisionTaskCompletedEventAttributes; latestExecutionContext."""
    flow = world.start()
    assert "latestExecutionContext" not in flow.describe()
    flow.decide(marker(), executionContext="step 1")
    assert flow.last("DecisionTaskCompleted") == {"executionContext": "step 1", "scheduledEventId": 2, "startedEventId": 3}
    assert flow.describe()["latestExecutionContext"] == "step 1"
    flow.signal(input="")
    flow.decide()
    assert flow.describe()["latestExecutionContext"] == "step 1"


def test_decisions_may_be_none_or_left_out(world: World) -> None:
    """RespondDecisionTaskCompleted: decisions, "The list of decisions (possibly empty)", optional."""
    flow = world.start()
    world.call("RespondDecisionTaskCompleted", taskToken=flow.poll()["taskToken"])
    assert flow.types()[-1] == "DecisionTaskCompleted"


def test_a_marker_is_recorded(world: World) -> None:
    """Decision, RecordMarker; MarkerRecordedEventAttributes."""
    flow = world.start()
    flow.decide(marker("here", details="42"), marker("there"))
    completed = flow.event_id("DecisionTaskCompleted")
    assert flow.all("MarkerRecorded") == [
        {"markerName": "here", "details": "42", "decisionTaskCompletedEventId": completed},
        {"markerName": "there", "decisionTaskCompletedEventId": completed},
    ]


def test_the_task_after_says_what_was_seen_before(world: World) -> None:
    """DecisionTask: previousStartedEventId, "the previous decision task that was processed by the decider"."""
    flow = world.start()
    flow.decide(marker())
    flow.signal(input="")
    task = flow.poll()
    assert task["previousStartedEventId"] == 3
    assert ids(task) == list(range(1, task["startedEventId"] + 1))


def test_a_decider_may_read_only_what_is_new(world: World) -> None:
    """PollForDecisionTask: startAtPreviousStartedEvent, from the most recent DecisionTaskStarted event on."""
    flow = world.start()
    first = flow.poll(startAtPreviousStartedEvent=True)
    assert ids(first) == [1, 2, 3]
    flow.answer(first, marker())
    flow.signal(input="")
    assert ids(flow.poll(startAtPreviousStartedEvent=True))[0] == 3


def test_a_decider_may_read_backwards(world: World) -> None:
    """PollForDecisionTask: reverseOrder."""
    assert ids(world.start().poll(reverseOrder=True)) == [3, 2, 1]


def test_a_long_history_comes_in_pages(world: World) -> None:
    """PollForDecisionTask: maximumPageSize, nextPageToken; all other arguments unchanged."""
    flow = world.start()
    flow.decide(*[marker()] * 10)
    flow.signal(input="")
    asked: dict[str, Any] = {"domain": world.domain, "taskList": {"name": flow.decisions}, "maximumPageSize": 4}
    task = world.call("PollForDecisionTask", **asked)
    assert len(task["events"]) == 4
    seen = ids(task)
    page = task
    while "nextPageToken" in page:
        assert len(page["events"]) == 4
        page = world.call("PollForDecisionTask", **asked, nextPageToken=page["nextPageToken"])
        assert (page["taskToken"], page["startedEventId"]) == (task["taskToken"], task["startedEventId"])
        seen.extend(ids(page))
    assert seen == list(range(1, task["startedEventId"] + 1))


def test_there_is_one_decision_task_at_a_time(world: World) -> None:
    """WorkflowExecutionOpenCounts: openDecisionTasks, "A workflow execution can have at most one open decision task"."""
    flow = world.start()
    flow.signal(input="")
    assert world.pending_decisions(flow.decisions) == 1
    task = flow.poll()
    flow.signal(input="")
    assert world.pending_decisions(flow.decisions) == 0
    assert flow.open_counts()["openDecisionTasks"] == 1
    flow.answer(task)
    assert world.pending_decisions(flow.decisions) == 1
    flow.decide()
    assert flow.open_counts()["openDecisionTasks"] == 0


def test_an_empty_task_list_answers_after_a_minute_with_no_token(virtual: World) -> None:
    """PollForDecisionTask, PollForActivityTask: "before the timeout of 60 seconds expires, an empty result is returned"."""
    answers: list[Any] = []
    listed = {"domain": virtual.domain, "taskList": {"name": virtual.name("nothing")}}
    for operation in ("PollForDecisionTask", "PollForActivityTask"):
        poller = threading.Thread(target=lambda asked=operation: answers.append(virtual.call(asked, **listed)))
        poller.start()
        while poller.is_alive():
            virtual.wait(30)
            poller.join(0.02)
    assert [(answer["taskToken"], answer["startedEventId"]) for answer in answers] == [("", 0), ("", 0)]


def test_a_poll_is_answered_when_a_task_appears(world: World) -> None:
    """PollForDecisionTask: a long poll, "responds as soon a task becomes available"."""
    answers: list[Any] = []
    asked = {"domain": world.domain, "taskList": {"name": world.name("decisions-flow")}}
    poller = threading.Thread(target=lambda: answers.append(world.call("PollForDecisionTask", **asked)))
    poller.start()
    flow = world.start()
    poller.join(70)
    assert answers[0]["workflowExecution"] == flow.execution


def test_a_task_token_is_good_for_one_answer(world: World) -> None:
    """RespondDecisionTaskCompleted: UnknownResourceFault for a task that is closed."""
    flow = world.start()
    task = flow.poll()
    flow.answer(task)
    world.refuses("UnknownResourceFault", "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[complete()])
    assert flow.status() == "OPEN"


def test_a_task_token_must_be_one(world: World) -> None:
    """RespondDecisionTaskCompleted: taskToken, an opaque value of the service's."""
    world.refuses("ValidationException", "RespondDecisionTaskCompleted", taskToken="no token", decisions=[])


def test_closing_must_be_the_last_decision(world: World) -> None:
    """RespondDecisionTaskCompleted refuses decisions after one that closes, and the task stays open."""
    flow = world.start()
    task = flow.poll()
    request = {"taskToken": task["taskToken"], "decisions": [complete(), marker()]}
    world.refuses("ValidationException", "RespondDecisionTaskCompleted", **request)
    assert flow.types()[-1] == "DecisionTaskStarted"
    flow.answer(task, marker(), complete())
    assert flow.status() == "COMPLETED"


def test_a_decision_type_must_be_known(world: World) -> None:
    """Decision: decisionType, an enumeration."""
    request = {"taskToken": world.start().poll()["taskToken"], "decisions": [{"decisionType": "Guess"}]}
    world.refuses("ValidationException", "RespondDecisionTaskCompleted", **request)


@pytest.mark.parametrize("named", [{}, {"markerName": ""}])
def test_a_decision_must_have_its_attributes(world: World, named: dict[str, str]) -> None:
    """RecordMarkerDecisionAttributes: markerName, required, of at least one character."""
    request = {"taskToken": world.start().poll()["taskToken"], "decisions": [decision("RecordMarker", **named)]}
    world.refuses("ValidationException", "RespondDecisionTaskCompleted", **request)


def test_a_task_list_override_is_permanent_without_a_timeout(world: World) -> None:
    """RespondDecisionTaskCompleted: taskList; taskListScheduleToStartTimeout, "When this parameter is missing ... is permanent"."""
    flow = world.start()
    own = world.name("own")
    flow.decide(taskList={"name": own})
    assert flow.last("DecisionTaskCompleted")["taskList"] == {"name": own}
    for _ in range(2):
        flow.signal(input="")
        assert flow.last("DecisionTaskScheduled")["taskList"] == {"name": own}
        flow.answer(flow.poll(own))
    assert flow.describe()["executionConfiguration"]["taskList"] == {"name": own}


def test_a_sticky_task_that_is_not_started_in_time_goes_back_to_the_usual_list(world: World) -> None:
    """RespondDecisionTaskCompleted: taskListScheduleToStartTimeout; DecisionTaskTimedOut, SCHEDULE_TO_START."""
    flow = world.start()
    own = world.name("own")
    flow.decide(taskList={"name": own}, taskListScheduleToStartTimeout="1")
    assert flow.last("DecisionTaskCompleted")["taskListScheduleToStartTimeout"] == "1"
    flow.signal(input="")
    assert flow.last("DecisionTaskScheduled")["scheduleToStartTimeout"] == "1"
    world.wait(1)
    timed_out = flow.last("DecisionTaskTimedOut")
    assert without(timed_out, "scheduledEventId", "startedEventId") == {"timeoutType": "SCHEDULE_TO_START"}
    assert timed_out.get("startedEventId", 0) == 0
    assert world.pending_decisions(own) == 0
    flow.decide()


def test_a_sticky_task_that_is_not_completed_in_time_goes_back_too(world: World) -> None:
    """RespondDecisionTaskCompleted: taskListScheduleToStartTimeout, "not completed within the start-to-close timeout"."""
    flow = world.start(taskStartToCloseTimeout="1")
    own = world.name("own")
    flow.decide(taskList={"name": own}, taskListScheduleToStartTimeout="60")
    flow.signal(input="")
    task = flow.poll(own)
    world.wait(1)
    assert flow.last("DecisionTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"
    world.refuses("UnknownResourceFault", "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[])
    assert flow.last("DecisionTaskScheduled")["taskList"] == {"name": flow.decisions}
    flow.decide()


def test_a_sticky_task_in_time_stays_sticky(world: World) -> None:
    """RespondDecisionTaskCompleted: taskList overrides "for the future decision tasks", while its timeout is kept."""
    flow = world.start()
    own = world.name("own")
    flow.decide(taskList={"name": own}, taskListScheduleToStartTimeout="60")
    for _ in range(2):
        flow.signal(input="")
        flow.answer(flow.poll(own))


def test_decision_tasks_of_higher_priority_come_first(world: World) -> None:
    """StartWorkflowExecution: taskPriority, "Higher numbers indicate higher priority"; none is 0."""
    shared = {"name": world.name("shared")}
    for label, options in {
        "low": {"taskPriority": "-5"},
        "none": {},
        "high": {"taskPriority": "5"},
        "later": {"taskPriority": "5"},
    }.items():
        world.start(label, taskList=shared, **options)
    order = [world.poll_decision(shared["name"])["workflowExecution"]["workflowId"] for _ in range(4)]
    assert order == [world.name(label) for label in ("high", "later", "none", "low")]
