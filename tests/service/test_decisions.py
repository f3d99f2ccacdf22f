"""RespondDecisionTaskCompleted: the table, the order of events, one decision task at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine.service.decisions import CLOSING, DECISIONS
from engine.service.faults import Fault
from engine.service.model import enum
from tests.service.driving import (
    DOMAIN,
    Service,
    cancel,
    complete,
    continue_as_new,
    fail,
    marker,
    schedule,
    timer,
)


def signal(service: Service, name: str = "go") -> None:
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName=name)


def test_the_table_has_every_decision_type_of_the_api() -> None:
    assert DECISIONS.keys() == set(enum("DecisionType"))
    assert DECISIONS.keys() >= CLOSING


def test_the_events_of_the_decisions_follow_the_completion_in_their_order() -> None:
    service = Service()
    service.start()
    service.decide_next(marker("a", details="d"), schedule(), timer(control="c"), marker("b"))
    assert service.types()[3:] == ["DecisionTaskCompleted", "MarkerRecorded", "ActivityTaskScheduled", "TimerStarted", "MarkerRecorded"]
    assert service.last("MarkerRecorded") == {"markerName": "b", "decisionTaskCompletedEventId": 4}
    assert service.last("TimerStarted") == {
        "timerId": "timer",
        "control": "c",
        "startToFireTimeout": "60",
        "decisionTaskCompletedEventId": 4,
    }


def test_no_decision_is_a_response_too_and_leads_to_nothing() -> None:
    service = Service()
    service.start()
    service.call("RespondDecisionTaskCompleted", taskToken=service.poll_decision()["taskToken"])
    assert service.types()[-1] == "DecisionTaskCompleted"
    assert service.open_counts()["openDecisionTasks"] == 0


def test_new_events_share_the_decision_task_that_is_scheduled() -> None:
    service = Service()
    service.start()
    signal(service)
    signal(service)
    assert service.types() == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionSignaled",
    ]


def test_events_during_a_decision_task_schedule_the_next_one_at_once_to_be_had_after_it() -> None:
    """The order is that of histories recorded from AWS (pyswf's Sum, 2013; simpleflow's cassettes, 2017 and 2023)."""
    service = Service()
    service.start()
    task = service.poll_decision()
    signal(service)
    signal(service)
    assert service.poll_decision()["taskToken"] == ""
    assert service.open_counts()["openDecisionTasks"] == 1
    service.decide(task, schedule())
    assert service.types()[3:] == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
        "DecisionTaskCompleted",
        "ActivityTaskScheduled",
    ]
    assert service.poll_decision()["previousStartedEventId"] == 3
    assert service.last("DecisionTaskStarted") == {"scheduledEventId": 5}


@pytest.mark.parametrize(
    ("close", "failed", "closed"),
    [
        (complete, "CompleteWorkflowExecutionFailed", "COMPLETED"),
        (fail, "FailWorkflowExecutionFailed", "FAILED"),
        (cancel, "CancelWorkflowExecutionFailed", "CANCELED"),
        (continue_as_new, "ContinueAsNewWorkflowExecutionFailed", "CONTINUED_AS_NEW"),
    ],
)
def test_closing_with_unseen_events_fails_and_the_decider_is_asked_again(
    close: Callable[[], Mapping[str, Any]], failed: str, closed: str
) -> None:
    service = Service()
    run_id = service.start()
    task = service.poll_decision()
    signal(service)
    service.decide(task, close())
    assert service.types()[-2:] == ["DecisionTaskCompleted", failed]
    assert service.last(failed) == {"cause": "UNHANDLED_DECISION", "decisionTaskCompletedEventId": 6}
    service.decide_next(close())
    assert service.describe(run_id=run_id)["executionInfo"]["closeStatus"] == closed


@pytest.mark.parametrize(
    ("close", "event_type", "attributes", "status"),
    [
        (complete, "WorkflowExecutionCompleted", {"result": "r"}, "COMPLETED"),
        (fail, "WorkflowExecutionFailed", {"reason": "r", "details": "d"}, "FAILED"),
        (cancel, "WorkflowExecutionCanceled", {"details": "d"}, "CANCELED"),
    ],
)
def test_a_closing_decision_closes_and_drops_what_is_open(
    close: Callable[..., Mapping[str, Any]], event_type: str, attributes: dict[str, str], status: str
) -> None:
    service = Service()
    service.start()
    service.decide_next(schedule("one"), schedule("two"))
    task = service.poll_activity()
    service.complete(task)
    service.decide_next(timer(), close(**attributes))
    assert service.last(event_type)["decisionTaskCompletedEventId"] == 11
    assert service.last(event_type).items() >= attributes.items()
    assert service.describe()["executionInfo"]["closeStatus"] == status
    assert service.open_counts() == {
        "openActivityTasks": 0,
        "openDecisionTasks": 0,
        "openTimers": 0,
        "openChildWorkflowExecutions": 0,
        "openLambdaFunctions": 0,
    }
    assert service.poll_activity()["taskToken"] == ""


def test_what_other_decisions_of_the_response_led_to_does_not_hinder_closing() -> None:
    """API reference, Decision: unhandled is what "had been added to the history while the decision task was being performed"."""
    service = Service()
    service.start()
    service.decide_next(schedule("one"), schedule("two"))
    service.complete(service.poll_activity())
    cancel_two = {"decisionType": "RequestCancelActivityTask", "requestCancelActivityTaskDecisionAttributes": {"activityId": "two"}}
    service.decide_next(cancel_two, fail(reason="r"))
    assert service.types()[-3:] == ["ActivityTaskCancelRequested", "ActivityTaskCanceled", "WorkflowExecutionFailed"]


def test_a_closing_decision_must_be_the_last() -> None:
    service = Service()
    service.start()
    task = service.poll_decision()
    for decisions in ([complete(), marker()], [complete(), complete()]):
        with pytest.raises(Fault, match="ValidationException: Close must be last decision in list"):
            service.decide(task, *decisions)
    service.decide(task, marker(), complete())


def test_the_execution_context_stays_until_another_is_given() -> None:
    service = Service()
    service.start()
    assert "latestExecutionContext" not in service.describe()
    service.decide(service.poll_decision(), executionContext="one")
    assert service.last("DecisionTaskCompleted") == {"executionContext": "one", "scheduledEventId": 2, "startedEventId": 3}
    signal(service)
    service.decide_next()
    assert service.describe()["latestExecutionContext"] == "one"
    signal(service)
    service.decide(service.poll_decision(), executionContext="")
    assert service.describe()["latestExecutionContext"] == ""


def test_a_task_list_override_without_timeout_is_permanent() -> None:
    service = Service()
    service.start()
    service.decide(service.poll_decision(), taskList={"name": "sticky"})
    assert service.last("DecisionTaskCompleted")["taskList"] == {"name": "sticky"}
    for _ in range(2):
        signal(service)
        service.decide(service.poll_decision("sticky"))
    assert service.last("DecisionTaskScheduled") == {"taskList": {"name": "sticky"}, "startToCloseTimeout": "300"}


def test_a_task_list_override_is_reverted_when_nobody_takes_the_task_in_time() -> None:
    service = Service()
    service.start()
    service.decide(service.poll_decision(), taskList={"name": "sticky"}, taskListScheduleToStartTimeout="5")
    signal(service)
    assert service.last("DecisionTaskScheduled") == {
        "taskList": {"name": "sticky"},
        "startToCloseTimeout": "300",
        "scheduleToStartTimeout": "5",
    }
    service.pass_time(6)
    assert service.types()[-2:] == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    assert service.last("DecisionTaskTimedOut") == {"timeoutType": "SCHEDULE_TO_START", "scheduledEventId": 6, "startedEventId": 0}
    assert service.poll_decision("sticky")["taskToken"] == ""
    assert service.poll_decision()["startedEventId"] == 9


def test_a_task_list_override_is_reverted_when_its_decider_is_lost() -> None:
    service = Service()
    service.start()
    service.decide(service.poll_decision(), taskList={"name": "sticky"}, taskListScheduleToStartTimeout="5")
    signal(service)
    service.poll_decision("sticky")
    service.pass_time(300)
    assert service.last("DecisionTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"
    assert service.last("DecisionTaskScheduled") == {"taskList": {"name": "decisions"}, "startToCloseTimeout": "300"}


def test_a_task_list_override_needs_a_task_list() -> None:
    service = Service()
    service.start()
    with pytest.raises(Fault, match="give the taskList too"):
        service.decide(service.poll_decision(), taskListScheduleToStartTimeout="5")


def test_a_decision_task_is_completed_once_by_the_one_who_has_it() -> None:
    service = Service()
    service.start()
    task = service.poll_decision()
    service.decide(task)
    with pytest.raises(Fault, match="UnknownResourceFault: Unknown decision"):
        service.decide(task)
    signal(service)
    service.poll_decision()
    with pytest.raises(Fault, match="UnknownResourceFault: Unknown decision"):
        service.decide(task)
