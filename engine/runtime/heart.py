"""One thread that heartbeats for all tasks that a worker runs, and so learns which of them are to stop.

A task's first heartbeat is due a third of its heartbeat timeout after it began: short tasks never have one. The thread looks
around every second at most, so starting and ending a task costs no wake-up. Imports `task` and `swf.client`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from engine.errors import EndpointUnavailable, SwfFault
from engine.runtime.task import Job, Leash, Text, Why
from engine.spec.model import ABSENT
from engine.swf.client import Client

log = logging.getLogger(__name__)

LONGEST_INTERVAL: Final = 10.0
"""Seconds between heartbeats where the timeout would allow for more: also how long a cancel request may take to be noticed."""

SHORTEST_INTERVAL: Final = 0.1

_TICK: Final = 1.0


@dataclass(slots=True, kw_only=True)
class _Beat:
    token: str
    job: Job
    leash: Leash
    interval: float
    due: float
    sent: Text = ABSENT
    """The progress that the service has."""


class Heart:
    """Knows what runs, from `beating_for`; `turn` is to be taken again and again, by a thread of its own."""

    def __init__(self, client: Client, shortest_interval: float) -> None:
        self._client = client
        self._tick = min(_TICK, shortest_interval / 4)
        self._beats: dict[str, _Beat] = {}
        self._lock = threading.Lock()

    @contextmanager
    def beating_for(self, token: str, job: Job, leash: Leash, interval: float) -> Iterator[None]:
        beat = _Beat(token=token, job=job, leash=leash, interval=interval, due=time.monotonic() + interval)
        with self._lock:
            self._beats[token] = beat
        try:
            yield
        finally:
            with self._lock:
                del self._beats[token]

    def stop_all(self, why: Why, run_id: str = "") -> None:
        """Tell the running tasks to stop: all, or those of one execution."""
        for beat in self._running():
            if not run_id or beat.job.run_id == run_id:
                self._stop(beat, why)

    def hurry_all(self) -> None:
        """What was told to stop is to stop at once."""
        for beat in self._running():
            beat.leash.hurry()

    def turn(self, stopping: threading.Event) -> None:
        """Wait for a tick, then heartbeat for whatever is due."""
        stopping.wait(self._tick)
        now = time.monotonic()
        for beat in self._running():
            fresh = beat.leash.progress is not beat.sent
            if (fresh or beat.due <= now) and beat.leash.why is not Why.LOST:
                self._record(beat)

    def _running(self) -> list[_Beat]:
        with self._lock:
            return list(self._beats.values())

    def _record(self, beat: _Beat) -> None:
        progress = beat.leash.progress  # repeated, since a timeout's event shows the details of the last heartbeat only
        details = {} if progress is ABSENT else {"details": progress}
        try:
            response = self._client.call("RecordActivityTaskHeartbeat", {"taskToken": beat.token, **details})
        except EndpointUnavailable:
            return  # the next tick tries again; the slots' own calls say that the endpoint is away
        except SwfFault as fault:
            self._refused(beat, fault)
        else:
            beat.sent = progress
            if response["cancelRequested"]:
                self._stop(beat, Why.CANCELED)
        beat.due = time.monotonic() + beat.interval

    def _refused(self, beat: _Beat, fault: SwfFault) -> None:
        if fault.code == "UnknownResourceFault":
            self._stop(beat, Why.LOST)
        else:
            log.warning("A heartbeat of %s was refused: %s", beat.job.activity, fault, extra=beat.job.address)

    def _stop(self, beat: _Beat, why: Why) -> None:
        if beat.leash.why is ABSENT:
            log.warning("%s is to stop: %s", beat.job.activity, why, extra=beat.job.address)
        beat.leash.stop(why)
