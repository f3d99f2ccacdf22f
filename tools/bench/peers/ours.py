"""The engine itself as a contestant, measured as `python -m tools.bench` does; argv: COUNTS, FOLDER, in-process or http.

The only driver that imports the engine, and that runs in its environment.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.graph.plan import Plan
from tools.bench import measures, workloads
from tools.bench.peers.driving import OPEN, WIDTH, Counts
from tools.bench.stage import Stage, in_process, over_http, work_until_killed

WORKER = "--worker"
WARM = 60


def main() -> None:
    counts = Counts(**json.loads(sys.argv[1]))
    plans = [workloads.serial(3), workloads.fan_out(WIDTH), workloads.serial(counts.steps)]
    if sys.argv[2] == WORKER:
        work_until_killed(sys.argv[3], plans)
    with _stage(sys.argv[3], plans) as stage:
        print(json.dumps({**_figures(stage, plans, counts), "versions": "durability full"}), flush=True)


@contextmanager
def _stage(place: str, plans: list[Plan]) -> Iterator[Stage]:
    worker = [sys.executable, "-m", "tools.bench.peers.ours", sys.argv[1], WORKER]
    with in_process(plans, "full") if place == "in-process" else over_http(plans, "full", worker) as stage:
        yield stage


def _figures(stage: Stage, plans: list[Plan], counts: Counts) -> Mapping[str, float]:
    serial, fan, long = plans
    measures.throughput(stage, serial, activities=3, count=WARM, concurrent=OPEN)
    idle = measures.latency(stage, serial, activities=3, count=counts.latency)
    many = measures.throughput(stage, serial, activities=3, count=counts.serial, concurrent=OPEN)
    wide = measures.fan_out(stage, fan, width=WIDTH, count=counts.fan)
    window = max(5, counts.steps // 10)
    first, last = measures.long_run(stage, long, steps=counts.steps, window=window).values()
    return {
        "latency_ms": idle["median ms"],
        "workflows_per_s": many["workflows/s"],
        "activities_per_s": many["activities/s"],
        "fan_activities_per_s": wide["activities/s"],
        "first_step_ms": first,
        "last_step_ms": last,
        "steps": counts.steps,
    }


if __name__ == "__main__":
    main()
