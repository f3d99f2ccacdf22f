"""Durations: whole seconds, as numbers or as text such as "1h30m". Pure. Imports `spec.model`."""

from __future__ import annotations

import json
import math
import re
from typing import Final

from engine.spec.model import UNLIMITED, Json, Timeout

LONGEST: Final = 99_999_999
"""Seconds: SWF's durations have at most 8 digits (StartTimer `startToFireTimeout`, ScheduleActivityTask `startToCloseTimeout`)."""

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_TEXT = re.compile(r"(?=[0-9])(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")


def parse_duration(value: Json) -> Timeout:
    """Seconds of 90, "90s", "5m", "1h30m", "2d"; UNLIMITED of "none". Raises: ValueError saying what is wrong with it."""
    seconds = _seconds(value)
    if seconds is not UNLIMITED and not 0 <= seconds <= LONGEST:
        raise ValueError(f"a duration of {seconds} seconds: SWF allows 0 to {LONGEST}")
    return seconds


def format_duration(duration: Timeout) -> str:
    """The shortest text that `parse_duration` reads back: "none", "0s", "90m" as "1h30m"."""
    if duration is UNLIMITED:
        return "none"
    parts, rest = [], duration
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        parts.append(f"{count}{unit}" if count else "")
    return "".join(parts) or "0s"


def _seconds(value: Json) -> Timeout:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value) or value != int(value):
            raise ValueError(f"a duration of {value} seconds: SWF knows whole seconds only")
        return int(value)
    if value == "none":
        return UNLIMITED
    match = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if match is None or len(match.group()) > 40:
        raise ValueError(
            f'{json.dumps(value, default=str)} is no duration: use whole seconds, or text such as "90s", "5m", "1h30m", "2d", or "none"'
        )
    return sum(int(count or 0) * size for count, (_, size) in zip(match.groups(), _UNITS, strict=True))
