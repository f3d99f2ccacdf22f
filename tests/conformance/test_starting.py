"""Executions from outside: started, signaled, asked to cancel, terminated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.world import BARE_WORKFLOW, WORKFLOW, World, complete, without

SETTINGS: dict[str, Any] = {
    "taskList": {"name": "decisions"},
    "taskStartToCloseTimeout": "10",
    "executionStartToCloseTimeout": "100",
    "childPolicy": "ABANDON",
}


def test_an_execution_starts_with_what_it_was_given(world: World) -> None:
    """StartWorkflowExecution; WorkflowExecutionStartedEventAttributes; DecisionTaskScheduledEventAttributes."""
    flow = world.start(**{**SETTINGS, "taskList": {"name": world.name("list")}}, input="{}", tagList=["a", "b"], taskPriority="7")
    started, scheduled = flow.history()
    assert (started["eventId"], started["eventType"]) == (1, "WorkflowExecutionStarted")
    attributes = without(started["workflowExecutionStartedEventAttributes"], "parentInitiatedEventId")
    assert attributes == {
        **SETTINGS,
        "taskList": {"name": world.name("list")},
        "input": "{}",
        "tagList": ["a", "b"],
        "taskPriority": "7",
        "workflowType": WORKFLOW,
    }
    assert (scheduled["eventId"], scheduled["eventType"]) == (2, "DecisionTaskScheduled")
    assert scheduled["decisionTaskScheduledEventAttributes"] == {
        "taskList": {"name": world.name("list")},
        "taskPriority": "7",
        "startToCloseTimeout": "10",
    }


def test_what_is_not_given_comes_from_the_type(world: World) -> None:
    """StartWorkflowExecution: taskList, taskPriority, childPolicy, lambdaRole, both timeouts override the type's defaults."""
    role = "arn:aws:iam::123456789012:role/lambda"
    defaults: dict[str, Any] = {
        "defaultTaskList": {"name": world.name("usual")},
        "defaultTaskPriority": "3",
        "defaultChildPolicy": "REQUEST_CANCEL",
        "defaultTaskStartToCloseTimeout": "NONE",
        "defaultExecutionStartToCloseTimeout": "1000",
        "defaultLambdaRole": role,
    }
    named = world.register_workflow(**defaults)
    run_id = world.call("StartWorkflowExecution", domain=world.domain, workflowId=world.name("flow"), workflowType=named)["runId"]
    configuration = world.flow("flow", run_id).describe()["executionConfiguration"]
    assert configuration == {
        "taskList": {"name": world.name("usual")},
        "taskPriority": "3",
        "childPolicy": "REQUEST_CANCEL",
        "taskStartToCloseTimeout": "NONE",
        "executionStartToCloseTimeout": "1000",
        "lambdaRole": role,
    }


@pytest.mark.parametrize("missing", sorted(SETTINGS))
def test_what_neither_request_nor_type_says_is_a_fault(world: World, missing: str) -> None:
    """StartWorkflowExecution: DefaultUndefinedFault, for taskList, childPolicy and both timeouts."""
    request = {"domain": world.domain, "workflowId": world.name("flow"), "workflowType": BARE_WORKFLOW, **without(SETTINGS, missing)}
    world.refuses("DefaultUndefinedFault", "StartWorkflowExecution", **request)


def test_a_workflow_id_has_one_open_execution_and_any_number_of_closed_ones(world: World) -> None:
    """StartWorkflowExecution: workflowId, "you cannot have two open workflow executions with the same workflowId at the same time"."""
    first = world.start()
    request = {"domain": world.domain, "workflowId": first.workflow_id, "workflowType": WORKFLOW, "taskList": {"name": "any"}}
    world.refuses("WorkflowExecutionAlreadyStartedFault", "StartWorkflowExecution", **request)
    first.decide(complete())
    second = world.start()
    assert second.run_id != first.run_id
    assert (first.status(), second.status()) == ("COMPLETED", "OPEN")


