"""Cron expressions and time zones: whether a schedule's are any. Pure, but for the zones that this machine knows.

What times a cron expression means is cronsim's to say (Debian's rules; the runtime asks it). Imports cronsim and zoneinfo; imported
by `spec.formats`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIELDS: Final = {
    "second": "0 to 59",
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day-of-month": '1 to 31, "L" for the last one; a day that the months have',
    "month": '1 to 12, or "JAN" to "DEC"',
    "day-of-week": '0 to 7 (Sunday is 0 and 7), or "SUN" to "SAT"',
}


def check_cron(text: str) -> None:
    """Raises: ValueError saying what is wrong with a cron expression."""
    count = len(text.split())
    if count not in {5, 6}:
        reason = f"a cron expression has five fields (minute, hour, day of month, month, day of week) or six (second first), not {count}"
        raise ValueError(f'{reason}; "@daily" is "0 0 * * *"' if text.startswith("@") else reason)
    try:
        CronSim(text, _ANY_TIME)
    except CronSimError as fault:
        field = str(fault).removeprefix("Bad ")
        allowed = f" (there is {_FIELDS[field]})" if field in _FIELDS else ""
        raise ValueError(f"{text!r} is no cron expression: something is wrong with its {field}{allowed}") from None


def check_time_zone(name: str) -> None:
    """Raises: ValueError where there is no such time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = {zone.casefold(): zone for zone in available_timezones()}
        near = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
        hint = f'; did you mean "{known[near[0]]}"?' if near else ", e.g. Europe/Berlin"
        raise ValueError(f"there is no time zone {name!r}: it is an IANA name{hint}") from None
