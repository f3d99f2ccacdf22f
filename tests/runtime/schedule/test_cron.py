"""Times of cron expressions, on days on which the clock changes above all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime.schedule.cron import next_time, times_after

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata", "Africa/Casablanca")
"""Lord Howe changes its clock by half an hour, Casablanca four times in some years, São Paulo used to at midnight."""


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def local(seconds: float, zone: str) -> datetime:
    return datetime.fromtimestamp(seconds, ZoneInfo(zone))


def first(cron: str, zone: str, after: str, count: int) -> list[str]:
    return [local(time, zone).isoformat() for time in islice(times_after(cron, zone, at(after, zone)), count)]


def test_a_time_that_the_clock_jumps_over_comes_at_the_jump() -> None:
    assert first("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", 2) == ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]


def test_several_times_that_the_clock_jumps_over_come_once() -> None:
    wanted = ["2026-03-29T03:00:00+02:00", "2026-03-29T03:15:00+02:00", "2026-03-29T03:30:00+02:00"]
    assert first("0,15,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00", 3) == wanted


def test_a_time_that_the_clock_shows_twice_comes_the_first_time() -> None:
    assert first("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", 2) == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]


def test_between_the_two_showings_the_next_time_is_not_the_second_one() -> None:
    between = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    assert local(next(times_after("30 2 * * *", "Europe/Berlin", between)), "Europe/Berlin").day == 26


def test_a_running_time_comes_as_often_as_the_clock_shows_it() -> None:
    twice = ["2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00"]
    assert first("*/30 * * * *", "Europe/Berlin", "2026-10-25T01:30", 4) == twice
    assert first("*/30 * * * *", "Europe/Berlin", "2026-03-29T01:00", 2) == ["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"]


def test_half_an_hour_is_a_change_too() -> None:
    wanted = [f"2026-04-05T02:{minute}:00+10:30" for minute in ("00", "15", "30", "45")]
    assert first("*/15 2 * * *", "Australia/Lord_Howe", "2026-04-04T23:00", 4) == wanted


def test_six_fields_have_the_same_rules() -> None:
    assert first("15 30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", 1) == ["2026-03-29T03:00:00+02:00"]
    assert first("*/20 59 * * * *", "UTC", "2026-01-01T00:58", 3) == [f"2026-01-01T00:59:{s}+00:00" for s in ("00", "20", "40")]


def test_a_day_that_never_is_has_no_next_time() -> None:
    """The fifth Monday of a February is no first one."""
    assert next_time("0 0 */30 2 MON#5", "UTC", 0) is None
    assert next_time("*/5 0 */30 2 MON#5", "Europe/Berlin", 0) is None


MINUTES = st.sampled_from(["0", "30", "5,59", "10-20/5", "*", "*/7", "*/30"])
HOURS = st.sampled_from(["0", "1", "2", "3", "1,2,3", "0-3", "23", "*", "*/2"])
DAYS = st.sampled_from(["*", "1", "29", "L", "*/3"])
WEEKDAYS = st.sampled_from(["*", "SUN", "1-5", "7L", "SUN#2"])
CRONS = st.builds(lambda minute, hour, day, weekday: f"{minute} {hour} {day} * {weekday}", MINUTES, HOURS, DAYS, WEEKDAYS)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2037, 1, 1)).map(lambda moment: int(moment.replace(tzinfo=UTC).timestamp()))  # noqa: DTZ001 - hypothesis wants them so


@st.composite
def moments_near_changes(draw: st.DrawFn) -> tuple[str, int]:
    """A zone, and a moment at most two days before or after its clock changes."""
    zone = draw(st.sampled_from(ZONES[1:]))
    moment = draw(MOMENTS)
    for _ in range(370):
        if local(moment, zone).utcoffset() != local(moment + 86_400, zone).utcoffset():
            break
        moment += 86_400
    return zone, moment + draw(st.integers(min_value=-2 * 86_400, max_value=2 * 86_400))


def is_fixed(cron: str) -> bool:
    return not any(field.startswith("*") for field in cron.split()[-5:-3])


@given(CRONS, moments_near_changes())
def test_law_times_do_not_depend_on_where_one_begins_to_ask(cron: str, start: tuple[str, int]) -> None:
    zone, moment = start
    times = list(islice(times_after(cron, zone, moment), 30))
    assert all(one < other for one, other in pairwise([moment, *times]))
    for before, time in pairwise([moment, *times]):
        assert next_time(cron, zone, before) == time
        assert next_time(cron, zone, (before + time) // 2 if time - before > 1 else before) == time
        assert next_time(cron, zone, time - 0.5) == time


@settings(max_examples=25)
@given(CRONS, moments_near_changes())
def test_law_a_running_time_is_every_minute_at_which_the_clock_shows_it(cron: str, start: tuple[str, int]) -> None:
    zone, moment = start
    if is_fixed(cron):
        cron = cron.replace(cron.split(maxsplit=1)[0], "*", 1)
    minutes = range(moment // 60 * 60 + 60, moment + 36 * 3600, 60)
    clock = {time: local(time, zone).replace(tzinfo=None) for time in minutes}
    matching = set(matches(cron, min(clock.values()), max(clock.values())))
    shown = [time for time in minutes if clock[time] in matching]
    assert list(takewhile(lambda time: time < moment + 36 * 3600, times_after(cron, zone, moment))) == shown


@settings(max_examples=25)
@given(CRONS.filter(is_fixed), moments_near_changes())
def test_law_a_fixed_time_comes_once_per_local_time(cron: str, start: tuple[str, int]) -> None:
    zone, moment = start
    begin = local(moment, zone).replace(tzinfo=None, hour=0, minute=0, second=0, fold=0) + timedelta(days=1)
    if local(begin.replace(tzinfo=ZoneInfo(zone)).timestamp(), zone).replace(tzinfo=None) != begin:
        return  # a day that begins with the jump: its times are those of the law above
    end = begin + timedelta(days=3)
    wanted: list[float] = []
    for minute in matches(cron, begin, end - timedelta(minutes=1)):
        time = minute.replace(tzinfo=ZoneInfo(zone)).timestamp()
        if local(time, zone).replace(tzinfo=None) != minute:
            time = jump(zone, time)
        if time not in wanted:
            wanted.append(time)
    first_moment, last_moment = (edge.replace(tzinfo=ZoneInfo(zone)).timestamp() for edge in (begin, end))
    assert list(takewhile(lambda time: time < last_moment, times_after(cron, zone, first_moment - 1))) == wanted


@given(CRONS, st.sampled_from(["UTC", "Asia/Kolkata"]), MOMENTS)
def test_law_where_the_clock_runs_evenly_it_is_cronsim(cron: str, zone: str, moment: int) -> None:
    expected = [time.timestamp() for time in islice(CronSim(cron, local(moment, zone)), 20)]
    assert list(islice(times_after(cron, zone, moment), 20)) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "America/Sao_Paulo"])
@pytest.mark.parametrize("cron", ["30 2 * * *", "*/20 * * * *", "0 0 * * SUN", "15 1,2,3 L * *"])
def test_where_the_clock_changes_by_whole_hours_it_agrees_with_cronsim_for_years(cron: str, zone: str) -> None:
    start = at("2015-06-01T00:00", zone)
    expected = [time.timestamp() for time in islice(CronSim(cron, local(start, zone)), 2000)]
    assert list(islice(times_after(cron, zone, start), 2000)) == expected


def matches(cron: str, first: datetime, last: datetime) -> list[datetime]:
    """The minutes from first to last that the expression names, on a clock that nobody changes."""
    return list(takewhile(lambda minute: minute <= last, CronSim(cron, first - timedelta(minutes=1))))


def jump(zone: str, behind: float) -> float:
    """The first second of the offset that holds at `behind`, to the minute."""
    time = behind // 60 * 60
    while local(time - 60, zone).utcoffset() == local(behind, zone).utcoffset():
        time -= 60
    return time
