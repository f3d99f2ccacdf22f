"""Pages: their sizes, their order, and the tokens that lead from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conformance.private import Private
from tests.conformance.world import DOMAIN, EVERYTHING, World, marker

DAY = 24 * 3600


def history_query(world: World) -> tuple[str, str, dict[str, Any]]:
    flow = world.start()
    flow.decide(*[marker()] * 5)
    return "GetWorkflowExecutionHistory", "events", {"domain": world.domain, "execution": flow.execution}


def open_query(world: World) -> tuple[str, str, dict[str, Any]]:
    for number in range(5):
        world.start(f"flow{number}", tagList=[world.name("tag")])
    return "ListOpenWorkflowExecutions", "executionInfos", {"domain": world.domain, **EVERYTHING, "tagFilter": {"tag": world.name("tag")}}


def closed_query(world: World) -> tuple[str, str, dict[str, Any]]:
    operation, member, query = open_query(world)
    for number in range(5):
        world.call("TerminateWorkflowExecution", domain=world.domain, workflowId=world.name(f"flow{number}"))
    return operation.replace("Open", "Closed"), member, query


def type_query(kind: str) -> Callable[[World], tuple[str, str, dict[str, Any]]]:
    def make(world: World) -> tuple[str, str, dict[str, Any]]:
        name = world.name("type")
        for version in "12345":
            world.call(f"Register{kind}Type", domain=world.domain, name=name, version=version)
        return f"List{kind}Types", "typeInfos", {"domain": world.domain, "registrationStatus": "REGISTERED", "name": name}

    return make


def domain_query(world: World) -> tuple[str, str, dict[str, Any]]:
    there = world.call("ListDomains", registrationStatus="DEPRECATED")["domainInfos"]
    for number in range(len(there), 5):  # no more than it takes: AWS allows a hundred, and keeps them all
        world.call("DeprecateDomain", name=world.register_domain(f"d{number}"))
    return "ListDomains", "domainInfos", {"registrationStatus": "DEPRECATED"}


QUERIES = {
    "history": history_query,
    "open": open_query,
    "closed": closed_query,
    "workflow types": type_query("Workflow"),
    "activity types": type_query("Activity"),
    "domains": domain_query,
}


@pytest.mark.parametrize("what", sorted(QUERIES))
def test_pages_together_are_the_whole(world: World, what: str) -> None:
    """GetWorkflowExecutionHistory and every List...: maximumPageSize, nextPageToken, reverseOrder."""
    operation, member, query = QUERIES[what](world)
    for order in ({}, {"reverseOrder": True}):
        whole = [item for page in world.pages(operation, member, **query, **order) for item in page]
        assert len(whole) >= 5
        pages = list(world.pages(operation, member, **query, **order, maximumPageSize=2))
        assert [item for page in pages for item in page] == whole
        assert {len(page) for page in pages[:-1]} == {2}


@pytest.mark.parametrize("what", sorted(QUERIES))
def test_a_page_token_belongs_to_its_query(world: World, what: str) -> None:
    """nextPageToken: "Keep all other arguments unchanged"; a token that the service never gave out is none."""
    operation, member, query = QUERIES[what](world)
    token = world.call(operation, **query, maximumPageSize=2)["nextPageToken"]
    world.refuses("ValidationException", operation, **query, maximumPageSize=2, reverseOrder=True, nextPageToken=token)
    world.refuses("ValidationException", operation, **query, nextPageToken="page 2")
    assert world.call(operation, **query, maximumPageSize=2, nextPageToken=token)[member]


@pytest.mark.parametrize("what", sorted(QUERIES))
def test_a_page_holds_at_most_1000(world: World, what: str) -> None:
    """maximumPageSize: valid range, minimum value of 0, maximum value of 1000; 0 is no limit of one's own."""
    operation, member, query = QUERIES[what](world)
    world.refuses("ValidationException", operation, **query, maximumPageSize=1001)
    world.refuses("ValidationException", operation, **query, maximumPageSize=-1)
    assert len(world.call(operation, **query, maximumPageSize=0)[member]) >= 5
    assert len(world.call(operation, **query, maximumPageSize=1000)[member]) >= 5


def test_a_long_history_comes_in_pages_of_1000(world: World) -> None:
    """GetWorkflowExecutionHistory: maximumPageSize; without it a page holds the most that it can."""
    flow = world.start()
    flow.decide(*[marker()] * 1500)
    query = {"domain": world.domain, "execution": flow.execution}
    sizes = [len(page) for page in world.pages("GetWorkflowExecutionHistory", "events", **query)]
    assert sizes == [1000, 504]


def test_a_page_token_expires_after_a_day(virtual: World) -> None:
    """nextPageToken: "Each pagination token expires after 24 hours"; "Specified token has exceeded its maximum lifetime"."""
    operation, _, query = history_query(virtual)
    token = virtual.call(operation, **query, maximumPageSize=2)["nextPageToken"]
    virtual.wait(DAY - 1)
    virtual.call(operation, **query, maximumPageSize=2, nextPageToken=token)
    virtual.wait(2)
    said = virtual.refuses("ValidationException", operation, **query, maximumPageSize=2, nextPageToken=token)
    assert "exceeded its maximum lifetime" in said


@pytest.mark.parametrize("what", sorted(QUERIES))
def test_a_page_token_outlives_a_restart(private: Private, what: str) -> None:
    """nextPageToken is good for 24 hours, whatever becomes of the process that gave it out."""
    world = private.world()
    operation, member, query = QUERIES[what](world)
    first = world.call(operation, **query, maximumPageSize=2)
    private.restart()
    rest: list[Mapping[str, Any]] = []
    token = first.get("nextPageToken", "")
    while token:
        page = world.call(operation, **query, maximumPageSize=2, nextPageToken=token)
        rest.extend(page[member])
        token = page.get("nextPageToken", "")
    assert [*first[member], *rest] == world.call(operation, **query)[member]


def test_task_tokens_outlive_a_restart(private: Private) -> None:
    """DecisionTask, ActivityTask: taskToken, which has no other end than that of the task."""
    world = private.world()
    flow = world.start()
    flow.decide(world.schedule())
    flow.signal(input="")
    decision_task, activity_task = flow.poll(), world.poll_activity()
    private.restart()
    world.call("RecordActivityTaskHeartbeat", taskToken=activity_task["taskToken"])
    world.complete(activity_task)
    flow.answer(decision_task)
    assert flow.types()[-3:] == ["ActivityTaskCompleted", "DecisionTaskScheduled", "DecisionTaskCompleted"]


def test_what_is_due_while_the_service_is_down_happens_when_it_is_back(private: Private) -> None:
    """StartTimer, timeouts: they belong to the execution, not to a process."""
    world = private.world()
    flow = world.start()
    timer = {"timerId": "egg", "startToFireTimeout": "10"}
    flow.decide({"decisionType": "StartTimer", "startTimerDecisionAttributes": timer}, world.schedule(scheduleToStartTimeout="20"))
    private.wait(5)
    private.restart()
    assert "TimerFired" not in flow.types()
    private.wait(15)
    assert {"TimerFired", "ActivityTaskTimedOut"} <= set(flow.types())
    assert world.domain == DOMAIN
