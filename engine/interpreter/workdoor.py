"""The part of the door that reads what becomes of work: activity tasks, child executions, Lambda functions. One reader for all three.

Activity tasks and functions are named by an id that we gave; a child's workflowId may be another one's too, so a child is known by its
`control`, which says which piece of work it is. Imports `events`, `fields`, `work`; imported by `door`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.interpreter import events as e
from engine.interpreter.fields import Attributes, event_id, run_of, text, text_or_absent, text_or_empty, type_of
from engine.interpreter.work import WorkKind

Reader: TypeAlias = Callable[[int, float, Attributes], e.Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Where the API puts what the events of a kind have in common."""

    kind: WorkKind
    key: str
    name: str
    type: str
    opened: str


_ACTIVITY: Final = _Shape(
    kind=WorkKind.ACTIVITY, key="activityId", name="activityId", type="activityType", opened="scheduledEventId"
)  # fmt: skip
_CHILD: Final = _Shape(kind=WorkKind.CHILD, key="control", name="workflowId", type="workflowType", opened="initiatedEventId")
_FUNCTION: Final = _Shape(kind=WorkKind.FUNCTION, key="id", name="id", type="name", opened="scheduledEventId")


def _scheduled(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        return e.WorkScheduled(
            id=number,
            time=time,
            kind=shape.kind,
            key=text(number, a, shape.key),
            name=text(number, a, shape.name),
            type=text(number, a, "name") if shape is _FUNCTION else " ".join(type_of(number, a, shape.type)),
        )

    return read


def _refused(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        return e.WorkRefused(
            id=number,
            time=time,
            kind=shape.kind,
            key=text(number, a, shape.key),
            name=text(number, a, shape.name),
            cause=text(number, a, "cause"),
            opened=event_id(number, a, shape.opened) if shape is _CHILD else 0,
        )

    return read


def _started(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        run_id = run_of(number, a, "workflowExecution") if shape is _CHILD else ""
        return e.WorkStarted(id=number, time=time, kind=shape.kind, opened=event_id(number, a, shape.opened), run_id=run_id)

    return read


def _completed(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        opened, result = event_id(number, a, shape.opened), text_or_absent(number, a, "result")
        return e.WorkCompleted(id=number, time=time, kind=shape.kind, opened=opened, result=result)

    return read


def _failed(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        opened = event_id(number, a, shape.opened)
        reason, details = text_or_absent(number, a, "reason"), text_or_empty(number, a, "details")
        return e.WorkFailed(id=number, time=time, kind=shape.kind, opened=opened, reason=reason, details=details)

    return read


def _timed_out(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        opened = event_id(number, a, shape.opened)
        # Optional in LambdaFunctionTimedOutEventAttributes: a function has the one timeout.
        timeout = text_or_empty(number, a, "timeoutType") if shape is _FUNCTION else text(number, a, "timeoutType")
        return e.WorkTimedOut(
            id=number, time=time, kind=shape.kind, opened=opened, timeout=timeout, details=text_or_empty(number, a, "details")
        )  # fmt: skip

    return read


def _canceled(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        opened, details = event_id(number, a, shape.opened), text_or_empty(number, a, "details")
        return e.WorkCanceled(id=number, time=time, kind=shape.kind, opened=opened, details=details)

    return read


def _terminated(number: int, time: float, a: Attributes) -> e.Event:
    return e.ChildTerminated(id=number, time=time, kind=WorkKind.CHILD, opened=event_id(number, a, _CHILD.opened))


def _not_started(number: int, time: float, a: Attributes) -> e.Event:
    opened, cause = event_id(number, a, _FUNCTION.opened), text_or_empty(number, a, "cause")
    return e.FunctionNotStarted(
        id=number, time=time, kind=WorkKind.FUNCTION, opened=opened, cause=cause, message=text_or_empty(number, a, "message")
    )  # fmt: skip


def _cancel_requested(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        return e.CancelRequested(id=number, time=time, kind=shape.kind, key=text(number, a, shape.key))

    return read


def _cancel_refused(shape: _Shape) -> Reader:
    def read(number: int, time: float, a: Attributes) -> e.Event:
        return e.CancelRefused(id=number, time=time, kind=shape.kind, key=text(number, a, shape.key), cause=text(number, a, "cause"))

    return read


WORK_READERS: Final[Mapping[str, Reader]] = {
    "ActivityTaskScheduled": _scheduled(_ACTIVITY),
    "ScheduleActivityTaskFailed": _refused(_ACTIVITY),
    "ActivityTaskStarted": _started(_ACTIVITY),
    "ActivityTaskCompleted": _completed(_ACTIVITY),
    "ActivityTaskFailed": _failed(_ACTIVITY),
    "ActivityTaskTimedOut": _timed_out(_ACTIVITY),
    "ActivityTaskCanceled": _canceled(_ACTIVITY),
    "ActivityTaskCancelRequested": _cancel_requested(_ACTIVITY),
    "RequestCancelActivityTaskFailed": _cancel_refused(_ACTIVITY),
    "StartChildWorkflowExecutionInitiated": _scheduled(_CHILD),
    "StartChildWorkflowExecutionFailed": _refused(_CHILD),
    "ChildWorkflowExecutionStarted": _started(_CHILD),
    "ChildWorkflowExecutionCompleted": _completed(_CHILD),
    "ChildWorkflowExecutionFailed": _failed(_CHILD),
    "ChildWorkflowExecutionTimedOut": _timed_out(_CHILD),
    "ChildWorkflowExecutionCanceled": _canceled(_CHILD),
    "ChildWorkflowExecutionTerminated": _terminated,
    "RequestCancelExternalWorkflowExecutionInitiated": _cancel_requested(_CHILD),
    "RequestCancelExternalWorkflowExecutionFailed": _cancel_refused(_CHILD),
    "LambdaFunctionScheduled": _scheduled(_FUNCTION),
    "ScheduleLambdaFunctionFailed": _refused(_FUNCTION),
    "LambdaFunctionStarted": _started(_FUNCTION),
    "LambdaFunctionCompleted": _completed(_FUNCTION),
    "LambdaFunctionFailed": _failed(_FUNCTION),
    "LambdaFunctionTimedOut": _timed_out(_FUNCTION),
    "StartLambdaFunctionFailed": _not_started,
}
"""Event type -> its reader."""
