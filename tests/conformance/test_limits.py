"""The limits that SWF puts on one execution, one domain and one account, and how long it keeps what is closed."""

from __future__ import annotations

import pytest

from engine.service.limits import Limits
from engine.service.registry import MAX_DOMAINS, MAX_TYPES
from tests.conformance.endpoints import limited
from tests.conformance.private import Private
from tests.conformance.world import DOMAIN, WORKFLOW, WORKFLOW_DEFAULTS, World, cancel_timer, complete, furnish, marker, timer

MANY = 1_000
LONGEST = 25_000
DAY = 24 * 3600


def test_a_thousand_activities_can_be_open(world: World) -> None:
    """Developer guide, quotas: open activity tasks, 1,000 per execution; cause OPEN_ACTIVITIES_LIMIT_EXCEEDED."""
    flow = world.start()
    flow.decide(*(world.schedule(f"task{number}") for number in range(MANY + 1)))
    (failed,) = flow.all("ScheduleActivityTaskFailed")
    assert (failed["activityId"], failed["cause"]) == (f"task{MANY}", "OPEN_ACTIVITIES_LIMIT_EXCEEDED")
    assert flow.open_counts()["openActivityTasks"] == MANY
    world.complete(world.poll_activity())
    flow.decide(world.schedule("one more"))
    assert flow.open_counts()["openActivityTasks"] == MANY
    flow.terminate()


def test_a_thousand_timers_can_be_open(world: World) -> None:
    """Developer guide, quotas: open timers, 1,000 per execution; cause OPEN_TIMERS_LIMIT_EXCEEDED."""
    flow = world.start()
    flow.decide(*(timer(f"timer{number}", 3000) for number in range(MANY + 1)))
    failed = {"timerId": f"timer{MANY}", "cause": "OPEN_TIMERS_LIMIT_EXCEEDED", "decisionTaskCompletedEventId": 4}
    assert flow.all("StartTimerFailed") == [failed]
    flow.decide(cancel_timer("timer0"), timer("one more"))
    assert flow.open_counts()["openTimers"] == MANY
    flow.terminate()


def test_a_thousand_children_can_be_open(world: World) -> None:
    """Developer guide, quotas: open child workflow executions, 1,000 per execution; cause OPEN_CHILDREN_LIMIT_EXCEEDED."""
    parent = world.start("parent")
    parent.decide(*(world.start_child(f"child{number}") for number in range(MANY + 1)))
    (failed,) = parent.all("StartChildWorkflowExecutionFailed")
    assert (failed["workflowId"], failed["cause"]) == (world.name(f"child{MANY}"), "OPEN_CHILDREN_LIMIT_EXCEEDED")
    assert parent.open_counts()["openChildWorkflowExecutions"] == MANY
    parent.terminate()


def test_a_history_of_25000_events_is_ended_by_the_service(world: World) -> None:
    """Developer guide, quotas: 25,000 events; WorkflowExecutionTerminatedEventAttributes: cause EVENT_LIMIT_EXCEEDED."""
    flow = world.start()
    flow.decide(*[marker("m")] * 9_000)
    for _ in range(2):
        flow.signal(input="")
        flow.decide(*[marker("m")] * 9_000)
    assert flow.status() == "TERMINATED"
    *_, before, last = flow.history()
    assert (last["eventType"], last["eventId"], before["eventId"]) == ("WorkflowExecutionTerminated", LONGEST, LONGEST - 1)
    assert last["workflowExecutionTerminatedEventAttributes"]["cause"] == "EVENT_LIMIT_EXCEEDED"


def test_a_history_of_fewer_events_is_not(world: World) -> None:
    """Developer guide, quotas: the limit is reached, not approached."""
    flow = world.start()
    for number in range(3):
        flow.decide(*[marker("m")] * 8_000)
        if number < 2:
            flow.signal(input="")
    assert flow.status() == "OPEN"
    flow.signal(input="")
    flow.decide(complete())
    assert flow.status() == "COMPLETED"


