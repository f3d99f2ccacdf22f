from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import HistoryError
from engine.interpreter.envelope import IN_PORTIONS, Envelope, carries, opened, sealed, standing_for, whole_of
from engine.spec.model import ABSENT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_what_is_sealed_is_opened_as_it_was(value: Any, state: Any) -> None:
    found = opened(sealed(value, state), 1)
    assert (found.value, found.state) == (value, state)
    assert json.loads(str(found.input)) == value


def test_where_there_was_no_input_there_is_none_again() -> None:
    assert opened(sealed(ABSENT, {}), 1) == Envelope(input=ABSENT, value=None, state={})


@pytest.mark.parametrize("text", ["", "no JSON", '{"n": 1}', '{"$swfgraph": {"v": 1}, "more": 1}', "[]"])
def test_a_users_input_is_left_as_it_is(text: str) -> None:
    assert opened(text, 1).input == text


def test_what_is_known_is_by_node() -> None:
    text = json.dumps({"$swfgraph": {"v": 1, "input": 7, "known": {"a": {"result": 1}, "b": {"items": {"0": 2}}}, "retryOf": {}}})
    assert opened(text, 1) == Envelope(input="7", value=7, known={"a": {"result": 1}, "b": {"items": {"0": 2}}})


@pytest.mark.parametrize("known", [[], {"a": 1}, {"a": {"items": []}}, {"a": {"items": {"-1": 1}}}, {"a": {"items": {"²": 1}}}])
def test_what_nobody_can_know_is_refused(known: Any) -> None:
    with pytest.raises(HistoryError, match="event 3: what is known from an earlier run should be"):
        opened(json.dumps({"$swfgraph": {"v": 1, "known": known}}), 3)


def test_an_input_carries_a_run_if_it_has_a_state() -> None:
    assert carries(sealed(1, {}))
    assert not carries('{"$swfgraph":{"v":1,"known":{}}}')
    assert not carries("7")
    assert not carries(ABSENT)


def test_what_stands_for_a_state_in_portions_says_so_and_has_the_users_input_where_there_is_room() -> None:
    text = sealed({"n": 1}, {"long": "x" * 500}, IN_PORTIONS)
    standing = standing_for(text, 3, {"n": 1}, 400)
    whole = whole_of(standing)
    assert whole is not ABSENT
    assert (whole.portions, whole.characters) == (3, len(text))
    assert json.loads(standing)["$swfgraph"]["input"] == {"n": 1}
    assert "input" not in json.loads(standing_for(text, 3, {"n": "y" * 400}, 400))["$swfgraph"]
    assert carries(standing)
    assert opened(text, 1).in_portions
    assert whole_of(text) is ABSENT


def test_what_only_stands_for_a_state_can_not_be_gone_on_from() -> None:
    with pytest.raises(HistoryError, match="its state is in markers of the run that it goes on from"):
        opened(standing_for(sealed(1, {}, IN_PORTIONS), 3, 1, 400), 1)


def test_an_input_that_is_kept_elsewhere_may_carry_a_run() -> None:
    assert carries('{"$swfgraph.payload":{"sha256":"00","size":40000}}')
