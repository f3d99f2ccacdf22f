"""A history as a list of what was worked on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from engine.runtime.reading.works import works_of

Event = Mapping[str, Any]


def event(number: int, kind: str, /, **attributes: Any) -> Event:
    return {
        "eventId": number,
        "eventTimestamp": 100.0 + number,
        "eventType": kind,
        f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes,
    }


def scheduled(number: int, **more: Any) -> Event:
    return event(number, "ActivityTaskScheduled", activityId="pay", activityType={"name": "Pay", "version": "1.0"}, **more)


def test_an_activity_is_one_work_from_its_scheduling_to_its_end() -> None:
    [work] = works_of(
        [
            scheduled(5, input="1", control=json.dumps({"node": "payment", "visit": 2, "attempt": 3, "item": 4})),
            event(6, "ActivityTaskStarted", scheduledEventId=5, identity="ada"),
            event(7, "ActivityTaskFailed", scheduledEventId=5, startedEventId=6, reason="Declined", details="no money"),
        ]
    )
    assert (work.node, work.visit, work.attempt, work.item) == ("payment", 2, 3, 4)
    assert (work.type, work.status, work.worker) == ("Pay 1.0", "failed", "ada")
    assert (work.scheduled, work.started, work.closed) == (105.0, 106.0, 107.0)
    assert (work.input, work.reason, work.details, work.events) == ("1", "Declined", "no money", (5, 6, 7))


@pytest.mark.parametrize("control", ["", "text", "[]", "null", "[" * 3_000, '{"node": 7}', '{"visit": 2}', '{"node": null}'])
def test_of_another_decider_the_id_stands_for_the_node(control: str) -> None:
    [work] = works_of([scheduled(5, control=control)])
    assert (work.node, work.visit, work.attempt, work.item, work.status) == ("pay", 1, 1, -1, "scheduled")


def test_numbers_that_are_none_are_not_believed() -> None:
    [work] = works_of([scheduled(5, control=json.dumps({"node": "a", "visit": "<b>", "attempt": None, "item": [1]}))])
    assert (work.visit, work.attempt, work.item) == (1, 1, -1)


def test_a_timeout_says_which() -> None:
    [work] = works_of([scheduled(5), event(6, "ActivityTaskTimedOut", scheduledEventId=5, startedEventId=0, timeoutType="HEARTBEAT")])
    assert (work.status, work.reason) == ("timed out", "HEARTBEAT")


def test_a_timer_runs_from_its_start() -> None:
    begun = event(5, "TimerStarted", timerId="pause", startToFireTimeout="90")
    [work] = works_of([begun])
    assert (work.kind, work.type, work.status, work.started) == ("timer", "1m30s", "started", 105.0)
    [work] = works_of([begun, event(9, "TimerFired", timerId="pause", startedEventId=5)])
    assert (work.status, work.closed) == ("fired", 109.0)


def test_a_child_is_known_by_its_execution_once_it_runs() -> None:
    of = {"name": "Child", "version": "2"}
    [work] = works_of(
        [
            event(5, "StartChildWorkflowExecutionInitiated", workflowId="kid", workflowType=of),
            event(
                6,
                "ChildWorkflowExecutionStarted",
                initiatedEventId=5,
                workflowExecution={"workflowId": "kid", "runId": "r1"},
                workflowType=of,
            ),
            event(
                7,
                "ChildWorkflowExecutionCompleted",
                initiatedEventId=5,
                startedEventId=6,
                workflowExecution={"workflowId": "kid", "runId": "r1"},
                workflowType=of,
                result="9",
            ),
        ]
    )
    assert (work.kind, work.type, work.child, work.status, work.result) == ("child", "Child 2", ("kid", "r1"), "completed", "9")


def test_works_stand_in_the_order_in_which_they_began() -> None:
    works = works_of([scheduled(5), event(6, "TimerStarted", timerId="t", startToFireTimeout="1"), {**scheduled(7)}])
    assert [work.events[0] for work in works] == [5, 6, 7]
