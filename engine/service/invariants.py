"""What holds of every history and of what the database says of its execution, whatever was asked of the service. Pure.

One rule per function: each yields complaints, all of them run. They are written from the API's documentation, not from the code that
writes histories (execution.py folds a history too: whether it can is the last rule). Imports errors, events, execution, model, rows.
Source: SWF API reference, HistoryEvent and the ...EventAttributes types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from engine.errors import HistoryError
from engine.service.events import ATTRIBUTES, CLOSE_STATUS, Event
from engine.service.execution import Execution
from engine.service.model import shape
from engine.service.rows import HeartbeatRecorded

_CHILD: Final = "StartChildWorkflowExecutionInitiated"
_SIGNAL: Final = "SignalExternalWorkflowExecutionInitiated"
_CANCEL: Final = "RequestCancelExternalWorkflowExecutionInitiated"

_REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "DecisionTask": {"scheduledEventId": "DecisionTaskScheduled", "startedEventId": "DecisionTaskStarted"},
    "ActivityTask": {
        "scheduledEventId": "ActivityTaskScheduled",
        "startedEventId": "ActivityTaskStarted",
        "latestCancelRequestedEventId": "ActivityTaskCancelRequested",
    },
    "LambdaFunction": {"scheduledEventId": "LambdaFunctionScheduled", "startedEventId": "LambdaFunctionStarted"},
    "StartLambdaFunctionFailed": {"scheduledEventId": "LambdaFunctionScheduled"},
    "Timer": {"startedEventId": "TimerStarted"},
    "ChildWorkflowExecution": {"initiatedEventId": _CHILD, "startedEventId": "ChildWorkflowExecutionStarted"},
    "StartChildWorkflowExecutionFailed": {"initiatedEventId": _CHILD},
    "SignalExternalWorkflowExecutionFailed": {"initiatedEventId": _SIGNAL},
    "ExternalWorkflowExecutionSignaled": {"initiatedEventId": _SIGNAL},
    "RequestCancelExternalWorkflowExecutionFailed": {"initiatedEventId": _CANCEL},
    "ExternalWorkflowExecutionCancelRequested": {"initiatedEventId": _CANCEL},
}
"""What the type of an event begins with -> its attributes that name an earlier event, and of which type that one is."""

_OF_ANY_EVENT: Final = {"decisionTaskCompletedEventId": "DecisionTaskCompleted"}

_MAY_BE_NONE: Final = frozenset({"startedEventId", "initiatedEventId", "latestCancelRequestedEventId", "decisionTaskCompletedEventId"})
"""Where 0 stands for none: what timed out before it was started, or failed before it was initiated."""
_NEVER_NONE: Final = frozenset({"TimerFired", "TimerCanceled", "DecisionTaskCompleted", "ActivityTaskCompleted", "ActivityTaskFailed"})

_ONCE: Final[Sequence[tuple[str, frozenset[str]]]] = [
    ("scheduledEventId", frozenset({"DecisionTaskStarted"})),
    ("scheduledEventId", frozenset({"DecisionTaskCompleted", "DecisionTaskTimedOut"})),
    ("scheduledEventId", frozenset({"ActivityTaskStarted"})),
    ("scheduledEventId", frozenset({"ActivityTaskCompleted", "ActivityTaskFailed", "ActivityTaskTimedOut", "ActivityTaskCanceled"})),
    ("scheduledEventId", frozenset({"LambdaFunctionStarted", "StartLambdaFunctionFailed"})),
    ("scheduledEventId", frozenset({"LambdaFunctionCompleted", "LambdaFunctionFailed", "LambdaFunctionTimedOut"})),
    ("startedEventId", frozenset({"TimerFired", "TimerCanceled"})),
    ("initiatedEventId", frozenset({"ChildWorkflowExecutionStarted", "StartChildWorkflowExecutionFailed"})),
    (
        "initiatedEventId",
        frozenset(f"ChildWorkflowExecution{end}" for end in ("Completed", "Failed", "Canceled", "TimedOut", "Terminated")),
    ),
    ("initiatedEventId", frozenset({"ExternalWorkflowExecutionSignaled", "SignalExternalWorkflowExecutionFailed"})),
    ("initiatedEventId", frozenset({"ExternalWorkflowExecutionCancelRequested", "RequestCancelExternalWorkflowExecutionFailed"})),
]
"""At most one of these events names the same earlier event there: a task starts once, and ends once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of an execution beside its events."""

    type_name: str
    type_version: str
    started: float
    tags: tuple[str, ...]
    closed: float
    """0.0: it is open, and then what follows says nothing."""
    close_status: str
    cancel_requested: bool
    latest_activity: float


def history_flaws(events: Sequence[Event]) -> Iterator[str]:
    """Everything that can't be so in the history of one execution; not what only follows from that."""
    if not events:
        yield "it has no events"
        return
    flaws = list(_malformed(events)) or [*_ends(events), *_times(events), *_references(events), *_repetitions(events)]
    yield from flaws
    if flaws:
        return
    try:
        fold(events)
    except HistoryError as error:
        yield f"the service can't go on with it: {error}"


