"""Intrinsic functions, by running what is imported."""

from __future__ import annotations

from typing import Any

import pytest

from engine.asl.report import Weight
from tests.asl.running import chain, imported, output, remarks, run

DATA = {"a": [1, 1, "x", [1], [1], {"k": None}], "o": {"k": 1}, "s": "a-b c", "n": 2, "one": [[1, 2]], "f": "<{}|{}>"}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("States.Format('{} and {}', $.s, $.n)", "a-b c and 2"),
        ("States.Format('{}', $.s)", "a-b c"),
        (r"States.Format('it\'s \{{}\}', $.n)", "it's {2}"),
        ("States.Format('{}', $.o)", "{k=1}"),
        ("States.Format('{}', $.a)", "[1, 1, x, [1], [1], {k=null}]"),
        ("States.Format($.f, 1, true)", "<1|true>"),
        ("States.Format('no braces')", "no braces"),
        ("States.JsonToString($.o)", '{"k":1}'),
        ("States.JsonToString($.s)", '"a-b c"'),
        ("States.JsonToString($.one)", "[[1,2]]"),
        ("States.Array(1, $.o, $.one, 'x', null)", [1, {"k": 1}, [[1, 2]], "x", None]),
        ("States.Array($.one)", [[[1, 2]]]),
        ("States.Array()", []),
        ("States.ArrayPartition($.a, 4)", [[1, 1, "x", [1]], [[1], {"k": None}]]),
        ("States.ArrayPartition($.one, 2)", [[[1, 2]]]),
        ("States.ArrayContains($.a, $.o)", False),
        ("States.ArrayContains($.one, States.Array(1, 2))", True),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayRange(1, 1, 1)", [1]),
        ("States.ArrayGetItem($.a, 3)", [1]),
        ("States.ArrayLength($.a)", 6),
        ("States.ArrayLength($.one)", 1),
        ("States.ArrayUnique($.a)", [1, "x", [1], {"k": None}]),
        ("States.Base64Encode('data')", "ZGF0YQ=="),
        ("States.Base64Decode('ZGF0YQ==')", "data"),
        ("States.JsonMerge($.o, $.o, false)", {"k": 1}),
        ("States.MathAdd($.n, -3)", -1),
        ("States.MathAdd(1.5, 1.4)", 3),
        ("States.StringSplit('1,2,,3', ',')", ["1", "2", "3"]),
        ("States.StringSplit('a.b+c', '.+')", ["a", "b", "c"]),
        ("States.StringSplit('whole', ',')", ["whole"]),
        ("States.Format('{}', States.ArrayLength(States.Array($.n, States.MathAdd(1, 1))))", "2"),
    ],
)
def test_a_call_gives(call: str, expected: Any) -> None:
    assert output(chain({"Type": "Pass", "Parameters": {"r.$": call}}), DATA) == {"r": expected}
    assert output(chain({"Type": "Pass", "Parameters": {"r.$": call}, "ResultPath": "$.p"}), DATA)["p"] == {"r": expected}


@pytest.mark.parametrize(
    "call", ["States.ArrayLength($.no)", "States.ArrayLength($.s)", "States.ArrayGetItem($.a, 9)", "States.Format($.f, 1)"]
)
def test_a_call_that_can_not_be_made_fails_the_execution(call: str) -> None:
    assert run(chain({"Type": "Pass", "Parameters": {"r.$": call}}), DATA).status == "failed"


@pytest.mark.parametrize(
    "call",
    [
        "States.UUID()",
        "States.Hash($.s, 'MD5')",
        "States.MathRandom(1, 2)",
        "States.StringToJson($.s)",
        "States.None()",
        "States.ArrayLength(",
        "States.MathAdd(1)",
    ],
)
def test_what_has_no_counterpart_is_a_loss_and_fails_on_purpose(call: str) -> None:
    found = imported(chain({"Type": "Pass", "Parameters": {"r.$": call}}))
    assert remarks(found, Weight.LOSS) == [("/States/S1", "this Pass")]
    outcome = run(found, DATA)
    assert outcome.status == "failed"
    assert "could not be imported" in str(outcome.details)
