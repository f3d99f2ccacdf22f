"""Children, signals and cancel requests between executions, and continuing as new."""

from __future__ import annotations

from typing import Any

import pytest

from engine.service.closing import TOLD_TO_THE_PARENT
from engine.service.core import Limits
from engine.service.events import CLOSE_STATUS
from engine.service.faults import Fault
from engine.service.model import enum
from engine.service.opening import EXECUTION_SETTINGS
from tests.service.driving import (
    DOMAIN,
    WORKFLOW,
    Service,
    cancel,
    cancel_external,
    complete,
    continue_as_new,
    fail,
    marker,
    signal_external,
    start_child,
    timer,
)

OWN_LIST: dict[str, Any] = {"taskList": {"name": "children"}}


def with_child(service: Service, **options: Any) -> str:
    """A parent `flow` with a running child `child`, whose decision tasks have a list of their own; the child's runId."""
    service.start()
    service.decide_next(start_child(**{**OWN_LIST, **options}))
    return service.latest("child")


def decide_child(service: Service, *decisions: Any) -> None:
    service.decide(service.poll_decision("children"), *decisions)


def test_a_child_is_started_and_its_parent_told() -> None:
    service = Service()
    child = with_child(service, input="i", control="c", tagList=["t"])
    assert service.types()[3:] == [
        "DecisionTaskCompleted",
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    assert service.last("StartChildWorkflowExecutionInitiated") == {
        "workflowId": "child",
        "workflowType": WORKFLOW,
        "control": "c",
        "input": "i",
        "tagList": ["t"],
        "executionStartToCloseTimeout": "3600",
        "taskStartToCloseTimeout": "300",
        "taskList": {"name": "children"},
        "childPolicy": "TERMINATE",
        "decisionTaskCompletedEventId": 4,
    }
    assert service.last("ChildWorkflowExecutionStarted") == {
        "workflowExecution": {"workflowId": "child", "runId": child},
        "workflowType": WORKFLOW,
        "initiatedEventId": 5,
    }
    parent = {"workflowId": "flow", "runId": service.latest("flow")}
    started = service.last("WorkflowExecutionStarted", "child")
    assert (started["parentWorkflowExecution"], started["parentInitiatedEventId"]) == (parent, 5)
    assert "control" not in started
    assert service.describe("child")["executionInfo"]["parent"] == parent
    assert service.open_counts()["openChildWorkflowExecutions"] == 1


def test_every_way_to_close_has_an_event_for_the_parent() -> None:
    assert TOLD_TO_THE_PARENT.keys() == CLOSE_STATUS.keys() - {"WorkflowExecutionContinuedAsNew"}


@pytest.mark.parametrize(
    ("decision", "event_type", "told"),
    [
        (complete(result="r"), "ChildWorkflowExecutionCompleted", {"result": "r"}),
        (complete(), "ChildWorkflowExecutionCompleted", {}),
        (fail(reason="r", details="d"), "ChildWorkflowExecutionFailed", {"reason": "r", "details": "d"}),
        (cancel(details="d"), "ChildWorkflowExecutionCanceled", {"details": "d"}),
    ],
)
def test_a_child_that_closes_itself_is_told_to_the_parent(decision: Any, event_type: str, told: dict[str, str]) -> None:
    service = Service()
    child = with_child(service)
    service.decide_next()
    decide_child(service, decision)
    assert service.types()[-2:] == [event_type, "DecisionTaskScheduled"]
    assert service.last(event_type) == {
        **told,
        "workflowExecution": {"workflowId": "child", "runId": child},
        "workflowType": WORKFLOW,
        "initiatedEventId": 5,
        "startedEventId": 6,
    }
    assert service.open_counts()["openChildWorkflowExecutions"] == 0


def test_a_child_that_is_terminated_or_times_out_is_told_to_the_parent() -> None:
    service = Service()
    with_child(service)
    service.call("TerminateWorkflowExecution", domain=DOMAIN, workflowId="child")
    assert service.last("ChildWorkflowExecutionTerminated").keys() == {
        "workflowExecution",
        "workflowType",
        "initiatedEventId",
        "startedEventId",
    }
    service.decide_next(start_child(executionStartToCloseTimeout="10"))
    service.pass_time(10)
    assert service.last("ChildWorkflowExecutionTimedOut")["timeoutType"] == "START_TO_CLOSE"


def test_a_closed_parent_is_told_nothing() -> None:
    service = Service()
    with_child(service)
    service.decide_next(complete())
    decide_child(service, complete())
    assert service.types()[-1] == "WorkflowExecutionCompleted"


def child_failure(service: Service, **options: Any) -> Any:
    service.decide_next(start_child(**options))
    assert service.types()[-1] == "DecisionTaskScheduled"
    return service.last("StartChildWorkflowExecutionFailed")


def test_starting_a_child_fails_for_the_documented_causes() -> None:
    service = Service(Limits(open_children=1, open_executions=3))
    service.start()
    unknown = {"name": "Flow", "version": "2.0"}
    assert child_failure(service, workflowType=unknown, control="c") == {
        "workflowType": unknown,
        "workflowId": "child",
        "control": "c",
        "cause": "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "initiatedEventId": 0,
        "decisionTaskCompletedEventId": 4,
    }
    bare = {"name": "Bare", "version": "1.0"}
    service.call("RegisterWorkflowType", domain=DOMAIN, **bare)
    assert child_failure(service, workflowType=bare)["cause"] == "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"
    service.call("DeprecateWorkflowType", domain=DOMAIN, workflowType=bare)
    assert child_failure(service, workflowType=bare)["cause"] == "WORKFLOW_TYPE_DEPRECATED"
    service.decide_next(start_child("first", **OWN_LIST))
    assert child_failure(service)["cause"] == "OPEN_CHILDREN_LIMIT_EXCEEDED"
    service.call("TerminateWorkflowExecution", domain=DOMAIN, workflowId="first")
    service.start("second", **OWN_LIST)
    service.start("third", **OWN_LIST)
    assert child_failure(service)["cause"] == "OPEN_WORKFLOWS_LIMIT_EXCEEDED"


def test_a_child_whose_workflow_id_is_taken_was_initiated_all_the_same() -> None:
    service = Service()
    service.start("child", **OWN_LIST)
    service.start()
    failed = child_failure(service)
    assert (failed["cause"], failed["initiatedEventId"]) == ("WORKFLOW_ALREADY_RUNNING", 5)
    assert service.open_counts()["openChildWorkflowExecutions"] == 0
    assert service.types()[4:6] == ["StartChildWorkflowExecutionInitiated", "StartChildWorkflowExecutionFailed"]


def test_every_cause_of_a_failed_child_is_one_that_occurs_here_or_has_a_reason_not_to() -> None:
    here = {
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "WORKFLOW_TYPE_DEPRECATED",
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
        "OPEN_WORKFLOWS_LIMIT_EXCEEDED",
        "WORKFLOW_ALREADY_RUNNING",
    }
    not_here = {"CHILD_CREATION_RATE_EXCEEDED": "nothing is throttled: one tenant", "OPERATION_NOT_PERMITTED": "no IAM policies"}
    causes = set(enum("StartChildWorkflowExecutionFailedCause"))
    assert here | {setting.cause for setting in EXECUTION_SETTINGS} == causes - not_here.keys()


@pytest.mark.parametrize("end", ["terminate", "time out"])
@pytest.mark.parametrize("policy", ["TERMINATE", "REQUEST_CANCEL", "ABANDON"])
def test_the_child_policy_is_applied_when_the_parent_is_terminated_or_times_out(end: str, policy: str) -> None:
    service = Service()
    service.start(childPolicy=policy, executionStartToCloseTimeout="100")
    service.decide_next(start_child(**OWN_LIST, childPolicy="TERMINATE"))
    decide_child(service, start_child("grandchild", **OWN_LIST), timer(seconds=1000))
    if end == "terminate":
        service.call("TerminateWorkflowExecution", domain=DOMAIN, workflowId="flow")
    else:
        service.pass_time(100)
    last = [service.types(name)[-1] for name in ("child", "grandchild")]
    match policy:
        case "TERMINATE":
            assert last == ["WorkflowExecutionTerminated"] * 2
            assert service.last("WorkflowExecutionTerminated", "child") == {"childPolicy": "TERMINATE", "cause": "CHILD_POLICY_APPLIED"}
        case "REQUEST_CANCEL":
            requested = service.last("WorkflowExecutionCancelRequested", "child")
            assert requested["cause"] == "CHILD_POLICY_APPLIED"
            assert requested["externalWorkflowExecution"]["workflowId"] == "flow"
            assert service.describe("grandchild")["executionInfo"]["cancelRequested"] is False
        case _:
            assert {service.describe(name)["executionInfo"]["executionStatus"] for name in ("child", "grandchild")} == {"OPEN"}


def test_the_child_policy_is_not_applied_when_the_parent_closes_itself() -> None:
    service = Service()
    with_child(service)
    service.decide_next(fail())
    assert service.describe("child")["executionInfo"]["executionStatus"] == "OPEN"


def test_continuing_as_new_closes_the_execution_and_starts_its_successor() -> None:
    service = Service()
    first = service.start(input="old", tagList=["old"])
    service.decide_next(continue_as_new(input="new", taskPriority="2"))
    second = service.latest("flow")
    continued = service.history(run_id=first)[-1]["workflowExecutionContinuedAsNewEventAttributes"]
    configuration = {
        "input": "new",
        "executionStartToCloseTimeout": "3600",
        "taskStartToCloseTimeout": "300",
        "taskList": {"name": "decisions"},
        "childPolicy": "TERMINATE",
        "taskPriority": "2",
        "workflowType": WORKFLOW,
    }
    assert continued == {**configuration, "newExecutionRunId": second, "decisionTaskCompletedEventId": 4}
    started = service.history(run_id=second)[0]["workflowExecutionStartedEventAttributes"]
    assert started == {**configuration, "continuedExecutionRunId": first, "parentInitiatedEventId": 0}
    assert service.describe(run_id=first)["executionInfo"]["closeStatus"] == "CONTINUED_AS_NEW"
    service.decide_next(complete())


def test_continuing_as_new_may_change_the_version_and_fails_where_that_can_not_be() -> None:
    service = Service()
    service.start()
    service.decide_next(continue_as_new(workflowTypeVersion="2.0"))
    assert service.last("ContinueAsNewWorkflowExecutionFailed") == {
        "cause": "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "decisionTaskCompletedEventId": 4,
    }
    named = {"name": WORKFLOW["name"], "version": "2.0"}
    service.call("RegisterWorkflowType", domain=DOMAIN, **named)
    service.decide_next(continue_as_new(workflowTypeVersion="2.0"))
    assert service.last("ContinueAsNewWorkflowExecutionFailed")["cause"] == "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"
    given = {"taskStartToCloseTimeout": "1", "executionStartToCloseTimeout": "9", "taskList": {"name": "new"}, "childPolicy": "ABANDON"}
    service.call("DeprecateWorkflowType", domain=DOMAIN, workflowType=named)
    service.decide_next(continue_as_new(workflowTypeVersion="2.0", **given))
    assert service.last("ContinueAsNewWorkflowExecutionFailed")["cause"] == "WORKFLOW_TYPE_DEPRECATED"
    service.call("UndeprecateWorkflowType", domain=DOMAIN, workflowType=named)
    service.decide_next(continue_as_new(workflowTypeVersion="2.0", **given))
    assert service.poll_decision("new")["workflowType"] == named


def test_a_child_that_continues_as_new_is_still_its_parents_child() -> None:
    service = Service()
    first = with_child(service)
    decide_child(service, continue_as_new(taskList={"name": "children"}))
    second = service.latest("child")
    assert second != first
    assert service.types()[-1] == "DecisionTaskScheduled"
    decide_child(service, complete(result="r"))
    assert service.last("ChildWorkflowExecutionCompleted")["workflowExecution"] == {"workflowId": "child", "runId": second}
    service.decide_next(start_child(**OWN_LIST))
    decide_child(service, continue_as_new())
    service.call("TerminateWorkflowExecution", domain=DOMAIN, workflowId="flow")
    assert service.types("child")[-1] == "WorkflowExecutionTerminated"


def test_a_signal_reaches_another_execution_and_the_sender_learns_it() -> None:
    service = Service()
    target = service.start("target", **OWN_LIST)
    service.start()
    service.decide_next(signal_external("target", input="i", control="c"), marker())
    assert service.types()[3:] == [
        "DecisionTaskCompleted",
        "SignalExternalWorkflowExecutionInitiated",
        "MarkerRecorded",
        "ExternalWorkflowExecutionSignaled",
        "DecisionTaskScheduled",
    ]
    assert service.last("SignalExternalWorkflowExecutionInitiated") == {
        "workflowId": "target",
        "signalName": "go",
        "input": "i",
        "control": "c",
        "decisionTaskCompletedEventId": 4,
    }
    assert service.last("ExternalWorkflowExecutionSignaled") == {
        "workflowExecution": {"workflowId": "target", "runId": target},
        "initiatedEventId": 5,
    }
    assert service.last("WorkflowExecutionSignaled", "target") == {
        "signalName": "go",
        "input": "i",
        "externalInitiatedEventId": 5,
        "externalWorkflowExecution": {"workflowId": "flow", "runId": service.latest("flow")},
    }


def test_a_cancel_request_reaches_another_execution_and_the_sender_learns_it() -> None:
    service = Service()
    target = service.start("target", **OWN_LIST)
    service.start()
    service.decide_next(cancel_external("target", runId=target, control="c"))
    assert service.last("ExternalWorkflowExecutionCancelRequested") == {
        "workflowExecution": {"workflowId": "target", "runId": target},
        "initiatedEventId": 5,
    }
    assert service.last("WorkflowExecutionCancelRequested", "target")["externalInitiatedEventId"] == 5
    assert service.types("target")[-1] == "WorkflowExecutionCancelRequested"


@pytest.mark.parametrize(
    ("decision", "failed", "named"),
    [
        (signal_external("other", control="c"), "SignalExternalWorkflowExecutionFailed", {"control": "c"}),
        (cancel_external("other", runId="r"), "RequestCancelExternalWorkflowExecutionFailed", {"runId": "r"}),
    ],
)
def test_what_is_not_open_can_not_be_reached(decision: Any, failed: str, named: dict[str, str]) -> None:
    service = Service()
    service.start()
    service.decide_next(decision)
    assert service.last(failed) == {
        **named,
        "workflowId": "other",
        "cause": "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        "initiatedEventId": 5,
        "decisionTaskCompletedEventId": 4,
    }
    assert service.types()[-1] == "DecisionTaskScheduled"


def test_an_execution_may_signal_itself() -> None:
    service = Service()
    service.start()
    service.decide_next(signal_external("flow"))
    assert service.types()[-3:] == ["WorkflowExecutionSignaled", "DecisionTaskScheduled", "ExternalWorkflowExecutionSignaled"]
    service.decide_next(complete())


def test_what_was_initiated_is_delivered_though_the_sender_closes() -> None:
    service = Service()
    service.start("target", **OWN_LIST)
    service.start()
    service.decide_next(signal_external("target"), cancel_external("nobody"), start_child(), complete())
    assert service.types()[-1] == "WorkflowExecutionCompleted"
    assert service.types("target")[-1] == "WorkflowExecutionSignaled"
    assert service.types("child")[0] == "WorkflowExecutionStarted"
    with pytest.raises(Fault, match="AlreadyStarted"):
        service.start("child")
