"""What a running service counts, cheaply, and what it can say of itself at a moment: plain numbers, for whoever shows them (metrics).

Counting a request costs a look-up and an addition, observing a value a bisection. Nothing is locked: each number has one writer at a
time (the event loop, or whoever commits). Pure. Imports queues' words; imported by core, host, http, metrics, serve.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.service.queues import QueueKey

WAITS: Final = (0.001, 0.01, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds; a poll ends after 60."""
LATENCIES: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Seconds."""
SIZES: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)

GONE: Final = "ClientDisconnected"
"""Stands for a fault where nobody was left to be answered."""


class Histogram:
    """How many values fell into which bucket: `counts[i]` of those above the bound before and up to `bounds[i]`; the last, above all."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        """The sum of all values."""

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """What has happened since the service began."""

    __slots__ = ("commit_rows", "commit_seconds", "poll_waits", "requests")

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str], int] = {}
        """By operation and fault; "" for an operation that could not be read, and for no fault."""
        self.poll_waits: dict[str, Histogram] = {}
        """By operation: seconds from a poll's arrival to its answer, tasks and empty answers alike."""
        self.commit_rows = Histogram(SIZES)
        self.commit_seconds = Histogram(LATENCIES)

    def request(self, operation: str, fault: str) -> None:
        key = (operation, fault)
        self.requests[key] = self.requests.get(key, 0) + 1

    def poll(self, operation: str, seconds: float) -> None:
        waits = self.poll_waits.get(operation)
        if waits is None:
            waits = self.poll_waits[operation] = Histogram(WAITS)
        waits.observe(seconds)

    def commit(self, rows: int, seconds: float) -> None:
        self.commit_rows.observe(rows)
        self.commit_seconds.observe(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What there is at one moment."""

    open_executions: Mapping[str, int]
    """By domain."""
    pending_tasks: Mapping[QueueKey, int]
    """Tasks that wait for a poller."""
    parked_polls: Mapping[QueueKey, int]
    """Polls that wait for a task."""
