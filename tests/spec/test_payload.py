"""Claims about `engine.spec.payload`."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.spec.model import Json
from engine.spec.payload import decode, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_is_encoded_is_decoded_to_the_same_value(value: Json) -> None:
    assert decode(encode(value)) == value


@given(st.text() | st.text(alphabet='{}[]",:0123456789eE.-\\ud8truefalsn', max_size=12))
@example('"\\ud800"')
@example("1e999")
@example("[NaN]")
@example('{"a": "\\ud83d\\ude00"}')
def test_what_is_decoded_can_be_encoded_and_sent(text: str) -> None:
    again = encode(decode(text))
    again.encode()
    assert decode(again) == decode(text)


def test_encoding_is_compact_and_readable() -> None:
    assert encode({"a": [1, "é"], "b": None}) == '{"a":[1,"é"],"b":null}'


@pytest.mark.parametrize(
    "text", ["", "hello", "{", "NaN", "-Infinity", "[Infinity]", "'a'", "1e999", "-1e999", '"\\ud800"', "\ufeff1", "[" * 100_000]
)
def test_a_text_that_is_no_json_stays_text(text: str) -> None:
    assert decode(text) == text


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5), (" [1]\n", [1]), ('"5"', "5"), ("null", None), ("1e2", 100.0), ('"\\ud83d\\ude00"', "😀")]
)
def test_a_json_text_becomes_its_value(text: str, value: Json) -> None:
    assert decode(text) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_json_cannot_hold_is_not_encoded(value: Json) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode(value)


def test_nesting_beyond_pythons_limit_is_a_value_error() -> None:
    value: Json = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match="nested too deep"):
        encode(value)


def test_half_a_surrogate_pair_is_escaped_so_that_it_can_be_sent() -> None:
    assert encode("é\ud800") == '"\\u00e9\\ud800"'


@given(JSON)
def test_encoding_says_what_pythons_json_says(value: Json) -> None:
    assert json.loads(encode(value)) == json.loads(json.dumps(value))
