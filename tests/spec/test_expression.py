"""Claims about `engine.spec.expression`."""

from __future__ import annotations

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.spec import expression
from engine.spec.expression import check_syntax, evaluate, evaluate_condition
from engine.spec.model import Expression, Json
from engine.spec.payload import decode, encode
from tests.spec.expressions import CORPUS, EXPRESSIONS
from tests.spec.scopes import FixedScope


def value_of(source: str, **data: Json) -> Json:
    return evaluate(Expression(source=source), FixedScope(data) if data else FixedScope())


def failure_of(source: str, **data: Json) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        value_of(source, **data)
    return caught.value


def holds(source: str) -> bool:
    return evaluate_condition(Expression(source=source), FixedScope())


def test_a_value_is_plain_json_of_any_type() -> None:
    for value in ("text", 5, 1.5, True, None, [1, [2]], {"a": {"b": None}}):
        assert value_of("input.v", input={"v": value}) == value
        assert value_of("(input).v", input={"v": value}) == value


@pytest.mark.parametrize("source", ["input.zz", "input.a.b.c", "results.missing", "$lookup(input, 'zz')", "input.b[7]", "input.e[0]", "()"])
def test_nothing_is_undefined(source: str) -> None:
    assert failure_of(source).code == "Undefined"


@pytest.mark.parametrize(
    "source", ["1/0", "-1/0", "[1/0]", "{'a': [1/0]}", "0/0", "$sum", "function() {1}", "/a/", "[$sum]", "{'a': $sum, 'b': null}"]
)
def test_what_json_cannot_hold_is_no_value(source: str) -> None:
    assert failure_of(source).code == "NotJson"


def test_null_is_a_value_wherever_it_stands() -> None:
    assert value_of("null") is None
    assert value_of("input.n") is None
    assert value_of("[null, input.n]") == [None, None]
    assert value_of("$map([1, 2], function($v) {null})") == [None, None]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("$error('boom')", "D3137"),
        ("'a' + 1", "T2001"),
        ("$number('x')", "D3030"),
        ("($f := function($x) {1 + $f($x)}; $f(1))", "D1011"),
        ("($f := function($x) {$f($x)}; $f(1))", "D1012"),
        ("[1..60000]", "D2015"),
        ("[-5e18..5e18]", "Limit"),
        ("$pad('a', 1e9)", "Limit"),
        ("a b", "Syntax"),
        ("$random()", "Syntax"),
        ("$fromMillis(0, '[Y,*-1000000000]')", "Internal"),
    ],
)
def test_a_failure_has_a_code_and_says_of_which_expression(source: str, code: str) -> None:
    failure = failure_of(source)
    assert (failure.code, failure.expression) == (code, source)


def test_the_authors_own_error_is_passed_on() -> None:
    assert failure_of("$error('no such card')").reason == "no such card"


@pytest.mark.parametrize(
    ("source", "value"), [("input.a = 1", True), ("input.a = 2", False), ("input.zz", False), ("input.zz.b > 1", False)]
)
def test_a_condition_is_true_false_or_nothing(source: str, value: bool) -> None:  # noqa: FBT001
    assert holds(source) is value


@pytest.mark.parametrize(
    ("source", "kind"), [("input.a", "a number"), ("'true'", "text"), ("null", "null"), ("input.b", "a list"), ("input.o", "an object")]
)
def test_a_condition_that_is_anything_else_is_an_error(source: str, kind: str) -> None:
    with pytest.raises(ExpressionError, match=f"not {kind}") as caught:
        holds(source)
    assert caught.value.code == "NotBoolean"


@pytest.mark.parametrize("number", [2**53 + 1, 2**64 + 1, -(10**40)])
def test_a_plain_path_gives_a_large_integer_exactly(number: int) -> None:
    assert value_of("input.id", input={"id": number}) == number
    assert value_of("$.input.id", input={"id": number}) == float(number)


def test_a_plain_path_gives_half_a_surrogate_pair_and_anything_else_refuses_it() -> None:
    assert value_of("input.s", input={"s": "\ud800"}) == "\ud800"
    assert failure_of("input.s & 'x'", input={"s": "\ud800"}).code == "NotText"


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
))  # fmt: skip
def test_a_plain_path_gives_what_the_evaluator_would(data: Json) -> None:
    for plain, evaluated in (("input.a", "(input.a)"), ("input.a.b", "(input.a.b)"), ("input.a.b.c", "(input.a.b.c)")):
        shortcut, whole = [outcome_of(source, data) for source in (plain, evaluated)]
        assert shortcut == whole


