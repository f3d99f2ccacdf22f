"""Child executions: how they start, what their parent hears, what happens to them when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conformance.world import BARE_WORKFLOW, UNKNOWN, WORKFLOW, Flow, World, cancel, complete, decision, fail, without

SETTINGS: Mapping[str, Any] = {
    "executionStartToCloseTimeout": "100",
    "taskStartToCloseTimeout": "10",
    "childPolicy": "REQUEST_CANCEL",
}


def family(world: World, policy: str, **options: Any) -> tuple[Flow, Flow]:
    """A parent whose children are treated so, and one child."""
    parent = world.start("parent", childPolicy=policy, **options)
    parent.decide(world.start_child(childPolicy="ABANDON"))
    return parent, parent.child()


def test_a_child_starts_and_both_histories_say_so(world: World) -> None:
    """StartChildWorkflowExecutionDecisionAttributes; ...Initiated, ChildWorkflowExecutionStarted, WorkflowExecutionStarted events."""
    parent = world.start("parent")
    asked = {**SETTINGS, "input": "{}", "tagList": ["kid"], "taskPriority": "3"}
    parent.decide(world.start_child(control="node 1", **asked))
    child = parent.child()
    lists = {"taskList": {"name": child.decisions}}
    initiated = {**asked, **lists, "workflowId": child.workflow_id, "workflowType": WORKFLOW, "control": "node 1"}
    assert parent.last("StartChildWorkflowExecutionInitiated") == {**initiated, "decisionTaskCompletedEventId": 4}
    assert parent.last("ChildWorkflowExecutionStarted") == {
        "workflowExecution": child.execution,
        "workflowType": WORKFLOW,
        "initiatedEventId": parent.event_id("StartChildWorkflowExecutionInitiated"),
    }
    assert child.last("WorkflowExecutionStarted") == {
        **asked,
        **lists,
        "workflowType": WORKFLOW,
        "parentWorkflowExecution": parent.execution,
        "parentInitiatedEventId": parent.event_id("StartChildWorkflowExecutionInitiated"),
    }
    assert child.describe()["executionInfo"]["parent"] == parent.execution
    assert parent.open_counts()["openChildWorkflowExecutions"] == 1
    parent.decide()


def test_what_a_child_is_not_given_comes_from_the_type(world: World) -> None:
    """StartChildWorkflowExecutionDecisionAttributes: both timeouts, taskList, childPolicy, lambdaRole override the type's defaults."""
    role = "arn:aws:iam::123456789012:role/lambda"
    named = world.register_workflow(
        defaultTaskList={"name": world.name("usual")},
        defaultTaskStartToCloseTimeout="11",
        defaultExecutionStartToCloseTimeout="111",
        defaultChildPolicy="ABANDON",
        defaultTaskPriority="1",
        defaultLambdaRole=role,
    )
    parent = world.start("parent")
    parent.decide(decision("StartChildWorkflowExecution", workflowId=world.name("child"), workflowType=named))
    assert parent.child().describe()["executionConfiguration"] == {
        "taskList": {"name": world.name("usual")},
        "taskStartToCloseTimeout": "11",
        "executionStartToCloseTimeout": "111",
        "childPolicy": "ABANDON",
        "taskPriority": "1",
        "lambdaRole": role,
    }


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        ("executionStartToCloseTimeout", "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("taskStartToCloseTimeout", "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("taskList", "DEFAULT_TASK_LIST_UNDEFINED"),
        ("childPolicy", "DEFAULT_CHILD_POLICY_UNDEFINED"),
    ],
)
def test_a_child_can_not_start_without_a_setting(world: World, missing: str, cause: str) -> None:
    """StartChildWorkflowExecutionFailedEventAttributes: cause DEFAULT_..._UNDEFINED; initiatedEventId 0."""
    parent = world.start("parent")
    named = {"workflowId": world.name("child"), "workflowType": BARE_WORKFLOW}
    given = without({**SETTINGS, "taskList": {"name": "decisions"}}, missing)
    parent.decide(decision("StartChildWorkflowExecution", **named, **given, control="node 1"))
    failed = parent.last("StartChildWorkflowExecutionFailed")
    assert failed == {**named, "cause": cause, "control": "node 1", "initiatedEventId": 0, "decisionTaskCompletedEventId": 4}
    parent.decide()


def test_a_child_of_a_type_that_is_unknown_or_deprecated_does_not_start(world: World) -> None:
    """StartChildWorkflowExecutionFailedEventAttributes: WORKFLOW_TYPE_DOES_NOT_EXIST, WORKFLOW_TYPE_DEPRECATED."""
    old = world.register_workflow()
    world.call("DeprecateWorkflowType", domain=world.domain, workflowType=old)
    parent = world.start("parent")
    parent.decide(world.start_child("a", workflowType=UNKNOWN), world.start_child("b", workflowType=old))
    causes = [failed["cause"] for failed in parent.all("StartChildWorkflowExecutionFailed")]
    assert causes == ["WORKFLOW_TYPE_DOES_NOT_EXIST", "WORKFLOW_TYPE_DEPRECATED"]


def test_a_child_can_not_start_under_a_workflow_id_that_is_taken(world: World) -> None:
    """StartChildWorkflowExecutionFailedEventAttributes: WORKFLOW_ALREADY_RUNNING."""
    parent = world.start("parent")
    world.start("child")
    parent.decide(world.start_child())
    failed = parent.last("StartChildWorkflowExecutionFailed")
    assert (failed["cause"], failed["workflowId"]) == ("WORKFLOW_ALREADY_RUNNING", world.name("child"))
    assert failed["initiatedEventId"] in {0, parent.types().index("StartChildWorkflowExecutionInitiated") + 1}
    parent.decide()


