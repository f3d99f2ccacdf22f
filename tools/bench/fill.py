"""Fills a file with executions, quickly: one of each kind really runs, and its history is written again under other ids.

Through the store's own rows, so what comes out is what the service would have written (but for the times, which all copies share).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.graph.plan import Plan
from engine.runtime.start import StartOptions, start
from engine.service.database import Durability
from engine.service.rows import EventAppended, ExecutionClosed, ExecutionOpened, Row
from engine.service.store import Store
from tools.bench import workloads
from tools.bench.stage import SECONDS, Stage, on_file

BATCH = 20_000
"""Rows in a transaction."""

Events = Sequence[Mapping[str, Any]]


def fill(file: Path, plans: Sequence[Plan], *, waiting: int, closed: int) -> None:
    """A new file that knows the plans and holds that many open executions (each waits for a timer) and closed ones."""
    parked, short = workloads.waiting(), workloads.short()
    with on_file(file, [*plans, parked, short], "process") as stage:
        histories = {plan.spec.name: _history(stage, plan, last) for plan, last in ((parked, "TimerStarted"), (short, "Completed"))}
    with closing(Store.open(str(file), str(file), Durability.PROCESS)) as store:
        runs = itertools.count(store.archive.next_run())
        copies = itertools.chain(
            (row for _ in range(closed) for row in _copy(next(runs), short, histories["short"])),
            (row for _ in range(waiting) for row in _copy(next(runs), parked, histories["waiting"])),
        )
        for rows in _batches(copies):
            store.write(rows)


def _history(stage: Stage, plan: Plan, last: str) -> Events:
    """Run one, until its last event is of the type that ends so."""
    one = start(stage.client, plan.spec, 1, StartOptions(workflow_id=f"{plan.spec.name}-model"))
    request = {"domain": workloads.DOMAIN, "execution": {"workflowId": one.workflow_id, "runId": one.run_id}}
    deadline = time.monotonic() + SECONDS
    while True:
        events: Events = stage.client.call("GetWorkflowExecutionHistory", request)["events"]
        if events[-1]["eventType"].endswith(last):
            return events
        if time.monotonic() > deadline:
            raise TimeoutError(f"{one.workflow_id} ends with {events[-1]['eventType']} after {SECONDS:g} s, not with ...{last}")
        time.sleep(0.01)


def _copy(run: int, plan: Plan, history: Events) -> Iterator[Row]:
    yield ExecutionOpened(
        run=run,
        domain=workloads.DOMAIN,
        workflow_id=f"copy-{run}",
        run_id=f"copy-{run}-run",
        type_name=plan.spec.name,
        type_version=plan.spec.version,
        started=history[0]["eventTimestamp"],
        tags=(),
    )
    for event in history:
        yield EventAppended(run=run, event_id=event["eventId"], event=event)
    if history[-1]["eventType"] == "WorkflowExecutionCompleted":
        closed = history[-1]["eventTimestamp"]
        yield ExecutionClosed(run=run, closed=closed, close_status="COMPLETED", cancel_requested=False, latest_activity=0.0)


def _batches(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    rest = iter(rows)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch
