from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.interpreter.ledger import Ledger
from engine.interpreter.portions import CARRIED, TAKEN, Portions, Whole, cut_up, digest_of, number_of
from engine.spec.model import ABSENT


def whole(text: str, portions: int) -> Whole:
    return Whole(portions=portions, sha256=digest_of(text), characters=len(text))


def wanted(ledger: Ledger) -> dict[str, str]:
    return {intent.marker: intent.details for intent in ledger.pending}  # type: ignore[union-attr]


@given(st.text(min_size=1), st.integers(min_value=1, max_value=7))
def test_what_is_cut_up_is_put_together(text: str, longest: int) -> None:
    portions = cut_up(text, longest)
    assert max(map(len, portions)) <= longest
    assert whole(text, len(portions)).put_together(dict(enumerate(portions))) == text


def test_what_is_not_all_there_or_not_what_it_was_is_not_put_together() -> None:
    it = whole("abcd", 2)
    assert it.put_together({0: "ab", 1: "cd", 2: "old"}) == "abcd"
    assert it.put_together({0: "ab"}) is ABSENT
    assert it.put_together({0: "ab", 1: "ce"}) is ABSENT


def test_each_is_wanted_until_it_is_recorded_as_it_should_be() -> None:
    ledger = Ledger()
    portions = Portions(ledger, CARRIED)
    portions.want(["a", "b"])
    portions.recorded(f"{CARRIED}0", "a")
    portions.recorded(f"{CARRIED}1", "old")
    portions.recorded(f"{TAKEN}1", "b")
    assert wanted(ledger) == {f"{CARRIED}1": "b"}
    portions.recorded(f"{CARRIED}1", "b")
    assert not portions.missing
    assert wanted(ledger) == {}


def test_what_has_changed_is_recorded_anew_and_no_more() -> None:
    ledger = Ledger()
    portions = Portions(ledger, CARRIED)
    portions.want(["a", "b", "c"])
    for number, text in enumerate("abc"):
        portions.recorded(f"{CARRIED}{number}", text)
    portions.want(["a", "x"])
    assert wanted(ledger) == {f"{CARRIED}1": "x"}


def test_what_is_refused_is_not_asked_for_again() -> None:
    ledger = Ledger()
    portions = Portions(ledger, TAKEN)
    portions.want(["a"])
    assert not portions.refused(f"{CARRIED}0")
    assert portions.refused(f"{TAKEN}0")
    assert not portions.refused(f"{TAKEN}0")
    assert wanted(ledger) == {}


def test_a_marker_has_a_number_or_is_none_of_these() -> None:
    assert number_of("swfgraph.carried.17", CARRIED) == 17
    assert all(number_of(marker, CARRIED) is ABSENT for marker in ("swfgraph.carried.", "swfgraph.carried.²", "17", "swfgraph.taken.1"))
