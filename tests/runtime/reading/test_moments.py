from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from engine.errors import UsageError
from engine.runtime.reading import moments


@pytest.fixture
def in_vienna(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Vienna")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_vienna")
def test_people_see_local_time_with_its_zone() -> None:
    assert moments.local(1_732_222_381.25) == "2024-11-21 21:53:01 CET"
    assert moments.local(1_720_000_000) == "2024-07-03 11:46:40 CEST"
    assert moments.clock(1_732_222_381.25) == "21:53:01"


def test_machines_see_iso_8601_in_utc() -> None:
    assert moments.iso(1_732_222_381.25) == "2024-11-21T20:53:01.250Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-0.5, "0ms"), (0, "0ms"), (0.0404, "40ms"), (0.9994, "999ms"), (0.9996, "1.0s"), (1, "1s"), (3.21, "3.2s"),
        (9.94, "9.9s"), (9.96, "10s"),
        (59.4, "59s"), (59.6, "1m00s"), (184, "3m04s"), (3599.6, "1h00m"), (7500, "2h05m"), (86_400, "1d00h"), (273_600, "3d04h"),
    ],
)  # fmt: skip
def test_a_span_has_at_most_two_units(seconds: float, text: str) -> None:
    assert moments.span(seconds) == text


def test_a_timeout_is_a_span_or_none() -> None:
    assert moments.timeout("NONE") == "none"
    assert moments.timeout("3600") == "1h"
    assert moments.timeout("5") == "5s"
    assert [moments.length(seconds) for seconds in (90, 300, 5400, 2_592_000)] == ["1m30s", "5m", "1h30m", "30d"]


@pytest.mark.parametrize(("text", "ago"), [("90s", 90), ("15m", 900), ("1.5h", 5400), ("3d", 259_200), ("1w", 604_800)])
def test_since_counts_back_from_now(text: str, ago: float) -> None:
    assert moments.parse_since(text, 1_000_000.0) == 1_000_000.0 - ago


@pytest.mark.usefixtures("in_vienna")
def test_since_takes_dates_and_times_and_their_zones() -> None:
    assert moments.parse_since("2024-11-21T21:53:01", 0) == 1_732_222_381
    assert moments.parse_since("2024-11-21T20:53:01Z", 0) == 1_732_222_381
    assert moments.parse_since("2024-11-21", 0) == 1_732_143_600


def test_since_says_what_it_would_take() -> None:
    with pytest.raises(UsageError, match="give how long ago"):
        moments.parse_since("yesterday", 0)
