from __future__ import annotations

from typing import Any

from engine.runtime.reading.eventlines import event_lines


def event(event_id: int, kind: str, **attributes: Any) -> dict[str, Any]:
    return {
        "eventId": event_id,
        "eventTimestamp": float(event_id),
        "eventType": kind,
        f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes,
    }


SCHEDULED = event(
    5, "ActivityTaskScheduled", activityId="pick_letter", activityType={"name": "Test_Task_A", "version": "1.0"}, input="7",
    taskList={"name": "TestTasks"}, decisionTaskCompletedEventId=4, heartbeatTimeout="60",
)  # fmt: skip
STARTED = event(6, "ActivityTaskStarted", scheduledEventId=5, identity="worker-1")
COMPLETED = event(7, "ActivityTaskCompleted", scheduledEventId=5, startedEventId=6, result='"b"')


def test_a_line_says_what_the_event_is_about_and_what_it_brought() -> None:
    (line,) = event_lines([SCHEDULED])
    assert (line.event_id, line.kind, line.subject, line.details) == (5, "ActivityTaskScheduled", "pick_letter", "Test_Task_A 1.0  input=7")


def test_later_events_of_a_task_are_named_by_its_activity_id() -> None:
    assert [line.subject for line in event_lines([SCHEDULED, STARTED, COMPLETED])] == ["pick_letter"] * 3


def test_without_the_earlier_event_the_name_is_left_out() -> None:
    (line,) = event_lines([COMPLETED])
    assert (line.subject, line.details) == ("", 'result="b"')


def test_a_timer_a_signal_a_marker_and_a_child_are_named() -> None:
    events = [
        event(1, "TimerStarted", timerId="pause.wait.1", startToFireTimeout="5"),
        event(2, "WorkflowExecutionSignaled", signalName="approved", input='{"by":"ann"}', externalInitiatedEventId=0),
        event(3, "MarkerRecorded", markerName="swfgraph.spec"),
        event(4, "ChildWorkflowExecutionStarted", workflowExecution={"workflowId": "child", "runId": "r"}, initiatedEventId=3),
    ]
    assert [line.subject for line in event_lines(events)] == ["pause.wait.1", "approved", "swfgraph.spec", "child"]
