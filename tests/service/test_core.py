"""The core as a whole: the tutorial's histories, what a restart keeps, what is refused."""

from __future__ import annotations

import math

import pytest

from engine.service.core import Limits
from engine.service.faults import Fault
from engine.service.model import operations
from tests.service.driving import ACTIVITY, DOMAIN, START, WORKFLOW, Service, complete, marker, schedule, timer
from tests.tutorial import HELLO_HISTORY


def test_the_hello_world_of_the_tutorial_has_the_history_that_the_tutorial_prints() -> None:
    service = Service()
    service.call("RegisterDomain", name="boto_tutorial", workflowExecutionRetentionPeriodInDays="30")
    service.call(
        "RegisterWorkflowType",
        domain="boto_tutorial",
        name="HelloWorkflow",
        version="1.0",
        defaultTaskList={"name": "default"},
        defaultChildPolicy="TERMINATE",
        defaultExecutionStartToCloseTimeout="3600",
        defaultTaskStartToCloseTimeout="300",
    )
    service.call(
        "RegisterActivityType",
        domain="boto_tutorial",
        name="HelloWorld",
        version="1.0",
        defaultTaskList={"name": "default"},
        defaultTaskHeartbeatTimeout="600",
        defaultTaskScheduleToCloseTimeout="3900",
        defaultTaskScheduleToStartTimeout="300",
        defaultTaskStartToCloseTimeout="3600",
    )
    hello = {"domain": "boto_tutorial", "workflowType": {"name": "HelloWorkflow", "version": "1.0"}}
    service.now = 1381095173.254
    run_id = service.call("StartWorkflowExecution", workflowId="hello", **hello)["runId"]
    default = {"domain": "boto_tutorial", "taskList": {"name": "default"}}
    service.now = 1381095177.544
    task = service.call("PollForDecisionTask", **default)
    service.now = 1381095177.855
    say_hi = {"activityType": {"name": "HelloWorld", "version": "1.0"}, "activityId": "saying_hi", "taskList": {"name": "default"}}
    service.decide(task, {"decisionType": "ScheduleActivityTask", "scheduleActivityTaskDecisionAttributes": say_hi})
    service.now = 1381095179.427
    activity = service.call("PollForActivityTask", **default)
    service.now = 1381095179.699
    service.complete(activity)
    service.now = 1381095179.742
    task = service.call("PollForDecisionTask", **default)
    service.now = 1381095180.026
    service.decide(task, complete())
    history = service.call(
        "GetWorkflowExecutionHistory", domain="boto_tutorial", execution={"workflowId": "hello", "runId": run_id}
    )  # fmt: skip
    assert history == {"events": HELLO_HISTORY}


def test_every_operation_of_the_api_is_answered() -> None:
    assert Service().core.operations == operations().keys()


def test_an_operation_that_is_none_is_refused() -> None:
    with pytest.raises(Fault, match="UnknownOperationException"):
        Service().call("MakeCoffee")


def test_timestamps_are_in_milliseconds_and_never_go_back() -> None:
    service = Service()
    service.now = START + 0.123456
    service.start()
    service.now = START - 10
    service.poll_decision()
    assert [event["eventTimestamp"] for event in service.history()] == [START + 0.123] * 3


def test_run_ids_depend_on_the_seed_and_the_run_alone() -> None:
    first, same, other = (Service(seed=seed).start() for seed in ("a", "a", "b"))
    assert first == same
    service = Service(seed="a")
    assert len({first, other, service.start("one"), service.start("two")}) == 3


def test_a_refused_request_leaves_nothing_to_be_made_durable() -> None:
    service = Service()
    service.start()
    task = service.poll_decision()
    with pytest.raises(Fault, match="Close must be last decision"):
        service.core.handle(
            "RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [complete(), schedule()]}, service.now
        )
    assert service.core.take_changes() == []
    service.decide(task, schedule())


def test_what_an_in_process_caller_does_to_its_request_later_changes_no_event() -> None:
    service = Service()
    named, listed, tags = dict(WORKFLOW), {"name": "own"}, ["tag"]
    service.start(workflowType=named, taskList=listed, tagList=tags)
    named["name"] = listed["name"] = tags[0] = "changed"
    assert service.describe()["executionInfo"]["workflowType"] == WORKFLOW
    assert service.describe()["executionInfo"]["tagList"] == ["tag"]
    activity = dict(ACTIVITY)
    service.decide(service.poll_decision("own"), schedule(activityType=activity))
    activity["name"] = "changed"
    assert service.poll_activity()["activityType"] == ACTIVITY


