"""When something falls due: one heap over all open executions.

What can fall due is named by (run, kind, key); when it does is a fact of the execution's state, asked through `due_of`
(math.inf: never, or gone). So an entry is only a reminder: one that comes too early is put back, one whose matter is closed is
dropped, nothing is ever searched. Whoever makes something fall due, or fall due sooner, must `arm` it; later needs nothing.
Never here: what happens then (due.py). Imports nothing of swfgraph.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import TypeAlias

_SLACK = 4096
"""Stale reminders are swept out once the heap has doubled since the last sweep, and grown by this much."""


class Due(IntEnum):
    """What falls due; at the same instant, in this order."""

    TIMER = 0
    """key: the id of its TimerStarted event."""
    ACTIVITY = 1
    """key: the id of its ActivityTaskScheduled event."""
    FUNCTION = 2
    """key: the id of its LambdaFunctionScheduled event."""
    DECISION = 3
    """key: the id of its DecisionTaskScheduled event."""
    EXECUTION = 4
    """key: 0."""


Reminder: TypeAlias = tuple[float, int, int, int]
"""(when, run, kind, key)"""


class Timeouts:
    """Reminders in time order."""

    __slots__ = ("_due_of", "_heap", "_swept")

    def __init__(self, due_of: Callable[[int, int, int], float]) -> None:
        self._due_of = due_of
        self._heap: list[Reminder] = []
        self._swept = 0

    def __len__(self) -> int:
        return len(self._heap)

    def arm(self, when: float, run: int, kind: Due, key: int) -> None:
        """Remember to look at (run, kind, key) at that time; math.inf needs no reminder."""
        if when == math.inf:
            return
        heappush(self._heap, (when, run, kind, key))
        if len(self._heap) > 2 * self._swept + _SLACK:
            self._sweep()

    def reached(self, now: float) -> bool:
        """Whether there may be something to take at this time. Cheap enough for every request."""
        return bool(self._heap) and self._heap[0][0] <= now

    def next_look(self) -> float:
        """Nothing falls due before then; whether anything does then, `next_due` knows, which costs more."""
        return self._heap[0][0] if self._heap else math.inf

    def next_due(self) -> float:
        """When the next thing falls due; math.inf when nothing does."""
        while self._heap:
            when, run, kind, key = self._heap[0]
            due = self._due_of(run, kind, key)
            if due == when:
                return when
            self._put_back(due, run, kind, key)
        return math.inf

    def take(self, now: float) -> list[Reminder]:
        """The one thing that has been due for longest by now, removed; empty when nothing is due."""
        while self._heap and self._heap[0][0] <= now:
            when, run, kind, key = self._heap[0]
            due = self._due_of(run, kind, key)
            if due == when:
                return [heappop(self._heap)]
            self._put_back(due, run, kind, key)
        return []

    def _put_back(self, due: float, run: int, kind: int, key: int) -> None:
        heappop(self._heap)
        if due != math.inf:
            heappush(self._heap, (due, run, kind, key))

    def _sweep(self) -> None:
        fresh = {(self._due_of(run, kind, key), run, kind, key) for _, run, kind, key in self._heap}
        self._heap = [reminder for reminder in fresh if reminder[0] != math.inf]
        heapify(self._heap)
        self._swept = len(self._heap)
