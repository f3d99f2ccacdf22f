from __future__ import annotations

from typing import Any, get_args

import pytest

from engine.errors import HistoryError
from engine.interpreter import door, events
from engine.interpreter.door import IGNORED, KNOWN, read_event
from engine.interpreter.events import CloseStatus
from engine.interpreter.run import Run
from engine.interpreter.work import WorkKind
from engine.spec.model import ABSENT
from tests.interpreter.api import enum_of, members_of


def raw(kind: str, /, number: int = 3, time: Any = 5.0, **attributes: Any) -> dict[str, Any]:
    key = f"{kind[0].lower()}{kind[1:]}EventAttributes"
    return {"eventId": number, "eventTimestamp": time, "eventType": kind, key: attributes}


def test_all_event_types_of_the_api_are_known_and_no_others() -> None:
    assert enum_of("EventType") == KNOWN
    assert len(KNOWN) == 54


def test_an_event_type_is_either_read_or_ignored() -> None:
    assert not IGNORED & set(door._DOORS)


def test_attributes_are_looked_for_where_the_api_puts_them() -> None:
    assert {field for field, _ in door._DOORS.values()} <= members_of("HistoryEvent")


def test_a_run_has_a_handler_for_every_event() -> None:
    assert set(Run.HANDLERS) == set(get_args(events.Event))


def test_closestatus_is_the_apis() -> None:
    assert enum_of("CloseStatus") == set(CloseStatus)


@pytest.mark.parametrize("kind", sorted(IGNORED))
def test_ignored_events_are_irrelevant(kind: str) -> None:
    assert read_event(raw(kind)) == events.Irrelevant(id=3, time=5.0)


def test_optional_attributes_may_be_left_out() -> None:
    completed = read_event(raw("ActivityTaskCompleted", scheduledEventId=2, startedEventId=0))
    assert completed == events.WorkCompleted(id=3, time=5.0, kind=WorkKind.ACTIVITY, opened=2, result=ABSENT)
    failed = read_event(raw("ActivityTaskFailed", scheduledEventId=2, startedEventId=0))
    assert failed == events.WorkFailed(id=3, time=5.0, kind=WorkKind.ACTIVITY, opened=2, reason=ABSENT, details="")


PART = {"name": "Part", "version": "1.0"}
RUN = {"workflowId": "c", "runId": "run"}
CHILD, FUNCTION, ACTIVITY = WorkKind.CHILD, WorkKind.FUNCTION, WorkKind.ACTIVITY


def at(event: type[Any], /, **fields: Any) -> Any:
    return event(id=3, time=5.0, **fields)


@pytest.mark.parametrize(
    ("event", "read"),
    [
        (
            raw("StartChildWorkflowExecutionInitiated", workflowId="c", workflowType=PART, control="{}", childPolicy="ABANDON"),
            at(events.WorkScheduled, kind=CHILD, key="{}", name="c", type="Part 1.0"),
        ),
        (
            raw("StartChildWorkflowExecutionFailed", workflowId="c", workflowType=PART, control="{}", cause="X", initiatedEventId=0),
            at(events.WorkRefused, kind=CHILD, key="{}", name="c", cause="X", opened=0),
        ),
        (
            raw("ChildWorkflowExecutionStarted", workflowExecution=RUN, workflowType=PART, initiatedEventId=2),
            at(events.WorkStarted, kind=CHILD, opened=2, run_id="run"),
        ),
        (
            raw("ChildWorkflowExecutionCompleted", initiatedEventId=2, result="7"),
            at(events.WorkCompleted, kind=CHILD, opened=2, result="7"),
        ),
        (
            raw("ChildWorkflowExecutionFailed", initiatedEventId=2, reason="R", details="D"),
            at(events.WorkFailed, kind=CHILD, opened=2, reason="R", details="D"),
        ),
        (
            raw("ChildWorkflowExecutionTimedOut", initiatedEventId=2, timeoutType="START_TO_CLOSE"),
            at(events.WorkTimedOut, kind=CHILD, opened=2, timeout="START_TO_CLOSE", details=""),
        ),
        (
            raw("ChildWorkflowExecutionCanceled", initiatedEventId=2, details="D"),
            at(events.WorkCanceled, kind=CHILD, opened=2, details="D"),
        ),
        (raw("ChildWorkflowExecutionTerminated", initiatedEventId=2), at(events.ChildTerminated, kind=CHILD, opened=2)),
        (
            raw("RequestCancelExternalWorkflowExecutionInitiated", workflowId="c", control="{}"),
            at(events.CancelRequested, kind=CHILD, key="{}"),
        ),
        (
            raw("RequestCancelExternalWorkflowExecutionFailed", workflowId="c", control="{}", cause="X", initiatedEventId=2),
            at(events.CancelRefused, kind=CHILD, key="{}", cause="X"),
        ),
        (raw("ActivityTaskCancelRequested", activityId="a"), at(events.CancelRequested, kind=ACTIVITY, key="a")),
        (raw("LambdaFunctionScheduled", id="f", name="resize"), at(events.WorkScheduled, kind=FUNCTION, key="f", name="f", type="resize")),
        (
            raw("ScheduleLambdaFunctionFailed", id="f", name="resize", cause="X"),
            at(events.WorkRefused, kind=FUNCTION, key="f", name="f", cause="X", opened=0),
        ),
        (raw("LambdaFunctionStarted", scheduledEventId=2), at(events.WorkStarted, kind=FUNCTION, opened=2, run_id="")),
        (raw("LambdaFunctionTimedOut", scheduledEventId=2), at(events.WorkTimedOut, kind=FUNCTION, opened=2, timeout="", details="")),
        (
            raw("StartLambdaFunctionFailed", scheduledEventId=2, cause="ASSUME_ROLE_FAILED", message="M"),
            at(events.FunctionNotStarted, kind=FUNCTION, opened=2, cause="ASSUME_ROLE_FAILED", message="M"),
        ),
        (raw("WorkflowExecutionSignaled", signalName="go", input="7"), at(events.Signaled, signal="go", input="7")),
        (raw("WorkflowExecutionSignaled", signalName="go"), at(events.Signaled, signal="go", input=ABSENT)),
    ],
)
def test_work_of_all_kinds_and_signals_are_read(event: dict[str, Any], read: Any) -> None:
    assert read_event(event) == read


