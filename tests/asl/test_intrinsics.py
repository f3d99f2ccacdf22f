"""Intrinsic functions, by running what is imported."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from engine.asl.report import Weight
from tests.asl.running import ECHO, chain, imported, output, remarks, run

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
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.StringToJson('[1, {\"a\": [null]}]')", [1, {"a": [None]}]),
        ("States.StringToJson(' ')", None),
        ("States.StringToJson(States.JsonToString($.a))", [1, 1, "x", [1], [1], {"k": None}]),
        ("States.Format('{}', States.ArrayLength(States.Array($.n, States.MathAdd(1, 1))))", "2"),
    ],
)
def test_a_call_gives(call: str, expected: Any) -> None:
    assert output(chain({"Type": "Pass", "Parameters": {"r.$": call}}), DATA) == {"r": expected}
    assert output(chain({"Type": "Pass", "Parameters": {"r.$": call}, "ResultPath": "$.p"}), DATA)["p"] == {"r": expected}


@pytest.mark.parametrize(
    "call",
    [
        "States.ArrayLength($.no)",
        "States.ArrayLength($.s)",
        "States.ArrayGetItem($.a, 9)",
        "States.Format($.f, 1)",
        "States.StringToJson($.s)",
        "States.StringToJson($.n)",
        "States.Hash($.s, 'CRC32')",
        "States.Hash($.n, 'MD5')",
        "States.MathRandom(2, 2)",
    ],
)
def test_a_call_that_can_not_be_made_fails_the_execution(call: str) -> None:
    assert run(chain({"Type": "Pass", "Parameters": {"r.$": call}}), DATA).status == "failed"


@pytest.mark.parametrize(
    "call",
    [
        "States.UUID(1)",
        "States.MathRandom(1, 2, 3)",
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


def test_ids_and_numbers_are_others_for_each_call_and_visit_and_the_same_when_run_again() -> None:
    shape = {"id.$": "States.UUID()", "more.$": "States.Array(States.UUID(), $)", "n": 2, "draw.$": "States.MathRandom($.n, 5)"}
    found = imported(chain({"Type": "Pass", "Parameters": shape}, {"Type": "Pass", "Parameters": shape}))
    assert (remarks(found, Weight.LOSS), [what for _, what in remarks(found, Weight.NOTE)]) == ([], ["UUID or random number"] * 2)
    made: Any = run(found, {"n": 2}).output
    ids = [made["id"], made["more"][0], made["more"][1]["id"], made["more"][1]["more"][0]]
    assert len(set(ids)) == len(ids)
    assert all(UUID(one).version == 4 and str(UUID(one)) == one for one in ids)
    assert made["draw"] in {2, 3, 4}
    assert run(found, {"n": 2}).output == made


def test_numbers_are_spread_over_all_that_may_be_drawn() -> None:
    item = chain({"Type": "Pass", "Parameters": {"n.$": "States.MathRandom(1, 4)"}, "OutputPath": "$.n"})
    drawn = output(chain({"Type": "Map", "ItemProcessor": item}), list(range(60)))
    assert set(drawn) == {1, 2, 3}
    selected = {"Type": "Map", "ItemSelector": {"id.$": "States.UUID()"}, "ItemProcessor": chain({"Type": "Pass"})}
    assert len({given["id"] for given in output(chain(selected), [0] * 9)}) == 9


DRAWN = {"Type": "Task", "Resource": ECHO, "Parameters": {"id.$": "States.UUID()"}, "Retry": [{"ErrorEquals": ["States.ALL"]}]}


def test_each_attempt_of_a_task_draws_anew() -> None:
    given: list[Any] = []

    def answer(asked: Any) -> Any:
        given.append(asked["id"])
        if len(given) < 3:
            raise ValueError
        return asked["id"]

    assert output(chain(DRAWN), {}, {"echo": answer}) == given[2]
    assert len(set(given)) == 3


def test_what_is_drawn_for_a_task_that_is_repeated_within_a_loop_is_a_loss() -> None:
    again = {"Type": "Choice", "Choices": [{"Variable": "$.go", "IsPresent": True, "Next": "S1"}], "Default": "S3"}
    loop = chain({**DRAWN, "ResultPath": None}, again, {"Type": "Succeed"})
    assert remarks(imported(loop), Weight.LOSS) == [("/States/S1/Retry", "Retry")]
