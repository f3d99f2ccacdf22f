"""The service's core: requests and time in; responses, rows to be made durable and tasks that became available out. Pure.

The calling order, under one mutex: `load()` once; then, for each request or alarm, `handle(...)` or `tick(...)`, and after each of them
`take_changes()`, made durable as one transaction before anybody is answered, and `take_ready()`. A `Later` is built after that. Where
making durable fails, this core is thrown away: another one, loaded from disk, takes its place.
Everything here can be rebuilt from the rows (tests hold that). Never here: a clock, randomness, disk but through the Archive, threads.
Imports the rest of the service but its shell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from engine.service import polling, starting, viewing, visibility, working
from engine.service.answers import DONE, Answer, Later, Parked, Reply
from engine.service.archive import Archive
from engine.service.closing import terminate_overfull
from engine.service.decisions import respond_decision_task_completed
from engine.service.due import fire_due
from engine.service.invoking import Errand, attend_to_functions
from engine.service.ledger import Ledger
from engine.service.limits import Limits
from engine.service.model import validate
from engine.service.queues import ACTIVITY, DECISION, QueueKey
from engine.service.registry import Registry
from engine.service.rows import ExecutionDeleted, Row
from engine.service.tally import Census

__all__ = ["Answer", "Core", "Later", "Limits", "Parked", "QueueKey", "Reply"]

_Request: TypeAlias = Mapping[str, Any]
_Method: TypeAlias = Callable[[_Request, float], Answer]

_RETENTION_CHECK = 60.0
"""Seconds, at least, from a closing to its execution's deletion, and between two looks for those whose retention is over."""

_RETENTION_BACKLOG = 1.0
"""... where the last look found some: there may be more."""

_DAY = 86_400.0

_DELETED_AT_ONCE = 100