def outcome_of(source: str, data: Json) -> Json:
    try:
        return (value_of(source, input=data),)
    except ExpressionError as error:
        return error.code


@given(EXPRESSIONS | st.sampled_from(CORPUS))
def test_an_expression_gives_a_value_that_can_be_sent_or_an_expression_error(source: str) -> None:
    try:
        value = value_of(source)
    except ExpressionError:
        return
    assert decode(encode(value)) == value


@given(EXPRESSIONS)
def test_an_expression_gives_the_same_each_time(source: str) -> None:
    assert outcome_of(source, {"a": 1}) == outcome_of(source, {"a": 1})


def test_the_data_is_never_changed() -> None:
    scope = FixedScope({"input": {"list": [{"v": 1}]}})
    value = evaluate(Expression(source="input.list ~> | $ | {'w': 2} |"), scope)
    assert value == [{"v": 1, "w": 2}]
    assert scope.data == {"input": {"list": [{"v": 1}]}}


def test_the_scope_is_asked_for_what_the_expression_reads() -> None:
    scope = FixedScope()
    evaluate(Expression(source="results.x & input.s"), scope)
    assert (scope.asked[0].names, scope.asked[0].results) == (frozenset({"results", "input"}), frozenset({"x"}))


def test_the_time_is_that_of_the_scope() -> None:
    assert evaluate(Expression(source="$now()"), FixedScope(now=0.0)) == "1970-01-01T00:00:00.000Z"
    assert evaluate(Expression(source="$millis()"), FixedScope(now=1.9996)) == 2000
    assert evaluate(Expression(source="$now()"), FixedScope(now=86_400.0)) == "1970-01-02T00:00:00.000Z"


def test_any_thread_may_evaluate() -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(lambda _: value_of("input.a + 1"), range(40))) == [2] * 40


def test_more_expressions_than_are_kept_are_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expression, "KEPT", 3)
    assert [value_of(f"{number} + 0") for number in (*range(8), 0)] == [*range(8), 0]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*)*b"])
def test_a_regular_expression_cannot_take_forever(pattern: str) -> None:
    assert value_of(f"$contains(input.s, /^{pattern}/)", input={"s": "a" * 30_000 + "c"}) is False


@pytest.mark.parametrize("source", ["$sum(input.b)", "$contains(results.x, /^[a-z]$/i)", "$now()", "[1..3]", "$split(input.s, /\\//)"])
def test_an_expression_that_can_be_evaluated_has_no_problem(source: str) -> None:
    assert check_syntax(source) is None


@pytest.mark.parametrize(
    ("source", "offset", "message"),
    [
        ("a b", 2, "Syntax error: b"),
        ("1 + $lenght(a)", 4, "nothing defines $lenght"),
        ("$eval('1')", 0, "$eval is not available"),
        ("$match(a, /(?=a)b/)", 10, "look-around"),
        ("$match(a, /x/) and $match(a, /(a)\\1/)", 29, "backreferences"),
        ("$x[", 3, "Expected ]"),
    ],
)
def test_the_problem_of_an_expression_is_said_with_its_place(source: str, offset: int, message: str) -> None:
    problem = check_syntax(source)
    assert problem is not None
    assert message in problem.message
    assert problem.offset == offset


def test_large_data_and_results_pass_through() -> None:
    rows = [{"id": number, "name": "x" * 20, "none": None} for number in range(5_000)]
    assert value_of("input", input=rows) == rows
    assert value_of("input[id > 4998].name", input=rows) == "x" * 20
    assert math.isclose(value_of("$sum(input.id)", input=rows), sum(range(5_000)))


def test_deep_data_is_read() -> None:
    deep: Json = 1
    for _ in range(500):
        deep = {"a": deep}
    assert value_of("input.**[$type($) = 'number']", input=deep) == 1


def test_without_jsonatapy_the_fallback_evaluates() -> None:
    program = """
import sys
sys.modules["jsonatapy"] = None
from engine.spec import expression
from engine.spec.model import Expression
class Scope:
    now = 0.0
    def root(self, references): return {"input": {"a": [1, 2], "n": None}}
print(expression.compile_source.__module__)
for source in ("$sum(input.a)", "$now()", "input.n", "(input.n)", "[1..3]"):
    print(expression.evaluate(Expression(source=source), Scope()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["engine.spec.jsonata_python", "3", "1970-01-01T00:00:00.000Z", "None", "None", "[1, 2, 3]", ""]


def test_the_model_is_imported_without_what_evaluates_it() -> None:
    program = "import sys, engine.spec.model; print([name for name in ('jsonschema', 'jsonata', 'jsonatapy') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
