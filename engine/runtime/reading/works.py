"""A history -> what was worked on in it: activity tasks, Lambda functions, child executions, timers, each with its times and outcome.

What the Activities and Timeline tabs of the console show, and what an open execution waits for. Knows no spec: any execution of any
decider can be read. Pure. Imports `moments`, `spec.payload`, `swf.wire`; imported by `waiting` and the console.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.runtime.reading.eventlines import Event
from engine.runtime.reading.moments import length
from engine.spec.payload import decode
from engine.swf.wire import event_attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One attempt at something. Times are epoch seconds, 0.0: not yet. Texts are as SWF has them; empty: none."""

    kind: str
    """activity, lambda, child or timer."""
    id: str
    type: str
    """The activity or workflow type with its version, the function; of a timer how long it runs."""
    node: str
    """Of the flowchart, where swfgraph's decider has said so; else the id."""
    visit: int = 1
    attempt: int = 1
    item: int = -1
    """Of a forEach; -1: none."""
    status: str = "scheduled"
    """scheduled, started, then completed, failed, timed out, canceled, terminated, fired."""
    scheduled: float = 0.0
    started: float = 0.0
    closed: float = 0.0
    input: str = ""
    result: str = ""
    reason: str = ""
    details: str = ""
    task_list: str = ""
    """Of an activity or a child: where its tasks are taken from."""
    worker: str = ""
    """The identity that polled for it."""
    due: float = 0.0
    """Of a timer: when it fires."""
    events: tuple[int, ...] = ()
    child: tuple[str, str] = ("", "")
    """Of a child execution: workflowId and runId."""


_BEGIN: Final[Mapping[str, tuple[str, str]]] = {
    "ActivityTaskScheduled": ("activity", "activityId"),
    "LambdaFunctionScheduled": ("lambda", "id"),
    "StartChildWorkflowExecutionInitiated": ("child", "workflowId"),
    "TimerStarted": ("timer", "timerId"),
}
_STARTED: Final = frozenset({"ActivityTaskStarted", "LambdaFunctionStarted", "ChildWorkflowExecutionStarted"})
_CLOSED: Final[Mapping[str, str]] = {
    **{f"ActivityTask{how}": how for how in ("Completed", "Failed", "TimedOut", "Canceled")},
    **{f"LambdaFunction{how}": how for how in ("Completed", "Failed", "TimedOut")},
    **{f"ChildWorkflowExecution{how}": how for how in ("Completed", "Failed", "TimedOut", "Canceled", "Terminated")},
    "StartChildWorkflowExecutionFailed": "Failed",
    "StartLambdaFunctionFailed": "Failed",
    "TimerFired": "Fired",
    "TimerCanceled": "Canceled",
}
_REFERENCES: Final = ("scheduledEventId", "initiatedEventId", "startedEventId")
_WORDS: Final = {"TimedOut": "timed out"}


def works_of(events: Iterable[Event]) -> list[Work]:
    """In the order in which they were scheduled."""
    found: dict[int, Work] = {}
    for event in events:
        kind = event["eventType"]
        if kind in _BEGIN:
            found[event["eventId"]] = _begun(event)
        elif kind in _STARTED or kind in _CLOSED:
            attributes = event_attributes(event)
            begun = next((attributes[name] for name in _REFERENCES if attributes.get(name, 0) in found), 0)
            if begun:
                found[begun] = _went_on(found[begun], event, attributes)
    return list(found.values())


def _begun(event: Event) -> Work:
    kind, name = _BEGIN[event["eventType"]]
    attributes = event_attributes(event)
    address = _address(attributes.get("control", ""))
    return Work(
        kind=kind,
        id=attributes[name],
        type=_type(attributes),
        node=str(address.get("node", attributes[name])),
        visit=_number(address, "visit", 1),
        attempt=_number(address, "attempt", 1),
        item=_number(address, "item", -1),
        status="started" if kind == "timer" else "scheduled",
        scheduled=event["eventTimestamp"],
        started=event["eventTimestamp"] if kind == "timer" else 0.0,
        input=attributes.get("input", ""),
        task_list=attributes.get("taskList", {}).get("name", ""),
        due=event["eventTimestamp"] + float(attributes["startToFireTimeout"]) if kind == "timer" else 0.0,
        events=(event["eventId"],),
    )


def _went_on(work: Work, event: Event, attributes: Mapping[str, Any]) -> Work:
    kind, at = event["eventType"], event["eventTimestamp"]
    events = (*work.events, event["eventId"])
    child = attributes.get("workflowExecution")
    if child is not None:
        work = replace(work, child=(child["workflowId"], child["runId"]))
    if kind in _STARTED:
        return replace(work, status="started", started=at, worker=attributes.get("identity", ""), events=events)
    how = _CLOSED[kind]
    return replace(
        work,
        status=_WORDS.get(how, how.lower()),
        closed=at,
        result=attributes.get("result", ""),
        reason=attributes.get("reason", attributes.get("timeoutType", attributes.get("cause", ""))),
        details=attributes.get("details", attributes.get("message", "")),
        events=events,
    )


def _type(attributes: Mapping[str, Any]) -> str:
    for name in ("activityType", "workflowType"):
        if name in attributes:
            return f"{attributes[name]['name']} {attributes[name]['version']}"
    return length(float(attributes["startToFireTimeout"])) if "startToFireTimeout" in attributes else str(attributes.get("name", ""))


def _address(control: str) -> Mapping[str, Any]:
    """Node, visit, attempt, item, as swfgraph's decider writes them; nothing of another decider's."""
    value = decode(control)
    return value if isinstance(value, dict) and isinstance(value.get("node"), str) else {}


def _number(address: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = address.get(name, otherwise)
    return value if isinstance(value, int) else otherwise
