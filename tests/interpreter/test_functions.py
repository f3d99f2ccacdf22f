"""What Lambda functions do: claims about whole runs on the tiny SWF."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interpreter.plans import activity, end
from tests.interpreter.swf import kinds
from tests.interpreter.telling import attributes, closing, failure, states, swf_of, timers

SCHEDULE = "ScheduleLambdaFunction"


def function(*next_nodes: str, **more: Any) -> dict[str, Any]:
    return {"type": "lambda", "function": "resize", "next": list(next_nodes), **more}


def plain(**more: Any) -> dict[str, Any]:
    return {"f": function("done", **more), "done": end(output="{% results.f %}")}


def test_a_function_says_everything_that_the_spec_says() -> None:
    swf = swf_of(plain(input={"n": "{% input %}"}, timeout="2m"), 7).decide()
    control = '{"node":"f","visit":1,"attempt":1}'
    assert attributes(swf, SCHEDULE) == [
        {"id": "f", "name": "resize", "control": control, "input": '{"n":7}', "startToCloseTimeout": "120"},
    ]


def test_without_a_timeout_and_an_input_swfs_own_default_holds() -> None:
    assert set(attributes(swf_of(plain()).decide(), SCHEDULE)[0]) == {"id", "name", "control"}


def test_a_functions_result_is_the_nodes() -> None:
    swf = swf_of(plain(output="{% result.n + 1 %}")).decide().end_function("f", result={"n": 4}).decide()
    assert closing(swf) == {"result": "5"}


@pytest.mark.parametrize(
    ("how", "given", "name", "message"),
    [
        ("Failed", {"reason": "KeyError", "details": "'n'"}, "KeyError", "'n'"),
        ("Failed", {}, "Failed", ""),
        ("TimedOut", {"timeoutType": "START_TO_CLOSE"}, "Timeout.StartToClose", ""),
        ("TimedOut", {}, "Timeout.StartToClose", ""),
    ],
)
def test_how_a_function_ends_badly_is_an_error_with_a_name(how: str, given: dict[str, str], name: str, message: str) -> None:
    reason, details = failure(swf_of(plain()).decide().end_function("f", how, **given).decide())
    assert (reason, details["error"], details["message"]) == (f"f: {name}", name, message)


def test_a_function_that_swf_may_not_invoke_has_failed() -> None:
    reason, details = failure(swf_of(plain()).decide().no_role_for("f").decide())
    assert (reason, details["message"]) == ("f: StartFailed.ASSUME_ROLE_FAILED", "no such role")


def test_a_failed_function_is_repeated_and_caught_as_any_work_is() -> None:
    f = function("done", retry={"maxAttempts": 2, "interval": 5}, catch=[{"errors": ["KeyError"], "next": "mend"}])
    swf = swf_of({"f": f, "mend": activity("done"), "done": end(join="any")}).decide().end_function("f", "Failed", reason="KeyError")
    assert timers(swf.decide()) == {"f.retry.1.1": "5"}
    swf.fire("f.retry.1.1").decide().end_function("f.1.2", "Failed", reason="KeyError").decide()
    assert states(swf)["mend"] == "open"


@pytest.mark.parametrize("cause", ["OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED", "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED"])
def test_a_cause_that_passes_is_waited_for(cause: str) -> None:
    swf = swf_of(plain()).refuse(SCHEDULE, cause).decide().decide()
    assert kinds(swf.fire("swfgraph.throttle.1").decide().decisions) == [SCHEDULE]


def test_where_too_many_functions_are_open_each_that_closes_lets_one_in() -> None:
    nodes = {"fork": {"type": "pass", "next": ["f", "g"]}, "f": function("done"), "g": function("done"), "done": end()}
    swf = swf_of(nodes).take()
    swf.decisions = swf.decisions[:2]
    swf.respond().refuse(SCHEDULE, "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED").decide().decide()
    assert swf.decisions == []
    assert kinds(swf.end_function("f").decide().decisions) == [SCHEDULE]


def test_any_other_refusal_is_an_error() -> None:
    swf = swf_of(plain()).refuse(SCHEDULE, "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION").decide().decide()
    assert failure(swf)[0] == "f: ScheduleFailed.LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"


# A function can't be canceled.

BESIDE = {"fork": {"type": "pass", "next": ["a", "f"]}, "a": activity("done"), "f": function("done"), "done": end()}


def test_nobody_asks_a_function_to_cancel() -> None:
    swf = swf_of(BESIDE).decide().fail("a", "Broken").decide()
    assert kinds(swf.decisions) == ["FailWorkflowExecution"]


def test_a_canceled_execution_waits_for_its_function() -> None:
    swf = swf_of(BESIDE).decide().begin("a").request_cancel().decide().cancel("a").decide()
    assert not swf.closed
    assert swf.end_function("f", result=1).decide().closed == "WorkflowExecutionCanceled"
    assert states(swf)["f"] == "completed"


def test_the_late_answer_of_a_function_of_an_earlier_visit_is_ignored() -> None:
    caught = activity("done", catch=[{"errors": ["*"], "retryFrom": "fork", "maxTimes": 1}])
    nodes = BESIDE | {"a": caught, "done": end(output="{% results.f %}")}
    swf = swf_of(nodes).decide().fail("a").decide().end_function("f", result="late").decide()
    assert states(swf)["f"] == "open"
    assert closing(swf.complete("a.2.1").decide().end_function("f.2.1", result="in time").decide()) == {"result": '"in time"'}
