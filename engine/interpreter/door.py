"""The door for history: a raw SWF event in, a typed event out, or a HistoryError that says what is wrong with it.

The only place of the interpreter that reads raw events, with `workdoor` and `fields`. Every event type of the API (2012-01-25) is known
here: `_DOORS` has those that move a run, `IGNORED` those that don't; a test holds the two together against botocore's enum. Imports
`errors`, `events`, `fields`, `terms`, `workdoor`, `spec.model`; imported by `run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from engine.errors import HistoryError
from engine.interpreter import events as e
from engine.interpreter.fields import Attributes, text, text_or_absent, text_or_empty, type_of
from engine.interpreter.terms import Terms
from engine.interpreter.workdoor import WORK_READERS, Reader
from engine.spec.model import ABSENT

RawEvent: TypeAlias = Mapping[str, Any]

IGNORED: Final = frozenset(
    {
        "DecisionTaskScheduled",
        "DecisionTaskCompleted",
        "DecisionTaskTimedOut",
        "SignalExternalWorkflowExecutionInitiated",
        "SignalExternalWorkflowExecutionFailed",
        "ExternalWorkflowExecutionSignaled",
        "ExternalWorkflowExecutionCancelRequested",  # that the request was initiated is enough
    }
)
"""Event types that no spec causes, and those that say nothing new."""


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


def _execution_started(number: int, time: float, a: Attributes) -> e.Event:
    name, version = type_of(number, a, "workflowType")
    given = text_or_absent(number, a, "input")
    return e.ExecutionStarted(id=number, time=time, workflow=name, version=version, input=given, terms=_terms(number, a))


def _terms(number: int, a: Attributes) -> Terms:
    tasks, tags = a.get("taskList"), a.get("tagList", ())
    if not isinstance(tags, list | tuple) or not all(isinstance(tag, str) for tag in tags):
        raise HistoryError(number, f"its tagList should be a list of texts, it is {tags!r}")
    return Terms(
        execution_timeout=text_or_absent(number, a, "executionStartToCloseTimeout"),
        decision_timeout=text_or_absent(number, a, "taskStartToCloseTimeout"),
        task_list=text(number, tasks, "name") if isinstance(tasks, Mapping) else ABSENT,
        child_policy=text_or_absent(number, a, "childPolicy"),
        priority=text_or_absent(number, a, "taskPriority"),
        lambda_role=text_or_absent(number, a, "lambdaRole"),
        tags=tuple(tags),
    )


def _cancel_requested(number: int, time: float, a: Attributes) -> e.Event:  # noqa: ARG001  (the doors have one shape)
    return e.ExecutionCancelRequested(id=number, time=time)


def _closed(status: e.CloseStatus) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        return e.ExecutionClosed(
            id=number,
            time=time,
            status=status,
            result=text_or_absent(number, a, "result"),
            reason=_why(number, a, status),
            details=text_or_empty(number, a, "details"),
            input=text_or_absent(number, a, "input"),
            new_run_id=text_or_empty(number, a, "newExecutionRunId"),
        )

    return read


def _why(number: int, a: Attributes, status: e.CloseStatus) -> str:
    """What SWF terminates by itself has a cause in a reason's place. API reference, WorkflowExecutionTerminatedEventAttributes."""
    match status:
        case e.CloseStatus.TIMED_OUT:
            return text_or_empty(number, a, "timeoutType")
        case e.CloseStatus.TERMINATED:
            return text_or_empty(number, a, "reason") or text_or_empty(number, a, "cause")
        case _:
            return text_or_empty(number, a, "reason")


def _close_refused(number: int, time: float, a: Attributes) -> e.Event:
    return e.CloseRefused(id=number, time=time, cause=text(number, a, "cause"))


def _continuing_refused(number: int, time: float, a: Attributes) -> e.Event:
    return e.CloseRefused(id=number, time=time, cause=text(number, a, "cause"), continuing=True)


def _decision_task_started(number: int, time: float, a: Attributes) -> e.Event:  # noqa: ARG001  (the doors have one shape)
    return e.DecisionTaskStarted(id=number, time=time)


def _signaled(number: int, time: float, a: Attributes) -> e.Event:
    return e.Signaled(id=number, time=time, signal=text(number, a, "signalName"), input=text_or_absent(number, a, "input"))


def _timer_started(number: int, time: float, a: Attributes) -> e.Event:
    return e.TimerStarted(id=number, time=time, timer_id=text(number, a, "timerId"))


def _timer_not_started(number: int, time: float, a: Attributes) -> e.Event:
    return e.StartTimerFailed(id=number, time=time, timer_id=text(number, a, "timerId"), cause=text(number, a, "cause"))


def _timer_fired(number: int, time: float, a: Attributes) -> e.Event:
    return e.TimerFired(id=number, time=time, timer_id=text(number, a, "timerId"))


def _timer_canceled(number: int, time: float, a: Attributes) -> e.Event:
    return e.TimerCanceled(id=number, time=time, timer_id=text(number, a, "timerId"))


def _timer_not_canceled(number: int, time: float, a: Attributes) -> e.Event:
    return e.CancelTimerFailed(id=number, time=time, timer_id=text(number, a, "timerId"), cause=text(number, a, "cause"))


def _marker_recorded(number: int, time: float, a: Attributes) -> e.Event:
    details = text_or_empty(number, a, "details")
    return e.MarkerRecorded(id=number, time=time, marker=text(number, a, "markerName"), details=details)


def _marker_refused(number: int, time: float, a: Attributes) -> e.Event:
    return e.RecordMarkerFailed(id=number, time=time, marker=text(number, a, "markerName"))


def _door(kind: str, read: Reader) -> tuple[str, Reader]:
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
        "ContinueAsNewWorkflowExecutionFailed": _continuing_refused,
        "DecisionTaskStarted": _decision_task_started,
        "WorkflowExecutionSignaled": _signaled,
        **WORK_READERS,
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
