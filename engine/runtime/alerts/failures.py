"""Which nodes of an execution have failed for good, be it caught or not, and even where the execution went back behind them since.

Folds the history as it grows, as everybody does who wants to know: an event is read once. Imports `interpreter`, the runtime's `history`
and `payloads`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.interpreter.states import NodeTrigger
from engine.runtime.history import events_after
from engine.runtime.payloads.claims import Claims
from engine.spec.model import ABSENT
from engine.swf.client import Client

MOST_HELD: Final = 2_000
"""Executions whose folded histories are held; the others are folded anew when it is their turn."""
LONGEST_PAUSE: Final = 60.0
"""Seconds between two looks at an open execution in which nothing happens."""
_PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFailed:
    node: str
    event_id: int
    at: float
    error: str
    message: str
    attempts: int


class _Noted:
    """Watches a run: the nodes that failed since last asked."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def moved(self, node: str, trigger: NodeTrigger) -> None:
        if trigger is NodeTrigger.FAIL:
            self.failed.append(node)


@dataclass(slots=True)
class _Held:
    run: Run
    noted: _Noted
    look_at: float = 0.0
    pause: float = 0.0


class Failures:
    """Of the open executions, what has been folded so far."""

    def __init__(self, client: Client, claims: Claims) -> None:
        self._client = client
        self._claims = claims
        self._held: OrderedDict[str, _Held] = OrderedDict()

    def open(self, plan: Plan, domain: str, workflow_id: str, run_id: str, now: float, interval: float) -> Sequence[NodeFailed]:
        """What has failed since last asked; the less happens in an execution, the rarer it is looked at.

        Raises: SwfFault, EndpointError, HistoryError (it isn't this plan's), PayloadError.
        """
        held = self._take(plan, workflow_id, run_id)
        if now < held.look_at:
            return ()
        before = held.run.last_event_id
        found = self._fold(held, (domain, workflow_id, run_id))
        held.pause = interval if held.run.last_event_id > before else min(LONGEST_PAUSE, max(held.pause, interval) * 2)
        held.look_at = now + held.pause
        return found

    def closed(self, plan: Plan, domain: str, workflow_id: str, run_id: str) -> Sequence[NodeFailed]:
        """What has failed since last asked, or ever; the execution is not asked for again. Raises: as `open`."""
        held = self._take(plan, workflow_id, run_id)
        del self._held[run_id]
        return self._fold(held, (domain, workflow_id, run_id))

    def _take(self, plan: Plan, workflow_id: str, run_id: str) -> _Held:
        held = self._held.get(run_id)
        if held is None:
            noted = _Noted()
            run = Run(plan, workflow_id=workflow_id, run_id=run_id, longest=self._claims.longest, watcher=noted)
            held = self._held[run_id] = _Held(run=run, noted=noted)
        self._held.move_to_end(run_id)
        while len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return held

    def _fold(self, held: _Held, address: tuple[str, str, str]) -> list[NodeFailed]:
        found = []
        for event in self._claims.events(events_after(self._client, address, held.run.last_event_id, expected=_PAGE)):
            held.run.fold(event)
            if held.noted.failed:
                nodes = held.run.view().nodes
                for name in held.noted.failed:
                    error = nodes[name].error
                    name_of, message, attempts = ("", "", 1) if error is ABSENT else (error.name, error.message, error.attempts)
                    found.append(
                        NodeFailed(
                            node=name,
                            event_id=event["eventId"],
                            at=event["eventTimestamp"],
                            error=name_of,
                            message=message,
                            attempts=attempts,
                        )
                    )
                held.noted.failed.clear()
        return found
