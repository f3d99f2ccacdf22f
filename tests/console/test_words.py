"""Payloads and times as a page words them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.console.words import FILTERS, moment, pretty, short, status_word
from tests.console.hostile import TEXTS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4, alphabet=st.characters(codec="utf-8")), inner, max_size=3)
    ),
)


@given(JSON)
def test_json_is_indented_and_says_the_same(value: object) -> None:
    assert json.loads(pretty(json.dumps(value))) == value


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_whatever_a_payload_is_a_page_can_send_it(text: str) -> None:
    pretty(text).encode()


@pytest.mark.parametrize("text", TEXTS)
def test_no_payload_is_too_much(text: str) -> None:
    pretty(text).encode()


@pytest.mark.parametrize("text", ["", "plain", "[" * 3_000, "1e999", "NaN", '"\\ud800"', "{'a': 1}"])
def test_what_is_no_json_is_shown_as_it_is(text: str) -> None:
    assert pretty(text) == text


def test_what_is_nested_too_deep_to_be_indented_is_shown_on_one_line() -> None:
    text = "[" * 600 + "]" * 600
    assert pretty(text).replace("\n", "").replace(" ", "") == text


def test_long_texts_end_in_an_ellipsis() -> None:
    assert (short("abcdef", 6), short("abcdefg", 6)) == ("abcdef", "abcde…")


def test_times_and_statuses_in_words() -> None:
    assert moment(0) == "1970-01-01 00:00:00 UTC"
    assert (status_word("TIMED_OUT"), status_word("WHATEVER")) == ("Timed out", "WHATEVER")
    assert all(callable(one) for one in FILTERS.values())
