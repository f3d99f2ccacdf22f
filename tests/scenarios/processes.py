"""Real `swfgraph` processes for the scenarios: started on a loopback port of their own, killed by process id, restarted the same way."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

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


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "engine.cli.main", *map(str, arguments)]


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
        self._running: dict[str, subprocess.Popen[bytes]] = {}

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

    def start(self, name: str, **environment: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._arguments[name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            )
        if name == "serve":
            self._await_port()

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> int:
        process = self._running.pop(name)
        process.send_signal(signal_number)
        return process.wait(timeout=PATIENCE)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def stop(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()
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
            assert self._running["serve"].poll() is None, f"serve ended:\n{self.log('serve')}"
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
