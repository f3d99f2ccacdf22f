"""Decisions about activity tasks, timers and markers, with every documented cause of their failing that can occur here."""

from __future__ import annotations

from typing import Any

import pytest

from engine.service.core import Limits
from engine.service.model import enum
from engine.service.opening import ACTIVITY_SETTINGS, EXECUTION_SETTINGS
from tests.service.driving import ACTIVITY, DOMAIN, Service, cancel_activity, cancel_timer, schedule, timer

NOT_HERE = {
    "ACTIVITY_CREATION_RATE_EXCEEDED": "nothing is throttled: one tenant",
    "TIMER_CREATION_RATE_EXCEEDED": "nothing is throttled: one tenant",
    "OPERATION_NOT_PERMITTED": "no IAM policies",
}


def register(service: Service, **defaults: Any) -> dict[str, str]:
    named = {"name": "Bare", "version": "1.0"}
    service.call("RegisterActivityType", domain=DOMAIN, **named, **defaults)
    return named


ALL_DEFAULTS = {
    "defaultTaskList": {"name": "work"},
    "defaultTaskHeartbeatTimeout": "1",
    "defaultTaskScheduleToStartTimeout": "2",
    "defaultTaskScheduleToCloseTimeout": "3",
    "defaultTaskStartToCloseTimeout": "4",
    "defaultTaskPriority": "5",
}


def test_an_activity_task_is_configured_by_its_types_defaults() -> None:
    service = Service()
    named = register(service, **ALL_DEFAULTS)
    service.start()
    service.decide_next(schedule(activityType=named, input="i", control="c"))
    assert service.last("ActivityTaskScheduled") == {
        "activityType": named,
        "activityId": "task",
        "input": "i",
        "control": "c",
        "taskList": {"name": "work"},
        "heartbeatTimeout": "1",
        "scheduleToStartTimeout": "2",
        "scheduleToCloseTimeout": "3",
        "startToCloseTimeout": "4",
        "taskPriority": "5",
        "decisionTaskCompletedEventId": 4,
    }


def test_what_the_decision_gives_comes_before_the_defaults() -> None:
    service = Service()
    named = register(service, **ALL_DEFAULTS)
    service.start()
    given: dict[str, Any] = {
        "taskList": {"name": "own"},
        "heartbeatTimeout": "NONE",
        "scheduleToStartTimeout": "20",
        "scheduleToCloseTimeout": "30",
        "startToCloseTimeout": "0",
        "taskPriority": "-1",
    }
    service.decide_next(schedule(activityType=named, **given))
    assert service.last("ActivityTaskScheduled").items() >= given.items()


def fails(service: Service, cause: str, activity_id: str = "task", **options: Any) -> None:
    service.decide_next(schedule(activity_id, **options))
    assert service.types()[-3:] == ["DecisionTaskCompleted", "ScheduleActivityTaskFailed", "DecisionTaskScheduled"]
    failed = service.last("ScheduleActivityTaskFailed")
    completed_id = service.history()[-3]["eventId"]
    assert failed == {
        "activityType": options.get("activityType", ACTIVITY),
        "activityId": activity_id,
        "cause": cause,
        "decisionTaskCompletedEventId": completed_id,
    }


def test_scheduling_fails_where_the_type_does_not_exist() -> None:
    service = Service()
    service.start()
    fails(service, "ACTIVITY_TYPE_DOES_NOT_EXIST", activityType={"name": "Work", "version": "2.0"})


def test_scheduling_fails_where_the_type_is_deprecated() -> None:
    service = Service()
    service.start()
    service.call("DeprecateActivityType", domain=DOMAIN, activityType=ACTIVITY)
    fails(service, "ACTIVITY_TYPE_DEPRECATED")


def test_an_activity_id_is_in_use_until_its_task_closes() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule(), schedule())
    assert service.last("ScheduleActivityTaskFailed")["cause"] == "ACTIVITY_ID_ALREADY_IN_USE"
    service.complete(service.poll_activity())
    service.decide_next(schedule())
    assert service.types()[-1] == "ActivityTaskScheduled"


def test_so_many_activity_tasks_may_be_open() -> None:
    service = Service(Limits(open_activities=2))
    service.start()
    service.decide_next(*(schedule(f"task-{number}") for number in range(3)))
    assert service.last("ScheduleActivityTaskFailed")["cause"] == "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    assert service.open_counts()["openActivityTasks"] == 2


@pytest.mark.parametrize("setting", ACTIVITY_SETTINGS, ids=lambda setting: setting.member)
def test_scheduling_fails_where_neither_decision_nor_type_gives_it(setting: Any) -> None:
    service = Service()
    named = register(service, **{name: value for name, value in ALL_DEFAULTS.items() if name != setting.default})
    service.start()
    fails(service, setting.cause, activityType=named)


