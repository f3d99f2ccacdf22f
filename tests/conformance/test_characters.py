"""Characters, lengths and numbers that members may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conformance.world import ACTIVITY, WORKFLOW, World, complete, decision, fail, marker

FORBIDDEN = {"colon": "a:b", "slash": "a/b", "bar": "a|b", "control": "a\x07b", "delete": "a\x7fb", "c1": "a\x9fb", "arn": "arn"}
LONGEST = 32_768

DAYS = {"workflowExecutionRetentionPeriodInDays": "1"}


def start(world: World) -> dict[str, Any]:
    return {"domain": world.domain, "workflowId": world.name("w"), "workflowType": WORKFLOW, "taskList": {"name": world.name("list")}}


@pytest.mark.parametrize("text", sorted(FORBIDDEN))
def test_names_and_ids_have_characters_that_they_must_not_have(world: World, text: str) -> None:
    """RegisterDomain: name; Register...Type: name, version; StartWorkflowExecution: workflowId; PollFor...: taskList."""
    bad = FORBIDDEN[text]
    world.refuses("ValidationException", "RegisterDomain", name=bad, **DAYS)
    for kind in ("Workflow", "Activity"):
        world.refuses("ValidationException", f"Register{kind}Type", domain=world.domain, name=bad, version="1")
        world.refuses("ValidationException", f"Register{kind}Type", domain=world.domain, name=world.name("n"), version=bad)
    for operation in ("PollForDecisionTask", "PollForActivityTask"):
        world.refuses("ValidationException", operation, domain=world.domain, taskList={"name": bad})
    world.refuses("ValidationException", "StartWorkflowExecution", **{**start(world), "workflowId": bad})
    world.refuses("ValidationException", "StartWorkflowExecution", **{**start(world), "taskList": {"name": bad}})


@pytest.mark.parametrize("text", sorted(FORBIDDEN))
def test_ids_in_decisions_too(world: World, text: str) -> None:
    """ScheduleActivityTask: activityId; StartTimer: timerId; StartChildWorkflowExecution: workflowId."""
    bad = FORBIDDEN[text]
    token = world.start().poll()["taskToken"]
    for made in (
        decision("ScheduleActivityTask", activityId=bad, activityType=ACTIVITY),
        decision("StartTimer", timerId=bad, startToFireTimeout="1"),
        decision("StartChildWorkflowExecution", workflowId=bad, workflowType=WORKFLOW),
    ):
        world.refuses("ValidationException", "RespondDecisionTaskCompleted", taskToken=token, decisions=[made])


@pytest.mark.parametrize("text", ["a.b-c_d", "äöü 果物 🍎", "arn2", "a  b", "x" * 243], ids=["ascii", "unicode", "arn2", "spaces", "long"])
def test_all_other_characters_are_good(world: World, text: str) -> None:
    """StartWorkflowExecution: workflowId, 1 to 256 characters."""
    workflow_id = f"{text}-{world.mark}"
    run_id = world.call("StartWorkflowExecution", **{**start(world), "workflowId": workflow_id})["runId"]
    described = world.call("DescribeWorkflowExecution", domain=world.domain, execution={"workflowId": workflow_id, "runId": run_id})
    assert described["executionInfo"]["execution"]["workflowId"] == workflow_id


@pytest.mark.parametrize("name", [" a", "a ", "\ta"])
def test_a_domains_name_does_not_start_or_end_with_whitespace(world: World, name: str) -> None:
    """RegisterDomain: name, "must not start or end with whitespace"."""
    world.refuses("ValidationException", "RegisterDomain", name=name, **DAYS)


def test_payloads_have_32768_characters_at_most(world: World) -> None:
    """StartWorkflowExecution: input; RecordMarker: details; executionContext; RespondActivityTaskCompleted: result."""
    most, more = "é" * LONGEST, "x" * (LONGEST + 1)
    world.refuses("ValidationException", "StartWorkflowExecution", **start(world), input=more)
    flow = world.start(input=most)
    assert flow.last("WorkflowExecutionStarted")["input"] == most
    world.refuses("ValidationException", "SignalWorkflowExecution", **flow.named, signalName="go", input=more)
    task = flow.poll()
    for made in (marker(details=more), complete(result=more), fail(details=more)):
        world.refuses("ValidationException", "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[made])
    world.refuses("ValidationException", "RespondDecisionTaskCompleted", taskToken=task["taskToken"], executionContext=more)
    flow.answer(task, world.schedule(), executionContext=most)
    work = world.poll_activity()
    world.refuses("ValidationException", "RespondActivityTaskCompleted", taskToken=work["taskToken"], result=more)
    world.complete(work, result=most)
    assert flow.last("ActivityTaskCompleted")["result"] == most


@pytest.mark.parametrize(
    ("operation", "member", "longest"),
    [
        ("RegisterDomain", "name", 256),
        ("RegisterDomain", "description", 1024),
        ("RegisterWorkflowType", "version", 64),
        ("StartWorkflowExecution", "workflowId", 256),
        ("SignalWorkflowExecution", "signalName", 256),
        ("TerminateWorkflowExecution", "reason", 256),
        ("PollForActivityTask", "identity", 256),
        ("RespondActivityTaskFailed", "reason", 256),
        ("RecordActivityTaskHeartbeat", "details", 2048),
    ],
)
def test_texts_have_their_longest(world: World, operation: str, member: str, longest: int) -> None:
    """Length constraints of each member, e.g. RecordActivityTaskHeartbeat: details, maximum length of 2048."""
    requests: Mapping[str, Mapping[str, Any]] = {
        "RegisterDomain": {"name": "d", **DAYS},
        "RegisterWorkflowType": {"domain": world.domain, "name": "n", "version": "1"},
        "StartWorkflowExecution": start(world),
        "SignalWorkflowExecution": {"domain": world.domain, "workflowId": "w", "signalName": "go", "input": ""},
        "TerminateWorkflowExecution": {"domain": world.domain, "workflowId": "w"},
        "PollForActivityTask": {"domain": world.domain, "taskList": {"name": "list"}},
        "RespondActivityTaskFailed": {"taskToken": "token"},
        "RecordActivityTaskHeartbeat": {"taskToken": "token"},
    }
    said = world.refuses("ValidationException", operation, **{**requests[operation], member: "x" * (longest + 1)})
    assert f"length less than or equal to {longest}" in said


def test_an_execution_has_five_tags_at_most(world: World) -> None:
    """StartWorkflowExecution: tagList, "A maximum of 5 tags can be specified"; each of 256 characters at most."""
    world.refuses("ValidationException", "StartWorkflowExecution", **start(world), tagList=list("abcdef"))
    world.refuses("ValidationException", "StartWorkflowExecution", **start(world), tagList=["x" * 257])
    assert world.start(tagList=list("abcde")).describe()["executionInfo"]["tagList"] == list("abcde")


@pytest.mark.parametrize("seconds", ["-1", "1.5", "ten", "1e3", "+1", " 1", "123456789"])
def test_durations_are_whole_seconds(world: World, seconds: str) -> None:
    """StartWorkflowExecution: taskStartToCloseTimeout, "an integer greater than or equal to 0", of at most 8 characters."""
    world.refuses("ValidationException", "StartWorkflowExecution", **start(world), taskStartToCloseTimeout=seconds)


def test_an_execution_can_not_be_unlimited(world: World) -> None:
    """StartWorkflowExecution: executionStartToCloseTimeout, "you cannot specify a value of "NONE" for this timeout"."""
    world.refuses("ValidationException", "StartWorkflowExecution", **start(world), executionStartToCloseTimeout="NONE")


@pytest.mark.parametrize("days", ["91", "-1", "ten"])
def test_retention_has_its_limits(world: World, days: str) -> None:
    """RegisterDomain: workflowExecutionRetentionPeriodInDays, at most 90 days."""
    world.refuses("ValidationException", "RegisterDomain", name=world.name("d"), workflowExecutionRetentionPeriodInDays=days)


@pytest.mark.parametrize("priority", ["2147483648", "-2147483649", "high", "1.5"])
def test_priorities_are_integers_of_32_bits(world: World, priority: str) -> None:
    """StartWorkflowExecution: taskPriority, "from Java's Integer.MIN_VALUE to Integer.MAX_VALUE"."""
    world.refuses("ValidationException", "StartWorkflowExecution", **start(world), taskPriority=priority)


@pytest.mark.parametrize("character", ["!", "#", "<", "\\"])
def test_tags_of_domains_have_characters_that_they_must_not_have(world: World, character: str) -> None:
    """TagResource: "Tags may only contain unicode letters, digits, whitespace, or these symbols: _ . : / = + - @"."""
    tags = [{"key": f"a{character}", "value": "b"}]
    world.refuses("ValidationException", "RegisterDomain", name=world.name("d"), **DAYS, tags=tags)
