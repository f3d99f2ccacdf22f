"""Claims about `engine.spec.errornames`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.errornames import match, match_any


@pytest.mark.parametrize(
    ("pattern", "error"),
    [
        ("*", "Timeout.StartToClose"),
        ("*", ""),
        ("Timeout.*", "Timeout.StartToClose"),
        ("Timeout.*", "Timeout."),
        ("*.StartToClose", "Timeout.StartToClose"),
        ("ExitCode.3", "ExitCode.3"),
        ("*a*a*", "banana"),
        ("ab*ab", "abab"),
        ("a*b*c", "a\nb\nc"),
        ("ScheduleFailed.*_EXCEEDED", "ScheduleFailed.OPEN_ACTIVITIES_LIMIT_EXCEEDED"),
    ],
)
def test_a_pattern_matches(pattern: str, error: str) -> None:
    assert match(pattern, error)


@pytest.mark.parametrize(
    ("pattern", "error"),
    [
        ("timeout.*", "Timeout.StartToClose"),
        ("Timeout", "Timeout.StartToClose"),
        ("ExitCode.?", "ExitCode.3"),
        ("ExitCode.[0-9]", "ExitCode.3"),
        ("ExitCode.3", "ExitCodeX3"),
        ("ab*ab", "ab"),
        ("", "x"),
        ("a*b", "ab\n"),
    ],
)
def test_a_pattern_does_not_match(pattern: str, error: str) -> None:
    assert not match(pattern, error)


@given(st.text(alphabet="ab.*", max_size=8), st.text(alphabet="ab.", max_size=12))
def test_a_star_stands_for_any_text_and_nothing_else_does(pattern: str, error: str) -> None:
    simple = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
    assert match(pattern, error) == bool(simple.fullmatch(error))


def test_many_stars_do_not_make_matching_explode() -> None:
    assert not match("*a" * 60 + "*b", "a" * 30_000)


def test_one_of_several_patterns_is_enough() -> None:
    assert match_any(("Canceled", "Timeout.*"), "Timeout.Heartbeat")
    assert not match_any((), "Timeout.Heartbeat")