def test_a_signal_is_recorded_and_asks_for_a_decision(world: World) -> None:
    """SignalWorkflowExecution; WorkflowExecutionSignaledEventAttributes: signalName, input, externalInitiatedEventId 0."""
    flow = world.start()
    flow.decide()
    assert world.pending_decisions(flow.decisions) == 0
    flow.signal("ripe", input="apple")
    assert flow.types()[-2:] == ["WorkflowExecutionSignaled", "DecisionTaskScheduled"]
    signaled = flow.last("WorkflowExecutionSignaled")
    assert without(signaled, "externalInitiatedEventId") == {"signalName": "ripe", "input": "apple"}
    assert signaled.get("externalInitiatedEventId", 0) == 0


def test_without_a_run_id_the_open_execution_is_meant(world: World) -> None:
    """SignalWorkflowExecution, RequestCancelWorkflowExecution, TerminateWorkflowExecution: runId, optional."""
    flow = world.start()
    named = {"domain": world.domain, "workflowId": flow.workflow_id}
    world.call("SignalWorkflowExecution", **named, signalName="go", input="")
    world.call("RequestCancelWorkflowExecution", **named)
    world.call("TerminateWorkflowExecution", **named)
    assert flow.types()[2:] == ["WorkflowExecutionSignaled", "WorkflowExecutionCancelRequested", "WorkflowExecutionTerminated"]


def test_a_cancel_request_is_recorded_shown_and_left_to_the_decider(world: World) -> None:
    """RequestCancelWorkflowExecution; WorkflowExecutionCancelRequestedEventAttributes; WorkflowExecutionInfo: cancelRequested."""
    flow = world.start()
    flow.decide()
    assert flow.describe()["executionInfo"]["cancelRequested"] is False
    world.call("RequestCancelWorkflowExecution", **flow.named)
    assert flow.types()[-2:] == ["WorkflowExecutionCancelRequested", "DecisionTaskScheduled"]
    requested = flow.last("WorkflowExecutionCancelRequested")
    assert without(requested, "externalInitiatedEventId") == {}
    assert flow.describe()["executionInfo"]["cancelRequested"] is True
    assert flow.status() == "OPEN"


def test_termination_closes_at_once_whatever_the_decider_does(world: World) -> None:
    """TerminateWorkflowExecution: reason, details; WorkflowExecutionTerminatedEventAttributes: cause OPERATOR_INITIATED."""
    flow = world.start()
    task = flow.poll()
    flow.terminate(reason="rotten", details="all of it")
    terminated = flow.last("WorkflowExecutionTerminated")
    assert terminated == {"childPolicy": "TERMINATE", "reason": "rotten", "details": "all of it", "cause": "OPERATOR_INITIATED"}
    assert flow.status() == "TERMINATED"
    world.refuses("UnknownResourceFault", "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[])


def test_a_termination_may_name_another_child_policy(world: World) -> None:
    """TerminateWorkflowExecution: childPolicy overrides that of the execution."""
    flow = world.start(childPolicy="ABANDON")
    flow.terminate(childPolicy="REQUEST_CANCEL")
    assert flow.last("WorkflowExecutionTerminated")["childPolicy"] == "REQUEST_CANCEL"


@pytest.mark.parametrize("operation", ["SignalWorkflowExecution", "RequestCancelWorkflowExecution", "TerminateWorkflowExecution"])
def test_a_closed_execution_can_not_be_reached(world: World, operation: str) -> None:
    """SignalWorkflowExecution: "If the specified workflow execution isn't open, this method fails with UnknownResource"; likewise all."""
    flow = world.start()
    flow.decide(complete())
    more = {"signalName": "go", "input": ""} if operation == "SignalWorkflowExecution" else {}
    world.refuses("UnknownResourceFault", operation, **flow.named, **more)
    world.refuses("UnknownResourceFault", operation, **without(flow.named, "runId"), **more)
    world.start()
    world.refuses("UnknownResourceFault", operation, **flow.named, **more)
