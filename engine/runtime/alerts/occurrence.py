"""What is worth an alert, whom it is told, and in which words. Pure.

Texts of workflows (reasons, error messages, workflowIds) are texts: control characters go, length is bounded, and for channels that read
markup, what would mention people or make links is taken apart by an invisible character. Imports `spec.model`.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from engine.runtime.reading.moments import span
from engine.spec.model import AlertOn

MOST_LINES: Final = 20
LONGEST_LINE: Final = 400
MOST_TOGETHER: Final = 5
"""Alerts that are told one by one; more of them are told in one message."""

PLAIN: Final = frozenset(
    {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos", "syslog", "rsyslog", "dbus", "windows", "macosx"}
)
"""Schemes of channels that are programs, or show text as it is."""

_INVISIBLE: Final = "\u200b"
_MARKUP: Final = re.compile(r"(?<=[@<])(?=\S)|(?<=\])(?=\()|(?<=:)(?=//)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows."""


class Level(StrEnum):
    """As the notification library names them."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


WORDS: Final = {
    AlertOn.COMPLETED: ("completed", Level.SUCCESS),
    AlertOn.FAILED: ("failed", Level.FAILURE),
    AlertOn.TIMED_OUT: ("timed out", Level.FAILURE),
    AlertOn.CANCELED: ("was canceled", Level.WARNING),
    AlertOn.TERMINATED: ("was terminated", Level.FAILURE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The execution that an alert is about."""

    domain: str
    workflow: str
    version: str
    workflow_id: str
    run_id: str
    started: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    about: About
    key: str
    """What it is, within the execution: the same occurrence has the same key whoever sees it, however often."""
    words: str
    """`failed`, `is late`, `: node pick failed`."""
    level: Level
    at: float
    lines: tuple[str, ...] = ()
    """What is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An alert to one channel."""

    alert_id: str
    channel: str
    level: Level
    title: str
    body: str
    at: float
    """When it happened: alerts go out in that order."""


def message(occurrence: Occurrence, channel: str, *, url: str, plain: bool) -> Message:
    """`url`: the endpoint, for the command that shows more. `plain`: the channel reads no markup."""
    about = occurrence.about
    alert_id = alert_id_of(occurrence, channel)
    title = f"{about.workflow} {occurrence.words}: {about.workflow_id}"
    lasted = f" after {span(occurrence.at - about.started)}" if occurrence.at >= about.started else ""
    head = f"{about.workflow} {about.version} {occurrence.words} at {_shown(occurrence.at)}{lasted} (domain {about.domain})."
    known = [line for text in occurrence.lines for line in text.splitlines() if line.strip()]
    cut = [*known[:MOST_LINES], f"... {len(known) - MOST_LINES} more lines"] if len(known) > MOST_LINES else known
    told = [clean(line, plain=plain) for line in (head, *cut)]
    look = look_command(replace(about, workflow_id=_inert(about.workflow_id, plain=plain)), url)
    body = "\n".join((*told, f"Look: {look}", f"Alert {alert_id}"))
    return Message(alert_id=alert_id, channel=channel, level=occurrence.level, title=clean(title, plain=plain), body=body, at=occurrence.at)


def alert_id_of(occurrence: Occurrence, channel: str) -> str:
    """The same for whoever sees it, whenever: what one state file has is told once."""
    return hashlib.sha256(f"{occurrence.about.run_id}\n{occurrence.key}\n{channel}".encode()).hexdigest()[:16]


def look_command(about: About, url: str) -> str:
    words = ("swfgraph", "status", about.workflow_id, "--run-id", about.run_id, "--domain", about.domain, "--url", without_user(url))
    return shlex.join(words)


def without_user(url: str) -> str:
    """Without the name and password that a URL may have."""
    parts = urlsplit(url)
    return url.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1) if "@" in parts.netloc else url


def clean(text: str, *, plain: bool) -> str:
    """One line, of bounded length, that does nothing but be read."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return _inert(line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…", plain=plain)


def _inert(text: str, *, plain: bool) -> str:
    seen = _CONTROL.sub(" ", text)
    return seen if plain else _MARKUP.sub(_INVISIBLE, seen)


def _shown(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
