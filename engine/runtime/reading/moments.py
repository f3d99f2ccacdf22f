"""Times and durations as people read them, and the times that people type. Local time with its zone; ISO 8601 for machines.

Pure but for the machine's time zone; `now` is an argument. Imports `engine.errors`; imported by the commands that show times.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from engine.errors import UsageError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def local(seconds: float) -> str:
    """`2024-11-21 21:53:01 CET`."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def clock(seconds: float) -> str:
    """`21:53:01`, where the day is clear."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%H:%M:%S")


def iso(seconds: float) -> str:
    """`2024-11-21T20:53:01.250Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def span(seconds: float) -> str:
    """A duration in at most two units: `40ms`, `3.2s`, `12s`, `3m04s`, `2h05m`, `3d04h`."""
    if seconds < 0.9995:
        return f"{max(0, round(seconds * 1000))}ms"
    if seconds < 9.95 and seconds != int(seconds):
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86_400}d{whole % 86_400 // 3600:02}h"


def length(seconds: float) -> str:
    """A duration that somebody chose, as they would say it: `span` without a unit of which there are none (`1h`, `30d`)."""
    return re.sub(r"(?<=[mhd])00[smh]$", "", span(seconds))


def timeout(text: str) -> str:
    """SWF's own notation of a timeout: seconds as text, or NONE."""
    return "none" if text == "NONE" else length(float(text))


def parse_since(text: str, now: float) -> float:
    """A point in time, as epoch seconds: `90s`, `2h`, `3d` ago, or a date or time in ISO 8601 (local where it names no zone)."""
    ago = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", text)
    if ago:
        return now - float(ago[1]) * UNITS[ago[2]]
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except ValueError:
        raise UsageError(f"--since {text}: give how long ago (90s, 15m, 2h, 3d) or a date or time (2024-11-21, 2024-11-21T18:30)") from None
