"""For authors of python activities: what the function may know about its task, and how it hears of a cancel request.

    from engine.runtime.activity import ActivityCanceled, current

    def crunch(rows):
        for number, row in enumerate(rows):
            current().heartbeat({"row": number})
            if current().cancel_requested:
                raise ActivityCanceled
            ...

A function with a second parameter is given the same object there. Imports `runtime.task` and `spec`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from engine.runtime.task import Job, Leash, Text
from engine.spec.model import ABSENT, Json
from engine.spec.payload import encode

HEARTBEAT_LIMIT: Final = 2048
"""Characters of heartbeat details: API reference, RecordActivityTaskHeartbeat."""


class ActivityCanceled(Exception):
    """Raised by an activity's function that stops since it was asked to: the task is answered canceled. Arguments become its details."""

    @property
    def details(self) -> Text:
        return str(self) or ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """The task that a function is running."""

    job: Job
    leash: Leash

    @property
    def cancel_requested(self) -> bool:
        """True once the function should stop: its cancellation was requested, its task was lost, or the worker is stopping."""
        return self.leash.why is not ABSENT

    @property
    def task_token(self) -> str:
        """What the task is answered with, where its activity type says `"answer": "later"`; else empty."""
        return self.job.token

    def heartbeat(self, details: Json) -> None:
        """Report progress. Returns at once; the worker sends the latest details with its next heartbeat, within about a second.

        (It heartbeats without this too, as long as the function runs.) Raises: ValueError where `details` is no JSON or too long.
        """
        text = encode(details)
        if len(text) > HEARTBEAT_LIMIT:
            raise ValueError(f"heartbeat details are {len(text):,} characters as JSON; SWF takes at most {HEARTBEAT_LIMIT:,}")
        self.leash.report(text)


_current: ContextVar[Activity] = ContextVar("swfgraph_activity")


def current() -> Activity:
    """The task that the calling thread runs. Raises: LookupError outside of an activity."""
    return _current.get()


def call_as(activity: Activity, function: Callable[[], Json]) -> Json:
    """What the python handler does: call the function with `current()` set."""
    token = _current.set(activity)
    try:
        return function()
    finally:
        _current.reset(token)
