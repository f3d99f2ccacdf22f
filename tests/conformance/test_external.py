"""Signals and cancel requests from one execution to another."""

from __future__ import annotations

from tests.conformance.world import World, cancel, complete, without


def test_a_signal_reaches_another_execution_and_both_histories_say_so(world: World) -> None:
    """SignalExternalWorkflowExecutionDecisionAttributes; ...Initiated, ExternalWorkflowExecutionSignaled, ...Signaled events."""
    sender, receiver = world.start("sender"), world.start("receiver")
    sender.decide(world.signal_external("receiver", signalName="ripe", input="apple", control="node 1", runId=receiver.run_id))
    initiated = sender.event_id("SignalExternalWorkflowExecutionInitiated")
    assert sender.last("SignalExternalWorkflowExecutionInitiated") == {
        **receiver.execution,
        "signalName": "ripe",
        "input": "apple",
        "control": "node 1",
        "decisionTaskCompletedEventId": 4,
    }
    assert sender.last("ExternalWorkflowExecutionSignaled") == {"workflowExecution": receiver.execution, "initiatedEventId": initiated}
    assert receiver.last("WorkflowExecutionSignaled") == {
        "signalName": "ripe",
        "input": "apple",
        "externalWorkflowExecution": sender.execution,
        "externalInitiatedEventId": initiated,
    }
    sender.decide()
    receiver.decide()


def test_a_cancel_request_reaches_another_execution_and_both_histories_say_so(world: World) -> None:
    """RequestCancelExternalWorkflowExecutionDecisionAttributes; ...Initiated, ExternalWorkflowExecutionCancelRequested events."""
    sender, receiver = world.start("sender"), world.start("receiver")
    sender.decide(world.cancel_external("receiver", control="node 1"))
    initiated = sender.event_id("RequestCancelExternalWorkflowExecutionInitiated")
    asked = without(sender.last("RequestCancelExternalWorkflowExecutionInitiated"), "runId")
    assert asked == {"workflowId": receiver.workflow_id, "control": "node 1", "decisionTaskCompletedEventId": 4}
    told = sender.last("ExternalWorkflowExecutionCancelRequested")
    assert told == {"workflowExecution": receiver.execution, "initiatedEventId": initiated}
    assert receiver.last("WorkflowExecutionCancelRequested") == {
        "externalWorkflowExecution": sender.execution,
        "externalInitiatedEventId": initiated,
    }
    assert receiver.describe()["executionInfo"]["cancelRequested"] is True
    receiver.decide(cancel())
    assert receiver.status() == "CANCELED"


def test_a_signal_to_nobody_fails(world: World) -> None:
    """SignalExternalWorkflowExecutionFailedEventAttributes: UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION."""
    sender = world.start("sender")
    sender.decide(world.signal_external("nobody", control="node 1"))
    failed = sender.last("SignalExternalWorkflowExecutionFailed")
    assert without(failed, "runId") == {
        "workflowId": world.name("nobody"),
        "cause": "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        "initiatedEventId": sender.event_id("SignalExternalWorkflowExecutionInitiated"),
        "decisionTaskCompletedEventId": 4,
        "control": "node 1",
    }
    sender.decide()


def test_a_cancel_request_to_nobody_fails(world: World) -> None:
    """RequestCancelExternalWorkflowExecutionFailedEventAttributes: UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION."""
    sender = world.start("sender")
    sender.decide(world.cancel_external("nobody"))
    failed = sender.last("RequestCancelExternalWorkflowExecutionFailed")
    assert failed["cause"] == "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    assert failed["initiatedEventId"] == sender.event_id("RequestCancelExternalWorkflowExecutionInitiated")
    sender.decide()


def test_neither_reaches_an_execution_that_closed(world: World) -> None:
    """UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION: the runId of a closed execution names nobody, though its workflowId lives on."""
    sender, closed = world.start("sender"), world.start("receiver")
    closed.decide(complete())
    world.start("receiver")
    sender.decide(world.signal_external("receiver", runId=closed.run_id), world.cancel_external("receiver", runId=closed.run_id))
    for event_type in ("SignalExternalWorkflowExecutionFailed", "RequestCancelExternalWorkflowExecutionFailed"):
        assert sender.last(event_type)["runId"] == closed.run_id


def test_a_signal_may_be_the_last_thing_that_an_execution_does(world: World) -> None:
    """SignalExternalWorkflowExecution decision, followed by one that closes: the signal is delivered all the same."""
    sender, receiver = world.start("sender"), world.start("receiver")
    sender.decide(world.signal_external("receiver"), complete())
    assert sender.status() == "COMPLETED"
    assert receiver.last("WorkflowExecutionSignaled")["externalWorkflowExecution"] == sender.execution


def test_an_execution_may_signal_itself(world: World) -> None:
    """SignalExternalWorkflowExecutionDecisionAttributes: workflowId, any open execution of the domain."""
    flow = world.start()
    flow.decide(world.signal_external("flow"))
    assert flow.last("WorkflowExecutionSignaled")["externalWorkflowExecution"] == flow.execution
    flow.decide()
