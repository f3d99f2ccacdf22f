"""When a cron expression comes next, in a time zone. Pure; times are whole epoch seconds.

The calendar is cronsim's (Debian's cron: names, lists, ranges, steps, `L`, `LW`, `MON#2`, `5L`; day-of-month and day-of-week are both
needed where one of them begins with `*`, else either is enough). It is asked about days on which the clock runs evenly only; what
changes of the clock do is said here, for five fields and for six (with the seconds in front) alike:

- Minute and hour both given (`30 2 * * *`): each local time once. One that the clock jumps over comes at the moment of the jump
  (several of those: once); one that the clock shows twice comes the first time.
- Minute or hour beginning with `*` (`*/15 * * * *`): every moment at which the clock shows such a time. So twice where it shows it
  twice, and not at all where it jumps over it.

That is Debian's cron (cron(8), on daylight saving time). Imports cronsim; `spec.times` has refused what is no expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim

_LOOK: Final = timedelta(hours=6)
"""Between two looks at the offset from UTC: no zone changes it there and back in less."""


def times_after(cron: str, zone: str, after: float) -> Iterator[int]:
    """When it comes, each time later than the one before, all of them later than `after`. Ends where there is none for 50 years."""
    minute, hour = cron.split()[-5:-3]
    fixed = not minute.startswith("*") and not hour.startswith("*")
    start = datetime.fromtimestamp(after // 1, UTC)
    last = after
    for moment in (_fixed if fixed else _running)(cron, ZoneInfo(zone), start):
        seconds = int(moment.timestamp())
        if seconds > last:
            last = seconds
            yield seconds


def next_time(cron: str, zone: str, after: float) -> int | None:
    """The first time after that one; None where there is none for 50 years."""
    return next(times_after(cron, zone, after), None)


def _fixed(cron: str, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """Local times in turn, each mapped to a moment. (Right after the clock was put back the first few of them are past.)"""
    for local in CronSim(cron, after.astimezone(zone).replace(tzinfo=None)):
        moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        jumped = moment.astimezone(zone).replace(tzinfo=None) != local
        yield _change(zone, moment - _LOOK, moment) if jumped else moment


def _running(cron: str, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """Between two changes of the clock it runs evenly: each stretch is asked for by itself."""
    while True:
        offset = _offset(zone, after)
        change: datetime | None = None
        seen = after
        for local in CronSim(cron, (after + offset).replace(tzinfo=None)):
            moment = (local - offset).replace(tzinfo=UTC)
            change = _next_change(zone, seen, moment)
            if change is not None:
                break
            seen = moment
            yield moment
        if change is None:
            return
        local = change.astimezone(zone).replace(tzinfo=None)
        if next(CronSim(cron, local - timedelta(seconds=1)), None) == local:
            yield change
        after = change


def _next_change(zone: tzinfo, start: datetime, end: datetime) -> datetime | None:
    """The first moment after `start`, up to `end`, with another offset."""
    offset = _offset(zone, start)
    step = start
    while step < end:
        before, step = step, min(step + _LOOK, end)
        if _offset(zone, step) != offset:
            return _change(zone, before, step)
    return None


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first second with another offset than `before`, somewhere up to `after`."""
    offset = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    return timedelta(0) if offset is None else offset
