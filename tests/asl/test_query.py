"""JSONata mode and variables, by running what is imported."""

from __future__ import annotations

from typing import Any

import pytest

from engine.asl.report import Weight
from tests.asl.running import ECHO, chain, failure, imported, output, remarks, run, without_loss


def queries(*states: dict[str, Any]) -> dict[str, Any]:
    return chain(*states, QueryLanguage="JSONata")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{% $states.input %}", {"l": [1], "n": 2}),
        ("{% $states.input.l %}", [1]),
        ("{% $states.input.n + 1 %}", 3),
        ({"a": ["{% $states.input.l %}", "text"], "b": "not {% all of it %}"}, {"a": [[1], "text"], "b": "not {% all of it %}"}),
        ("{% $partition([1, 2, 3], 2) %}", [[1, 2], [3]]),
        ("{% $range(0, 4, 2) %}", [0, 2, 4]),
        ("{% ($x := $states.input.n; $map([1, 2], function($y) { $x * $y })) %}", [2, 4]),
        ("{% $states.context.Execution.Name & '/' & $states.context.State.Name %}", "scenario/S1"),
        ("{% $hash('input data', 'MD5') %}", "812f45842bc6d66ee14572ce20db8e86"),
        ("{% $parse('[1, 2]')[1] %}", 2),
        ("{% $unknown ?? 'nothing' %}", "nothing"),
        (None, None),
    ],
    ids=str,
)
def test_an_output_is(given: Any, expected: Any) -> None:
    assert output(queries({"Type": "Pass", "Output": given}), {"l": [1], "n": 2}) == expected


def test_a_task_has_arguments_a_result_and_an_output() -> None:
    task = {
        "Type": "Task",
        "Resource": ECHO,
        "Arguments": {"x": "{% $states.input.n %}"},
        "Output": {"r": "{% $states.result.x %}", "i": "{% $states.input %}"},
    }
    assert output(queries(task), {"n": [5]}) == {"r": [5], "i": {"n": [5]}}


def test_a_condition_is_true_or_false_or_an_error() -> None:
    machine = queries(
        {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 1 %}", "Next": "S2"}], "Default": "S3"},
        {"Type": "Succeed", "Output": 1},
        {"Type": "Succeed"},
    )
    assert output(machine, {"n": 2}) == 1
    assert output(machine, {"n": 0}) == {"n": 0}
    assert run(machine, {}).status == "failed"


def test_a_choice_may_make_the_output() -> None:
    rule = {"Condition": True, "Output": "{% $states.input.n %}", "Assign": {"v": 3}, "Next": "S2"}
    assert output(queries({"Type": "Choice", "Choices": [rule]}, {"Type": "Pass", "Output": "{% [$states.input, $v] %}"}), {"n": 1}) == [
        1,
        3,
    ]


def test_variables_are_assigned_together_and_kept() -> None:
    first = {"Type": "Pass", "Assign": {"a": 1, "b": ["{% $states.input.n %}"]}}
    second = {"Type": "Task", "Resource": ECHO, "Assign": {"a": "{% $states.result.n + $a %}", "c": "{% $a %}"}, "Output": {}}
    last = {"Type": "Pass", "Output": "{% {'a': $a, 'b': $b, 'c': $c} %}"}
    assert output(queries(first, second, last), {"n": 7}) == {"a": 8, "b": [7], "c": 1}


def test_variables_in_jsonpath_mode() -> None:
    first = {"Type": "Task", "Resource": ECHO, "Assign": {"x.$": "$.n", "y": 1}, "ResultPath": None}
    last = {"Type": "Pass", "Parameters": {"x.$": "$x", "s.$": "States.MathAdd($x, $y)", "n.$": "$.n"}}
    assert output(chain(first, last), {"n": 3}) == {"x": 3, "s": 4, "n": 3}


def test_branches_and_items_see_variables_and_keep_their_own() -> None:
    inner = chain({"Type": "Pass", "Assign": {"v": "{% $v + $states.input %}"}}, {"Type": "Pass", "Output": "{% $v %}"})
    machine = queries(
        {"Type": "Pass", "Assign": {"v": 10}},
        {"Type": "Map", "Items": "{% [1, 2] %}", "ItemProcessor": inner},
        {"Type": "Pass", "Output": {"items": "{% $states.input %}", "v": "{% $v %}"}},
    )
    assert output(machine) == {"items": [11, 12], "v": 10}


def test_a_catch_sees_the_error_and_assigns() -> None:
    rule = {
        "ErrorEquals": ["States.ALL"],
        "Next": "S2",
        "Assign": {"e": "{% $states.errorOutput.Error %}"},
        "Output": "{% $states.input.n %}",
    }
    machine = queries({"Type": "Task", "Resource": ECHO, "Catch": [rule]}, {"Type": "Pass", "Output": "{% [$e, $states.input] %}"})
    assert output(machine, {"n": 1}, {"S1": failure("Bad")}) == ["Bad", 1]


def test_errors_of_expressions_can_be_caught_in_this_mode() -> None:
    rule = {"ErrorEquals": ["States.QueryEvaluationError"], "Next": "S2", "Output": "{% $states.errorOutput.Error %}"}
    machine = queries({"Type": "Task", "Resource": ECHO, "Arguments": "{% $states.input.no %}", "Catch": [rule]}, {"Type": "Pass"})
    assert output(machine) == "States.QueryEvaluationError"


def test_a_wait_computes_how_long() -> None:
    assert run(without_loss(queries({"Type": "Wait", "Seconds": "{% $states.input.n * 2 %}"})), {"n": 4}).duration == 8


@pytest.mark.parametrize(
    "call",
    [
        "$random(7)",
        "$map([1, 2], function($x) { $uuid() })",
        "[1, 2].($uuid())",
        "$map([1, 2], $random)",
        "[1, 2][$random() < 1]",
        "$eval('1')",
        "$states.context.Task.Token",
        "$unknown(1)",
        "1 +",
    ],
)
def test_what_has_no_counterpart_is_a_loss(call: str) -> None:
    found = imported(queries({"Type": "Pass", "Output": f"{{% {call} %}}"}))
    assert remarks(found, Weight.LOSS) == [("/States/S1", "this Pass")]
    assert run(found).status == "failed"


def test_ids_and_numbers_are_others_for_each_call() -> None:
    source = "{% ($a := $uuid(); {'a': $a, 'b': $a, 'c': $uuid(), 'd': true ? [$random(), $random()] : 0, 'e': '$uuid()'}) %}"
    made = output(queries({"Type": "Pass", "Output": source}))
    assert made["a"] == made["b"] != made["c"]
    assert made["e"] == "$uuid()"
    one, other = made["d"]
    assert 0 <= min(one, other) < max(one, other) < 1


def test_a_variable_that_nobody_assigns_is_nothing_and_so_an_error() -> None:
    rule = {"ErrorEquals": ["States.QueryEvaluationError"], "Next": "S2", "Output": "{% $states.errorOutput.Error %}"}
    task = {"Type": "Task", "Resource": ECHO, "Arguments": "{% $nobody %}", "Catch": [rule]}
    assert output(queries(task, {"Type": "Pass"})) == "States.QueryEvaluationError"
    assert run(without_loss(queries({"Type": "Pass", "Output": {"x": "{% $nobody %}"}}))).status == "failed"
