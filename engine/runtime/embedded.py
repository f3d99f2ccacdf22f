"""`swfgraph run`: register, start, decide and work in one process, until the execution has ended.

Nothing is different from separate processes but that they end together: an execution that is interrupted stays open, and any decider
and worker of the spec take it up again. Imports the rest of `runtime`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.errors import SwfFault, UsageError
from engine.graph.plan import Plan
from engine.interpreter.view import RunView
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.follow import follow_on
from engine.runtime.payloads.claims import NO_CLAIMS, Claims
from engine.runtime.register import Standing, register
from engine.runtime.start import Started, StartOptions, start
from engine.runtime.until_signal import Part, finish
from engine.runtime.worker import Worker, WorkerSettings
from engine.spec.model import ABSENT, Absent, Json
from engine.swf.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    options: StartOptions = field(default_factory=StartOptions)
    decider: DeciderSettings
    worker: WorkerSettings
    grace: float = 10.0
    """Seconds that running tasks get when we are interrupted."""
    others: tuple[Plan, ...] = ()
    """What is decided and worked for besides: the specs of children."""
    claims: Claims = NO_CLAIMS


def run_here(
    client: Client,
    plan: Plan,
    value: Json | Literal[Absent.ABSENT],
    settings: EmbeddedSettings,
    watch: Callable[[Started, RunView], None],
) -> RunView:
    """Run one execution to its end, however often it continues as a new one; its last view. `watch` is shown every change, in this thread.

    Raises: InputError, UsageError (see `start`, `worker`), PayloadError, SwfFault, EndpointError; KeyboardInterrupt after a clean stop.
    """
    return _run_here(client, plan, lambda: start(client, plan.spec, value, settings.options, settings.claims), settings, watch)


def resume_here(
    client: Client, plan: Plan, execution: Started, settings: EmbeddedSettings, watch: Callable[[Started, RunView], None]
) -> RunView:
    """Like `run_here`, with an execution that was begun before; of a closed one, its last view. `settings.options` mean nothing here."""
    return _run_here(client, plan, lambda: execution, settings, watch)


def _run_here(
    client: Client, plan: Plan, begin: Callable[[], Started], settings: EmbeddedSettings, watch: Callable[[Started, RunView], None]
) -> RunView:
    news = _News()
    parts = _parts(client, plan, settings, news)
    usable(client, [plan, *settings.others])
    execution = begin()
    try:
        for part in parts:
            part.start(news.on_end)
        for current, view in follow_on(client, plan, execution, claims=settings.claims, wait=news.wait):
            watch(current, view)
            execution = current
        for part in parts:
            part.drain()
            if isinstance(part, Worker):
                part.abandon(_closed(client, part.in_hand, execution.domain) | {execution.run_id})
    finally:
        finish(parts, settings.grace)
    return view


def usable(client: Client, plans: Sequence[Plan]) -> None:
    """Register what the specs name. Raises: UsageError where a part of it is deprecated."""
    for registration in register(client, [plan.spec for plan in plans]):
        if registration.standing is Standing.DEPRECATED:
            what = f"{registration.kind} {registration.name} {registration.version}".rstrip()
            raise UsageError(f"the {what} is deprecated: undeprecate it, or give the spec another")


def _parts(client: Client, plan: Plan, settings: EmbeddedSettings, news: _News) -> list[Part]:
    plans = [plan, *settings.others]
    decider = Decider(client, plans, settings.decider, settings.claims, on_decided=news.decided)
    if all(activity.run is ABSENT for plan in plans for activity in plan.spec.activities.values()):
        return [decider]
    return [decider, Worker(client, [plan.spec for plan in plans], settings.worker, settings.claims)]


def _closed(client: Client, executions: Iterable[tuple[str, str]], domain: str) -> set[str]:
    """The runIds of those (workflowId, runId) that nobody waits for any more: children end with their parents, as their policy says."""
    closed = set()
    for workflow_id, run_id in executions:
        request = {"domain": domain, "execution": {"workflowId": workflow_id, "runId": run_id}}
        try:
            info = client.call("DescribeWorkflowExecution", request)["executionInfo"]
        except SwfFault:
            continue  # of another domain
        if info["executionStatus"] == "CLOSED":
            closed.add(run_id)
    return closed


class _News:
    """That something was decided, or that a part has ended by itself: what the watcher waits for between two looks."""

    def __init__(self) -> None:
        self._some = threading.Event()
        self._ended = False

    def decided(self, _run_id: str) -> None:
        self._some.set()

    def on_end(self) -> None:
        self._ended = True
        self._some.set()

    def wait(self, seconds: float) -> None:
        self._some.wait(seconds)
        self._some.clear()
        if self._ended:
            raise _PartEnded


class _PartEnded(Exception):
    """Decider or worker ended by an error, which `finish` raises in its place."""
