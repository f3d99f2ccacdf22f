"""What comes from outside to an execution. Source of each claim: the API reference of the action."""

from __future__ import annotations

from typing import Any

import pytest

from engine.service.core import Limits
from engine.service.faults import Fault
from tests.service.driving import DOMAIN, WORKFLOW, Service, complete, schedule


def register_bare(service: Service, **defaults: Any) -> dict[str, str]:
    named = {"name": "Bare", "version": "1.0"}
    service.call("RegisterWorkflowType", domain=DOMAIN, **named, **defaults)
    return named


def test_an_execution_is_configured_by_its_types_defaults() -> None:
    service = Service()
    service.start(input="text")
    assert service.last("WorkflowExecutionStarted") == {
        "input": "text",
        "executionStartToCloseTimeout": "3600",
        "taskStartToCloseTimeout": "300",
        "taskList": {"name": "decisions"},
        "childPolicy": "TERMINATE",
        "workflowType": WORKFLOW,
        "parentInitiatedEventId": 0,
    }


def test_what_the_request_gives_comes_before_the_defaults() -> None:
    service = Service()
    given: dict[str, Any] = {
        "executionStartToCloseTimeout": "10",
        "taskStartToCloseTimeout": "NONE",
        "taskList": {"name": "own"},
        "childPolicy": "ABANDON",
        "taskPriority": "-3",
        "lambdaRole": "arn:aws:iam::000000000000:role/x",
        "tagList": ["a", "b"],
    }
    service.start(**given)
    assert service.last("WorkflowExecutionStarted") == {**given, "workflowType": WORKFLOW, "parentInitiatedEventId": 0}
    assert service.last("DecisionTaskScheduled") == {"taskList": {"name": "own"}, "taskPriority": "-3", "startToCloseTimeout": "NONE"}


@pytest.mark.parametrize(
    "missing", ["defaultExecutionStartToCloseTimeout", "defaultTaskStartToCloseTimeout", "defaultTaskList", "defaultChildPolicy"]
)
def test_what_neither_request_nor_type_gives_is_a_default_undefined_fault(missing: str) -> None:
    service = Service()
    defaults = {
        "defaultExecutionStartToCloseTimeout": "60",
        "defaultTaskStartToCloseTimeout": "60",
        "defaultTaskList": {"name": "decisions"},
        "defaultChildPolicy": "TERMINATE",
    }
    del defaults[missing]
    named = register_bare(service, **defaults)
    with pytest.raises(Fault, match=f"DefaultUndefinedFault: {missing}"):
        service.start(workflowType=named)


@pytest.mark.parametrize(
    ("request_change", "refused"),
    [
        ({"domain": "other"}, "UnknownResourceFault: Unknown domain: other"),
        ({"workflowType": {"name": "Flow", "version": "2.0"}}, "UnknownResourceFault: Unknown type"),
        ({"executionStartToCloseTimeout": "NONE"}, "ValidationException"),
        ({"executionStartToCloseTimeout": "31536001"}, "ValidationException: Invalid executionStartToCloseTimeout"),
        ({"workflowId": "a:b"}, "ValidationException"),
    ],
)
def test_a_wrong_start_is_refused(request_change: dict[str, Any], refused: str) -> None:
    with pytest.raises(Fault, match=refused):
        Service().call("StartWorkflowExecution", **{"domain": DOMAIN, "workflowId": "flow", "workflowType": WORKFLOW, **request_change})


def test_a_deprecated_type_starts_nothing_new() -> None:
    service = Service()
    service.start()
    service.call("DeprecateWorkflowType", domain=DOMAIN, workflowType=WORKFLOW)
    with pytest.raises(Fault, match="TypeDeprecatedFault"):
        service.start("second")
    service.decide_next(complete())


def test_a_workflow_id_has_one_open_execution_and_any_number_of_closed_ones() -> None:
    service = Service()
    first = service.start()
    with pytest.raises(Fault, match="WorkflowExecutionAlreadyStartedFault"):
        service.start()
    service.decide_next(complete())
    assert service.start() != first


def test_a_domain_holds_so_many_open_executions() -> None:
    service = Service(Limits(open_executions=2))
    service.start("one")
    service.start("two")
    with pytest.raises(Fault, match="LimitExceededFault"):
        service.start("three")
    service.decide_next(complete())
    service.start("three")


def test_a_signal_is_recorded_and_shown_to_the_decider() -> None:
    service = Service()
    service.start()
    service.decide_next()
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="go", input="now")
    # Recorded from AWS: externalInitiatedEventId is 0 where no other execution sent it.
    assert service.last("WorkflowExecutionSignaled") == {"externalInitiatedEventId": 0, "signalName": "go", "input": "now"}
    assert service.types()[-1] == "DecisionTaskScheduled"


def test_a_cancel_request_is_recorded_and_left_to_the_decider() -> None:
    service = Service()
    run_id = service.start()
    service.decide_next(schedule())
    service.call("RequestCancelWorkflowExecution", domain=DOMAIN, workflowId="flow", runId=run_id)
    assert service.last("WorkflowExecutionCancelRequested") == {"externalInitiatedEventId": 0}
    assert service.describe()["executionInfo"]["cancelRequested"] is True
    assert service.open_counts()["openActivityTasks"] == 1


def test_termination_closes_at_once_and_drops_every_task() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule("started"), schedule("waiting"))
    task = service.poll_activity()
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="go")
    service.call("TerminateWorkflowExecution", domain=DOMAIN, workflowId="flow", reason="enough", details="more", childPolicy="ABANDON")
    assert service.last("WorkflowExecutionTerminated") == {
        "reason": "enough",
        "details": "more",
        "childPolicy": "ABANDON",
        "cause": "OPERATOR_INITIATED",
    }
    assert service.poll_activity()["taskToken"] == ""
    assert service.poll_decision()["taskToken"] == ""
    with pytest.raises(Fault, match="UnknownResourceFault"):
        service.complete(task)
    info = service.describe()["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"]) == ("CLOSED", "TERMINATED")


@pytest.mark.parametrize("operation", ["SignalWorkflowExecution", "RequestCancelWorkflowExecution", "TerminateWorkflowExecution"])
def test_what_is_not_open_can_be_neither_signaled_nor_canceled_nor_terminated(operation: str) -> None:
    service = Service()
    closed = service.start()
    service.decide_next(complete())
    content = {"signalName": "go"} if operation == "SignalWorkflowExecution" else {}
    with pytest.raises(Fault, match="Unknown execution, workflowId = flow"):
        service.call(operation, domain=DOMAIN, workflowId="flow", **content)
    service.start()
    with pytest.raises(Fault, match="Unknown execution"):
        service.call(operation, domain=DOMAIN, workflowId="flow", runId=closed, **content)
    with pytest.raises(Fault, match="Unknown domain: nowhere"):
        service.call(operation, domain="nowhere", workflowId="flow", **content)
