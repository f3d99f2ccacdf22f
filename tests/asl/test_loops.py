"""Loops: retry edges where nothing is carried, new executions where data are; both run as the original would."""

from __future__ import annotations

from typing import Any

from engine.asl.report import Weight
from tests.asl.running import ECHO, chain, failure, output, remarks, run, without_loss

POLL: dict[str, Any] = {
    "StartAt": "Wait",
    "States": {
        "Wait": {"Type": "Wait", "Seconds": 10, "Next": "Look"},
        "Look": {"Type": "Task", "Resource": ECHO, "Parameters": {"job.$": "$.job"}, "ResultPath": "$.status", "Next": "Ready?"},
        "Ready?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.status", "StringEquals": "READY", "Next": "Done"},
                {"Variable": "$.status", "StringEquals": "BROKEN", "Next": "Bad"},
            ],
            "Default": "Wait",
        },
        "Done": {"Type": "Succeed"},
        "Bad": {"Type": "Fail", "Error": "Bad"},
    },
}
COUNT: dict[str, Any] = {
    "StartAt": "Add",
    "States": {
        "Add": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough?"},
        "Enough?": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 5, "Next": "Add"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
    },
}


def kinds(machine: dict[str, Any]) -> list[str]:
    return [
        node["type"] + (f" {node['status']}" if "status" in node else "") for node in without_loss(machine).specs["M"]["nodes"].values()
    ]


def test_a_poll_loop_is_a_retry_edge() -> None:
    assert "terminal continued" not in kinds(POLL)
    outcome = run(without_loss(POLL), {"job": 1}, {"Look": ["BUSY", "BUSY", "READY"]})
    assert (outcome.output, outcome.duration, outcome.runs) == ({"job": 1, "status": "READY"}, 30, 1)
    assert remarks(without_loss(POLL), Weight.NOTE) == [("/States/Ready?", "loop")]


def test_a_loop_that_counts_goes_on_as_a_new_execution() -> None:
    assert "terminal continued" in kinds(COUNT)
    outcome = run(without_loss(COUNT), {"n": 0})
    assert (outcome.output, outcome.runs) == ({"n": 5}, 5)


def test_a_poll_loop_whose_task_sees_what_it_gave_before_is_no_retry_edge() -> None:
    seeing = {**POLL, "States": {**POLL["States"], "Look": {"Type": "Task", "Resource": ECHO, "ResultPath": "$.status", "Next": "Ready?"}}}
    assert "terminal continued" in kinds(seeing)
    answers = iter(["BUSY", "READY"])
    seen: list[Any] = []

    def look(given: Any) -> Any:
        seen.append(given)
        return next(answers)

    assert output(seeing, {"job": 1}, {"Look": look})["status"] == "READY"
    assert seen == [{"job": 1}, {"job": 1, "status": "BUSY"}]


def test_a_loop_that_is_entered_in_its_middle() -> None:
    machine = {
        "StartAt": "Where",
        "States": {
            "Where": {"Type": "Choice", "Choices": [{"Variable": "$.b", "IsPresent": True, "Next": "B"}], "Default": "A"},
            "A": {"Type": "Pass", "Result": "a", "ResultPath": "$.last", "Next": "B"},
            "B": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "b": 1}, "Next": "More"},
            "More": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "A"}], "Default": "Done"},
            "Done": {"Type": "Pass", "End": True},
        },
    }
    assert output(machine, {"n": 0}) == {"n": 3, "b": 1}
    assert output(machine, {"n": 1, "b": 0}) == {"n": 3, "b": 1}


def test_a_catch_may_lead_back() -> None:
    task = {"Type": "Task", "Resource": ECHO, "Catch": [{"ErrorEquals": ["Busy"], "ResultPath": None, "Next": "S1"}]}
    machine = chain({"Type": "Wait", "Seconds": 5}, task)
    outcome = run(without_loss(machine), 1, {"S2": [failure("Busy"), failure("Busy"), 7]})
    assert (outcome.output, outcome.duration) == (7, 15)


def test_a_loop_in_a_branch_carries_its_data() -> None:
    machine = chain({"Type": "Parallel", "Branches": [COUNT, POLL]})
    outcome = run(without_loss(machine), {"n": 2, "job": 1}, {"Look": ["BUSY", "READY"]})
    assert outcome.output == [{"n": 5}, {"n": 2, "job": 1, "status": "READY"}]


def test_a_loop_over_all_keeps_the_first_input_in_the_context_object() -> None:
    counting = {**COUNT["States"], "Done": {"Type": "Pass", "Parameters": {"i.$": "$$.Execution.Input.n", "n.$": "$.n"}, "End": True}}
    assert output({**COUNT, "States": counting}, {"n": 3}) == {"i": 3, "n": 5}


def test_a_loop_within_a_map() -> None:
    assert output(chain({"Type": "Map", "ItemProcessor": COUNT}), [{"n": 1}, {"n": 7}]) == [{"n": 5}, {"n": 8}]
