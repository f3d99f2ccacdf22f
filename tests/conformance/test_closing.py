"""How executions close by a decision, and when such a decision fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conformance.world import (
    BARE_WORKFLOW,
    WORKFLOW,
    WORKFLOW_DEFAULTS,
    World,
    cancel,
    complete,
    continue_as_new,
    fail,
    marker,
    without,
)

CLOSINGS: Mapping[str, tuple[Mapping[str, Any], str, dict[str, str]]] = {
    "COMPLETED": (complete(result="apple"), "WorkflowExecutionCompleted", {"result": "apple"}),
    "FAILED": (fail(reason="rotten", details="all"), "WorkflowExecutionFailed", {"reason": "rotten", "details": "all"}),
    "CANCELED": (cancel(details="not hungry"), "WorkflowExecutionCanceled", {"details": "not hungry"}),
}
SETTINGS: Mapping[str, Any] = {
    "taskList": {"name": "decisions"},
    "taskStartToCloseTimeout": "10",
    "executionStartToCloseTimeout": "100",
    "childPolicy": "ABANDON",
}


@pytest.mark.parametrize("status", sorted(CLOSINGS))
def test_a_decision_closes_the_execution(world: World, status: str) -> None:
    """CompleteWorkflowExecution, FailWorkflowExecution, CancelWorkflowExecution decisions; closeStatus; closeTimestamp."""
    decision, event_type, told = CLOSINGS[status]
    flow = world.start()
    flow.decide(marker(), decision)
    assert flow.types()[-1] == event_type
    assert flow.last(event_type) == {**told, "decisionTaskCompletedEventId": 4}
    info = flow.describe()["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", status)
    assert info["closeTimestamp"] >= info["startTimestamp"]


@pytest.mark.parametrize("decision", [complete(), fail(), cancel(), continue_as_new()], ids=lambda made: made["decisionType"])
def test_what_came_meanwhile_must_be_seen_first(world: World, decision: Mapping[str, Any]) -> None:
    """...WorkflowExecutionFailedEventAttributes: UNHANDLED_DECISION; developer guide: new events came while the decider decided."""
    flow = world.start()
    task = flow.poll()
    flow.signal(input="")
    flow.answer(task, decision)
    failed = flow.last(f"{decision['decisionType']}Failed")
    assert failed["cause"] == "UNHANDLED_DECISION"
    assert failed["decisionTaskCompletedEventId"] == flow.event_id("DecisionTaskCompleted")
    assert flow.status() == "OPEN"
    flow.decide(complete())
    assert flow.status() == "COMPLETED"


def test_it_continues_as_new_under_the_same_workflow_id(world: World) -> None:
    """ContinueAsNewWorkflowExecutionDecisionAttributes; WorkflowExecutionContinuedAsNewEventAttributes; continuedExecutionRunId."""
    flow = world.start(input="1", tagList=["old"])
    lists = {"taskList": {"name": flow.decisions}}
    given = {**SETTINGS, **lists, "input": "2", "tagList": ["new"], "taskPriority": "9"}
    flow.decide(continue_as_new(**given))
    assert flow.status() == "CONTINUED_AS_NEW"
    new = flow.continued()
    told = flow.last("WorkflowExecutionContinuedAsNew")
    assert without(told, "newExecutionRunId") == {**given, "workflowType": WORKFLOW, "decisionTaskCompletedEventId": 4}
    started = without(new.last("WorkflowExecutionStarted"), "parentInitiatedEventId")
    assert started == {**given, "workflowType": WORKFLOW, "continuedExecutionRunId": flow.run_id}
    assert new.status() == "OPEN"
    new.decide(complete())


def test_what_it_continues_with_comes_from_the_type_where_it_is_not_given(world: World) -> None:
    """ContinueAsNewWorkflowExecutionDecisionAttributes: both timeouts, taskList, childPolicy override the type's defaults."""
    named = world.register_workflow(**WORKFLOW_DEFAULTS, defaultTaskList={"name": world.name("usual")})
    flow = world.start(workflowType=named, executionStartToCloseTimeout="77", childPolicy="ABANDON")
    flow.decide(continue_as_new())
    configuration = flow.continued().describe()["executionConfiguration"]
    assert configuration == {
        "taskList": {"name": world.name("usual")},
        "childPolicy": "TERMINATE",
        "executionStartToCloseTimeout": "3600",
        "taskStartToCloseTimeout": "300",
    }


def test_it_may_continue_as_another_version(world: World) -> None:
    """ContinueAsNewWorkflowExecutionDecisionAttributes: workflowTypeVersion."""
    named = world.register_workflow()
    newer = {**named, "version": "2"}
    world.call("RegisterWorkflowType", domain=world.domain, **newer)
    flow = world.start(workflowType=named, **without(SETTINGS, "taskList"))
    flow.decide(continue_as_new(workflowTypeVersion="2", **SETTINGS))
    assert flow.continued().describe()["executionInfo"]["workflowType"] == newer


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        ("executionStartToCloseTimeout", "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("taskStartToCloseTimeout", "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("taskList", "DEFAULT_TASK_LIST_UNDEFINED"),
        ("childPolicy", "DEFAULT_CHILD_POLICY_UNDEFINED"),
    ],
)
def test_it_can_not_continue_without_a_setting(world: World, missing: str, cause: str) -> None:
    """ContinueAsNewWorkflowExecutionFailedEventAttributes: cause DEFAULT_..._UNDEFINED."""
    flow = world.start(workflowType=BARE_WORKFLOW, **without(SETTINGS, "taskList"))
    flow.decide(continue_as_new(**without(SETTINGS, missing)))
    assert flow.last("ContinueAsNewWorkflowExecutionFailed") == {"cause": cause, "decisionTaskCompletedEventId": 4}
    assert flow.status() == "OPEN"
    flow.decide()


def test_it_can_not_continue_as_a_type_that_is_unknown_or_deprecated(world: World) -> None:
    """ContinueAsNewWorkflowExecutionFailedEventAttributes: WORKFLOW_TYPE_DOES_NOT_EXIST, WORKFLOW_TYPE_DEPRECATED."""
    named = world.register_workflow(**WORKFLOW_DEFAULTS)
    flow = world.start(workflowType=named)
    flow.decide(continue_as_new(workflowTypeVersion="2"))
    assert flow.last("ContinueAsNewWorkflowExecutionFailed")["cause"] == "WORKFLOW_TYPE_DOES_NOT_EXIST"
    world.call("DeprecateWorkflowType", domain=world.domain, workflowType=named)
    flow.decide(continue_as_new())
    assert flow.last("ContinueAsNewWorkflowExecutionFailed")["cause"] == "WORKFLOW_TYPE_DEPRECATED"


def test_a_child_that_continues_as_new_is_still_its_parents(world: World) -> None:
    """ContinueAsNewWorkflowExecution; parentWorkflowExecution; the parent hears of the end of the last of them."""
    parent = world.start()
    parent.decide(world.start_child())
    child = parent.child()
    child.decide(continue_as_new(taskList={"name": child.decisions}))
    new = child.continued()
    assert new.last("WorkflowExecutionStarted")["parentWorkflowExecution"] == parent.execution
    assert "ChildWorkflowExecutionCompleted" not in parent.types()
    new.decide(complete(result="second"))
    told = parent.last("ChildWorkflowExecutionCompleted")
    assert (told["result"], told["workflowExecution"]) == ("second", new.execution)
