"""The three kinds of endpoint, each real: the embedded service in-process, `swfgraph serve` with decider and two workers as processes
of their own, and moto's server (somebody else's SWF) through boto3.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias
from urllib.request import urlopen

from moto.server import ThreadedMotoServer

from engine.cli.children import family_of
from engine.graph.check import load_plan
from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.interpreter.view import RunView
from engine.runtime.decider import DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, run_here
from engine.runtime.follow import follow_on
from engine.runtime.history import events_after
from engine.runtime.start import Started, StartOptions, start
from engine.runtime.worker import WorkerSettings
from engine.spec.model import ABSENT, Absent, Json
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.scenarios.processes import ROOT, cluster

WORKFLOW_ID = "Demo"

Value: TypeAlias = Json | Literal[Absent.ABSENT]
"""An execution's input."""

Meddling: TypeAlias = Callable[[Client, Started, RunView], object]
"""What somebody does while an execution goes on: it is shown every change."""


def look_on(_client: Client, _execution: Started, _view: RunView) -> None:
    """Somebody who does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An execution that is over: its events (of the last run, where it went on as new) as the endpoint tells them, folded once more."""

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
def embedded(folder: Path, spec: Path, value: Value, meddling: Meddling = look_on) -> Iterator[Ended]:
    with contextlib.closing(connect(f"sqlite:///{folder}/swf.db")) as client:
        yield _run_to_the_end(client, spec, value, meddling)


@contextlib.contextmanager
def moto(_folder: Path, spec: Path, value: Value, meddling: Meddling = look_on) -> Iterator[Ended]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        urlopen(f"http://{host}:{port}/moto-api/reset", data=b"").close()  # it keeps what another one was told
        with contextlib.closing(connect(f"http://{host}:{port}")) as client:
            yield _run_to_the_end(client, spec, value, meddling)
    finally:
        server.stop()


@contextlib.contextmanager
def processes(folder: Path, spec: Path, value: Value, meddling: Meddling = look_on) -> Iterator[Ended]:
    plan = load_plan(spec)
    with cluster(folder, [spec.parent]) as running, contextlib.closing(connect(running.url)) as client:
        begun = start(client, plan.spec, value, StartOptions(workflow_id=WORKFLOW_ID))
        for execution, view in follow_on(client, plan, begun):
            meddling(client, execution, view)
        yield _ended(client, plan, execution.run_id)


class Endpoint(Protocol):
    def __call__(self, folder: Path, spec: Path, value: Value, meddling: Meddling = ..., /) -> contextlib.AbstractContextManager[Ended]: ...


ENDPOINTS: dict[str, Endpoint] = {"embedded": embedded, "processes": processes, "moto": moto}


def _run_to_the_end(client: Client, spec: Path, value: Value, meddling: Meddling) -> Ended:
    plan = load_plan(spec)
    settings = EmbeddedSettings(
        options=StartOptions(workflow_id=WORKFLOW_ID),
        decider=DeciderSettings(threads=2),
        worker=WorkerSettings(concurrency=2),
        others=family_of(plan, ()).children,
        grace=2.0,
    )
    last: list[str] = []

    def watch(execution: Started, view: RunView) -> None:
        last[:] = [execution.run_id]
        meddling(client, execution, view)

    run_here(client, plan, value, settings, watch)
    return _ended(client, plan, last[0])


def _ended(client: Client, plan: Plan, run_id: str) -> Ended:
    events = [dict(event) for event in events_after(client, (plan.spec.domain, WORKFLOW_ID, run_id), 0)]
    run = Run(plan, workflow_id=WORKFLOW_ID, run_id=run_id)
    for event in events:
        run.fold(event)
    assert run.view().outcome is not ABSENT
    return Ended(client=client, run_id=run_id, events=events, view=run.view())
