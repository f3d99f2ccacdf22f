"""Tasks: who does them, what is repeated, what is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.asl.report import Weight
from engine.asl.work import STAND_IN
from tests.asl.running import ECHO, TIMED_OUT, chain, failure, imported, output, remarks, run, without_loss


def task(resource: str = ECHO, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, **fields}


@pytest.mark.parametrize(
    ("resource", "activity"),
    [
        (ECHO, "echo"),
        (f"{ECHO}:$LATEST", "echo"),
        ("arn:aws:states:us-east-1:123456789012:activity:By_hand", "By_hand"),
        ("arn:aws:states:::sqs:sendMessage", "sqs_sendMessage"),
        ("arn:aws:states:::ecs:runTask.sync", "ecs_runTask_sync"),
        ("arn:aws:states:::aws-sdk:s3:getObject", "aws_sdk_s3_getObject"),
        ("${WorkerArn}", "WorkerArn"),
    ],
)
def test_a_resource_becomes_an_activity_to_be_filled_in(resource: str, activity: str) -> None:
    found = without_loss(chain(task(resource)))
    (document,) = found.specs.values()
    assert document["nodes"]["S1"]["activity"] == activity
    assert resource in document["activities"][activity]["description"]


def test_functions_may_stay_functions() -> None:
    invoke = task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "f", "Payload": {"x.$": "$.v"}}, OutputPath="$.Payload")
    found = without_loss(chain(task(), invoke), functions=True)
    nodes = found.specs["M"]["nodes"]
    assert [nodes[name].get("function") for name in ("S1", "S2")] == [ECHO, "f"]
    assert nodes["S2"]["input"] == {"x": "{% results.S1.v %}"}


def test_timeouts_are_carried_over() -> None:
    found = without_loss(chain(task(TimeoutSeconds=30, HeartbeatSeconds=10)))
    assert found.specs["M"]["nodes"]["S1"]["timeouts"] == {"scheduleToClose": 30, "heartbeat": 10}


@pytest.mark.parametrize("field", ["TimeoutSecondsPath", "HeartbeatSecondsPath"])
def test_a_timeout_that_only_the_data_know_is_a_loss(field: str) -> None:
    assert remarks(imported(chain(task(**{field: "$.t"}))), Weight.LOSS) == [(f"/States/S1/{field}", field)]


def test_credentials_are_a_part_of_what_the_activity_is_given() -> None:
    found = without_loss(chain(task(), task(Credentials={"RoleArn.$": "$.role"}, Parameters={"x": 1})))
    assert set(found.specs["M"]["activities"]) == {"echo", "echo_as_role"}
    assert run(found, {"role": "arn"}, {"echo_as_role": lambda given: given}).output == {
        "Credentials": {"RoleArn": "arn"},
        "Input": {"x": 1},
    }
    assert run(found, {}, {"echo_as_role": 1}).status == "failed"


@pytest.mark.parametrize("given", [{}, {"Role": "arn"}])
def test_credentials_that_are_none_are_a_loss(given: dict[str, Any]) -> None:
    assert remarks(imported(chain(task(Credentials=given))), Weight.LOSS) == [("/States/S1/Credentials", "Credentials")]


def test_credentials_of_a_function_that_stays_one_are_a_loss() -> None:
    found = imported(chain(task(Credentials={"RoleArn": "arn"})), functions=True)
    assert remarks(found, Weight.LOSS) == [("/States/S1/Credentials", "Credentials")]


SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def test_who_is_given_the_token_answers_the_task() -> None:
    given = {"t.$": "$$.Task.Token", "u.$": "States.Format('https://x/?t={}', $$.Task.Token)"}
    found = without_loss(chain(task(SEND, Parameters=given), task(SEND, Parameters=given, HeartbeatSeconds=7, TimeoutSeconds=70)))
    nodes = found.specs["M"]["nodes"]
    assert nodes["S1"]["timeouts"] == {"heartbeat": "none"}
    assert nodes["S2"]["timeouts"] == {"heartbeat": 7, "scheduleToClose": 70}
    outcome = run(found, {}, {"sqs_sendMessage_waitForTaskToken": lambda asked: asked})
    assert outcome.output == {"t": STAND_IN, "u": f"https://x/?t={STAND_IN}"}


def test_a_token_is_given_where_only_a_deployment_knows_the_resource() -> None:
    assert without_loss(chain(task("${Send}", Parameters={"t.$": "$$.Task.Token"})))


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ({"Parameters": {"t.$": "States.Base64Encode($$.Task.Token)"}}, "JSONPath"),
        ({"Arguments": {"t": "{% $uppercase($states.context.Task.Token) %}"}}, "JSONata"),
    ],
)
def test_a_token_that_goes_through_a_function_is_a_loss(fields: dict[str, Any], language: str) -> None:
    found = imported(chain(task(SEND, **fields), QueryLanguage=language))
    assert remarks(found, Weight.LOSS) == [("/States/S1/Resource", "Task.Token")]


def test_retries_are_as_many_and_as_slow_as_they_were() -> None:
    rule = {"ErrorEquals": ["Busy"], "MaxAttempts": 3, "IntervalSeconds": 2, "BackoffRate": 3.0, "MaxDelaySeconds": 10}
    outcome = run(without_loss(chain(task(Retry=[rule]))), {}, {"S1": [failure("Busy")] * 3 + [1]})
    assert (outcome.output, outcome.duration, outcome.attempts["S1"]) == (1, 2 + 6 + 10, 4)
    outcome = run(chain(task(Retry=[rule])), {}, {"S1": failure("Busy")})
    assert (outcome.status, outcome.attempts["S1"]) == ("failed", 4)
    assert run(chain(task(Retry=[rule])), {}, {"S1": failure("Other")}).attempts["S1"] == 1


def test_no_attempts_means_none() -> None:
    rules = [{"ErrorEquals": ["Never"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]
    assert run(without_loss(chain(task(Retry=rules))), {}, {"S1": failure("Never")}).attempts["S1"] == 1
    assert run(without_loss(chain(task(Retry=rules))), {}, {"S1": failure("Other")}).attempts["S1"] == 4


RULES = [
    {"ErrorEquals": ["A"], "MaxAttempts": 2, "IntervalSeconds": 3, "BackoffRate": 2.0, "MaxDelaySeconds": 5},
    {"ErrorEquals": ["B", "States.Timeout"], "MaxAttempts": 1, "IntervalSeconds": 10},
    {"ErrorEquals": ["Never"], "MaxAttempts": 0},
    {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 100, "BackoffRate": 1},
]


@pytest.mark.parametrize(
    ("answers", "end", "duration"),
    [
        ([failure("A"), failure("B"), failure("A"), 7], 7, 3 + 10 + 5),
        ([failure("A"), failure("A"), failure("A")], {"Error": "A", "Cause": ""}, 3 + 5),
        ([failure("B"), failure("A"), failure("B")], {"Error": "B", "Cause": ""}, 10 + 3),
        ([failure("C"), failure("A"), failure("D", "why")], {"Error": "D", "Cause": "why"}, 100 + 3),
        ([failure("A"), failure("Never")], {"Error": "Never", "Cause": ""}, 3),
        ([TIMED_OUT, 7], 7, 60 + 10),
    ],
)
def test_each_rule_counts_for_itself(answers: list[Any], end: Any, duration: int) -> None:
    machine = chain(
        task(Retry=RULES, TimeoutSeconds=60, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "S2"}], Next="S2"), {"Type": "Pass"}
    )
    outcome = run(without_loss(machine), {}, {"S1": answers})
    assert (outcome.output, outcome.duration) == (end, duration)
    uncaught = run(without_loss(chain(task(Retry=RULES, TimeoutSeconds=60))), {}, {"S1": answers})
    assert (uncaught.status, uncaught.duration) == ("failed" if isinstance(end, dict) else "completed", duration)


@pytest.mark.parametrize("place", ["Parameters", "ResultSelector"])
def test_a_task_knows_how_often_it_was_repeated(place: str) -> None:
    counted = {**task(), place: {"n.$": "$$.State.RetryCount"}}
    again = {"Retry": [{"ErrorEquals": ["States.ALL"]}]}
    answers = {"S1": [failure("A"), failure("A"), {}]} if place == "ResultSelector" else {"echo": third_time()}
    assert output(chain({**counted, **again}), {}, answers) == {"n": 2}
    assert output(chain(counted), {}) == {"n": 0}


def third_time() -> Callable[[Any], Any]:
    """Fails twice, and gives what it is given ever after."""
    calls: list[Any] = []

    def answer(given: Any) -> Any:
        calls.append(given)
        if len(calls) < 3:
            raise ValueError
        return given

    return answer


def test_a_pause_grows_no_further_than_it_may() -> None:
    rules = [{"ErrorEquals": ["A"], "MaxAttempts": 9, "IntervalSeconds": 1, "BackoffRate": 10, "MaxDelaySeconds": 50}, RULES[1]]
    assert run(without_loss(chain(task(Retry=rules))), {}, {"S1": [*[failure("A")] * 4, 1]}).duration == 1 + 10 + 50 + 50


def test_jitter_makes_pauses_shorter() -> None:
    rule = {"ErrorEquals": ["A"], "IntervalSeconds": 10_000, "BackoffRate": 1, "JitterStrategy": "FULL"}
    outcome = run(without_loss(chain(task(Retry=[rule, RULES[1]]))), {}, {"S1": [failure("A"), failure("A"), 1]})
    assert 0 < outcome.duration < 20_000


@pytest.mark.parametrize("path", ["$.no", "$.n.m"])
def test_runtime_errors_are_not_repeated_by_any_rule(path: str) -> None:
    outcome = run(without_loss(chain(task(Retry=RULES, Parameters={"x.$": path}))), {"n": 1})
    assert (outcome.status, outcome.reason, outcome.duration) == ("failed", "States.Runtime", 0)


def test_rules_that_count_for_themselves_are_a_loss_within_a_loop() -> None:
    again = {"Type": "Choice", "Choices": [{"Variable": "$.go", "IsPresent": True, "Next": "S1"}], "Default": "S3"}
    loop = chain(task(Retry=RULES, ResultPath=None), again, {"Type": "Succeed"})
    assert remarks(imported(loop), Weight.LOSS) == [("/States/S1/Retry", "Retry")]


def catching(*rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "StartAt": "Do",
        "States": {
            "Do": task(Catch=list(rules), Next="Done", **fields),
            "One": {"Type": "Pass", "Parameters": {"one.$": "$"}, "End": True},
            "Two": {"Type": "Pass", "Parameters": {"two.$": "$"}, "End": True},
            "Done": {"Type": "Succeed"},
        },
    }


def caught(machine: dict[str, Any], answer: Any, value: Any = None) -> Any:
    return output(machine, {"v": 1} if value is None else value, {"Do": answer})


def test_a_catch_puts_the_error_where_it_says() -> None:
    error = {"Error": "Broken", "Cause": "why"}
    rule = {"ErrorEquals": ["Broken"], "Next": "One"}
    assert caught(catching(rule), failure("Broken", "why")) == {"one": error}
    assert caught(catching({**rule, "ResultPath": "$.e"}), failure("Broken", "why")) == {"one": {"v": 1, "e": error}}
    assert caught(catching({**rule, "ResultPath": None}), failure("Broken", "why")) == {"one": {"v": 1}}
    assert caught(catching(rule), 7) == 7


def test_the_first_rule_that_matches_catches() -> None:
    machine = catching({"ErrorEquals": ["A", "B"], "Next": "One"}, {"ErrorEquals": ["States.ALL"], "Next": "Two"})
    assert set(caught(machine, failure("B"))) == {"one"}
    assert set(caught(machine, failure("C"))) == {"two"}


def test_task_failed_is_all_but_timeouts() -> None:
    machine = catching({"ErrorEquals": ["States.TaskFailed"], "Next": "One"}, TimeoutSeconds=5)
    assert set(caught(machine, failure("Any"))) == {"one"}
    assert run(machine, {}, {"Do": TIMED_OUT}).status == "failed"
    both = catching({"ErrorEquals": ["States.TaskFailed"], "Next": "One"}, {"ErrorEquals": ["States.ALL"], "Next": "Two"}, TimeoutSeconds=5)
    assert caught(both, TIMED_OUT)["two"]["Error"] == "States.Timeout"
    timeouts = catching({"ErrorEquals": ["States.Timeout"], "Next": "One"}, TimeoutSeconds=5)
    assert caught(timeouts, TIMED_OUT)["one"]["Error"] == "States.Timeout"


@pytest.mark.parametrize("names", [["States.ALL"], ["States.TaskFailed"], ["States.Runtime"]])
@pytest.mark.parametrize("fields", [{"Parameters": {"x.$": "$.no"}}, {"ResultSelector": {"x.$": "$.no"}}, {"OutputPath": "$.no"}])
def test_runtime_errors_are_neither_caught_nor_repeated(names: list[str], fields: dict[str, Any]) -> None:
    rule = {"ErrorEquals": names, "Next": "One"}
    outcome = run(catching(rule, Retry=[{"ErrorEquals": names}], **fields), {"v": 1})
    assert outcome.status == "failed"
    assert outcome.attempts["Do"] == 1


def test_an_uncaught_failure_fails_the_execution() -> None:
    outcome = run(catching({"ErrorEquals": ["A"], "Next": "One"}), {}, {"Do": failure("B", "why")})
    assert (outcome.status, outcome.reason) == ("failed", "Do: B")


def test_finer_runtime_errors_are_a_loss() -> None:
    found = imported(catching({"ErrorEquals": ["States.IntrinsicFailure"], "Next": "One"}))
    assert remarks(found, Weight.LOSS) == [("/States/Do/Catch/0", "States.IntrinsicFailure")]
