"""`python -m tools.bench --growth`: what changes when a file has much in it. In-process, durability full.

The files are filled first, then measured in turns, so that the machine's drift hits all alike. Restarts are processes of their own.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.swf.connect import connect
from tools.bench import measures, workloads
from tools.bench.fill import fill
from tools.bench.measures import Figures
from tools.bench.stage import on_file, url_of

SERIAL = workloads.serial(3)
LATE = "late"
"""A task list that nobody polls but a restart, once."""
CONCURRENT = 50
PAGE = os.sysconf("SC_PAGESIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    name: str
    waiting: int
    """Open executions that do nothing."""
    closed: int


def levels(*, quick: bool) -> Sequence[Level]:
    many = 50_000 if quick else 1_000_000
    return [
        *(Level(name=f"{count:,} open", waiting=count, closed=0) for count in (10, 1_000, 20_000)),
        Level(name=f"{many:,} closed", waiting=10, closed=many),
    ]


def growth(rounds: int, *, quick: bool, quiet: bool) -> Mapping[str, Figures]:
    """Figures by level: medians of the rounds."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=".") as folder:
        files = {}
        for level in levels(quick=quick):
            begun = time.perf_counter()
            files[level] = Path(folder) / f"{level.waiting}-{level.closed}.db"
            fill(files[level], [SERIAL], waiting=level.waiting, closed=level.closed)
            _leave_a_task(files[level])
            _say(f"filled: {level.name}, {files[level].stat().st_size / 1e6:,.0f} MB, {time.perf_counter() - begun:.0f} s", quiet=quiet)
        turns: dict[Level, list[Figures]] = {level: [] for level in files}
        for number in range(rounds):
            for level, file in files.items():
                turns[level].append({**_restart(file), **_run(file, count=100 if quick else 500)})
                _say(f"round {number + 1} of {rounds}, load {os.getloadavg()[0]:.1f}: {level.name} done", quiet=quiet)
        shown = {level: {key: statistics.median(turn[key] for turn in taken) for key in taken[0]} for level, taken in turns.items()}
    least = next(iter(shown.values()))["RSS MB"]
    return {
        level.name: {**figures, "KB/open": 1000 * (figures["RSS MB"] - least) / level.waiting if level.waiting >= 1_000 else 0.0}
        for level, figures in shown.items()
    }


def table(figures: Mapping[str, Figures]) -> str:
    columns = list(next(iter(figures.values())))
    lines = [f"{'':<20}" + "".join(f"{column:>20}" for column in columns)]
    for level, values in figures.items():
        lines.append(f"{level:<20}" + "".join(f"{values[column]:>20,.{2 if values[column] < 10 else 0}f}" for column in columns))
    return "\n".join(lines)


def answer_one_poll(url: str) -> None:
    """A process that opens the file and polls once; prints what that took."""
    before = _resident_mb()
    begun = time.perf_counter()
    with contextlib.closing(connect(url)) as client:
        opened = time.perf_counter()
        task = client.call("PollForDecisionTask", {"domain": workloads.DOMAIN, "taskList": {"name": LATE}})
        if not task["taskToken"]:
            raise AssertionError("the poll found nothing")
        seconds = time.perf_counter() - begun
        print(json.dumps({"restart ms": 1000 * seconds, "open ms": 1000 * (opened - begun), "RSS MB": _resident_mb() - before}))


def _leave_a_task(file: Path) -> None:
    with contextlib.closing(connect(url_of(file), durability="process")) as client:
        for number in range(9):  # more than there are rounds: a restart takes one
            client.call(
                "StartWorkflowExecution",
                {
                    "domain": workloads.DOMAIN,
                    "workflowId": f"late-{number}",
                    "workflowType": {"name": SERIAL.spec.name, "version": SERIAL.spec.version},
                    "taskList": {"name": LATE},
                    "executionStartToCloseTimeout": "86400",
                    "taskStartToCloseTimeout": "NONE",
                    "childPolicy": "TERMINATE",
                },
            )


def _restart(file: Path) -> Figures:
    command = [sys.executable, "-m", "tools.bench", "--growth", "--as-restart", url_of(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def _run(file: Path, *, count: int) -> Figures:
    with on_file(file, [SERIAL], "full") as stage:
        measures.throughput(stage, SERIAL, activities=3, count=60, concurrent=CONCURRENT)  # warm
        many = measures.throughput(stage, SERIAL, activities=3, count=count, concurrent=CONCURRENT)
        one = measures.latency(stage, SERIAL, activities=3, count=30)
    return {"workflows/s": many["workflows/s"], "idle ms": one["median ms"]}


def _resident_mb() -> float:
    """Of this process (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        print(text, file=sys.stderr, flush=True)
