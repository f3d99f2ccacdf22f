"""The measurements: each takes a stage, runs a workload on it and gives figures by name."""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from engine.graph.plan import Plan
from engine.runtime.start import Started, StartOptions, start
from engine.swf.client import Client
from tools.bench.stage import Stage
from tools.bench.workloads import close_status

Figures: TypeAlias = Mapping[str, float]

_numbers = itertools.count()
_SECONDS = 600.0


class Closings:
    """Waits for executions: one that is known to take `decisions` decisions is closed when the last of them was taken."""

    def __init__(self, decisions: int) -> None:
        self._decisions = decisions
        self._taken: Counter[str] = Counter()
        self._mutex = threading.Lock()
        self._closed = threading.Semaphore(0)

    def heard(self, run_id: str) -> None:
        with self._mutex:
            self._taken[run_id] += 1
            last = self._taken[run_id] == self._decisions
        if last:
            self._closed.release()

    def wait_for_one(self) -> None:
        if not self._closed.acquire(timeout=_SECONDS):
            raise TimeoutError(f"no execution closed within {_SECONDS:g} s")


def _begin(client: Client, plan: Plan) -> Started:
    return start(client, plan.spec, 1, StartOptions(workflow_id=f"{plan.spec.name}-{next(_numbers)}"))


def _expect_completed(client: Client, executions: list[Started]) -> None:
    for one in executions:
        status = close_status(client, one.workflow_id, one.run_id)
        if status != "COMPLETED":
            raise AssertionError(f"{one.workflow_id} is {status or 'open'}, not COMPLETED")


def throughput(stage: Stage, plan: Plan, *, activities: int, count: int, concurrent: int) -> Figures:
    """`count` executions of a serial plan, `concurrent` of them open at any moment."""
    closings = Closings(decisions=activities + 1)
    stage.heard(closings.heard)
    begun = time.perf_counter()
    executions = [_begin(stage.client, plan) for _ in range(concurrent)]
    for _ in range(count - concurrent):
        closings.wait_for_one()
        executions.append(_begin(stage.client, plan))
    for _ in range(concurrent):
        closings.wait_for_one()
    seconds = time.perf_counter() - begun
    _expect_completed(stage.client, executions)
    return {"workflows/s": count / seconds, "activities/s": count * activities / seconds}


def latency(stage: Stage, plan: Plan, *, activities: int, count: int) -> Figures:
    """One execution after another, nothing else going on: milliseconds from the start call to the close."""
    closings = Closings(decisions=activities + 1)
    stage.heard(closings.heard)
    taken: list[float] = []
    executions: list[Started] = []
    for _ in range(count):
        begun = time.perf_counter()
        executions.append(_begin(stage.client, plan))
        closings.wait_for_one()
        taken.append(1000 * (time.perf_counter() - begun))
    _expect_completed(stage.client, executions)
    return {"median ms": statistics.median(taken), "worst ms": max(taken)}


def fan_out(stage: Stage, plan: Plan, *, width: int, count: int) -> Figures:
    """Executions of `width` activities at once, one execution after another."""
    decided = threading.Event()
    stage.heard(lambda _run_id: decided.set())
    begun = time.perf_counter()
    for _ in range(count):
        one = _begin(stage.client, plan)
        while not close_status(stage.client, one.workflow_id, one.run_id):
            decided.wait(timeout=0.05)
            decided.clear()
        _expect_completed(stage.client, [one])
    return {"activities/s": count * width / (time.perf_counter() - begun)}


def long_run(stage: Stage, plan: Plan, *, steps: int, window: int) -> Figures:
    """One execution of many steps: milliseconds a step, over the first and the last `window` of them."""
    times: list[float] = []
    ended = threading.Event()

    def heard(_run_id: str) -> None:
        times.append(time.perf_counter())
        if len(times) == steps + 1:
            ended.set()

    stage.heard(heard)
    one = _begin(stage.client, plan)
    if not ended.wait(timeout=_SECONDS):
        raise TimeoutError(f"{len(times)} of {steps} steps within {_SECONDS:g} s")
    _expect_completed(stage.client, [one])
    return {
        f"ms/step, first {window}": 1000 * (times[window] - times[0]) / window,
        f"ms/step, last {window}": 1000 * (times[-1] - times[-1 - window]) / window,
    }
