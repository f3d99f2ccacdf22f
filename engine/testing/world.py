"""A service of its own for one scenario: the real core, under virtual time. Requests in; what happened, as histories, and what waits, out.

Time stands still but for `pass_until`, which lets everything fall due at its own moment.
Imports `service`, `registered`; imported by `stage`, `ending` and `working`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from engine.service.answers import Parked, Reply
from engine.service.core import Core
from engine.service.events import ATTRIBUTES, CLOSE_STATUS, Event
from engine.service.invoking import EndInvocation, Invocation, Outcome, TakeInvocation
from engine.service.limits import Limits
from engine.service.queues import QueueKey
from engine.service.rows import EventAppended, ExecutionOpened
from engine.testing.registered import Registered

NOTHING: Final[Mapping[str, Any]] = {}


class World:
    """`now` is virtual: epoch seconds, whole milliseconds."""

    def __init__(self, registered: Registered, start: float) -> None:
        self.domain = registered.domain
        self.now = start
        self._core = Core(registered, Limits(), seed="scenario", runs_functions=True)
        self._core.load()
        self.histories: dict[str, list[Event]] = {}
        """By runId."""
        self.workflow_ids: dict[str, str] = {}
        self.runs: dict[str, list[str]] = {}
        """workflowId -> its runIds, in order."""
        self.news: deque[tuple[str, Event]] = deque()
        """Events of any execution, with its runId, until somebody has seen them."""
        self.events = 0
        self._run_ids: dict[int, str] = {}
        self._waiting: dict[QueueKey, None] = {}

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One request, now; empty where a poll finds nothing. Raises: Fault."""
        try:
            answer = self._core.handle(operation, request, self.now)
        finally:
            self._note()
        if isinstance(answer, Parked):
            return NOTHING
        return answer.body if isinstance(answer, Reply) else answer.build()

    def take_invocation(self) -> Invocation | None:
        """The next Lambda function that waits, marked as started."""
        answer = self._core.attend(TakeInvocation(), self.now)
        self._note()
        return answer.body["invocation"] if isinstance(answer, Reply) else None

    def end_invocation(self, invocation: Invocation, outcome: Outcome) -> None:
        self._core.attend(EndInvocation(invocation=invocation, outcome=outcome), self.now)
        self._note()

    def take_waiting(self) -> list[QueueKey]:
        """The task lists that got tasks since last asked."""
        waiting, self._waiting = list(self._waiting), {}
        return waiting

    def next_due(self) -> float:
        return self._core.next_due()

    def pass_until(self, moment: float) -> None:
        """Whatever is due by then happens, and no later than anything wants to be looked at: time may stop before that moment."""
        self.now = max(self.now, min(moment, self._core.next_due()))
        self._core.tick(self.now)
        self._note()

    def event(self, run_id: str, event_id: int) -> Mapping[str, Any]:
        """The attributes of an event."""
        event = self.histories[run_id][event_id - 1]
        attributes: Mapping[str, Any] = event[ATTRIBUTES[event["eventType"]]]
        return attributes

    def close_event(self, run_id: str) -> Event | None:
        """What closed the execution; nothing where it is open."""
        last = self.histories[run_id][-1]
        return last if last["eventType"] in CLOSE_STATUS else None

    def _note(self) -> None:
        for row in self._core.take_changes():
            if isinstance(row, EventAppended):
                run_id = self._run_ids[row.run]
                self.histories[run_id].append(row.event)
                self.news.append((run_id, row.event))
                self.events += 1
            elif isinstance(row, ExecutionOpened):
                self._run_ids[row.run] = row.run_id
                self.histories[row.run_id] = []
                self.workflow_ids[row.run_id] = row.workflow_id
                self.runs.setdefault(row.workflow_id, []).append(row.run_id)
        for key in self._core.take_ready():
            self._waiting[key] = None
