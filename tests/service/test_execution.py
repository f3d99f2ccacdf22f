"""The fold: what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import HistoryError
from engine.service.events import ATTRIBUTES, CLOSE_STATUS, build_event
from engine.service.execution import FOLDS, Execution
from engine.service.model import enum, event_attributes

STARTED = {
    "childPolicy": "TERMINATE",
    "executionStartToCloseTimeout": "60",
    "taskStartToCloseTimeout": "10",
    "taskList": {"name": "t"},
    "workflowType": {"name": "w", "version": "1"},
    "parentInitiatedEventId": 0,
}
SCHEDULED = {"taskList": {"name": "t"}, "startToCloseTimeout": "10"}


def execution(*events: tuple[str, Any]) -> Execution:
    folded = Execution(run=1, domain="d", workflow_id="w", run_id="r")
    for number, (event_type, attributes) in enumerate((("WorkflowExecutionStarted", STARTED), *events), 1):
        folded.apply(build_event(number, float(number), event_type, attributes))
    return folded


def state(folded: Execution) -> dict[str, Any]:
    return {name: repr(getattr(folded, name)) for name in Execution.__slots__}


def test_events_are_named_and_placed_as_in_the_api() -> None:
    assert event_attributes() == ATTRIBUTES
    assert set(CLOSE_STATUS.values()) == set(enum("CloseStatus"))
    assert FOLDS.keys() <= ATTRIBUTES.keys()
    assert CLOSE_STATUS.keys() <= ATTRIBUTES.keys()


@pytest.mark.parametrize(
    ("event_type", "attributes"),
    [
        ("DecisionTaskStarted", {"scheduledEventId": 7}),
        ("DecisionTaskCompleted", {"scheduledEventId": 2, "startedEventId": 3}),
        ("ActivityTaskStarted", {"scheduledEventId": 7}),
        ("ActivityTaskCompleted", {"scheduledEventId": 7, "startedEventId": 8}),
        ("ActivityTaskCancelRequested", {"activityId": "a", "decisionTaskCompletedEventId": 4}),
        ("TimerFired", {"timerId": "t", "startedEventId": 7}),
        ("ChildWorkflowExecutionCompleted", {"initiatedEventId": 7}),
    ],
)
def test_an_event_about_what_is_not_open_is_refused_and_changes_nothing(event_type: str, attributes: dict[str, Any]) -> None:
    folded = execution(("DecisionTaskScheduled", SCHEDULED))
    before = state(folded)
    with pytest.raises(HistoryError, match=f"event 3: {event_type} of w .run 1. refers to"):
        folded.apply(build_event(3, 3.0, event_type, attributes))
    assert state(folded) == before


@pytest.mark.parametrize("event_id", [1, 2, 4])
def test_an_event_that_is_not_the_next_is_refused_and_changes_nothing(event_id: int) -> None:
    folded = execution(("DecisionTaskScheduled", SCHEDULED))
    before = state(folded)
    with pytest.raises(HistoryError, match="goes on with event 3"):
        folded.apply(build_event(event_id, 3.0, "MarkerRecorded", {"markerName": "m", "decisionTaskCompletedEventId": 2}))
    assert state(folded) == before


def test_nothing_follows_the_event_that_closes() -> None:
    folded = execution(("WorkflowExecutionTerminated", {"childPolicy": "TERMINATE"}))
    with pytest.raises(HistoryError, match="ended with event 2"):
        folded.apply(build_event(3, 3.0, "WorkflowExecutionSignaled", {"signalName": "s"}))


def test_the_tail_begins_with_the_start_of_the_last_completed_decision_task() -> None:
    folded = execution(
        ("DecisionTaskScheduled", SCHEDULED),
        ("DecisionTaskStarted", {"scheduledEventId": 2}),
        ("WorkflowExecutionSignaled", {"signalName": "s"}),
        ("DecisionTaskCompleted", {"scheduledEventId": 2, "startedEventId": 3}),
    )
    assert [event["eventId"] for event in folded.tail] == [3, 4, 5]
    assert folded.previous_started_id == 3