def fold(events: Sequence[Event]) -> Execution:
    """What the service makes of a history. Raises: HistoryError."""
    execution = Execution(run=0, domain="", workflow_id="", run_id="")
    for event in events:
        execution.apply(event)
    return execution


def told_of(execution: Execution) -> Told:
    """What the database should say of it."""
    workflow_type = execution.started["workflowType"]
    return Told(
        type_name=workflow_type["name"],
        type_version=workflow_type["version"],
        started=execution.started_at,
        tags=tuple(execution.started.get("tagList", ())),
        closed=execution.closed_at,
        close_status=execution.close_status,
        cancel_requested=execution.cancel_requested and not execution.is_open,
        latest_activity=0.0 if execution.is_open else execution.latest_activity_at,
    )


def execution_flaws(told: Told, events: Sequence[Event]) -> Iterator[str]:
    """Everything that can't be so in a history, or between it and what is said of its execution."""
    flaws = list(history_flaws(events))
    yield from flaws
    if flaws:
        return
    right = told_of(fold(events))
    for name in Told.__slots__:
        said, is_so = getattr(told, name), getattr(right, name)
        if said != is_so:
            yield f"the table of executions has {name} {said!r}, by its events it is {is_so!r}"


def heartbeat_flaws(events: Sequence[Event], heartbeats: Sequence[HeartbeatRecorded]) -> Iterator[str]:
    """Heartbeats of tasks that are not running. The history is flawless."""
    execution = fold(events)
    for beat in heartbeats:
        task = execution.activities.get(beat.scheduled_event_id) if execution.is_open else None
        if task is None or not task.started_id:
            yield f"there is a heartbeat of an activity task that is not running, scheduled by event {beat.scheduled_event_id}"


def _malformed(events: Sequence[Event]) -> Iterator[str]:
    for number, event in enumerate(events, 1):
        event_id = event.get("eventId")
        if event_id != number:
            yield f"event {number} is missing: {event_id} stands in its place"
            return
        attributes = ATTRIBUTES.get(event.get("eventType", ""))
        if not shape("HistoryEvent").accepts(event) or attributes not in event or len(event) != 4:
            yield f"event {number} ({event.get('eventType')}) is not one of the API's"


def _ends(events: Sequence[Event]) -> Iterator[str]:
    for event in events:
        event_id, event_type = event["eventId"], event["eventType"]
        if (event_type == "WorkflowExecutionStarted") != (event_id == 1):
            yield f"event {event_id} is {event_type}: the first event, and no other, is WorkflowExecutionStarted"
        if event_type in CLOSE_STATUS and event_id != len(events):
            yield f"event {event_id} is {event_type}, and {len(events) - event_id} more come after it"


def _times(events: Sequence[Event]) -> Iterator[str]:
    for before, event in pairwise(events):
        if event["eventTimestamp"] < before["eventTimestamp"]:
            yield f"event {event['eventId']} happened before event {before['eventId']}"


def _references(events: Sequence[Event]) -> Iterator[str]:
    for event in events:
        event_id, event_type = event["eventId"], event["eventType"]
        attributes = event[ATTRIBUTES[event_type]]
        for name, wanted in _references_of(event_type).items():
            if name not in attributes:
                continue
            named = attributes[name]
            if named == 0 and name in _MAY_BE_NONE and event_type not in _NEVER_NONE:
                continue
            if not 1 <= named < event_id:
                yield f"event {event_id} ({event_type}): its {name} is {named}, and there is no such event before it"
            elif events[named - 1]["eventType"] != wanted:
                yield f"event {event_id} ({event_type}): its {name} is {named}, a {events[named - 1]['eventType']} and no {wanted}"


def _references_of(event_type: str) -> Mapping[str, str]:
    for beginning, names in _REFERENCES.items():
        if event_type.startswith(beginning):
            return {**_OF_ANY_EVENT, **names}
    return _OF_ANY_EVENT


def _repetitions(events: Sequence[Event]) -> Iterator[str]:
    for name, kinds in _ONCE:
        seen: dict[Any, int] = {}
        for event in events:
            if event["eventType"] not in kinds:
                continue
            named = event[ATTRIBUTES[event["eventType"]]][name]
            if named in seen and named:
                yield f"event {event['eventId']} ({event['eventType']}): its {name} is {named}, and so is event {seen[named]}'s"
            seen.setdefault(named, event["eventId"])
