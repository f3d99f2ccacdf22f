"""Decisions and the events that came of them, in one form, so that they can be held against each other: what was done about what, with
which attributes. Pure. Imports `swf.wire`; imported by `against`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.swf.wire import decision_attributes, event_attributes

_WIDTH: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    decision: str
    subject: str = ""
    """The attribute that names what it is about."""
    whole: bool = True
    """The event has all that the decision said; else it was refused, and has the name only."""


_EVENTS: Final[Mapping[str, _Row]] = {
    "ActivityTaskScheduled": _Row(decision="ScheduleActivityTask", subject="activityId"),
    "ScheduleActivityTaskFailed": _Row(decision="ScheduleActivityTask", subject="activityId", whole=False),
    "ActivityTaskCancelRequested": _Row(decision="RequestCancelActivityTask", subject="activityId"),
    "RequestCancelActivityTaskFailed": _Row(decision="RequestCancelActivityTask", subject="activityId", whole=False),
    "LambdaFunctionScheduled": _Row(decision="ScheduleLambdaFunction", subject="id"),
    "ScheduleLambdaFunctionFailed": _Row(decision="ScheduleLambdaFunction", subject="id", whole=False),
    "TimerStarted": _Row(decision="StartTimer", subject="timerId"),
    "StartTimerFailed": _Row(decision="StartTimer", subject="timerId", whole=False),
    "TimerCanceled": _Row(decision="CancelTimer", subject="timerId"),
    "CancelTimerFailed": _Row(decision="CancelTimer", subject="timerId", whole=False),
    "MarkerRecorded": _Row(decision="RecordMarker", subject="markerName"),
    "RecordMarkerFailed": _Row(decision="RecordMarker", subject="markerName", whole=False),
    "StartChildWorkflowExecutionInitiated": _Row(decision="StartChildWorkflowExecution", subject="workflowId"),
    "StartChildWorkflowExecutionFailed": _Row(decision="StartChildWorkflowExecution", subject="workflowId", whole=False),
    "RequestCancelExternalWorkflowExecutionInitiated": _Row(decision="RequestCancelExternalWorkflowExecution", subject="workflowId"),
    "RequestCancelExternalWorkflowExecutionFailed": _Row(
        decision="RequestCancelExternalWorkflowExecution", subject="workflowId", whole=False
    ),
    "SignalExternalWorkflowExecutionInitiated": _Row(decision="SignalExternalWorkflowExecution", subject="workflowId"),
    "SignalExternalWorkflowExecutionFailed": _Row(decision="SignalExternalWorkflowExecution", subject="workflowId", whole=False),
    "WorkflowExecutionCompleted": _Row(decision="CompleteWorkflowExecution"),
    "CompleteWorkflowExecutionFailed": _Row(decision="CompleteWorkflowExecution", whole=False),
    "WorkflowExecutionFailed": _Row(decision="FailWorkflowExecution"),
    "FailWorkflowExecutionFailed": _Row(decision="FailWorkflowExecution", whole=False),
    "WorkflowExecutionCanceled": _Row(decision="CancelWorkflowExecution"),
    "CancelWorkflowExecutionFailed": _Row(decision="CancelWorkflowExecution", whole=False),
    "WorkflowExecutionContinuedAsNew": _Row(decision="ContinueAsNewWorkflowExecution"),
    "ContinueAsNewWorkflowExecutionFailed": _Row(decision="ContinueAsNewWorkflowExecution", whole=False),
}
"""Events that come of decisions: API reference, HistoryEvent, those with a decisionTaskCompletedEventId."""

_DECISIONS: Final = {row.decision: row for row in _EVENTS.values() if row.whole}

_OPTIONAL: Final = ("input", "control", "details", "result", "reason", "tagList")
"""What a decision may leave out, and nobody fills in for it. (Timeouts, task lists and the like come from the registered type.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that was, or would be, decided."""

    about: tuple[str, str]
    """Decision type, and the id that it is about."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True
    event_id: int = 0
    decided_by: int = 0
    """The id of the DecisionTaskCompleted."""

    def __str__(self) -> str:
        return " ".join(filter(None, self.about))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    name: str
    had: str
    would: str


def wanted_act(decision: Mapping[str, Any]) -> Act:
    kind: str = decision["decisionType"]
    attributes = decision_attributes(decision)
    return Act(about=(kind, _about(_DECISIONS[kind], attributes)), attributes=attributes)


def acts_of(events: Iterable[Mapping[str, Any]]) -> Iterator[Act]:
    """What decisions led to, each decision once: what was initiated and then failed was initiated."""
    for event in events:
        kind: str = event["eventType"]
        row = _EVENTS.get(kind)
        attributes = event_attributes(event) if row is not None else {}
        decided_by = attributes.get("decisionTaskCompletedEventId", 0)
        if row is None or not decided_by or (not row.whole and attributes.get("initiatedEventId", 0)):
            continue
        about = (row.decision, _about(row, attributes))
        yield Act(about=about, attributes=attributes, whole=row.whole, event_id=event["eventId"], decided_by=decided_by)


def difference(had: Act, would: Act) -> Difference | None:
    """The first attribute in which a decision differs from the event that came of another one."""
    names = [*would.attributes, *(name for name in _OPTIONAL if name in had.attributes and name not in would.attributes)]
    for name in names if had.whole else ():
        before, after = had.attributes.get(name, ""), would.attributes.get(name, "")
        if before != after:
            return Difference(name=name, had=_shown(before), would=_shown(after))
    return None


def _about(row: _Row, attributes: Mapping[str, Any]) -> str:
    return str(attributes.get(row.subject, "")) if row.subject else ""


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…") or "(none)"
