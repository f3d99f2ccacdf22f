from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.interpreter.intents import StartTimer, StartTimerUntil
from engine.interpreter.scope import Data
from engine.interpreter.waiting import timer_of
from engine.interpreter.work import Address
from engine.spec.model import ABSENT, Expression, Template, WaitFor, WaitUntil

HERE = Address(node="w", visit=1, attempt=1)


def seconds(duration: Any) -> int:
    timer = timer_of(WaitFor(duration=Template(value=duration)), Data("w", "r").at(0.0), HERE)
    assert timer is not ABSENT
    assert isinstance(timer.intent, StartTimer)
    return timer.intent.seconds


def time(value: Any) -> float:
    data = Data("w", "r")
    data.input = value
    timer = timer_of(WaitUntil(time=Expression(source="input")), data.at(0.0), HERE)
    assert timer is not ABSENT
    assert isinstance(timer.intent, StartTimerUntil)
    return timer.intent.time


DURATIONS = [(0, 0), (90, 90), ("90s", 90), ("1h30m", 5400), (1.5, 2), (-3, 0), ("{% 60 * 2 %}", 120)]


@pytest.mark.parametrize(("duration", "expected"), DURATIONS)
def test_durations_are_whole_seconds_never_too_short(duration: Any, expected: int) -> None:
    assert seconds(duration) == expected


@pytest.mark.parametrize("duration", ["soon", "none", None, True, [], "{% {} %}", 10**9])
def test_what_is_no_duration_is_an_expression_error(duration: Any) -> None:
    with pytest.raises(ExpressionError) as caught:
        seconds(duration)
    assert caught.value.code == "NotDuration"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2001-09-09T01:46:40Z", 1e9),
        ("2001-09-09T03:46:40+02:00", 1e9),
        ("2001-09-09T01:46:40", 1e9),
        ("2001-09-09", 999_993_600.0),
        (1e9, 1e9),
        (0, 0.0),
    ],
)
def test_times_are_iso_8601_or_epoch_seconds_and_utc_without_a_zone(value: Any, expected: float) -> None:
    assert time(value) == expected


@pytest.mark.parametrize("value", ["tomorrow", "", None, True, [], {"at": 1}])
def test_what_is_no_time_is_an_expression_error(value: Any) -> None:
    with pytest.raises(ExpressionError) as caught:
        time(value)
    assert caught.value.code == "NotTime"


def test_an_error_of_the_expression_itself_keeps_its_name() -> None:
    with pytest.raises(ExpressionError) as caught:
        seconds("{% input.missing %}")
    assert caught.value.code == "Undefined"
