"""Watches an execution from outside: folds its history as it grows. For `run`, `status` and live pictures; the decider needs none of it.

Imports `interpreter.run`, `graph.plan`, `history`, `payloads` and `swf.client`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from engine.graph.plan import Plan
from engine.interpreter.events import CloseStatus
from engine.interpreter.run import Run
from engine.interpreter.view import RunView
from engine.runtime.history import events_after
from engine.runtime.payloads.claims import NO_CLAIMS, Claims
from engine.runtime.start import Started
from engine.spec.model import ABSENT
from engine.swf.client import Client

INTERVAL: Final = 1.0
"""Seconds between two looks at an execution in which nothing happens."""

_FIRST: Final = 0.05
_PAGE: Final = 50
"""Events asked for at a time: what happens between two looks, usually, in one call."""


class Follower:
    """One execution's Run, brought up to date by `refresh`. Raises: HistoryError, SpecMismatch where it isn't this plan's."""

    def __init__(self, client: Client, plan: Plan, execution: Started, claims: Claims = NO_CLAIMS) -> None:
        self._client = client
        self._claims = claims
        self._address = (execution.domain, execution.workflow_id, execution.run_id)
        self.run = Run(plan, workflow_id=execution.workflow_id, run_id=execution.run_id, longest=claims.longest)

    def refresh(self) -> bool:
        """Fold what is new; whether anything was. Raises: SwfFault, EndpointError, HistoryError, PayloadError."""
        events = self._claims.events(events_after(self._client, self._address, self.run.last_event_id, expected=_PAGE))
        for event in events:
            self.run.fold(event)
        return bool(events)


def follow_on(
    client: Client,
    plan: Plan,
    execution: Started,
    *,
    claims: Claims = NO_CLAIMS,
    interval: float = INTERVAL,
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[tuple[Started, RunView]]:
    """As `follow`, and where the execution continues as a new one, on with that one; each view with the run that it is of."""
    while True:
        for view in follow(client, plan, execution, claims=claims, interval=interval, wait=wait):
            yield execution, view
        if view.outcome is ABSENT or view.outcome.status is not CloseStatus.CONTINUED_AS_NEW:
            return
        execution = replace(execution, run_id=view.outcome.new_run_id)


def follow(
    client: Client,
    plan: Plan,
    execution: Started,
    *,
    claims: Claims = NO_CLAIMS,
    interval: float = INTERVAL,
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[RunView]:
    """How it stands now, then again after every change; the last view is the closed execution's.

    `wait` sleeps for so many seconds, or less: up to `interval` while nothing happens, shortly after a change.
    Raises: SwfFault, EndpointError, HistoryError, PayloadError.
    """
    follower = Follower(client, plan, execution, claims)
    pause = _FIRST
    while True:
        changed = follower.refresh()
        if changed:
            pause = min(_FIRST, interval)
            yield follower.run.view()
        if follower.run.closed:
            return
        wait(pause)
        pause = min(interval, pause * 1.5)
