"""Claims about `engine.spec.jsonata_python`: the fallback keeps the promises of the door."""

from __future__ import annotations

import pytest

from engine.errors import ExpressionError
from engine.spec.jsonata_python import compile_source
from engine.spec.model import ABSENT, Json


def value_of(source: str, root: dict[str, Json] | None = None) -> Json:
    return compile_source(source, source, functions=True)(root or {}, None)


@pytest.mark.parametrize(
    ("source", "value"),
    [("a", ABSENT), ("n", None), ("[n, null]", [None, None]), ("l", [1, {"x": None}]), ("2.0", 2), ("1.5", 1.5), ("{'a': n}", {"a": None})],
)
def test_values_are_plain_json_and_nothing_is_absent(source: str, value: Json) -> None:
    assert value_of(source, {"n": None, "l": [1, {"x": None}]}) == value


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("$sum", "NotJson"),
        ("[$sum]", "NotJson"),
        ("$error('boom')", "D3137"),
        ("1/0", "Failed"),
        ("($f := function($x) {1 + $f($x)}; $f(1))", "D1011"),
        ("($f := function($x) {$f($x)}; $f(1))", "D1012"),
        ("[[1..60000]]", "D2015"),
        ("a b", "Syntax"),
        ("1 + 'a'", "T2002"),
    ],
)
def test_failures_are_expression_errors(source: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value_of(source)
    assert (caught.value.code, caught.value.expression) == (code, source)


def test_an_evaluation_has_its_time_to_itself() -> None:
    evaluate = compile_source("a", "a", functions=False)
    with pytest.raises(ExpressionError, match="timeout"):
        value_of("($f := function($x) {$f($x)}; $f(1))")
    assert evaluate({"a": 1}, None) == 1
