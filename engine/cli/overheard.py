"""A client that lets everything through and tells what decider and worker received and answered.

So `--once` can say what happened, and `--json` can write it, without either of them knowing. Wraps a client; changes nothing.
Imports `engine.swf`; imported by the commands decider and worker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.swf.client import Client
from engine.swf.tasks import ActivityTask, DecisionTask, Empty, parse_activity_task, parse_decision_task


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReceived:
    task: DecisionTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The service has taken these decisions. `events` are all that the decider read for them, by id."""

    task: DecisionTask
    events: Mapping[int, Mapping[str, Any]]
    decisions: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReceived:
    task: ActivityTask


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEnded:
    """The service has taken this answer. `operation` says which: RespondActivityTaskCompleted, ...Failed or ...Canceled."""

    task: ActivityTask
    operation: str
    answer: Mapping[str, Any]


Heard: TypeAlias = DecisionReceived | Decided | ActivityReceived | ActivityEnded

ENDS: Final = frozenset({"RespondActivityTaskCompleted", "RespondActivityTaskFailed", "RespondActivityTaskCanceled"})


class Overheard:
    """A Client. `hear` is called from whatever thread makes the call, one at a time."""

    def __init__(self, client: Client, hear: Callable[[Heard], None]) -> None:
        self._client = client
        self._hear = hear
        self._lock = threading.Lock()
        self._decisions: dict[str, tuple[DecisionTask, dict[int, Mapping[str, Any]]]] = {}
        self._activities: dict[str, ActivityTask] = {}

    @property
    def url(self) -> str:
        return self._client.url

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        response = self._client.call(operation, request)
        with self._lock:
            if operation == "PollForDecisionTask":
                self._decision_polled(response)
            elif operation == "GetWorkflowExecutionHistory":
                self._history_read(request, response)
            elif operation == "RespondDecisionTaskCompleted":
                self._decided(request)
            elif operation == "PollForActivityTask":
                self._activity_polled(response)
            elif operation in ENDS:
                self._activity_ended(operation, request)
        return response

    def interrupt(self) -> None:
        self._client.interrupt()

    def close(self) -> None:
        self._client.close()

    def _decision_polled(self, response: Mapping[str, Any]) -> None:
        task = parse_decision_task(response)
        if not isinstance(task, Empty):
            self._decisions[task.token] = (task, {event["eventId"]: event for event in task.events})
            self._hear(DecisionReceived(task=task))

    def _history_read(self, request: Mapping[str, Any], response: Mapping[str, Any]) -> None:
        for task, events in self._decisions.values():
            if task.run_id == request["execution"]["runId"]:
                events.update({event["eventId"]: event for event in response["events"]})

    def _decided(self, request: Mapping[str, Any]) -> None:
        known = self._decisions.pop(request["taskToken"], None)
        if known is not None:
            task, events = known
            self._hear(Decided(task=task, events=events, decisions=tuple(request.get("decisions", ()))))

    def _activity_polled(self, response: Mapping[str, Any]) -> None:
        task = parse_activity_task(response)
        if not isinstance(task, Empty):
            self._activities[task.token] = task
            self._hear(ActivityReceived(task=task))

    def _activity_ended(self, operation: str, request: Mapping[str, Any]) -> None:
        task = self._activities.pop(request["taskToken"], None)
        if task is not None:
            self._hear(ActivityEnded(task=task, operation=operation, answer=request))