def test_a_timed_out_execution_says_which_timeout() -> None:
    closed = read_event(raw("WorkflowExecutionTimedOut", timeoutType="START_TO_CLOSE", childPolicy="TERMINATE"))
    assert isinstance(closed, events.ExecutionClosed)
    assert (closed.status, closed.reason) == (CloseStatus.TIMED_OUT, "START_TO_CLOSE")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"cause": "EVENT_LIMIT_EXCEEDED"}, "EVENT_LIMIT_EXCEEDED"),
        ({"cause": "OPERATOR_INITIATED", "reason": "wrong price list"}, "wrong price list"),
        ({}, ""),
    ],
)
def test_a_terminated_execution_says_why_or_what_made_swf_do_it(given: dict[str, Any], reason: str) -> None:
    closed = read_event(raw("WorkflowExecutionTerminated", childPolicy="TERMINATE", **given))
    assert isinstance(closed, events.ExecutionClosed)
    assert (closed.status, closed.reason) == (CloseStatus.TERMINATED, reason)


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        (raw("WorkflowExecutionPaused"), "'WorkflowExecutionPaused' is none of the event types"),
        ({"eventId": 3, "eventTimestamp": 5.0}, "None is none of the event types"),
        ({"eventId": 3, "eventTimestamp": 5.0, "eventType": ["TimerFired"]}, "is none of the event types"),
        (raw("TimerFired", time="noon", timerId="t"), "should be epoch seconds, it is 'noon'"),
        (raw("TimerFired"), "its timerId should be text, it is None"),
        (raw("TimerFired", timerId=7), "its timerId should be text, it is 7"),
        ({"eventId": 3, "eventTimestamp": 5.0, "eventType": "TimerFired"}, "a TimerFired event without timerFiredEventAttributes"),
        (raw("ActivityTaskStarted", scheduledEventId="2"), "its scheduledEventId should be an event's number, it is '2'"),
        (raw("ActivityTaskScheduled", activityId="a", activityType="Work"), "its activityType should be a name and a version"),
        (raw("ActivityTaskCompleted", scheduledEventId=2, result=None), "its result should be text, it is None"),
        (raw("StartChildWorkflowExecutionInitiated", workflowId="c", workflowType=PART), "its control should be text, it is None"),
        (raw("ChildWorkflowExecutionStarted", initiatedEventId=2, workflowExecution="c"), "should be a workflowId and a runId, it is 'c'"),
        (raw("ChildWorkflowExecutionCompleted", initiatedEventId=None), "its initiatedEventId should be an event's number, it is None"),
        (raw("ActivityTaskTimedOut", scheduledEventId=2), "its timeoutType should be text, it is None"),
        (raw("WorkflowExecutionSignaled", signalName=7), "its signalName should be text, it is 7"),
    ],
)
def test_an_event_that_is_no_swf_event_is_refused_with_its_number(event: dict[str, Any], complaint: str) -> None:
    with pytest.raises(HistoryError, match="event 3: ") as caught:
        read_event(event)
    assert complaint in str(caught.value)
    assert caught.value.event_id == 3


def test_an_event_without_a_number_is_refused() -> None:
    with pytest.raises(HistoryError, match="without a whole eventId: '3'"):
        read_event({"eventId": "3", "eventTimestamp": 5.0, "eventType": "TimerFired"})
