"""Real `swfgraph` processes for the scenarios: started on a loopback port of their own, killed by process id, restarted the same way.

They are forked from a process that has imported everything and done nothing yet, since importing is most of what a start costs.
(Commands as people start them: tests/cli.)
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from engine.cli.main import invoke
from engine.graph.check import find_specs, load_plan
from engine.runtime.payloads.claims import Claims
from engine.runtime.payloads.opening import open_claims
from engine.runtime.register import register
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.ports import reserved_port

ROOT = Path(__file__).parent.parent.parent

PATIENCE: Final = 200.0
"""Seconds until a test gives up waiting for a process: for one that hangs, not for a slow machine."""


_PROGRAM: Final = [sys.executable, "-m", "engine.cli.main"]


def command(*arguments: str | Path) -> list[str]:
    return [*_PROGRAM, *map(str, arguments)]


def nothing() -> None:
    """What a process does before it begins, unless a test says otherwise."""


@cache
def _forks() -> type[ForkServerProcess]:
    multiprocessing.set_forkserver_preload(
        [__name__, "boto3", *(f"engine.cli.{name}" for name in ("serve", "decider", "worker", "schedule_run"))]
    )
    with patch.dict(os.environ, PYTHONPATH=str(ROOT)):
        forkserver.ensure_running()
    return multiprocessing.get_context("forkserver").Process


def _begin(arguments: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str], first: Callable[[], object]) -> None:
    """The life of a process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as out, Path(os.devnull).open("rb") as given:
        for number, file in enumerate((given, out, out)):
            os.dup2(file.fileno(), number)
    first()
    sys.exit(invoke(arguments))


class Cluster:
    """A service with its decider and workers, each a process of its own, all logging into `folder`; and a client of it in this one."""

    def __init__(self, folder: Path, specs: Sequence[Path], *, workers: int = 2, schedulers: int = 0, concurrency: int = 4) -> None:
        self.folder = folder
        self._held = contextlib.ExitStack()
        self.port = self._held.enter_context(reserved_port())
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments = {"serve": command("serve", "--db", folder / "swf.db", "--port", str(self.port))}
        self._arguments["decider"] = command("decider", "--url", self.url, *specs)
        for number in range(1, workers + 1):
            self._arguments[f"worker{number}"] = command("worker", "--url", self.url, "--concurrency", str(concurrency), *specs)
        for number in range(1, schedulers + 1):
            self._arguments[f"scheduler{number}"] = command("schedule", "run", "--url", self.url, *specs)
        self._running: dict[str, ForkServerProcess] = {}

    @property
    def names(self) -> list[str]:
        return list(self._arguments)

    @cached_property
    def client(self) -> Client:
        """For many questions: a command for each would cost a process."""
        return self._held.enter_context(contextlib.closing(connect(self.url)))

    @property
    def claims(self) -> Claims:
        return open_claims(os.environ.get("SWFGRAPH_PAYLOADS", ""), self.url)

    def start(self, name: str, first: Callable[[], object] = nothing) -> None:
        """`first` is done in the new process before anything else."""
        arguments = self._arguments[name][len(_PROGRAM) :]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = _forks()(target=_begin, args=(arguments, self.folder, self.folder / f"{name}.log", environment, first), daemon=True)
        process.start()
        self._running[name] = process
        if name == "serve":
            self._await_port()

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        process = self._running.pop(name)
        assert process.pid is not None
        os.kill(process.pid, signal_number)
        process.join(PATIENCE)
        assert process.exitcode is not None, f"{name} goes on:\n{self.log(name)}"

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def stop(self) -> None:
        for process in self._running.values():
            process.kill()
            process.join()
        self._running.clear()
        self._held.close()

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SWFGRAPH_URL": self.url}
        return subprocess.run(
            command(*arguments), capture_output=True, text=True, cwd=self.folder, env=environment, check=False, timeout=PATIENCE
        )

    def json(self, *arguments: str | Path) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    def _await_port(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert self._running["serve"].is_alive(), f"serve ended:\n{self.log('serve')}"
            time.sleep(0.02)
        raise AssertionError(f"serve does not listen:\n{self.log('serve')}")


@contextlib.contextmanager
def cluster(folder: Path, specs: Sequence[Path], *, workers: int = 2, schedulers: int = 0, concurrency: int = 4) -> Iterator[Cluster]:
    """All processes up, the specs registered; whatever still runs at the end is killed."""
    processes = Cluster(folder, specs, workers=workers, schedulers=schedulers, concurrency=concurrency)
    try:
        processes.start("serve")
        register(processes.client, [load_plan(file).spec for file in find_specs(specs)])
        for name in processes.names[1:]:
            processes.start(name)
        yield processes
    finally:
        processes.stop()
