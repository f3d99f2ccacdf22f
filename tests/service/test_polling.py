"""The polls: order within a task list, and which part of the history comes with a decision task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.service.core import Parked, Reply
from engine.service.faults import Fault
from tests.service.driving import ACTIVITY, DOMAIN, WORKFLOW, Service, complete, schedule, timer


def ids(task: Mapping[str, Any]) -> list[int]:
    return [event["eventId"] for event in task["events"]]


def test_a_poll_that_finds_nothing_is_parked_and_answered_with_an_empty_token_in_the_end() -> None:
    service = Service()
    poll = {"domain": DOMAIN, "taskList": {"name": "work"}}
    assert service.core.handle("PollForActivityTask", poll, service.now) == Parked(("activity", DOMAIN, "work"))
    assert service.core.handle("PollForDecisionTask", poll, service.now) == Parked(("decision", DOMAIN, "work"))
    assert service.core.empty_poll("PollForActivityTask") == {"taskToken": "", "startedEventId": 0}
    assert service.core.empty_poll("PollForDecisionTask") == {"taskToken": "", "startedEventId": 0, "previousStartedEventId": 0}


def test_the_core_tells_which_lists_got_a_task_once_for_each_task() -> None:
    service = Service()
    service.core.take_ready()
    service.start()
    assert service.core.take_ready() == [("decision", DOMAIN, "decisions")]
    service.decide_next(schedule("one"), schedule("two"), schedule("three", taskList={"name": "other"}))
    assert service.core.take_ready() == [("activity", DOMAIN, "work"), ("activity", DOMAIN, "work"), ("activity", DOMAIN, "other")]
    assert service.core.take_ready() == []


@pytest.mark.parametrize("operation", ["PollForActivityTask", "PollForDecisionTask"])
def test_a_poll_in_an_unknown_domain_is_refused(operation: str) -> None:
    with pytest.raises(Fault, match="Unknown domain: nowhere"):
        Service().call(operation, domain="nowhere", taskList={"name": "work"})


def test_a_worker_gets_what_the_decision_gave_but_control() -> None:
    service = Service()
    run_id = service.start()
    service.decide_next(schedule(input="i", control="c"))
    task = dict(service.poll_activity(identity="worker-1"))
    assert task.pop("taskToken")
    assert task == {
        "activityId": "task",
        "startedEventId": 6,
        "workflowExecution": {"workflowId": "flow", "runId": run_id},
        "activityType": ACTIVITY,
        "input": "i",
    }
    assert service.last("ActivityTaskStarted") == {"identity": "worker-1", "scheduledEventId": 5}


def test_tasks_are_handed_out_by_priority_then_in_the_order_of_their_scheduling() -> None:
    service = Service()
    service.start()
    tasks = [("a", "0"), ("b", "-5"), ("c", "7"), ("d", "0"), ("e", "7")]
    service.decide_next(*(schedule(name, taskPriority=priority) for name, priority in tasks))
    assert [service.poll_activity()["activityId"] for _ in tasks] == ["c", "e", "a", "d", "b"]


def test_decision_tasks_of_several_executions_are_handed_out_in_order_too() -> None:
    service = Service()
    for number, priority in enumerate(["0", "0", "9"]):
        service.start(f"flow-{number}", taskPriority=priority)
    found = [service.poll_decision()["workflowExecution"]["workflowId"] for _ in range(3)]
    assert found == ["flow-2", "flow-0", "flow-1"]


def test_a_task_list_of_another_kind_name_or_domain_is_another_list() -> None:
    service = Service()
    service.start(taskList={"name": "shared"})
    assert service.poll_activity("shared")["taskToken"] == ""
    assert service.poll_decision("other")["taskToken"] == ""
    service.call("RegisterDomain", name="second", workflowExecutionRetentionPeriodInDays="1")
    assert service.call("PollForDecisionTask", domain="second", taskList={"name": "shared"})["taskToken"] == ""
    assert service.poll_decision("shared")["startedEventId"] == 3


def test_a_decision_task_comes_with_the_history_up_to_its_own_start() -> None:
    service = Service()
    run_id = service.start()
    task = dict(service.poll_decision(identity="decider-1"))
    assert task.pop("taskToken")
    assert task.pop("events") == service.history()
    assert task == {
        "startedEventId": 3,
        "previousStartedEventId": 0,
        "workflowExecution": {"workflowId": "flow", "runId": run_id},
        "workflowType": WORKFLOW,
    }
    assert service.last("DecisionTaskStarted") == {"identity": "decider-1", "scheduledEventId": 2}


def several_decisions(service: Service, count: int = 4) -> None:
    service.start()
    for number in range(count):
        service.decide_next(timer(f"timer-{number}", 1))
        service.pass_time(1)


def test_later_decision_tasks_come_with_the_whole_history_too() -> None:
    service = Service()
    several_decisions(service)
    task = service.poll_decision()
    assert ids(task) == list(range(1, task["startedEventId"] + 1))
    assert task["events"] == service.history()


def test_a_sticky_decider_gets_the_events_from_its_previous_start_on_without_reading_disk() -> None:
    service = Service()
    several_decisions(service)
    poll = {"domain": DOMAIN, "taskList": {"name": "decisions"}, "startAtPreviousStartedEvent": True}
    answer = service.core.handle("PollForDecisionTask", poll, service.now)
    assert isinstance(answer, Reply)
    previous = answer.body["previousStartedEventId"]
    assert ids(answer.body) == list(range(previous, answer.body["startedEventId"] + 1))
    assert answer.body["events"][0]["eventType"] == "DecisionTaskStarted"


def test_the_first_decision_task_of_a_sticky_decider_has_everything() -> None:
    service = Service()
    service.start()
    assert ids(service.poll_decision(startAtPreviousStartedEvent=True)) == [1, 2, 3]


@pytest.mark.parametrize("sticky", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pages_together_are_the_history_that_one_page_would_be(*, sticky: bool, backwards: bool, size: int) -> None:
    service = Service()
    several_decisions(service)
    options: dict[str, Any] = {"maximumPageSize": size, "reverseOrder": backwards, "startAtPreviousStartedEvent": sticky}
    first = page = service.poll_decision(**options)
    found = ids(page)
    while "nextPageToken" in page:
        service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="meanwhile")
        page = service.poll_decision(**options, nextPageToken=page["nextPageToken"])
        assert len(page["events"]) <= size
        assert {**page, "events": [], "nextPageToken": ""} == {**first, "events": [], "nextPageToken": ""}
        found += ids(page)
    begin = first["previousStartedEventId"] if sticky else 1
    assert found == sorted(range(begin, first["startedEventId"] + 1), reverse=backwards)


def test_a_page_token_starts_no_further_decision_task() -> None:
    service = Service()
    service.start()
    service.start("other")
    page = service.poll_decision(maximumPageSize=1)
    service.poll_decision(maximumPageSize=1, nextPageToken=page["nextPageToken"])
    assert service.types("other") == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]


def test_a_page_token_of_another_operation_is_refused() -> None:
    service = Service()
    run_id = service.start()
    page = service.poll_decision(maximumPageSize=1)
    execution = {"workflowId": "flow", "runId": run_id}
    with pytest.raises(Fault, match="Invalid token"):
        service.call("GetWorkflowExecutionHistory", domain=DOMAIN, execution=execution, nextPageToken=page["nextPageToken"])


def test_pages_go_on_after_a_restart() -> None:
    service = Service()
    several_decisions(service)
    page = service.poll_decision(maximumPageSize=5)
    service.restart()
    assert ids(service.poll_decision(maximumPageSize=5, nextPageToken=page["nextPageToken"])) == [6, 7, 8, 9, 10]
    service.decide(page, complete())


def test_pending_tasks_are_those_that_nobody_has_yet() -> None:
    service = Service()
    service.start()

    def pending(kind: str, task_list: str) -> Mapping[str, Any]:
        return service.call(f"CountPending{kind}Tasks", domain=DOMAIN, taskList={"name": task_list})

    assert pending("Decision", "decisions") == {"count": 1, "truncated": False}
    service.decide_next(schedule("one"), schedule("two"))
    assert pending("Decision", "decisions")["count"] == 0
    assert pending("Activity", "work")["count"] == 2
    service.poll_activity()
    assert pending("Activity", "work")["count"] == 1
    assert pending("Activity", "never used")["count"] == 0
    with pytest.raises(Fault, match="Unknown domain"):
        service.call("CountPendingActivityTasks", domain="nowhere", taskList={"name": "work"})
