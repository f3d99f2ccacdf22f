"""Lambda functions: scheduled, run by the handlers that a service of ours was given, refused.

On AWS they need a function and a role there, so `--endpoint` does not run these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.service.limits import Limits
from tests.conformance.endpoints import limited
from tests.conformance.functions import RELEASE
from tests.conformance.world import Flow, World, complete, decision, furnish, without

ROLE = "arn:aws:iam::123456789012:role/lambda"


def function(name: str, function_id: str = "f", **options: Any) -> Any:
    return decision("ScheduleLambdaFunction", id=function_id, name=name, **options)


def decided(world: World, *decisions: Any) -> Flow:
    flow = world.start(lambdaRole=ROLE)
    flow.decide(*decisions)
    return flow


def wait_for_decision(flow: Flow) -> None:
    """Until a function has ended, which happens in real time, and the decider is asked."""
    task = flow.world.call("PollForDecisionTask", domain=flow.world.domain, taskList={"name": flow.decisions})
    flow.answer(task)


@pytest.fixture
def hanging(virtual: World) -> Iterator[World]:
    """A world whose functions called `hang` do so until the case is over."""
    RELEASE.clear()
    yield virtual
    RELEASE.set()


def test_a_function_runs_and_its_result_is_recorded(virtual: World) -> None:
    """ScheduleLambdaFunctionDecisionAttributes; LambdaFunctionScheduled, ...Started, ...Completed event attributes."""
    flow = decided(virtual, function("double", "f", input=json.dumps({"number": 21}), control="node 1", startToCloseTimeout="30"))
    wait_for_decision(flow)
    scheduled, started = flow.event_id("LambdaFunctionScheduled"), flow.event_id("LambdaFunctionStarted")
    assert flow.last("LambdaFunctionScheduled") == {
        "id": "f",
        "name": "double",
        "input": '{"number": 21}',
        "control": "node 1",
        "startToCloseTimeout": "30",
        "decisionTaskCompletedEventId": 4,
    }
    assert flow.last("LambdaFunctionStarted") == {"scheduledEventId": scheduled}
    assert flow.last("LambdaFunctionCompleted") == {"scheduledEventId": scheduled, "startedEventId": started, "result": "42"}


def test_a_function_fails_and_its_error_is_recorded(virtual: World) -> None:
    """LambdaFunctionFailedEventAttributes: reason, details."""
    flow = decided(virtual, function("rot"))
    wait_for_decision(flow)
    failed = flow.last("LambdaFunctionFailed")
    assert failed["reason"] == "ValueError"
    assert json.loads(failed["details"])["errorMessage"] == "rotten"
    assert (failed["scheduledEventId"], failed["startedEventId"]) == (
        flow.event_id("LambdaFunctionScheduled"),
        flow.event_id("LambdaFunctionStarted"),
    )


def test_a_function_times_out(hanging: World) -> None:
    """LambdaFunctionTimedOutEventAttributes: timeoutType START_TO_CLOSE; openLambdaFunctions."""
    flow = decided(hanging, function("hang", startToCloseTimeout="5"))
    assert flow.open_counts()["openLambdaFunctions"] == 1
    while "LambdaFunctionStarted" not in flow.types():
        hanging.wait(0)
    hanging.wait(5)
    timed_out = flow.last("LambdaFunctionTimedOut")
    assert without(timed_out, "scheduledEventId", "startedEventId") == {"timeoutType": "START_TO_CLOSE"}
    assert flow.open_counts()["openLambdaFunctions"] == 0
    wait_for_decision(flow)


def test_a_function_has_900_seconds_unless_it_is_given_others(hanging: World) -> None:
    """ScheduleLambdaFunctionDecisionAttributes: startToCloseTimeout, default 900; LambdaFunctionScheduledEventAttributes."""
    flow = decided(hanging, function("hang"))
    assert flow.last("LambdaFunctionScheduled")["startToCloseTimeout"] == "900"
    flow.signal()
    flow.decide(complete())


@pytest.mark.parametrize("seconds", ["0", "901", "NONE", "-1"])
def test_a_function_has_900_seconds_at_most(virtual: World, seconds: str) -> None:
    """ScheduleLambdaFunctionDecisionAttributes: startToCloseTimeout, 1 to 900 seconds."""
    token = virtual.start(lambdaRole=ROLE).poll()["taskToken"]
    made = function("double", startToCloseTimeout=seconds)
    virtual.refuses("ValidationException", "RespondDecisionTaskCompleted", taskToken=token, decisions=[made])


def test_an_id_is_in_use_while_its_function_runs(hanging: World) -> None:
    """ScheduleLambdaFunctionFailedEventAttributes: ID_ALREADY_IN_USE."""
    flow = decided(hanging, function("hang", "f"), function("double", "f"))
    failed = {"id": "f", "name": "double", "cause": "ID_ALREADY_IN_USE", "decisionTaskCompletedEventId": 4}
    assert flow.last("ScheduleLambdaFunctionFailed") == failed
    flow.decide(complete())


def test_without_a_role_no_function_runs(virtual: World) -> None:
    """StartWorkflowExecution: lambdaRole; StartLambdaFunctionFailedEventAttributes: ASSUME_ROLE_FAILED.

    The prose says "will fail with ScheduleLambdaFunctionFailed", whose causes name no such thing; this is the one cause of all that does.
    """
    flow = virtual.start()
    flow.decide(function("double"))
    failed = flow.last("StartLambdaFunctionFailed")
    assert (failed["cause"], failed["scheduledEventId"]) == ("ASSUME_ROLE_FAILED", flow.event_id("LambdaFunctionScheduled"))
    flow.decide()


def test_open_functions_have_their_limit() -> None:
    """ScheduleLambdaFunctionFailedEventAttributes: OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED."""
    with limited(Limits(open_lambda_functions=2), runs_functions=True) as endpoint:
        world = World(endpoint=endpoint)
        furnish(world)
        flow = decided(world, *(function("never", f"f{number}") for number in range(3)))
        assert flow.open_counts()["openLambdaFunctions"] == 2
        failed = flow.last("ScheduleLambdaFunctionFailed")
        assert (failed["id"], failed["cause"]) == ("f2", "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED")


def test_a_service_without_functions_says_so() -> None:
    """ScheduleLambdaFunctionFailedEventAttributes: LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION."""
    with limited(Limits()) as endpoint:
        world = World(endpoint=endpoint)
        furnish(world)
        flow = decided(world, function("double"))
        assert flow.last("ScheduleLambdaFunctionFailed")["cause"] == "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
        flow.decide()
