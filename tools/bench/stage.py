"""Where a workload runs: an endpoint, and decider and worker threads before it. In-process everything is in this process; over HTTP the
service, the decider and the worker are a process each, as they would be in production.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.graph.plan import Plan
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.loops import Grace
from engine.runtime.register import register
from engine.runtime.worker import Worker, WorkerSettings
from engine.swf.client import Client
from engine.swf.connect import Durability, connect

DECIDER_THREADS = 2
"""In-process, as `swfgraph run` has: each takes several tasks at once. Over HTTP a thread has one, and waits for it longer."""
DECIDER_THREADS_OVER_HTTP = 6
MOST_EVENTS = 20_000
"""What a step costs late in a history is measured in one history: executions don't go on as new ones here."""
WORKER_THREADS = 12
SWITCH_SECONDS = 0.0005
SECONDS = 60.0
"""How long a part may take to come up or to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    client: Client
    heard: Callable[[Callable[[str], None]], None]
    """Sets who is told the runId after every decision that the service took."""


class _Ear:
    """Passes on what the decider says to whoever listens at the moment."""

    def __init__(self) -> None:
        self._listener: Callable[[str], None] = _deaf

    def listen(self, listener: Callable[[str], None]) -> None:
        self._listener = listener

    def __call__(self, run_id: str) -> None:
        self._listener(run_id)


def _deaf(_run_id: str) -> None:
    return


@contextlib.contextmanager
def in_process(plans: Sequence[Plan], durability: Durability) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=".") as folder, on_file(Path(folder) / "swf.db", plans, durability) as stage:
        yield stage


@contextlib.contextmanager
def on_file(file: Path, plans: Sequence[Plan], durability: Durability) -> Iterator[Stage]:
    """In this process, on a file that may have something in it."""
    client = connect(url_of(file), durability=durability)
    with quick_switches(), contextlib.closing(client), _deciding(client, plans, DECIDER_THREADS) as ear, _working(client, plans):
        yield Stage(client=client, heard=ear.listen)


def url_of(file: Path) -> str:
    return f"sqlite:///{file.absolute()}"


@contextlib.contextmanager
def quick_switches() -> Iterator[None]:
    """As `swfgraph run` does, which runs all of this in one process too: a thread that comes back from SQLite waits less for the lock."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextlib.contextmanager
def over_http(plans: Sequence[Plan], durability: Durability, worker: Sequence[str]) -> Iterator[Stage]:
    """`worker` is the command that runs the workloads' worker; the URL is appended."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="bench-", dir=".") as folder, contextlib.ExitStack() as stack:
        serve = ["serve", "--db", f"{folder}/swf.db", "--port", str(port), "--durability", durability, "--quiet"]
        stack.enter_context(_process([sys.executable, "-m", "engine.cli.main", *serve]))
        _await_port(port)
        client = stack.enter_context(contextlib.closing(connect(url)))
        ear = stack.enter_context(_deciding(client, plans, DECIDER_THREADS_OVER_HTTP))
        stack.enter_context(_process([*worker, url]))
        yield Stage(client=client, heard=ear.listen)


@contextlib.contextmanager
def _deciding(client: Client, plans: Sequence[Plan], threads: int) -> Iterator[_Ear]:
    register(client, [plan.spec for plan in plans])
    ear = _Ear()
    decider = Decider(client, plans, DeciderSettings(threads=threads, most_events=MOST_EVENTS), on_decided=ear)
    decider.start(lambda: None)
    try:
        yield ear
    finally:
        decider.drain()
        decider.finish(Grace(SECONDS))


@contextlib.contextmanager
def _working(client: Client, plans: Sequence[Plan]) -> Iterator[None]:
    worker = Worker(client, [plan.spec for plan in plans], WorkerSettings(concurrency=WORKER_THREADS))
    worker.start(lambda: None)
    try:
        yield
    finally:
        worker.drain()
        worker.finish(Grace(SECONDS))


def work_until_killed(url: str, plans: Sequence[Plan]) -> None:
    """The worker of `over_http`, in its own process."""
    with contextlib.closing(connect(url)) as client, _working(client, plans):
        threading.Event().wait()


@contextlib.contextmanager
def _process(command: Sequence[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
