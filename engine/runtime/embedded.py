"""`swfgraph run`: register, start, decide and work in one process, until the execution has ended.

Nothing is different from separate processes but that they end together: an execution that is interrupted stays open, and any decider
and worker of the spec take it up again. Imports the rest of `runtime`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from engine.errors import UsageError
from engine.graph.plan import Plan
from engine.interpreter.view import RunView
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.follow import follow
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


def run_here(
    client: Client,
    plan: Plan,
    value: Json | Literal[Absent.ABSENT],
    settings: EmbeddedSettings,
    watch: Callable[[Started, RunView], None],
) -> RunView:
    """Run one execution to its end; its last view. `watch` is shown every change, from this thread.

    Raises: InputError, UsageError (see `start`, `worker`), SwfFault, EndpointError; KeyboardInterrupt after having stopped cleanly.
    """
    return _run_here(client, plan, lambda: start(client, plan.spec, value, settings.options), settings, watch)


def resume_here(
    client: Client, plan: Plan, execution: Started, settings: EmbeddedSettings, watch: Callable[[Started, RunView], None]
) -> RunView:
    """Like `run_here`, with an execution that was begun before; of a closed one, its last view. `settings.options` mean nothing here."""
    return _run_here(client, plan, lambda: execution, settings, watch)


def _run_here(
    client: Client, plan: Plan, begin: Callable[[], Started], settings: EmbeddedSettings, watch: Callable[[Started, RunView], None]
) -> RunView:
    news = threading.Event()
    parts = _parts(client, plan, settings, news)
    usable(client, plan)
    execution = begin()
    ended = threading.Event()

    def on_end() -> None:
        ended.set()
        news.set()

    try:
        for part in parts:
            part.start(on_end)
        view = _watch_to_the_end(client, plan, execution, watch, news, ended)
        for part in parts:
            part.drain()
            if isinstance(part, Worker):
                part.abandon(execution.run_id)
    finally:
        finish(parts, settings.grace)
    return view


def usable(client: Client, plan: Plan) -> None:
    """Register what the spec names. Raises: UsageError where a part of it is deprecated."""
    for registration in register(client, [plan.spec]):
        if registration.standing is Standing.DEPRECATED:
            what = f"{registration.kind} {registration.name} {registration.version}".rstrip()
            raise UsageError(f"the {what} is deprecated: undeprecate it, or give the spec another")


def _parts(client: Client, plan: Plan, settings: EmbeddedSettings, news: threading.Event) -> list[Part]:
    decider = Decider(client, [plan], settings.decider, on_decided=lambda _: news.set())
    if all(activity.run is ABSENT for activity in plan.spec.activities.values()):
        return [decider]
    return [decider, Worker(client, [plan.spec], settings.worker)]


def _watch_to_the_end(
    client: Client,
    plan: Plan,
    execution: Started,
    watch: Callable[[Started, RunView], None],
    news: threading.Event,
    ended: threading.Event,
) -> RunView:
    def wait(seconds: float) -> None:
        news.wait(seconds)
        news.clear()
        if ended.is_set():
            raise _PartEnded

    for view in follow(client, plan, execution, wait=wait):
        watch(execution, view)
    return view


class _PartEnded(Exception):
    """Decider or worker ended by an error, which `finish` raises in its place."""
