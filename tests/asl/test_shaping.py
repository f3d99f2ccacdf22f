"""What states make of their data in JSONPath mode, by running what is imported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asl.running import ECHO, chain, output, run

DATA = {"a": {"b": [1, {"c": None}]}, "n": 5, "odd name": True, "list": [[1], [2, 3], []]}


def one_pass(**fields: Any) -> dict[str, Any]:
    return chain({"Type": "Pass", **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, DATA),
        ({"Result": [1, [2]]}, [1, [2]]),
        ({"Result": ""}, ""),
        ({"Result": None}, None),
        ({"Result": "{% no expression %}"}, "{% no expression %}"),
        ({"InputPath": "$.a.b"}, [1, {"c": None}]),
        ({"InputPath": None}, {}),
        ({"OutputPath": "$.a.b[1].c"}, None),
        ({"OutputPath": None}, {}),
        ({"Result": 7, "ResultPath": "$.n"}, {**DATA, "n": 7}),
        ({"Result": 7, "ResultPath": "$.a.x.y"}, {**DATA, "a": {**DATA["a"], "x": {"y": 7}}}),  # type: ignore[dict-item]
        ({"Result": [[1]], "ResultPath": "$['odd name']"}, {**DATA, "odd name": [[1]]}),
        ({"Result": 7, "ResultPath": None}, DATA),
        ({"Result": 7, "ResultPath": "$.r", "OutputPath": "$.r"}, 7),
        ({"InputPath": "$.a", "Parameters": {"x.$": "$.b[0]", "y": {"z.$": "$.b"}}}, {"x": 1, "y": {"z": [1, {"c": None}]}}),
        ({"Parameters": {"x.$": "$.list", "k": [{"v.$": "$.n"}, "$.n"]}}, {"x": [[1], [2, 3], []], "k": [{"v": 5}, "$.n"]}),
        ({"Parameters": {"x.$": "$.list[0]"}, "ResultPath": "$.p"}, {**DATA, "p": {"x": [1]}}),
        ({"Parameters": {"x.$": "$.list[*]"}}, {"x": [[1], [2, 3], []]}),
        ({"Parameters": {"x.$": "$.list[1:]"}}, {"x": [[2, 3], []]}),
        ({"Parameters": {"x.$": "$..c"}}, {"x": [None]}),
    ],
    ids=str,
)
def test_a_pass_gives(fields: dict[str, Any], expected: Any) -> None:
    assert output(one_pass(**fields), DATA) == expected


@pytest.mark.parametrize(
    "fields", [{"InputPath": "$.no"}, {"OutputPath": "$.no"}, {"Parameters": {"x.$": "$.no"}}, {"Parameters": {"x.$": "$.n.m"}}]
)
def test_a_path_that_leads_to_nothing_fails_the_execution(fields: dict[str, Any]) -> None:
    assert run(one_pass(**fields), DATA).status == "failed"


def test_a_task_gets_its_parameters_and_gives_its_result_where_it_says() -> None:
    machine = chain(
        {
            "Type": "Task",
            "Resource": ECHO,
            "InputPath": "$.in",
            "Parameters": {"x.$": "$.v", "fixed": 1},
            "ResultSelector": {"got.$": "$.x", "same.$": "$"},
            "ResultPath": "$.out",
            "OutputPath": "$",
        }
    )
    assert output(machine, {"in": {"v": [7]}}) == {"in": {"v": [7]}, "out": {"got": [7], "same": {"x": [7], "fixed": 1}}}


def test_a_result_is_carried_past_waits_and_choices() -> None:
    machine = {
        "StartAt": "Work",
        "States": {
            "Work": {"Type": "Task", "Resource": ECHO, "ResultPath": "$.r", "Next": "Pause"},
            "Pause": {"Type": "Wait", "SecondsPath": "$.n", "Next": "Which"},
            "Which": {"Type": "Choice", "Choices": [{"Variable": "$.r.n", "NumericEquals": 3, "Next": "Three"}], "Default": "Other"},
            "Three": {"Type": "Pass", "Result": "three", "ResultPath": "$.w", "Next": "Last"},
            "Other": {"Type": "Pass", "Result": "other", "ResultPath": "$.w", "Next": "Last"},
            "Last": {"Type": "Succeed"},
        },
    }
    assert output(machine, {"n": 3}) == {"n": 3, "r": {"n": 3}, "w": "three"}
    assert output(machine, {"n": 4}) == {"n": 4, "r": {"n": 4}, "w": "other"}
    assert run(machine, {"n": 4}).duration == 4


def test_null_is_a_value_where_branches_meet() -> None:
    machine = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Result": {"go": 1}, "Next": "C"},
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.go", "NumericEquals": 1, "Next": "B"}], "Default": "D"},
            "B": {"Type": "Pass", "Result": None, "Next": "D"},
            "D": {"Type": "Pass", "End": True},
        },
    }
    assert output(machine) is None


@pytest.mark.parametrize("seconds", [-1, 1.5, "1", None])
def test_a_wait_takes_whole_seconds_only(seconds: Any) -> None:
    assert run(chain({"Type": "Wait", "SecondsPath": "$.s"}), {"s": seconds}).status == "failed"


def test_a_wait_until_a_timestamp() -> None:
    later = "2026-01-01T01:00:00Z"  # scenarios begin at midnight
    for machine in (chain({"Type": "Wait", "Timestamp": later}), chain({"Type": "Wait", "TimestampPath": "$.t"})):
        assert run(machine, {"t": later}).duration == 3600
    assert run(chain({"Type": "Wait", "TimestampPath": "$.t"}), {"t": "2026-01-01"}).status == "failed"


def test_a_fail_has_its_error_and_cause() -> None:
    outcome = run(chain({"Type": "Fail", "Error": "Broken", "Cause": "for good"}))
    assert (outcome.status, outcome.reason, outcome.details) == ("failed", "Broken", "for good")
    machine = chain({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.e)"})
    outcome = run(machine, {"e": "Odd"})
    assert (outcome.reason, outcome.details) == ("Odd", "Odd!")


def test_the_context_object_says_who_and_where() -> None:
    machine = chain(
        {
            "Type": "Pass",
            "Parameters": {
                "n.$": "$$.Execution.Name",
                "i.$": "$$.Execution.Input.v",
                "s.$": "$$.State.Name",
                "m.$": "$$.StateMachine.Name",
            },
        }
    )
    assert output(machine, {"v": [1]}) == {"n": "scenario", "i": [1], "s": "S1", "m": "M"}


@pytest.mark.parametrize("data", [[], [{"a": 1}], "text", 1, None])
def test_a_result_path_needs_an_object(data: Any) -> None:
    assert run(one_pass(Result=1, ResultPath="$.r"), data).status == "failed"
    assert run(chain({"Type": "Task", "Resource": ECHO, "ResultPath": "$.a.b"}), {"a": data}).status == "failed"
