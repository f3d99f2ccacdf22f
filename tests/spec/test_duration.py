"""Claims about `engine.spec.duration`."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.duration import LONGEST, format_duration, parse_duration
from engine.spec.model import UNLIMITED, Json


@given(st.integers(min_value=0, max_value=LONGEST))
def test_what_is_formatted_is_parsed_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.integers(min_value=0, max_value=LONGEST))
def test_a_number_is_seconds(seconds: int) -> None:
    assert parse_duration(seconds) == seconds == parse_duration(float(seconds))


def test_none_is_unlimited_both_ways() -> None:
    assert parse_duration("none") is UNLIMITED
    assert format_duration(UNLIMITED) == "none"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("1d2h3m4s", 93_784), ("0s", 0), ("90m", 5400), ("007s", 7)],
)
def test_text_has_units(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (90, "1m30s"), (3600, "1h"), (86_400, "1d"), (5400, "1h30m")])
def test_formatted_text_is_short(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "90",
        "s",
        "m5",
        "1m1h",
        "1.5h",
        "-5s",
        "5 m",
        "5S",
        "None",
        "\uff11s",
        "5s\n",
        " 5s",
        True,
        False,
        None,
        [],
        {},
        1.5,
        math.nan,
        math.inf,
    ],
)
def test_anything_else_is_refused(value: Json) -> None:
    with pytest.raises(ValueError, match=r"is no duration|whole seconds"):
        parse_duration(value)


@pytest.mark.parametrize("value", [-1, LONGEST + 1, "1158d", "100000000s", "99999999999999999999d"])
def test_what_swf_does_not_allow_is_refused(value: Json) -> None:
    with pytest.raises(ValueError, match="SWF allows 0 to 99999999"):
        parse_duration(value)
