"""What is going to be done, at which virtual time; at the same time, in the order in which it was put down. Imports nothing of swfgraph."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

Action: TypeAlias = Callable[[], object]


class Agenda:
    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Action]] = []
        self._numbers = count()

    def put(self, when: float, action: Action) -> None:
        heappush(self._entries, (when, next(self._numbers), action))

    def next_time(self) -> float:
        """math.inf: there is nothing to do."""
        return self._entries[0][0] if self._entries else math.inf

    def take(self) -> Action:
        """What comes first."""
        return heappop(self._entries)[2]