def test_a_domain_has_its_limit_of_open_executions() -> None:
    """Developer guide, quotas: open executions, 100,000 per domain; LimitExceededFault; cause OPEN_WORKFLOWS_LIMIT_EXCEEDED."""
    with limited(Limits(open_executions=2)) as endpoint:
        world = World(endpoint=endpoint)
        furnish(world)
        parent = world.start("parent")
        world.start("other")
        request = {"domain": DOMAIN, "workflowId": "third", "workflowType": WORKFLOW, "taskList": {"name": "any"}}
        world.refuses("LimitExceededFault", "StartWorkflowExecution", **request)
        parent.decide(world.start_child())
        assert parent.last("StartChildWorkflowExecutionFailed")["cause"] == "OPEN_WORKFLOWS_LIMIT_EXCEEDED"


def test_there_are_a_hundred_domains_at_most(private: Private) -> None:
    """Developer guide, quotas: registered domains, 100, deprecated ones included; RegisterDomain: LimitExceededFault."""
    world = private.world()
    for number in range(1, MAX_DOMAINS):
        world.register_domain(f"d{number}")
    world.call("DeprecateDomain", name=world.name("d1"))
    world.refuses("LimitExceededFault", "RegisterDomain", name=world.name("more"), workflowExecutionRetentionPeriodInDays="1")


@pytest.mark.parametrize("kind", ["Workflow", "Activity"])
def test_a_domain_has_ten_thousand_types_of_a_kind_at_most(kind: str) -> None:
    """Developer guide, quotas: workflow and activity types, 10,000 each per domain; Register...Type: LimitExceededFault."""
    with limited(Limits()) as endpoint:
        world = World(endpoint=endpoint, domain="full")
        world.call("RegisterDomain", name="full", workflowExecutionRetentionPeriodInDays="NONE")
        for number in range(MAX_TYPES):
            world.call(f"Register{kind}Type", domain="full", name=f"n{number}", version="1")
        world.refuses("LimitExceededFault", f"Register{kind}Type", domain="full", name="more", version="1")


def closed_for(private: Private, retention: str, days: float) -> int:
    """How many closed executions are left so many days after one closed, in a domain of that retention."""
    world = World(endpoint=private, domain="kept")
    world.call("RegisterDomain", name="kept", workflowExecutionRetentionPeriodInDays=retention)
    world.call("RegisterWorkflowType", domain="kept", **WORKFLOW, **WORKFLOW_DEFAULTS)
    flow = world.start()
    flow.decide(complete())
    private.wait(days * DAY)
    private.wait(61)  # what is over goes within a minute
    if not world.listed("ListClosedWorkflowExecutions"):
        world.refuses("UnknownResourceFault", "DescribeWorkflowExecution", domain="kept", execution=flow.execution)
        world.refuses("UnknownResourceFault", "GetWorkflowExecutionHistory", domain="kept", execution=flow.execution)
    return int(world.call("CountClosedWorkflowExecutions", domain="kept", closeTimeFilter={"oldestDate": 0})["count"])


@pytest.mark.parametrize(("retention", "days", "left"), [("2", 1.9, 1), ("2", 2, 0), ("0", 0, 0), ("90", 89.9, 1), ("NONE", 0, 0)])
def test_closed_executions_are_kept_for_their_days(private: Private, retention: str, days: float, left: int) -> None:
    """RegisterDomain: workflowExecutionRetentionPeriodInDays; with NONE or 0 "the execution record and its history are deleted"."""
    assert closed_for(private, retention, days) == left


def test_retention_counts_from_the_end_and_open_executions_stay(private: Private) -> None:
    """RegisterDomain: workflowExecutionRetentionPeriodInDays, "for how long records and histories are kept" of closed executions."""
    world = private.world()
    flow = world.start(executionStartToCloseTimeout="31536000")
    private.wait(100 * DAY)
    assert flow.status() == "OPEN"
    flow.decide(complete())
    private.wait(0.9 * DAY)
    assert flow.status() == "COMPLETED"