class Core:
    """One service. Not thread-safe: its owner holds a mutex around every call."""

    def __init__(self, archive: Archive, limits: Limits, *, seed: str = "", runs_functions: bool = False) -> None:
        """`seed` makes this service's runIds differ from another's: a runId is a hash of the seed and the run's number.

        `runs_functions`: somebody attends to Lambda functions; else none can be scheduled.
        """
        self._archive = archive
        self._ledger = Ledger(limits, seed, runs_functions=runs_functions)
        self._registry = Registry()
        self._retention_due = math.inf
        self._methods: Mapping[str, _Method] = self._table()

    def _table(self) -> Mapping[str, _Method]:
        methods: dict[str, _Method] = {
            "StartWorkflowExecution": self._start,
            "PollForDecisionTask": self._poll_decision,
            "PollForActivityTask": self._poll_activity,
            "RespondDecisionTaskCompleted": self._respond_decision,
            "RecordActivityTaskHeartbeat": self._heartbeat,
            "SignalWorkflowExecution": self._signal,
            "RequestCancelWorkflowExecution": self._request_cancel,
            "TerminateWorkflowExecution": self._terminate,
            "DescribeWorkflowExecution": self._describe,
            "GetWorkflowExecutionHistory": self._history,
            "CountPendingActivityTasks": lambda request, _now: self._count_pending(ACTIVITY, request),
            "CountPendingDecisionTasks": lambda request, _now: self._count_pending(DECISION, request),
        }
        for operation in working.RESPONSES:
            methods[operation] = self._respond_activity(operation)
        for operation in visibility.OPERATIONS:
            methods[operation] = self._look(operation)
        for operation in self._registry.operations:
            methods[operation] = self._register(operation)
        return methods

    @property
    def operations(self) -> frozenset[str]:
        """What it answers: every operation of the API."""
        return frozenset(self._methods)

    # What the owner calls.

    def load(self) -> None:
        """Rebuild domains, types and open executions from the archive. Call it once, first."""
        self._registry = Registry(self._archive.domains(), self._archive.types())
        self._methods = self._table()
        self._ledger.number_from(self._archive.next_run())
        folded = {record.run: viewing.fold(self._archive, record) for record in self._archive.open_executions()}
        for row in self._archive.heartbeats():
            folded[row.run].beat(row.scheduled_event_id, row.at, row.details)
        for execution in folded.values():
            self._ledger.restore(execution)
        self._ledger.queues.take_ready()
        self._retention_due = self._archive.next_expiry()

    def handle(self, operation: str, request: _Request, now: float) -> Answer:
        """Answer one request. Raises: Fault, and then the request has changed nothing (what was due by now has happened still)."""
        request = validate(operation, request)
        stamp = round(now, 3)
        if self._ledger.timeouts.reached(now) or now >= self._retention_due:
            self.tick(now)
        answer = self._methods[operation](request, stamp)
        self._follow_up(stamp)
        return answer

    def attend(self, errand: Errand, now: float) -> Answer:
        """What the service does by itself, by no request: invoke Lambda functions."""
        stamp = round(now, 3)
        if self._ledger.timeouts.reached(now):
            self.tick(now)
        answer = attend_to_functions(self._ledger, errand, stamp)
        self._follow_up(stamp)
        return answer

    def _follow_up(self, stamp: float) -> None:
        if self._ledger.overfull:
            terminate_overfull(self._ledger, stamp)
        if self._ledger.closed_in:
            self._note_closings(stamp)
        if self._ledger.timeouts.reached(stamp):
            # A timer of zero seconds fires at once, without waiting for an alarm.
            self.tick(stamp)

    def tick(self, now: float) -> None:
        """Let everything happen that is due by now, in due order."""
        stamp = round(now, 3)
        fire_due(self._ledger, now, stamp)
        if self._ledger.overfull:
            terminate_overfull(self._ledger, stamp)
        if self._ledger.closed_in:
            self._note_closings(stamp)
        if now >= self._retention_due:
            self._delete_expired(now)

    def _note_closings(self, now: float) -> None:
        """What has just closed is kept for as long as its domain says; none is there longer than the first of them is due."""
        days = (self._registry.retention_days(domain) for domain in self._ledger.closed_in)
        self._retention_due = min(self._retention_due, now + max(min(days) * _DAY, _RETENTION_CHECK))
        self._ledger.closed_in.clear()

    def _delete_expired(self, now: float) -> None:
        expired = self._archive.expired(now, _DELETED_AT_ONCE)
        self._ledger.add_changes(ExecutionDeleted(run=run) for run in expired)
        if expired:
            self._retention_due = now + _RETENTION_BACKLOG
        else:
            self._retention_due = max(self._archive.next_expiry(), now + _RETENTION_CHECK)

    def next_look(self) -> float:
        """`tick` is not wanted before then. Cheap enough for every request."""
        return min(self._ledger.timeouts.next_look(), self._retention_due)

    def next_due(self) -> float:
        """When `tick` is wanted next; math.inf when nothing is waited for."""
        return min(self._ledger.timeouts.next_due(), self._retention_due)

    def take_changes(self) -> list[Row]:
        """What must be made durable, in order, since last asked."""
        return self._ledger.take_changes()

    def take_ready(self) -> list[QueueKey]:
        """The task lists that got a task since last asked, once for each."""
        return self._ledger.queues.take_ready()

    def census(self, parked_polls: Mapping[QueueKey, int]) -> Census:
        """What there is now; the polls that are parked, the owner knows."""
        ledger = self._ledger
        return Census(open_executions=ledger.open_by_domain(), pending_tasks=ledger.queues.counts(), parked_polls=parked_polls)

    def empty_poll(self, operation: str) -> Mapping[str, Any]:
        """The response of a poll that found nothing for 60 seconds."""
        return polling.EMPTY_POLLS[operation]

    # Operations.

    def _start(self, request: _Request, now: float) -> Answer:
        return Reply(starting.start_workflow_execution(self._ledger, self._registry, request, now))

    def _poll_decision(self, request: _Request, now: float) -> Answer:
        self._registry.domain(request["domain"])
        return polling.poll_for_decision_task(self._ledger, self._archive, request, now)

    def _poll_activity(self, request: _Request, now: float) -> Answer:
        self._registry.domain(request["domain"])
        return polling.poll_for_activity_task(self._ledger, request, now)

    def _respond_decision(self, request: _Request, now: float) -> Answer:
        respond_decision_task_completed(self._ledger, self._registry, request, now)
        return DONE

    def _respond_activity(self, operation: str) -> _Method:
        def method(request: _Request, now: float) -> Answer:
            working.respond_activity_task(self._ledger, operation, request, now)
            return DONE

        return method

    def _heartbeat(self, request: _Request, now: float) -> Answer:
        return Reply(working.record_heartbeat(self._ledger, request, now))

    def _signal(self, request: _Request, now: float) -> Answer:
        starting.signal_workflow_execution(self._ledger, self._registry, request, now)
        return DONE

    def _request_cancel(self, request: _Request, now: float) -> Answer:
        starting.request_cancel_workflow_execution(self._ledger, self._registry, request, now)
        return DONE

    def _terminate(self, request: _Request, now: float) -> Answer:
        starting.terminate_workflow_execution(self._ledger, self._registry, request, now)
        return DONE

    def _describe(self, request: _Request, _now: float) -> Answer:
        return viewing.describe_workflow_execution(self._ledger, self._archive, self._registry, request)

    def _history(self, request: _Request, now: float) -> Answer:
        return viewing.get_workflow_execution_history(self._ledger, self._archive, self._registry, request, now)

    def _count_pending(self, kind: str, request: _Request) -> Answer:
        self._registry.domain(request["domain"])
        return Reply(visibility.count_body(self._ledger.queues.count((kind, request["domain"], request["taskList"]["name"]))))

    def _look(self, operation: str) -> _Method:
        def method(request: _Request, now: float) -> Answer:
            self._registry.domain(request["domain"])
            asked = visibility.question(operation, request, now)
            return Later(partial(visibility.answer, asked, self._archive, self._ledger.is_cancel_requested))

        return method

    def _register(self, operation: str) -> _Method:
        def method(request: _Request, now: float) -> Answer:
            answer = self._registry.call(operation, request, now)
            self._ledger.add_changes(answer.changes)
            return Reply(answer.body)

        return method
