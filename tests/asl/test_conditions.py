"""Choice rules: every comparison, on values of every type, against what Step Functions documents."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asl.running import chain, output, run

TIME, LATER = "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5Z"


def holds(rule: dict[str, Any], value: Any) -> Any:
    yes: dict[str, Any] = {"Type": "Pass", "Result": True, "End": True}
    machine = chain({"Type": "Choice", "Choices": [{**rule, "Next": "S2"}], "Default": "S3"}, yes, {**yes, "Result": False})
    return output(machine, value)


ORDERS: dict[str, tuple[Any, Any]] = {"String": ("a", "b"), "Numeric": (1, 2.5), "Timestamp": (TIME, LATER)}


@pytest.mark.parametrize("kind", list(ORDERS))
@pytest.mark.parametrize("path", [False, True])
def test_order(kind: str, path: bool) -> None:  # noqa: FBT001
    low, high = ORDERS[kind]
    expected = {
        "Equals": (True, False, False),
        "LessThan": (False, True, False),
        "GreaterThan": (False, False, True),
        "LessThanEquals": (True, True, False),
        "GreaterThanEquals": (True, False, True),
    }
    for operator, answers in expected.items():
        for (left, right), answer in zip(((low, low), (low, high), (high, low)), answers, strict=True):
            rule = {f"{kind}{operator}{'Path' if path else ''}": "$.w" if path else right, "Variable": "$.v"}
            assert holds(rule, {"v": left, "w": right}) is answer, (rule, left)


@pytest.mark.parametrize("operator", ["StringEquals", "StringLessThan", "NumericGreaterThan", "BooleanEquals", "TimestampEquals"])
@pytest.mark.parametrize("value", [None, [], {}, [1], "x", 3, True], ids=str)
def test_a_value_of_another_type_is_no_match(operator: str, value: Any) -> None:
    other = {"S": "~", "N": 10**6, "B": False, "T": TIME}[operator[0]]
    if not (operator == "StringLessThan" and value == "x"):
        assert holds({"Variable": "$.v", operator: other}, {"v": value}) is False


@pytest.mark.parametrize(
    ("value", "true"),
    [
        (None, "IsNull"),
        (1.5, "IsNumeric"),
        ("x", "IsString"),
        (False, "IsBoolean"),
        (TIME, "IsString IsTimestamp"),
        ([], ""),
        ({}, ""),
        ([None], ""),
    ],
    ids=str,
)
def test_kinds(value: Any, true: str) -> None:
    for operator in ("IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"):
        for wanted in (True, False):
            assert holds({"Variable": "$.v", operator: wanted}, {"v": value}) is ((operator in true.split()) is wanted), (operator, wanted)


def test_is_present_asks_for_the_path_not_for_a_value() -> None:
    assert holds({"Variable": "$.a.b", "IsPresent": True}, {"a": {"b": None}}) is True
    assert holds({"Variable": "$.a.b", "IsPresent": True}, {"a": {}}) is False
    assert holds({"Variable": "$.a.b", "IsPresent": False}, {}) is True


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*", "", True),
        ("*", "a\nb", True),
        ("log-*.txt", "log-1.txt", True),
        ("log-*.txt", "log-1.txt.gz", False),
        ("a.c", "abc", False),
        (r"a\*c", "a*c", True),
        (r"a\*c", "abc", False),
        ("*/{%(x)%}[1]+?^$|", "a/{%(x)%}[1]+?^$|", True),
        ("ü*", "übung", True),
    ],
)
def test_string_matches(pattern: str, text: str, matches: bool) -> None:  # noqa: FBT001
    assert holds({"Variable": "$.v", "StringMatches": pattern}, {"v": text}) is matches


def test_and_or_not_ask_no_more_than_they_need() -> None:
    has, big = {"Variable": "$.v", "IsPresent": True}, {"Variable": "$.v", "NumericGreaterThan": 1}
    assert holds({"And": [has, big]}, {"v": 2}) is True
    assert holds({"And": [has, big]}, {}) is False
    assert holds({"Or": [{"Not": has}, big]}, {}) is True
    assert holds({"Not": {"And": [has, {"Not": big}]}}, {"v": 1}) is False


def test_a_missing_variable_fails_the_execution_as_does_a_choice_without_default() -> None:
    machine = chain({"Type": "Choice", "Choices": [{"Variable": "$.v", "NumericEquals": 1, "Next": "S2"}]}, {"Type": "Succeed"})
    assert run(machine, {}).status == "failed"
    assert run(machine, {"v": 2}).reason.endswith("NoChoice")
    assert run(machine, {"v": 1}).status == "completed"
