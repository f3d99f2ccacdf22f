"""Events of a history as table rows: what each is about, in a few words. Pure: events in, text out.

Imported by the console, and by the commands that tell events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.swf.wire import event_attributes

Event = Mapping[str, Any]

SUBJECT: Final = (
    "activityId",
    "timerId",
    "markerName",
    "signalName",
    "workflowExecution",
    "workflowId",
)
"""The attribute that names what an event is about, the first one there is."""

BOOKKEEPING: Final = frozenset(
    {
        *SUBJECT,
        "control",
        "taskList",
        "taskPriority",
        "identity",
        "lambdaRole",
        "childPolicy",
        "executionContext",
        "tagList",
        "scheduledEventId",
        "startedEventId",
        "initiatedEventId",
        "externalInitiatedEventId",
        "parentInitiatedEventId",
        "decisionTaskCompletedEventId",
        "scheduleToStartTimeout",
        "scheduleToCloseTimeout",
        "startToCloseTimeout",
        "heartbeatTimeout",
        "taskStartToCloseTimeout",
        "executionStartToCloseTimeout",
    }
)
"""Attributes that a line leaves out; `--json` has them all."""

REFERENCES: Final = ("scheduledEventId", "startedEventId", "initiatedEventId")
"""How an event points to the earlier one that has the name of what it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    event_id: int
    at: float
    kind: str
    subject: str
    details: str


def event_lines(events: Iterable[Event]) -> Iterator[EventLine]:
    """One line per event, in the order given. A reference to an event that comes later, or not at all, stays a number."""
    subjects: dict[int, str] = {}
    for event in events:
        attributes = event_attributes(event)
        subject = _subject(attributes, subjects)
        if subject:
            subjects[event["eventId"]] = subject
        yield EventLine(
            event_id=event["eventId"], at=event["eventTimestamp"], kind=event["eventType"], subject=subject, details=_details(attributes)
        )


def is_failure(kind: str) -> bool:
    """Whether a reader who looks for trouble would look here."""
    return kind.endswith(("Failed", "TimedOut", "Terminated"))


def _subject(attributes: Mapping[str, Any], subjects: Mapping[int, str]) -> str:
    for name in SUBJECT:
        value = attributes.get(name)
        if value is not None:
            return str(value["workflowId"] if isinstance(value, Mapping) else value)
    for name in REFERENCES:
        reference = attributes.get(name, 0)
        if reference in subjects:
            return subjects[reference]
    return ""


def _details(attributes: Mapping[str, Any]) -> str:
    shown = []
    for name, value in attributes.items():
        if name in BOOKKEEPING or value in ("", None):
            continue
        if name in ("activityType", "workflowType"):
            shown.append(f"{value['name']} {value['version']}")
        elif isinstance(value, Mapping | list):
            shown.append(f"{name}={json.dumps(value, ensure_ascii=False)}")
        else:
            shown.append(f"{name}={value}")
    return "  ".join(shown)
