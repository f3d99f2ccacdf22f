"""What scenarios ask of a cluster, and have done there, over HTTP: how long they wait for it, and what came of executions."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from engine.graph.check import load_plan
from engine.runtime.history import events_after
from engine.runtime.reading.closing import parse_closing
from engine.runtime.reading.executions import Info, find
from engine.runtime.reading.searching import Wanted, search
from engine.runtime.start import StartOptions, start
from engine.spec.model import ABSENT, Absent, Json
from tests.scenarios.processes import PATIENCE, Cluster


def begin(processes: Cluster, spec: Path, workflow_id: str, value: Json | Literal[Absent.ABSENT] = ABSENT) -> str:
    """Acknowledged by the service when this returns."""
    options = StartOptions(workflow_id=workflow_id)
    return start(processes.client, load_plan(spec).spec, value, options, processes.claims).workflow_id


def ask(processes: Cluster, operation: str, domain: str, workflow_id: str, **more: Any) -> None:
    """`operation` is one that names an execution by its workflowId."""
    processes.client.call(operation, {"domain": domain, "workflowId": workflow_id, **more})


def executions(processes: Cluster, domain: str, wanted: Wanted | None = None) -> list[Info]:
    return list(search(processes.client, domain, wanted or Wanted()))


def await_that(happens: Callable[[], bool], said: Callable[[], object] = str) -> None:
    """`said` tells what there was instead."""
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline, said()
        time.sleep(0.1)


def await_closed(processes: Cluster, domain: str, workflow_ids: Collection[str]) -> list[Info]:
    """All executions of the domain, once the last runs of these are closed."""

    def still_open() -> set[str]:
        return {one.workflow_id for one in executions(processes, domain, Wanted(which="open"))} & set(workflow_ids)

    await_that(lambda: not still_open(), lambda: f"still open: {still_open()}\n{processes.log('decider')[-3000:]}")
    found = executions(processes, domain)
    assert set(workflow_ids) <= {one.workflow_id for one in found}
    return found


def raw_history(processes: Cluster, domain: str, workflow_id: str, run_id: str = "") -> list[Mapping[str, Any]]:
    """Of the open run, else of the latest, unless one is named."""
    run = run_id or find(processes.client, domain, workflow_id, "").run_id
    events = list(events_after(processes.client, (domain, workflow_id, run), 0))
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    return events


def history(processes: Cluster, domain: str, workflow_id: str) -> list[Mapping[str, Any]]:
    """With payloads in place of what refers to them."""
    return [processes.claims.shown(event) for event in raw_history(processes, domain, workflow_id)]


def output(processes: Cluster, domain: str, workflow_id: str) -> Any:
    closing = parse_closing(dict(history(processes, domain, workflow_id)[-1]))
    assert closing.completed, closing
    return closing.output
