"""Claims about `engine.spec.functions`: what expressions may call beyond JSONata's own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.spec.expression import evaluate
from engine.spec.functions import DEEPEST, LONGEST, digest, parse_text
from engine.spec.limits import MAX_SEQUENCE
from engine.spec.model import Expression, Json
from tests.spec.expressions import FAILED, outcome
from tests.spec.scopes import FixedScope

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("evaluator", ["rust", "python"])
@given(value=VALUES)
def test_law_what_is_written_as_json_is_read_as_it_was(evaluator: str, value: Json) -> None:
    assert outcome(evaluator, "$parse(input)", {"input": json.dumps(value)}) == (value,)


@pytest.mark.parametrize("evaluator", ["rust", "python"])
@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("$parse('[1, 2.0, -0, 1.5e3]')", [1, 2, 0, 1500]),
        ('$parse("{\\"a\\": 1, \\"a\\": 2}")', {"a": 2}),
        ("$hash('input data', 'MD5')", "812f45842bc6d66ee14572ce20db8e86"),
        ("$hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
    ],
)
def test_a_call_gives(evaluator: str, source: str, value: Json) -> None:
    assert outcome(evaluator, source, {}) == (value,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON: Expecting value at character 1"),
        ("[1,]", "no JSON"),
        ("Infinity", "there is no Infinity"),
        ("1" * 400, "is too large"),
        ('["\\udc00"]', "half a surrogate pair"),
        ('{"\\ud800": 1}', "half a surrogate pair"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "inside one another"),
        ("[" * 100_000, "inside one another"),
        ("[" + "1," * MAX_SEQUENCE + "1]", "a list of more than"),
        (" " * LONGEST + "1", "at most 1,000,000 characters"),
    ],
    ids=lambda value: value[:20],
)
def test_what_can_not_be_read_is_said(text: str, why: str) -> None:
    assert why in parse_text(text)["fault"]
    assert {outcome(evaluator, "$parse(input)", {"input": text}) for evaluator in ("rust", "python")} == {FAILED}


def test_as_deep_and_as_long_as_may_be_is_read() -> None:
    assert "value" in parse_text("[" * DEEPEST + "]" * DEEPEST)
    assert "value" in parse_text("[" + "1," * (MAX_SEQUENCE - 1) + "1]")


def test_an_error_says_which_function_and_can_be_caught_by_name() -> None:
    with pytest.raises(ExpressionError, match=r"\$parse: the text is no JSON") as caught:
        evaluate(Expression(source="$parse(input)"), FixedScope(data={"input": "{"}))
    assert caught.value.code == "D3137"


def test_only_the_algorithms_that_are_named_are_known() -> None:
    assert "MD5, SHA-1, SHA-256, SHA-384, SHA-512" in digest("x", "blake2b")["fault"]
    assert digest("x" * (LONGEST + 1), "MD5")["fault"].startswith("$hash takes a text")
