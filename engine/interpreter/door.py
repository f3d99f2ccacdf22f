"""The door for history: a raw SWF event in, a typed event out, or a HistoryError that says what is wrong with it.

The only module of the interpreter that reads raw events. Every event type of the API (2012-01-25) is known here: `_DOORS` has those
that move a run, `IGNORED` those that don't; a test holds the two together against botocore's enum. Imports `errors`, `events`, `terms` and
`spec.model`; imported by `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from engine.errors import HistoryError
from engine.interpreter import events as e
from engine.interpreter.terms import Terms
from engine.spec.model import ABSENT, Absent

Attributes: TypeAlias = Mapping[str, Any]
RawEvent: TypeAlias = Mapping[str, Any]

IGNORED: Final = frozenset(
    {
        "DecisionTaskScheduled",
        "DecisionTaskCompleted",
        "DecisionTaskTimedOut",
        "WorkflowExecutionSignaled",  # anyone may signal; this version of the language has nothing that waits for one
        "StartChildWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionFailed",
        "ChildWorkflowExecutionStarted",
        "ChildWorkflowExecutionCompleted",
        "ChildWorkflowExecutionFailed",
        "ChildWorkflowExecutionTimedOut",
        "ChildWorkflowExecutionCanceled",
        "ChildWorkflowExecutionTerminated",
        "SignalExternalWorkflowExecutionInitiated",
        "SignalExternalWorkflowExecutionFailed",
        "ExternalWorkflowExecutionSignaled",
        "RequestCancelExternalWorkflowExecutionInitiated",
        "RequestCancelExternalWorkflowExecutionFailed",
        "ExternalWorkflowExecutionCancelRequested",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionCompleted",
        "LambdaFunctionFailed",
        "LambdaFunctionTimedOut",
        "ScheduleLambdaFunctionFailed",
        "StartLambdaFunctionFailed",
    }
)
"""Event types that no spec of this version causes, and the decision tasks' own that say nothing new."""


def read_event(raw: RawEvent) -> e.Event:
    """The typed event. Raises: HistoryError (an unknown type, a field that is missing or of the wrong type)."""
    number = raw.get("eventId")
    if type(number) is not int:
        raise HistoryError(0, f"an event without a whole eventId: {number!r}")
    time = raw.get("eventTimestamp")
    if not isinstance(time, (float, int)):
        raise HistoryError(number, f"its eventTimestamp should be epoch seconds, it is {time!r}")
    kind = raw.get("eventType")
    door = _DOORS.get(kind) if isinstance(kind, str) else None
    if door is None:
        if isinstance(kind, str) and kind in IGNORED:
            return e.Irrelevant(id=number, time=time)
        raise HistoryError(number, f"{kind!r} is none of the event types of SWF's API of 2012-01-25")
    field, read = door
    attributes = raw.get(field)
    if attributes is None:
        raise HistoryError(number, f"a {kind} event without {field}")
    return read(number, time, attributes)


def _text(number: int, attributes: Attributes, key: str) -> str:
    value = attributes.get(key)
    if isinstance(value, str):
        return value
    raise HistoryError(number, f"its {key} should be text, it is {value!r}")


def _text_or_empty(number: int, attributes: Attributes, key: str) -> str:
    return _text(number, attributes, key) if key in attributes else ""


def _text_or_absent(number: int, attributes: Attributes, key: str) -> str | Literal[Absent.ABSENT]:
    return _text(number, attributes, key) if key in attributes else ABSENT


def _scheduled(number: int, attributes: Attributes) -> int:
    value = attributes.get("scheduledEventId")
    if isinstance(value, int):
        return value
    raise HistoryError(number, f"its scheduledEventId should be an event's number, it is {value!r}")


def _type(number: int, attributes: Attributes, key: str) -> tuple[str, str]:
    value = attributes.get(key)
    if isinstance(value, Mapping):
        return _text(number, value, "name"), _text(number, value, "version")
    raise HistoryError(number, f"its {key} should be a name and a version, it is {value!r}")


