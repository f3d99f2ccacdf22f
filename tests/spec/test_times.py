"""Claims about `engine.spec.times`."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.times import check_cron, check_time_zone


@pytest.mark.parametrize(
    "text", ["* * * * *", "*/15 3-5 1,15 * mon", "0 0 29 2 *", "30 0 3 * * MON-FRI", "0 9 L * *", "0 9 * * 5L", "0 9 * * 1#2"]
)
def test_cron_expressions_are_known(text: str) -> None:
    check_cron(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "five fields"),
        ("* * * *", "not 4"),
        ("@daily", '"@daily" is "0 0 * * *"'),
        ("60 * * * *", "its minute (there is 0 to 59)"),
        ("* 24 * * *", "its hour"),
        ("* * 32 * *", "its day-of-month"),
        ("* * 31 2 *", "a day that the months have"),
        ("* * * foo *", "its month"),
        ("* * * * 8", "its day-of-week"),
        ("61 * * * * *", "its second"),
        ("*/0 * * * *", "its minute"),
        ("0 9 * * 5L/2", "its day-of-week"),
    ],
)
def test_what_is_wrong_with_others_is_said(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        check_cron(text)


FIELD = st.text(alphabet="0123456789*/,-#LW", min_size=1, max_size=6)


@given(st.lists(FIELD, min_size=5, max_size=6).map(" ".join))
def test_whatever_the_fields_hold_it_is_a_cron_expression_or_a_complaint(text: str) -> None:
    with contextlib.suppress(ValueError):
        check_cron(text)


def test_time_zones_are_iana_names() -> None:
    for name in ("UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"):
        check_time_zone(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("europe/berlni", 'did you mean "Europe/Berlin"?'), ("Nowhere", "e.g. Europe/Berlin"), ("../etc/passwd", "IANA"), ("Europe", "IANA")],
)
def test_other_names_are_refused_with_the_one_that_was_meant(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone") as found:
        check_time_zone(name)
    assert hint in str(found.value)