def test_every_cause_of_the_api_is_one_that_occurs_here_or_has_a_reason_not_to() -> None:
    here = {"ACTIVITY_TYPE_DOES_NOT_EXIST", "ACTIVITY_TYPE_DEPRECATED", "ACTIVITY_ID_ALREADY_IN_USE", "OPEN_ACTIVITIES_LIMIT_EXCEEDED"}
    assert here | {setting.cause for setting in ACTIVITY_SETTINGS} == set(enum("ScheduleActivityTaskFailedCause")) - NOT_HERE.keys()
    assert {"TIMER_ID_ALREADY_IN_USE", "OPEN_TIMERS_LIMIT_EXCEEDED"} == set(enum("StartTimerFailedCause")) - NOT_HERE.keys()
    assert {setting.cause for setting in EXECUTION_SETTINGS} <= set(enum("ContinueAsNewWorkflowExecutionFailedCause"))


def test_a_canceled_task_that_no_worker_has_is_canceled_at_once() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule())
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="stop")
    service.decide_next(cancel_activity())
    assert service.types()[-4:] == ["DecisionTaskCompleted", "ActivityTaskCancelRequested", "ActivityTaskCanceled", "DecisionTaskScheduled"]
    assert service.last("ActivityTaskCancelRequested") == {"activityId": "task", "decisionTaskCompletedEventId": 9}
    assert service.last("ActivityTaskCanceled") == {"scheduledEventId": 5, "startedEventId": 0, "latestCancelRequestedEventId": 10}
    assert service.poll_activity()["taskToken"] == ""


def test_canceling_a_task_that_a_worker_has_only_asks_the_worker() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule())
    task = service.poll_activity()
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="stop")
    service.decide_next(cancel_activity())
    assert service.types()[-1] == "ActivityTaskCancelRequested"
    assert service.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"]) == {"cancelRequested": True}
    service.call("RespondActivityTaskCanceled", taskToken=task["taskToken"], details="stopped")
    assert service.last("ActivityTaskCanceled") == {
        "details": "stopped",
        "scheduledEventId": 5,
        "startedEventId": 6,
        "latestCancelRequestedEventId": 11,
    }


def test_canceling_an_activity_id_that_is_not_open_fails() -> None:
    service = Service()
    service.start()
    service.decide_next(cancel_activity("other"))
    failed = {"activityId": "other", "cause": "ACTIVITY_ID_UNKNOWN", "decisionTaskCompletedEventId": 4}
    assert service.last("RequestCancelActivityTaskFailed") == failed
    assert service.types()[-1] == "DecisionTaskScheduled"


def test_a_timer_fires_once_after_its_time() -> None:
    service = Service()
    service.start()
    service.decide_next(timer(seconds=60))
    service.pass_time(59)
    assert service.types()[-1] == "TimerStarted"
    service.pass_time(1)
    assert service.last("TimerFired") == {"timerId": "timer", "startedEventId": 5}


def test_a_timer_of_zero_seconds_fires_at_once() -> None:
    service = Service()
    service.start()
    service.decide_next(timer(seconds=0))
    assert service.types()[-2:] == ["TimerFired", "DecisionTaskScheduled"]


def test_a_canceled_timer_does_not_fire_and_asks_for_no_decision() -> None:
    service = Service()
    service.start()
    service.decide_next(timer("one", 60), timer("two", 70))
    service.pass_time(60)
    service.decide_next(cancel_timer("two"), timer("two", 80))
    assert service.types()[-2:] == ["TimerCanceled", "TimerStarted"]
    assert service.last("TimerCanceled") == {"timerId": "two", "startedEventId": 6, "decisionTaskCompletedEventId": 10}
    service.pass_time(79)
    assert service.types()[-1] == "TimerStarted"


def test_a_timer_id_is_in_use_while_its_timer_runs() -> None:
    service = Service()
    service.start()
    service.decide_next(timer(), timer())
    assert service.last("StartTimerFailed") == {
        "timerId": "timer",
        "cause": "TIMER_ID_ALREADY_IN_USE",
        "decisionTaskCompletedEventId": 4,
    }


def test_so_many_timers_may_be_open() -> None:
    service = Service(Limits(open_timers=1))
    service.start()
    service.decide_next(timer("one"), timer("two"))
    assert service.last("StartTimerFailed")["cause"] == "OPEN_TIMERS_LIMIT_EXCEEDED"


def test_canceling_a_timer_that_does_not_run_fails() -> None:
    service = Service()
    service.start()
    service.decide_next(cancel_timer("other"))
    assert service.last("CancelTimerFailed") == {"timerId": "other", "cause": "TIMER_ID_UNKNOWN", "decisionTaskCompletedEventId": 4}
    assert service.types()[-1] == "DecisionTaskScheduled"
