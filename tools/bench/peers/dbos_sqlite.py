"""DBOS on a SQLite file, as it comes (rollback journal, synchronous FULL), or on one that was made in WAL mode: `--wal`.

It has no service: workflows and steps run in the caller's process. The fan-out gathers async steps, the fastest of its ways here
(queue, start_workflow, gather).
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbos import DBOS

from tools.bench.peers.driving import drive

_times: list[float] = []


@DBOS.step()
def step(value: int) -> int:
    return value


@DBOS.step()
async def step_at_once(value: int) -> int:
    return value


@DBOS.step()
def timed_step(value: int) -> int:
    _times.append(time.perf_counter())
    return value


@DBOS.workflow()
def three(value: int) -> int:
    for _ in range(3):
        value = step(value)
    return value


@DBOS.workflow()
async def fan(width: int) -> list[int]:
    return await asyncio.gather(*[step_at_once(number) for number in range(width)])


@DBOS.workflow()
def many(steps: int) -> int:
    value = 0
    for _ in range(steps):
        value = timed_step(value)
    return value


class Dbos:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def serial(self) -> None:
        three(1)

    def fan_out(self, width: int) -> None:
        self._loop.run_until_complete(fan(width))

    def long_run(self, steps: int) -> Sequence[float]:
        many(steps)
        return _times


@contextlib.contextmanager
def open_dbos(folder: Path) -> Iterator[Dbos]:
    file = folder / "dbos.sqlite"
    if "--wal" in sys.argv:
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode=WAL")
    DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{file.absolute()}", "log_level": "ERROR"})
    DBOS.launch()
    loop = asyncio.new_event_loop()
    try:
        yield Dbos(loop)
    finally:
        loop.close()
        DBOS.destroy()


if __name__ == "__main__":
    drive(open_dbos, ["dbos"])
