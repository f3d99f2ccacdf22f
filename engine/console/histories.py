"""The histories that people look at: read once, brought up to date; and the runs folded from them, at any event.

Imports `runtime.history`, `interpreter.run`; imported by the pages.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from engine.errors import HistoryError
from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.interpreter.view import RunView
from engine.runtime.history import events_after
from engine.runtime.payloads.claims import Claims
from engine.swf.client import Client

Address: TypeAlias = tuple[str, str, str]
"""Domain, workflowId, runId."""
Event: TypeAlias = Mapping[str, Any]

MOST_EVENTS: Final = 300_000
"""Held at once, of all histories together: some hundred megabytes at most."""
FEW: Final = 100
"""Events asked for at a time once a history was read."""


@dataclass(slots=True)
class _Held:
    events: list[Event] = field(default_factory=list)
    run: Run | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The history is not one of this plan's."""

    why: str


class Histories:
    """Safe to use from many threads."""

    def __init__(self, client: Client, claims: Claims) -> None:
        """`claims` brings payloads that were too long for SWF."""
        self._client = client
        self._claims = claims
        self._held: OrderedDict[Address, _Held] = OrderedDict()
        self._lock = threading.Lock()

    def events(self, address: Address) -> Sequence[Event]:
        """All events so far, in order. Raises: SwfFault, EndpointError."""
        held = self._find(address)
        with held.lock:
            new = events_after(self._client, address, len(held.events), expected=FEW)
            held.events.extend(self._claims.events(new))
            return tuple(held.events)

    def view(self, address: Address, plan: Plan, at: int) -> RunView | Refused:
        """The run as it was after the event `at`, at most the last one. The latest moment is kept, so that following costs little."""
        held = self._find(address)
        with held.lock:
            events = held.events
            latest = at >= len(events)
            run = held.run if latest else None
            if run is None or run.plan is not plan:
                run = Run(plan, workflow_id=address[1], run_id=address[2], longest=self._claims.longest)
            try:
                for event in events[run.last_event_id : at]:
                    run.fold(event)
            except HistoryError as error:
                return Refused(why=str(error))
            held.run = run if latest else held.run
            return run.view()

    def _find(self, address: Address) -> _Held:
        with self._lock:
            held = self._held.pop(address, None) or _Held()
            self._held[address] = held
            total = sum(len(one.events) for one in self._held.values())
            while total > MOST_EVENTS and len(self._held) > 1:
                total -= len(self._held.popitem(last=False)[1].events)
            return held
