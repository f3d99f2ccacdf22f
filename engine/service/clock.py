"""Where the service's shell gets its time: the machine's clock, or one that a test moves by hand.

Here: the Clock protocol and its two clocks. Never: time inside the core, where it is an argument. Imports nothing of swfgraph.
"""

from __future__ import annotations

import math
import threading
import time
from typing import Protocol

LONGEST_NAP = 30.0
"""Seconds after which a sleeper looks at the wall clock again: it may have been set, or the machine suspended, meanwhile."""


class Clock(Protocol):
    """Time as the service sees it, in epoch seconds."""

    def now(self) -> float: ...

    def wait(self, condition: threading.Condition, until: float) -> None:
        """Sleep on the condition, which the caller holds, until it is notified or the clock may show `until`.

        May return early: the caller looks at the clock and waits again.
        """
        ...


class SystemClock:
    """The machine's wall clock. All of them are alike."""

    def now(self) -> float:
        return time.time()

    def wait(self, condition: threading.Condition, until: float) -> None:
        seconds = until - time.time()
        if seconds > 0:
            condition.wait(min(seconds, LONGEST_NAP))


class VirtualClock:
    """A clock that stands still until somebody moves it; whoever waits on it is woken by the move."""

    def __init__(self, start: float = 1_000_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._sleepers: dict[int, tuple[threading.Condition, float]] = {}

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self.move_to(self._now + seconds)

    def move_to(self, moment: float) -> None:
        """Move on to the moment, and wake everybody for whom it has come."""
        if moment < self._now:
            message = f"a clock goes forward: it shows {self._now}, and can't be moved back to {moment}"
            raise ValueError(message)
        with self._lock:
            self._now = moment
            due = [condition for condition, until in self._sleepers.values() if until <= moment]
        for condition in due:
            with condition:
                condition.notify_all()

    def wait(self, condition: threading.Condition, until: float) -> None:
        me = threading.get_ident()
        with self._lock:
            if until <= self._now:
                return
            self._sleepers[me] = (condition, until)
        try:
            # A move that comes before this wait begins must take the condition first, which the caller still holds.
            condition.wait()
        finally:
            with self._lock:
                del self._sleepers[me]

    def next_waking(self) -> float:
        """The earliest moment for which anybody waits; infinity where nobody does."""
        with self._lock:
            return min((until for _, until in self._sleepers.values()), default=math.inf)
