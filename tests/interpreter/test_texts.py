from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.interpreter.failure import Failure
from engine.interpreter.texts import LONGEST_DATA, LONGEST_REASON, child_id, control, cut, details_of, reason_of, timer_id, work_id
from engine.interpreter.work import Address
from engine.spec.model import ABSENT


def address(visit: int, attempt: int, **more: Any) -> Address:
    return Address(node="fetch", visit=visit, attempt=attempt, **more)


def test_the_first_attempt_of_the_first_visit_is_called_as_the_node() -> None:
    assert work_id(address(1, 1)) == "fetch"
    assert work_id(address(1, 2)) == "fetch.1.2"
    assert work_id(address(2, 1)) == "fetch.2.1"


def test_an_items_work_always_says_its_visit_and_attempt() -> None:
    assert work_id(address(1, 1, item=0)) == "fetch.1.1.0"
    assert work_id(address(2, 3, item=17)) == "fetch.2.3.17"


def test_what_undoes_is_called_so() -> None:
    assert work_id(address(1, 1, undo=True)) == "fetch.undo.1.1"
    assert work_id(address(2, 1, item=4, undo=True)) == "fetch.undo.2.1.4"


def test_timers_are_named_after_what_they_are_for() -> None:
    assert timer_id(address(2, 1), "wait") == "fetch.wait.2"
    assert timer_id(address(2, 3), "retry") == "fetch.retry.2.3"
    assert timer_id(address(2, 3, item=4), "retry") == "fetch.retry.2.3.4"
    assert timer_id(address(2, 3, undo=True), "retry") == "fetch.undo.retry.2.3"


ADDRESSES = st.builds(
    Address,
    node=st.sampled_from(("a", "b", "undo")),
    visit=st.integers(1, 3),
    attempt=st.integers(1, 3),
    item=st.sampled_from((ABSENT, 0, 1, 2)),
    undo=st.booleans(),
)


@given(ADDRESSES, ADDRESSES)
def test_no_two_pieces_of_work_have_the_same_id_nor_the_same_control(one: Address, other: Address) -> None:
    assert (one == other) is (work_id(one) == work_id(other)) is (control(one) == control(other))


@given(st.text(min_size=1, max_size=256), st.text(min_size=1, max_size=64), st.integers(1, 10**6))
def test_a_childs_own_workflowid_is_never_too_long_and_begins_like_its_parents(parent: str, node: str, visit: int) -> None:
    work = work_id(Address(node=node, visit=visit, attempt=visit, item=visit))
    made = child_id(parent, "run", work)
    assert len(made) <= 256
    assert made.endswith(f".{work}.{sha256(b'run').hexdigest()[:8]}")
    assert made.startswith(parent[:100])


def test_control_is_json() -> None:
    assert json.loads(control(address(2, 3))) == {"node": "fetch", "visit": 2, "attempt": 3}
    assert json.loads(control(address(2, 3, item=0))) == {"node": "fetch", "visit": 2, "attempt": 3, "item": 0}
    assert json.loads(control(address(2, 3, item=0, undo=True))) == {"node": "fetch", "visit": 2, "attempt": 3, "item": 0, "undo": True}


def test_a_reason_names_node_and_error_within_swfs_limit() -> None:
    assert reason_of("fetch", Failure(name="Broken", message="")) == "fetch: Broken"
    assert reason_of("", Failure(name="Stalled", message="")) == "Stalled"
    long = reason_of("fetch", Failure(name="x" * 1000, message=""))
    assert len(long) == LONGEST_REASON
    assert long.endswith("…")


def test_details_say_node_error_message_and_attempts() -> None:
    details = details_of("fetch", Failure(name="Broken", message='it "fell"'), 3)
    assert json.loads(details) == {"node": "fetch", "error": "Broken", "message": 'it "fell"', "attempts": 3}


def test_details_of_the_execution_itself_name_no_node() -> None:
    assert json.loads(details_of("", Failure(name="Stalled", message="why"), 0)) == {"error": "Stalled", "message": "why"}


@pytest.mark.parametrize("message", ["x" * 32_768, '"' * 32_768, "\x00" * 32_768, "ü" * 40_000])
def test_a_long_message_is_cut_so_that_the_details_stay_json(message: str) -> None:
    details = details_of("fetch", Failure(name="y" * 32_768, message=message), 1)
    assert LONGEST_DATA // 2 < len(details) <= LONGEST_DATA
    told = json.loads(details)["message"]
    assert told.endswith("…")
    assert message.startswith(told[:-1])


def test_what_fits_is_not_cut() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
