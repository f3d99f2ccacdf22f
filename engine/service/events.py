"""What a history event is made of: its types, where its attributes stand, and how one is built.

Never here: what an event means (execution.py) or when one is written (ledger.py). Imports nothing of swfgraph.
Source: SWF API reference, HistoryEvent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Attributes: TypeAlias = Mapping[str, Any]
Event: TypeAlias = Mapping[str, Any]

# fmt: off
_TYPES = (
    "WorkflowExecutionStarted", "WorkflowExecutionCancelRequested", "WorkflowExecutionCompleted", "CompleteWorkflowExecutionFailed",
    "WorkflowExecutionFailed", "FailWorkflowExecutionFailed", "WorkflowExecutionTimedOut", "WorkflowExecutionCanceled",
    "CancelWorkflowExecutionFailed", "WorkflowExecutionContinuedAsNew", "ContinueAsNewWorkflowExecutionFailed",
    "WorkflowExecutionTerminated", "WorkflowExecutionSignaled",
    "DecisionTaskScheduled", "DecisionTaskStarted", "DecisionTaskCompleted", "DecisionTaskTimedOut",
    "ActivityTaskScheduled", "ScheduleActivityTaskFailed", "ActivityTaskStarted", "ActivityTaskCompleted", "ActivityTaskFailed",
    "ActivityTaskTimedOut", "ActivityTaskCanceled", "ActivityTaskCancelRequested", "RequestCancelActivityTaskFailed",
    "MarkerRecorded", "RecordMarkerFailed", "TimerStarted", "StartTimerFailed", "TimerFired", "TimerCanceled", "CancelTimerFailed",
    "StartChildWorkflowExecutionInitiated", "StartChildWorkflowExecutionFailed", "ChildWorkflowExecutionStarted",
    "ChildWorkflowExecutionCompleted", "ChildWorkflowExecutionFailed", "ChildWorkflowExecutionTimedOut",
    "ChildWorkflowExecutionCanceled", "ChildWorkflowExecutionTerminated",
    "SignalExternalWorkflowExecutionInitiated", "SignalExternalWorkflowExecutionFailed", "ExternalWorkflowExecutionSignaled",
    "RequestCancelExternalWorkflowExecutionInitiated", "RequestCancelExternalWorkflowExecutionFailed",
    "ExternalWorkflowExecutionCancelRequested",
    "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionCompleted", "LambdaFunctionFailed", "LambdaFunctionTimedOut",
    "ScheduleLambdaFunctionFailed", "StartLambdaFunctionFailed",
)
# fmt: on

ATTRIBUTES: Mapping[str, str] = {name: f"{name[0].lower()}{name[1:]}EventAttributes" for name in _TYPES}
"""Event type -> the member of HistoryEvent that holds its attributes; complete over the API's EventType."""

CLOSE_STATUS: Mapping[str, str] = {
    "WorkflowExecutionCompleted": "COMPLETED",
    "WorkflowExecutionFailed": "FAILED",
    "WorkflowExecutionCanceled": "CANCELED",
    "WorkflowExecutionTerminated": "TERMINATED",
    "WorkflowExecutionContinuedAsNew": "CONTINUED_AS_NEW",
    "WorkflowExecutionTimedOut": "TIMED_OUT",
}
"""The events that close an execution -> its closeStatus (WorkflowExecutionInfo)."""


def build_event(event_id: int, at: float, event_type: str, attributes: Attributes) -> Event:
    """One event as the API shows it. `at` is epoch seconds, already in whole milliseconds."""
    return {"eventId": event_id, "eventTimestamp": at, "eventType": event_type, ATTRIBUTES[event_type]: attributes}


def given(source: Attributes, *names: str) -> dict[str, Any]:
    """Those of the named members that the source has: what is absent stays absent in the event, as in AWS."""
    return {name: source[name] for name in names if name in source}
