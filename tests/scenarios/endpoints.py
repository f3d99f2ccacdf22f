"""The three kinds of endpoint, each real: the embedded service in-process, `swfgraph serve` with decider and two workers as processes
of their own, and moto's server (somebody else's SWF) through boto3. What a test makes of one is an `Endpoint`: see the fixture.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from tests.runtime.world import Detour
from tests.scenarios.processes import ROOT, Cluster, cluster

Value: TypeAlias = Json | Literal[Absent.ABSENT]
"""An execution's input."""

Meddling: TypeAlias = Callable[[Client, Started, RunView], object]
"""What somebody does while an execution goes on: it is shown every change."""

Change: TypeAlias = Callable[[Path], object]
"""What a test makes of its own copy of an example's folder."""


def look_on(_client: Client, _execution: Started, _view: RunView) -> None:
    """Somebody who does nothing."""


def unchanged(_folder: Path) -> None:
    """The example as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An execution that is over: its events (of the last run, where it went on as new) as the endpoint tells them, folded once more."""

    client: Client
    workflow_id: str
    run_id: str
    events: list[dict[str, Any]]
    view: RunView

    @property
    def types(self) -> list[str]:
        return [event["eventType"] for event in self.events]


class Endpoint(Protocol):
    """Runs an example to its end, under the name of `folder` as its workflowId; open as long as the block lasts."""

    def __call__(
        self, folder: Path, name: str, value: Value = ABSENT, meddling: Meddling = look_on, change: Change = unchanged
    ) -> contextlib.AbstractContextManager[Ended]: ...


def _copy(folder: Path, name: str, change: Change) -> Path:
    """An example with its scripts, in a folder of the test's own."""
    shutil.copytree(ROOT / "specs" / name, folder / name)
    change(folder / name)
    return folder / name / f"{name}.json"


@contextlib.contextmanager
def embedded(folder: Path, name: str, value: Value = ABSENT, meddling: Meddling = look_on, change: Change = unchanged) -> Iterator[Ended]:
    with contextlib.closing(connect(f"sqlite:///{folder}/swf.db")) as client:
        yield _run_to_the_end(client, _copy(folder, name, change), value, meddling)


@contextlib.contextmanager
def moto(folder: Path, name: str, value: Value = ABSENT, meddling: Meddling = look_on, change: Change = unchanged) -> Iterator[Ended]:
    """It is asked one question at a time, in the order in which they come: else it gives one task to two pollers."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        urlopen(f"http://{host}:{port}/moto-api/reset", data=b"").close()  # it keeps what another one was told
        with contextlib.closing(connect(f"http://{host}:{port}")) as client, ThreadPoolExecutor(1) as turns:
            in_turn = Detour(client, lambda call, operation, request: turns.submit(call, operation, request).result())
            yield _run_to_the_end(in_turn, _copy(folder, name, change), value, meddling, at_once=1)
    finally:
        server.stop()


@contextlib.contextmanager
def all_examples(folder: Path) -> Iterator[Cluster]:
    """Processes that know every example as it is."""
    shutil.copytree(ROOT / "specs", folder / "specs", ignore=shutil.ignore_patterns("__pycache__", ".swfgraph"))
    with cluster(folder, [folder / "specs"], concurrency=2) as running:
        yield running


def processes(running: Callable[[], Cluster]) -> Endpoint:
    """`running` are those of `all_examples`; a changed example has processes of its own."""

    @contextlib.contextmanager
    def run(folder: Path, name: str, value: Value = ABSENT, meddling: Meddling = look_on, change: Change = unchanged) -> Iterator[Ended]:
        if change is unchanged:
            yield _run_in(running(), running().folder / "specs" / name / f"{name}.json", folder.name, value, meddling)
        else:
            spec = _copy(folder, name, change)
            with cluster(folder, [spec.parent]) as own:
                yield _run_in(own, spec, folder.name, value, meddling)

    return run


ENDPOINTS = ("embedded", "processes", "moto")


def _run_in(running: Cluster, spec: Path, workflow_id: str, value: Value, meddling: Meddling) -> Ended:
    plan = load_plan(spec)
    execution = start(running.client, plan.spec, value, StartOptions(workflow_id=workflow_id))
    for current, view in follow_on(running.client, plan, execution):
        meddling(running.client, current, view)
        execution = current
    return _ended(running.client, plan, execution)


def _run_to_the_end(client: Client, spec: Path, value: Value, meddling: Meddling, at_once: int = 2) -> Ended:
    plan = load_plan(spec)
    settings = EmbeddedSettings(
        options=StartOptions(workflow_id=spec.parent.parent.name),
        decider=DeciderSettings(threads=at_once),
        worker=WorkerSettings(concurrency=at_once),
        others=family_of(plan, ()).children,
        grace=2.0,
    )
    last: list[Started] = []

    def watch(execution: Started, view: RunView) -> None:
        last[:] = [execution]
        meddling(client, execution, view)

    run_here(client, plan, value, settings, watch)
    return _ended(client, plan, last[0])


def _ended(client: Client, plan: Plan, execution: Started) -> Ended:
    events = [dict(event) for event in events_after(client, (execution.domain, execution.workflow_id, execution.run_id), 0)]
    run = Run(plan, workflow_id=execution.workflow_id, run_id=execution.run_id)
    for event in events:
        run.fold(event)
    assert run.view().outcome is not ABSENT
    return Ended(client=client, workflow_id=execution.workflow_id, run_id=execution.run_id, events=events, view=run.view())
