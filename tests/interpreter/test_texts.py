from __future__ import annotations

import json
from typing import Any

import pytest

from engine.interpreter.failure import Failure
from engine.interpreter.texts import LONGEST_DATA, LONGEST_REASON, control, cut, details_of, reason_of, work_id
from engine.interpreter.work import Address


def address(visit: int, attempt: int, **more: Any) -> Address:
    return Address(node="fetch", visit=visit, attempt=attempt, **more)


def test_the_first_attempt_of_the_first_visit_is_called_as_the_node() -> None:
    assert work_id(address(1, 1)) == "fetch"
    assert work_id(address(1, 2)) == "fetch.1.2"
    assert work_id(address(2, 1)) == "fetch.2.1"


def test_control_is_json() -> None:
    assert json.loads(control(address(2, 3))) == {"node": "fetch", "visit": 2, "attempt": 3}


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
