"""The three kinds of endpoint, each real: the embedded service in-process, `swfgraph serve` with decider and two workers as processes
of their own, and moto's server (somebody else's SWF) through boto3.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from moto.server import ThreadedMotoServer

from engine.graph.check import load_plan
from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.interpreter.view import RunView
from engine.runtime.decider import DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, run_here
from engine.runtime.follow import follow
from engine.runtime.history import events_after
from engine.runtime.start import StartOptions, start
from engine.runtime.worker import WorkerSettings
from engine.spec.model import ABSENT, Absent, Json
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.scenarios.processes import ROOT, cluster

WORKFLOW_ID = "Demo"

Value: TypeAlias = Json | Literal[Absent.ABSENT]
"""An execution's input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An execution that is over: its events as the endpoint tells them, folded once more."""

    client: Client
    run_id: str
    events: list[dict[str, Any]]
    view: RunView

    @property
    def types(self) -> list[str]:
        return [event["eventType"] for event in self.events]


def spec_copy(folder: Path, name: str) -> Path:
    """A seed spec with its scripts, in a folder of the test's own."""
    shutil.copytree(ROOT / "specs" / name, folder / name)
    return folder / name / f"{name}.json"


@contextlib.contextmanager
def embedded(folder: Path, spec: Path, value: Value) -> Iterator[Ended]:
    with contextlib.closing(connect(f"sqlite:///{folder}/swf.db")) as client:
        yield _run_to_the_end(client, spec, value)


@contextlib.contextmanager
def moto(_folder: Path, spec: Path, value: Value) -> Iterator[Ended]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        with contextlib.closing(connect(f"http://{host}:{port}")) as client:
            yield _run_to_the_end(client, spec, value)
    finally:
        server.stop()


@contextlib.contextmanager
def processes(folder: Path, spec: Path, value: Value) -> Iterator[Ended]:
    plan = load_plan(spec)
    with cluster(folder, [spec]) as running, contextlib.closing(connect(running.url)) as client:
        begun = start(client, plan.spec, value, StartOptions(workflow_id=WORKFLOW_ID))
        deque(follow(client, plan, begun), maxlen=0)
        yield _ended(client, plan, begun.run_id)


ENDPOINTS: dict[str, Callable[[Path, Path, Value], contextlib.AbstractContextManager[Ended]]] = {
    "embedded": embedded,
    "processes": processes,
    "moto": moto,
}


def _run_to_the_end(client: Client, spec: Path, value: Value) -> Ended:
    plan = load_plan(spec)
    settings = EmbeddedSettings(
        options=StartOptions(workflow_id=WORKFLOW_ID), decider=DeciderSettings(threads=2), worker=WorkerSettings(concurrency=2)
    )
    begun: list[str] = []
    run_here(client, plan, value, settings, lambda started, _view: begun.append(started.run_id))
    return _ended(client, plan, begun[0])


def _ended(client: Client, plan: Plan, run_id: str) -> Ended:
    events = [dict(event) for event in events_after(client, (plan.spec.domain, WORKFLOW_ID, run_id), 0)]
    run = Run(plan, workflow_id=WORKFLOW_ID, run_id=run_id)
    for event in events:
        run.fold(event)
    assert run.view().outcome is not ABSENT
    return Ended(client=client, run_id=run_id, events=events, view=run.view())