def _execution_started(number: int, time: float, a: Attributes) -> e.Event:
    name, version = _type(number, a, "workflowType")
    given = _text_or_absent(number, a, "input")
    return e.ExecutionStarted(id=number, time=time, workflow=name, version=version, input=given, terms=_terms(number, a))


def _terms(number: int, a: Attributes) -> Terms:
    tasks, tags = a.get("taskList"), a.get("tagList", ())
    if not isinstance(tags, list | tuple) or not all(isinstance(tag, str) for tag in tags):
        raise HistoryError(number, f"its tagList should be a list of texts, it is {tags!r}")
    return Terms(
        execution_timeout=_text_or_absent(number, a, "executionStartToCloseTimeout"),
        decision_timeout=_text_or_absent(number, a, "taskStartToCloseTimeout"),
        task_list=_text(number, tasks, "name") if isinstance(tasks, Mapping) else ABSENT,
        child_policy=_text_or_absent(number, a, "childPolicy"),
        priority=_text_or_absent(number, a, "taskPriority"),
        lambda_role=_text_or_absent(number, a, "lambdaRole"),
        tags=tuple(tags),
    )


def _cancel_requested(number: int, time: float, a: Attributes) -> e.Event:  # noqa: ARG001  (the doors have one shape)
    return e.ExecutionCancelRequested(id=number, time=time)


def _closed(status: e.CloseStatus) -> Callable[[int, float, Attributes], e.Event]:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        return e.ExecutionClosed(
            id=number,
            time=time,
            status=status,
            result=_text_or_absent(number, a, "result"),
            reason=_text_or_empty(number, a, "timeoutType" if status is e.CloseStatus.TIMED_OUT else "reason"),
            details=_text_or_empty(number, a, "details"),
            input=_text_or_absent(number, a, "input"),
            new_run_id=_text_or_empty(number, a, "newExecutionRunId"),
        )

    return read


def _close_refused(number: int, time: float, a: Attributes) -> e.Event:
    return e.CloseRefused(id=number, time=time, cause=_text(number, a, "cause"))


def _decision_task_started(number: int, time: float, a: Attributes) -> e.Event:  # noqa: ARG001  (the doors have one shape)
    return e.DecisionTaskStarted(id=number, time=time)


def _activity_scheduled(number: int, time: float, a: Attributes) -> e.Event:
    name, version = _type(number, a, "activityType")
    return e.ActivityTaskScheduled(id=number, time=time, activity_id=_text(number, a, "activityId"), activity=name, version=version)


def _activity_not_scheduled(number: int, time: float, a: Attributes) -> e.Event:
    return e.ScheduleActivityTaskFailed(id=number, time=time, activity_id=_text(number, a, "activityId"), cause=_text(number, a, "cause"))


def _activity_started(number: int, time: float, a: Attributes) -> e.Event:
    return e.ActivityTaskStarted(id=number, time=time, scheduled=_scheduled(number, a))


def _activity_completed(number: int, time: float, a: Attributes) -> e.Event:
    return e.ActivityTaskCompleted(id=number, time=time, scheduled=_scheduled(number, a), result=_text_or_absent(number, a, "result"))


def _activity_failed(number: int, time: float, a: Attributes) -> e.Event:
    reason, details = _text_or_absent(number, a, "reason"), _text_or_empty(number, a, "details")
    return e.ActivityTaskFailed(id=number, time=time, scheduled=_scheduled(number, a), reason=reason, details=details)


def _activity_timed_out(number: int, time: float, a: Attributes) -> e.Event:
    timeout, details = _text(number, a, "timeoutType"), _text_or_empty(number, a, "details")
    return e.ActivityTaskTimedOut(id=number, time=time, scheduled=_scheduled(number, a), timeout=timeout, details=details)


def _activity_canceled(number: int, time: float, a: Attributes) -> e.Event:
    details = _text_or_empty(number, a, "details")
    return e.ActivityTaskCanceled(id=number, time=time, scheduled=_scheduled(number, a), details=details)


def _activity_cancel_requested(number: int, time: float, a: Attributes) -> e.Event:
    return e.ActivityTaskCancelRequested(id=number, time=time, activity_id=_text(number, a, "activityId"))


