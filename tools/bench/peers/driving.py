"""What every driver does: take counts, run the workloads on its contestant, print the figures as JSON in the last line.

A contestant runs a workload from start to end while the caller waits. Standard library only: it runs in every peer's environment.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

OPEN = 50
WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of each workload one turn runs."""

    serial: int
    """Executions of three activities, OPEN of them at a time."""
    fan: int
    """Executions of WIDTH activities at once, one after another. 0: it can't."""
    latency: int
    """Executions of three activities, one after another."""
    steps: int
    """Activities in a row in one execution."""


class Contestant(Protocol):
    def serial(self) -> None:
        """One execution of three activities in a row, until it is closed. Called from many threads."""
        ...

    def fan_out(self, width: int) -> None:
        """One execution of so many activities at once, until it is closed."""
        ...

    def long_run(self, steps: int) -> Sequence[float]:
        """One execution of so many activities in a row: when each of them ran, in seconds of any clock."""
        ...


def figures(contestant: Contestant, counts: Counts) -> Mapping[str, float]:
    """The workloads, one after another, after a warming up that is not counted."""
    measured: dict[str, float] = {}
    contestant.serial()
    measured["latency_ms"] = statistics.median(1000 * _seconds(contestant.serial) for _ in range(counts.latency))
    with ThreadPoolExecutor(OPEN) as clients:
        seconds = _seconds(lambda: list(clients.map(lambda _: contestant.serial(), range(counts.serial))))
    measured["workflows_per_s"] = counts.serial / seconds
    measured["activities_per_s"] = 3 * counts.serial / seconds
    if counts.fan:
        contestant.fan_out(5)
        seconds = sum(_seconds(lambda: contestant.fan_out(WIDTH)) for _ in range(counts.fan))
        measured["fan_activities_per_s"] = counts.fan * WIDTH / seconds
    return {**measured, **step_figures(contestant.long_run(counts.steps), counts.steps)}


def step_figures(times: Sequence[float], steps: int) -> Mapping[str, float]:
    """Milliseconds a step over the first and the last tenth of the run."""
    if len(times) < steps:
        raise AssertionError(f"{len(times)} of {steps} steps ran")
    window = max(5, steps // 10)
    return {
        "first_step_ms": 1000 * (times[window] - times[0]) / window,
        "last_step_ms": 1000 * (times[-1] - times[-1 - window]) / window,
        "steps": steps,
    }


def drive(open_contestant: Callable[[Path], AbstractContextManager[Contestant]], packages: Sequence[str]) -> None:
    """The main program of a driver; argv: the counts as JSON, the folder for the contestant's files."""
    counts = Counts(**json.loads(sys.argv[1]))
    with open_contestant(Path(sys.argv[2])) as contestant:
        measured = figures(contestant, counts)
    print(json.dumps({**measured, "versions": " ".join(f"{name} {version(name)}" for name in packages)}), flush=True)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
