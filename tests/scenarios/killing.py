"""Killing processes at random moments: all of a cluster's, round after round."""

from __future__ import annotations

import random
import time

from tests.scenarios.processes import Cluster


class Reaper:
    """In each round every process is killed once, in an order of its own."""

    def __init__(self, processes: Cluster, seed: int) -> None:
        self.chance = random.Random(seed)
        self._processes = processes
        self._round: list[str] = []

    def kill_one(self) -> None:
        time.sleep(self.chance.uniform(0.0, 0.6))
        if not self._round:
            self._round = self.chance.sample(self._processes.names, len(self._processes.names))
        name = self._round.pop()
        self._processes.kill(name)
        self._processes.start(name)