@pytest.mark.parametrize(
    ("closing", "told", "repeated"),
    [
        (complete(result="apple"), "ChildWorkflowExecutionCompleted", {"result": "apple"}),
        (fail(reason="rotten", details="all"), "ChildWorkflowExecutionFailed", {"reason": "rotten", "details": "all"}),
        (cancel(details="not hungry"), "ChildWorkflowExecutionCanceled", {"details": "not hungry"}),
    ],
    ids=["completed", "failed", "canceled"],
)
def test_the_parent_hears_how_a_child_closed(world: World, closing: Mapping[str, Any], told: str, repeated: dict[str, str]) -> None:
    """ChildWorkflowExecutionCompleted, ...Failed, ...Canceled event attributes."""
    parent, child = family(world, "TERMINATE")
    parent.decide()
    child.decide(closing)
    assert parent.types()[-2:] == [told, "DecisionTaskScheduled"]
    assert parent.last(told) == {
        **repeated,
        "workflowExecution": child.execution,
        "workflowType": WORKFLOW,
        "initiatedEventId": parent.event_id("StartChildWorkflowExecutionInitiated"),
        "startedEventId": parent.event_id("ChildWorkflowExecutionStarted"),
    }
    assert parent.open_counts()["openChildWorkflowExecutions"] == 0


def test_the_parent_hears_that_a_child_was_terminated(world: World) -> None:
    """ChildWorkflowExecutionTerminatedEventAttributes."""
    parent, child = family(world, "TERMINATE")
    child.terminate()
    told = parent.last("ChildWorkflowExecutionTerminated")
    assert (told["workflowExecution"], told["startedEventId"]) == (child.execution, parent.event_id("ChildWorkflowExecutionStarted"))


def test_the_parent_hears_that_a_child_timed_out(world: World) -> None:
    """ChildWorkflowExecutionTimedOutEventAttributes: timeoutType START_TO_CLOSE."""
    parent = world.start("parent")
    parent.decide(world.start_child(executionStartToCloseTimeout="1"))
    world.wait(1)
    told = parent.last("ChildWorkflowExecutionTimedOut")
    assert (told["timeoutType"], told["workflowExecution"]) == ("START_TO_CLOSE", parent.child().execution)


def test_terminate_terminates_the_children(world: World) -> None:
    """childPolicy TERMINATE, when the parent is terminated; WorkflowExecutionTerminated, cause CHILD_POLICY_APPLIED."""
    parent, child = family(world, "TERMINATE")
    parent.terminate()
    terminated = child.last("WorkflowExecutionTerminated")
    assert (terminated["cause"], terminated["childPolicy"]) == ("CHILD_POLICY_APPLIED", "ABANDON")
    assert child.status() == "TERMINATED"
    assert parent.types()[-1] == "WorkflowExecutionTerminated"


def test_request_cancel_asks_the_children_to_cancel(world: World) -> None:
    """childPolicy REQUEST_CANCEL; WorkflowExecutionCancelRequested, cause CHILD_POLICY_APPLIED; "It is up to the decider"."""
    parent, child = family(world, "REQUEST_CANCEL")
    parent.terminate()
    requested = child.last("WorkflowExecutionCancelRequested")
    assert (requested["cause"], requested["externalWorkflowExecution"]) == ("CHILD_POLICY_APPLIED", parent.execution)
    assert child.status() == "OPEN"
    child.decide(cancel())
    assert child.status() == "CANCELED"


def test_abandon_lets_the_children_go_on(world: World) -> None:
    """childPolicy ABANDON: "No action is taken. The child executions continue to run"."""
    parent, child = family(world, "ABANDON")
    parent.terminate()
    assert child.types() == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]
    child.decide(complete())
    assert child.status() == "COMPLETED"


def test_the_policy_holds_when_the_parent_times_out(world: World) -> None:
    """StartWorkflowExecution: childPolicy, "or due to an expired timeout"; WorkflowExecutionTimedOutEventAttributes."""
    parent, child = family(world, "TERMINATE", executionStartToCloseTimeout="1")
    world.wait(1)
    assert parent.last("WorkflowExecutionTimedOut") == {"childPolicy": "TERMINATE", "timeoutType": "START_TO_CLOSE"}
    assert child.last("WorkflowExecutionTerminated")["cause"] == "CHILD_POLICY_APPLIED"


def test_the_policy_of_a_termination_comes_before_the_parents_own(world: World) -> None:
    """TerminateWorkflowExecution: childPolicy, "overrides the child policy specified for the workflow execution"."""
    parent, child = family(world, "TERMINATE")
    parent.terminate(childPolicy="ABANDON")
    assert child.status() == "OPEN"


def test_the_policy_says_nothing_when_the_parent_closes_by_itself(world: World) -> None:
    """StartWorkflowExecution: childPolicy holds for termination and timeouts; a parent that completes leaves its children alone."""
    parent, child = family(world, "TERMINATE")
    parent.decide(complete())
    assert child.status() == "OPEN"


def test_a_policy_reaches_the_grandchildren(world: World) -> None:
    """childPolicy TERMINATE: a child that is terminated applies its own policy to its children."""
    parent = world.start("parent")
    parent.decide(world.start_child())
    child = parent.child()
    child.decide(world.start_child("grandchild"))
    grandchild = child.child("grandchild")
    parent.terminate()
    assert (child.status(), grandchild.status()) == ("TERMINATED", "TERMINATED")
