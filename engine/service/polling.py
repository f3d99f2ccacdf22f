"""The two polls: how a task is handed out, and which part of the history a decider gets with it.

A history page is answered from memory where the execution's tail has it all (a young execution, or a sticky decider's
startAtPreviousStartedEvent), else read from the archive once the DecisionTaskStarted event is durable.
Imports answers, archive's protocol, events, execution, faults, ledger, paging, queues, tasks, tokens.
Source: API reference, PollForDecisionTask, PollForActivityTask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from engine.service.answers import Answer, Later, Parked, Reply
from engine.service.archive import ABSENT, Archive
from engine.service.events import ATTRIBUTES, Event, given
from engine.service.execution import Execution
from engine.service.faults import unknown_execution
from engine.service.ledger import Ledger
from engine.service.paging import page_position, page_size, page_token
from engine.service.queues import ACTIVITY, DECISION
from engine.service.tokens import write_task_token

EMPTY_POLLS: Mapping[str, Mapping[str, Any]] = {
    "PollForDecisionTask": {"taskToken": "", "startedEventId": 0, "previousStartedEventId": 0},
    "PollForActivityTask": {"taskToken": "", "startedEventId": 0},
}
"""What a poll answers that found nothing for 60 seconds: "an empty result ... the value of taskToken is an empty string"."""


def poll_for_activity_task(ledger: Ledger, request: Mapping[str, Any], now: float) -> Answer:
    queue = (ACTIVITY, request["domain"], request["taskList"]["name"])
    found = ledger.next_task(queue)
    if found is ABSENT:
        return Parked(queue)
    execution, scheduled_id = found
    task = ledger.start_activity(execution, scheduled_id, given(request, "identity"), now)
    attributes = task.attributes
    body = {
        "taskToken": write_task_token(execution.run, scheduled_id, task.started_id, execution.run_id),
        "activityId": attributes["activityId"],
        "startedEventId": task.started_id,
        "workflowExecution": execution.reference,
        "activityType": attributes["activityType"],
    }
    if "input" in attributes:
        body["input"] = attributes["input"]
    return Reply(body)


class _Pages(Struct, frozen=True, kw_only=True):
    """One decision task's view of the history: the events first..last, in one order."""

    request: Mapping[str, Any]
    run: int
    first: int
    last: int
    head: Mapping[str, Any]
    """The response but for the events."""
    now: float

    def answer(self, events: Sequence[Event], after: int) -> Mapping[str, Any]:
        """The response with a page of events that follows event `after` (0: the first page)."""
        body = {**self.head, "events": events}
        reached = events[-1]["eventId"] if events else after
        backwards = self.request.get("reverseOrder", False)
        if reached != (self.first if backwards else self.last):
            position = (reached, self.run, self.first, self.last, *_told(self.head))
            body["nextPageToken"] = page_token("PollForDecisionTask", self.request, position, self.now)
        return body

    def read(self, archive: Archive, after: int) -> Mapping[str, Any]:
        """The response with a page from disk."""
        size = page_size(self.request)
        if self.request.get("reverseOrder", False):
            last = after - 1 if after else self.last
            return self.answer(archive.events(self.run, first=self.first, last=last, limit=size, newest_first=True), after)
        first = after + 1 if after else self.first
        return self.answer(archive.events(self.run, first=first, last=self.last, limit=size), after)


def poll_for_decision_task(ledger: Ledger, archive: Archive, request: Mapping[str, Any], now: float) -> Answer:
    position = page_position("PollForDecisionTask", request, now)
    if position:
        return Later(partial(_next_page, archive, request, position, now))
    queue = (DECISION, request["domain"], request["taskList"]["name"])
    found = ledger.next_task(queue)
    if found is ABSENT:
        return Parked(queue)
    execution, _ = found
    task = ledger.start_decision(execution, given(request, "identity"), now)
    sticky = execution.previous_started_id and request.get("startAtPreviousStartedEvent", False)
    pages = _Pages(
        request=request,
        run=execution.run,
        first=execution.previous_started_id if sticky else 1,
        last=task.started_id,
        head={
            "taskToken": write_task_token(execution.run, task.scheduled_id, task.started_id, execution.run_id),
            "startedEventId": task.started_id,
            "previousStartedEventId": execution.previous_started_id,
            "workflowExecution": execution.reference,
            "workflowType": execution.started["workflowType"],
        },
        now=now,
    )
    return _first_page(archive, execution, pages)


def _first_page(archive: Archive, execution: Execution, pages: _Pages) -> Answer:
    tail = execution.tail
    if tail[0]["eventId"] > pages.first:
        return Later(partial(pages.read, archive, 0))
    # Where the tail has the first event, it begins with it: the tail begins at 1 or at previousStartedEventId.
    size = page_size(pages.request)
    if pages.request.get("reverseOrder", False):
        return Reply(pages.answer(tail[: -size - 1 : -1], 0))
    return Reply(pages.answer(tail[:size], 0))


def _next_page(archive: Archive, request: Mapping[str, Any], position: Sequence[Any], now: float) -> Mapping[str, Any]:
    """Another page for a decision task that was handed out: "doesn't return a new decision task"."""
    after, run, first, last, *told = position
    begun = archive.events(run, limit=1)
    if not begun:
        raise unknown_execution(told[-2], told[-1])
    workflow_type = begun[0][ATTRIBUTES["WorkflowExecutionStarted"]]["workflowType"]
    pages = _Pages(request=request, run=run, first=first, last=last, head=_head(told, workflow_type), now=now)
    return pages.read(archive, after)


def _told(head: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the page token must carry for the next page to have the same head; the type's name would make it too long."""
    execution = head["workflowExecution"]
    return head["taskToken"], head["startedEventId"], head["previousStartedEventId"], execution["workflowId"], execution["runId"]


def _head(told: Sequence[Any], workflow_type: Mapping[str, str]) -> Mapping[str, Any]:
    token, started_id, previous_id, workflow_id, run_id = told
    return {
        "taskToken": token,
        "startedEventId": started_id,
        "previousStartedEventId": previous_id,
        "workflowExecution": {"workflowId": workflow_id, "runId": run_id},
        "workflowType": workflow_type,
    }