def test_a_restart_keeps_what_waits_what_runs_and_what_is_due() -> None:
    service = Service()
    service.start("waits")
    service.start("runs")
    service.pass_time(1)
    waiting = service.poll_decision()
    service.decide(waiting, schedule("one"), schedule("two"), timer(seconds=30))
    running = service.poll_activity()
    assert running["activityId"] == "one"
    service.restart()
    assert service.poll_decision()["workflowExecution"]["workflowId"] == "runs"
    assert service.poll_activity()["activityId"] == "two"
    service.complete(running)
    service.pass_time(30)
    assert service.types("waits")[-3:] == ["ActivityTaskCompleted", "DecisionTaskScheduled", "TimerFired"]


def test_what_fell_due_while_the_service_was_down_happens_at_the_first_tick() -> None:
    service = Service()
    service.start()
    service.decide_next(timer(seconds=30), schedule(scheduleToStartTimeout="20"))
    service.now += 100
    service.restart()
    assert service.core.next_due() < service.now
    service.core.tick(service.now)
    service.store.write(service.core.take_changes())
    assert service.types()[-3:] == ["ActivityTaskTimedOut", "DecisionTaskScheduled", "TimerFired"]
    assert {event["eventTimestamp"] for event in service.history()[-3:]} == {service.now}


def test_a_request_meets_the_state_after_everything_that_is_due_by_then() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule(startToCloseTimeout="10"))
    task = service.poll_activity()
    service.now += 11
    with pytest.raises(Fault, match="UnknownResourceFault"):
        service.complete(task)
    assert service.types()[-2:] == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]


def test_nothing_but_its_deletion_is_due_once_everything_is_closed() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule(), timer())
    service.poll_activity()
    assert service.core.next_due() < math.inf
    service.call("TerminateWorkflowExecution", domain=DOMAIN, workflowId="flow")
    deletion = START + 10 * 86_400
    assert service.core.next_due() == deletion
    service.restart()
    assert service.core.next_due() == deletion
    service.pass_time(11 * 86_400)
    assert service.core.next_due() == math.inf


def test_a_history_at_its_limit_is_terminated() -> None:
    service = Service(Limits(events=20))
    service.start()
    for _ in range(20):
        service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="again")
        if service.describe()["executionInfo"]["executionStatus"] == "CLOSED":
            break
    assert service.last("WorkflowExecutionTerminated") == {"childPolicy": "TERMINATE", "cause": "EVENT_LIMIT_EXCEEDED"}
    assert len(service.history()) == 20


def test_one_response_can_not_overfill_a_history() -> None:
    service = Service(Limits(events=20))
    service.start()
    service.decide_next(*(marker(f"m{number}") for number in range(30)))
    assert service.last("WorkflowExecutionTerminated")["cause"] == "EVENT_LIMIT_EXCEEDED"
    assert len(service.history()) == 20


def test_a_history_that_is_full_gets_no_further_decision_task() -> None:
    service = Service(Limits(events=6))
    service.start()
    service.decide_next()
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="last")
    assert service.types()[-2:] == ["WorkflowExecutionSignaled", "WorkflowExecutionTerminated"]


def test_retention_is_kept_where_nothing_is_ever_due() -> None:
    service = Service()
    run_id = service.start()
    service.decide_next(complete())
    service.now += 10 * 86_400 + 61
    service.call("ListDomains", registrationStatus="REGISTERED")
    with pytest.raises(Fault, match="Unknown execution"):
        service.describe(run_id=run_id)


def test_executions_are_deleted_when_their_domains_retention_is_over() -> None:
    service = Service()
    run_id = service.start()
    service.decide_next(complete())
    service.pass_time(10 * 86_400 + 61)
    service.core.tick(service.now)
    service.store.write(service.core.take_changes())
    with pytest.raises(Fault, match="Unknown execution"):
        service.describe(run_id=run_id)
