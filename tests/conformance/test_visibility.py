"""Lists and counts of executions: open and closed, by time, workflowId, type, tag and close status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.conformance.world import EVERYTHING, WORKFLOW_DEFAULTS, Flow, World, cancel, complete, continue_as_new, fail, without

OLDEST = {"oldestDate": 0}


def names(world: World, infos: Sequence[Mapping[str, Any]]) -> list[str]:
    """The labels of those of this case, in their order."""
    found = [str(info["execution"]["workflowId"]) for info in infos]
    return [name.removesuffix(f"-{world.mark}") for name in found if world.mark in name]


def counted(world: World, operation: str, **request: Any) -> int:
    body = world.call(operation, domain=world.domain, **request)
    assert body["truncated"] is False
    return int(body["count"])


def test_an_open_execution_is_listed_with_all_there_is_to_say(world: World) -> None:
    """ListOpenWorkflowExecutions; WorkflowExecutionInfo."""
    flow = world.start(tagList=["a", "b"])
    (info,) = world.listed("ListOpenWorkflowExecutions", executionFilter={"workflowId": flow.workflow_id})
    assert abs(info["startTimestamp"] - world.now()) < 60
    assert without(info, "startTimestamp") == {
        "execution": flow.execution,
        "workflowType": {"name": "Flow", "version": "1"},
        "executionStatus": "OPEN",
        "tagList": ["a", "b"],
        "cancelRequested": False,
    }
    assert world.listed("ListClosedWorkflowExecutions", executionFilter={"workflowId": flow.workflow_id}) == []
    flow.terminate()
    (info,) = world.listed("ListClosedWorkflowExecutions", executionFilter={"workflowId": flow.workflow_id})
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "TERMINATED")
    assert info["closeTimestamp"] >= info["startTimestamp"]
    assert world.listed("ListOpenWorkflowExecutions", executionFilter={"workflowId": flow.workflow_id}) == []


def furnish_with_keys(world: World) -> dict[str, Flow]:
    """Three executions, of two types in two versions, of two tags."""
    one = world.register_workflow("One", **WORKFLOW_DEFAULTS)
    newer = {**one, "version": "2"}
    world.call("RegisterWorkflowType", domain=world.domain, **newer, **WORKFLOW_DEFAULTS)
    red, blue = world.name("red"), world.name("blue")
    return {
        "a": world.start("a", workflowType=one, tagList=[red]),
        "b": world.start("b", workflowType=newer, tagList=[blue, red]),
        "c": world.start("c", tagList=[blue]),
    }


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ({"executionFilter": {"workflowId": "b"}}, {"b"}),
        ({"typeFilter": {"name": "One"}}, {"a", "b"}),
        ({"typeFilter": {"name": "One", "version": "2"}}, {"b"}),
        ({"tagFilter": {"tag": "red"}}, {"a", "b"}),
        ({"tagFilter": {"tag": "green"}}, set()),
    ],
    ids=["execution", "type", "version", "tag", "nothing"],
)
def test_lists_and_counts_are_filtered_by_every_key(world: World, key: dict[str, dict[str, str]], found: set[str]) -> None:
    """List..., CountOpen...WorkflowExecutions and ...Closed...: executionFilter, typeFilter, tagFilter."""
    flows = furnish_with_keys(world)
    ((member, wanted),) = key.items()
    query = {member: {name: value if name == "version" else world.name(value) for name, value in wanted.items()}}
    assert set(names(world, world.listed("ListOpenWorkflowExecutions", **query))) == found
    assert counted(world, "CountOpenWorkflowExecutions", **EVERYTHING, **query) == len(found)
    for flow in flows.values():
        flow.terminate()
    for times in (EVERYTHING, {"closeTimeFilter": OLDEST}):
        assert set(names(world, world.listed("ListClosedWorkflowExecutions", **times, **query))) == found
        assert counted(world, "CountClosedWorkflowExecutions", **times, **query) == len(found)


def test_closed_executions_are_filtered_by_how_they_closed(world: World) -> None:
    """ListClosedWorkflowExecutions, CountClosedWorkflowExecutions: closeStatusFilter, each CloseStatus."""
    closings = {
        "COMPLETED": complete(),
        "FAILED": fail(),
        "CANCELED": cancel(),
        "CONTINUED_AS_NEW": continue_as_new(taskList={"name": "any"}),
    }
    for status, decision in closings.items():
        world.start(status).decide(decision)
    world.start("TERMINATED").terminate()
    world.start("TIMED_OUT", executionStartToCloseTimeout="1")
    world.wait(1)
    for status in (*closings, "TERMINATED", "TIMED_OUT"):
        query = {"closeTimeFilter": {"oldestDate": int(world.now()) - 3600}, "closeStatusFilter": {"status": status}}
        found = [
            info for page in world.pages("ListClosedWorkflowExecutions", "executionInfos", domain=world.domain, **query) for info in page
        ]
        assert {info["closeStatus"] for info in found} == {status}
        assert status in names(world, found)
        assert counted(world, "CountClosedWorkflowExecutions", **query) >= 1


def test_open_executions_come_newest_first_or_oldest_first(virtual: World) -> None:
    """ListOpenWorkflowExecutions: reverseOrder; "descending order of the start time"."""
    tags = [virtual.name("ordered")]
    for label in ("first", "second", "third"):
        virtual.start(label, tagList=tags)
        virtual.wait(1)
    query = {"tagFilter": {"tag": tags[0]}}
    assert names(virtual, virtual.listed("ListOpenWorkflowExecutions", **query)) == ["third", "second", "first"]
    backwards = virtual.listed("ListOpenWorkflowExecutions", **query, reverseOrder=True)
    assert names(virtual, backwards) == ["first", "second", "third"]


def test_closed_executions_are_ordered_by_the_time_that_is_asked_for(virtual: World) -> None:
    """ListClosedWorkflowExecutions: "ordered by either start time or close time", as startTimeFilter or closeTimeFilter is given."""
    tag = virtual.name("ordered")
    flows = []
    for label in ("first", "second"):
        flows.append(virtual.start(label, tagList=[tag]))
        virtual.wait(1)
    for flow in reversed(flows):
        flow.terminate()
        virtual.wait(1)
    query = {"tagFilter": {"tag": tag}}
    by_start = virtual.listed("ListClosedWorkflowExecutions", **query)
    by_close = virtual.listed("ListClosedWorkflowExecutions", **query, closeTimeFilter=OLDEST)
    assert (names(virtual, by_start), names(virtual, by_close)) == (["second", "first"], ["first", "second"])
    assert names(virtual, virtual.listed("ListClosedWorkflowExecutions", **query, reverseOrder=True)) == ["first", "second"]


def test_times_have_a_beginning_and_an_end(virtual: World) -> None:
    """ExecutionTimeFilter: oldestDate, latestDate, for start and close times."""
    tag = virtual.name("timed")
    virtual.wait(100.0)
    begin = int(virtual.now())
    for label in ("first", "second"):
        virtual.start(label, tagList=[tag])
        virtual.wait(10)
    query = {"tagFilter": {"tag": tag}}
    until = {"startTimeFilter": {"oldestDate": begin - 5, "latestDate": begin + 5}}
    since = {"startTimeFilter": {"oldestDate": begin + 5}}
    assert names(virtual, virtual.listed("ListOpenWorkflowExecutions", **query, **until)) == ["first"]
    assert names(virtual, virtual.listed("ListOpenWorkflowExecutions", **query, **since)) == ["second"]
    assert counted(virtual, "CountOpenWorkflowExecutions", **query, **until) == 1


@pytest.mark.parametrize("what", ["ListClosedWorkflowExecutions", "CountClosedWorkflowExecutions"])
def test_closed_executions_are_asked_for_by_one_time_and_one_key(world: World, what: str) -> None:
    """ListClosedWorkflowExecutions: startTimeFilter and closeTimeFilter "are mutually exclusive", so are the other filters."""
    asked = {"domain": world.domain}
    world.refuses("ValidationException", what, **asked)
    world.refuses("ValidationException", what, **asked, startTimeFilter=OLDEST, closeTimeFilter=OLDEST)
    filters = {"tagFilter": {"tag": "t"}, "executionFilter": {"workflowId": "w"}}
    world.refuses("ValidationException", what, **asked, startTimeFilter=OLDEST, **filters)


@pytest.mark.parametrize("what", ["ListOpenWorkflowExecutions", "CountOpenWorkflowExecutions"])
def test_open_executions_are_asked_for_by_start_time_and_one_key(world: World, what: str) -> None:
    """ListOpenWorkflowExecutions: startTimeFilter is required; "executionFilter, typeFilter and tagFilter are mutually exclusive"."""
    asked = {"domain": world.domain}
    world.refuses("ValidationException", what, **asked)
    filters = {"tagFilter": {"tag": "t"}, "typeFilter": {"name": "n"}}
    world.refuses("ValidationException", what, **asked, startTimeFilter=OLDEST, **filters)


def test_a_child_is_listed_with_its_parent(world: World) -> None:
    """WorkflowExecutionInfo: parent, "If this workflow execution is a child of another execution"."""
    parent = world.start("parent")
    parent.decide(world.start_child())
    (info,) = world.listed("ListOpenWorkflowExecutions", executionFilter={"workflowId": world.name("child")})
    assert info["parent"] == parent.execution


def test_a_list_says_that_a_cancellation_was_asked_for(world: World) -> None:
    """WorkflowExecutionInfo: cancelRequested, of open and of closed executions."""
    flow = world.start()
    world.call("RequestCancelWorkflowExecution", **flow.named)
    query = {"executionFilter": {"workflowId": flow.workflow_id}}
    assert world.listed("ListOpenWorkflowExecutions", **query)[0]["cancelRequested"] is True
    flow.decide(cancel())
    assert world.listed("ListClosedWorkflowExecutions", **query)[0]["cancelRequested"] is True


def test_pending_tasks_are_counted_by_list(world: World) -> None:
    """CountPendingActivityTasks, CountPendingDecisionTasks: 0 for a list "that no task was ever scheduled in"."""
    flow = world.start()
    assert world.pending_decisions(flow.decisions) == 1
    assert world.pending_decisions(world.name("never")) == 0
    flow.decide(world.schedule("a"), world.schedule("b"))
    assert world.pending_activities() == 2
    assert world.pending_activities("never") == 0
    assert world.pending_decisions(world.name("work")) == 0, "decision and activity lists of one name are two lists"


def test_a_description_counts_what_is_open(world: World) -> None:
    """WorkflowExecutionOpenCounts: all members."""
    flow = world.start()
    counts = {"openActivityTasks": 0, "openDecisionTasks": 1, "openTimers": 0, "openChildWorkflowExecutions": 0, "openLambdaFunctions": 0}
    assert flow.open_counts() == counts
    timers = [
        {"decisionType": "StartTimer", "startTimerDecisionAttributes": {"timerId": name, "startToFireTimeout": "60"}} for name in "ab"
    ]
    flow.decide(world.schedule("a"), world.schedule("b"), world.schedule("c"), *timers, world.start_child())
    assert flow.open_counts() == {**counts, "openActivityTasks": 3, "openTimers": 2, "openChildWorkflowExecutions": 1}
