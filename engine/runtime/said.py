"""Decisions in a line of log each. Pure. Imports `swf.wire`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.swf.wire import decision_attributes

_SUBJECT: Final[Mapping[str, str]] = {
    "CancelTimer": "timerId",
    "RequestCancelExternalWorkflowExecution": "workflowId",
    "ScheduleLambdaFunction": "name",
    "StartChildWorkflowExecution": "workflowId",
    "FailWorkflowExecution": "reason",
    "RecordMarker": "markerName",
    "RequestCancelActivityTask": "activityId",
    "ScheduleActivityTask": "activityType",
    "StartTimer": "timerId",
}
"""Decision type -> the member of its attributes that says what it is about."""


def describe_decision(decision: Mapping[str, Any]) -> str:
    """`ScheduleActivityTask -- Test_Task_A`"""
    kind: str = decision["decisionType"]
    subject = decision_attributes(decision).get(_SUBJECT.get(kind, ""), "")
    name = subject["name"] if isinstance(subject, Mapping) else subject
    return f"{kind} -- {name}" if name else kind