def _activity_cancel_refused(number: int, time: float, a: Attributes) -> e.Event:
    activity_id, cause = _text(number, a, "activityId"), _text(number, a, "cause")
    return e.RequestCancelActivityTaskFailed(id=number, time=time, activity_id=activity_id, cause=cause)


def _timer_started(number: int, time: float, a: Attributes) -> e.Event:
    return e.TimerStarted(id=number, time=time, timer_id=_text(number, a, "timerId"))


def _timer_not_started(number: int, time: float, a: Attributes) -> e.Event:
    return e.StartTimerFailed(id=number, time=time, timer_id=_text(number, a, "timerId"), cause=_text(number, a, "cause"))


def _timer_fired(number: int, time: float, a: Attributes) -> e.Event:
    return e.TimerFired(id=number, time=time, timer_id=_text(number, a, "timerId"))


def _timer_canceled(number: int, time: float, a: Attributes) -> e.Event:
    return e.TimerCanceled(id=number, time=time, timer_id=_text(number, a, "timerId"))


def _timer_not_canceled(number: int, time: float, a: Attributes) -> e.Event:
    return e.CancelTimerFailed(id=number, time=time, timer_id=_text(number, a, "timerId"), cause=_text(number, a, "cause"))


def _marker_recorded(number: int, time: float, a: Attributes) -> e.Event:
    details = _text_or_empty(number, a, "details")
    return e.MarkerRecorded(id=number, time=time, marker=_text(number, a, "markerName"), details=details)


def _marker_refused(number: int, time: float, a: Attributes) -> e.Event:
    return e.RecordMarkerFailed(id=number, time=time, marker=_text(number, a, "markerName"))


def _door(kind: str, read: Callable[[int, float, Attributes], e.Event]) -> tuple[str, Callable[[int, float, Attributes], e.Event]]:
    return f"{kind[0].lower()}{kind[1:]}EventAttributes", read


_DOORS: Final = {
    kind: _door(kind, read)
    for kind, read in {
        "WorkflowExecutionStarted": _execution_started,
        "WorkflowExecutionCancelRequested": _cancel_requested,
        "WorkflowExecutionCompleted": _closed(e.CloseStatus.COMPLETED),
        "WorkflowExecutionFailed": _closed(e.CloseStatus.FAILED),
        "WorkflowExecutionCanceled": _closed(e.CloseStatus.CANCELED),
        "WorkflowExecutionTerminated": _closed(e.CloseStatus.TERMINATED),
        "WorkflowExecutionContinuedAsNew": _closed(e.CloseStatus.CONTINUED_AS_NEW),
        "WorkflowExecutionTimedOut": _closed(e.CloseStatus.TIMED_OUT),
        "CompleteWorkflowExecutionFailed": _close_refused,
        "FailWorkflowExecutionFailed": _close_refused,
        "CancelWorkflowExecutionFailed": _close_refused,
        "ContinueAsNewWorkflowExecutionFailed": _close_refused,
        "DecisionTaskStarted": _decision_task_started,
        "ActivityTaskScheduled": _activity_scheduled,
        "ScheduleActivityTaskFailed": _activity_not_scheduled,
        "ActivityTaskStarted": _activity_started,
        "ActivityTaskCompleted": _activity_completed,
        "ActivityTaskFailed": _activity_failed,
        "ActivityTaskTimedOut": _activity_timed_out,
        "ActivityTaskCanceled": _activity_canceled,
        "ActivityTaskCancelRequested": _activity_cancel_requested,
        "RequestCancelActivityTaskFailed": _activity_cancel_refused,
        "TimerStarted": _timer_started,
        "StartTimerFailed": _timer_not_started,
        "TimerFired": _timer_fired,
        "TimerCanceled": _timer_canceled,
        "CancelTimerFailed": _timer_not_canceled,
        "MarkerRecorded": _marker_recorded,
        "RecordMarkerFailed": _marker_refused,
    }.items()
}

KNOWN: Final = frozenset(_DOORS) | IGNORED
