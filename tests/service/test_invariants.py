"""Claims about engine.service.invariants: right histories have no flaw, and each rule finds what it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.service.invariants import history_flaws
from tests.service.driving import Service, complete, schedule, start_child, timer

Events = list[dict[str, Any]]


@pytest.fixture(scope="module")
def history() -> Events:
    """Two activities, one of which timed out before it started, a timer, a child: and the end."""
    service = Service()
    service.start()
    service.decide_next(schedule("one"), schedule("two", scheduleToStartTimeout="1"), timer(seconds=2), start_child("child"))
    service.complete(service.poll_activity())
    service.pass_time(5)
    while (task := service.poll_decision())["workflowExecution"]["workflowId"] != "flow":
        service.decide(task, complete())
    service.decide(task, complete())
    return [dict(event) for event in service.history()]


def test_a_history_of_the_service_has_no_flaw(history: Events) -> None:
    assert list(history_flaws(history)) == []


def copied(events: Events, event_type: str, **attributes: Any) -> Events:
    """The events with one more at their end: that one again, with some attributes changed."""
    [original, *_] = [event for event in events if event["eventType"] == event_type]
    key = next(key for key in original if key.endswith("EventAttributes"))
    more = {**original, "eventId": len(events) + 1, "eventTimestamp": events[-1]["eventTimestamp"], key: {**original[key], **attributes}}
    return [*events, more]


def without_end(events: Events) -> Events:
    return events[:-1]


@pytest.mark.parametrize(
    ("spoil", "flaw"),
    [
        (lambda events: events[:0], "it has no events"),
        (lambda events: events[1:], "event 1 is missing: 2 stands in its place"),
        (lambda events: [*events[:3], *events[4:]], "event 4 is missing: 5 stands in its place"),
        (lambda events: copied(events, "WorkflowExecutionCompleted"), "and 1 more come after it"),
        (lambda events: copied(without_end(events), "WorkflowExecutionStarted"), "the first event, and no other"),
        (lambda events: copied(without_end(events), "ActivityTaskStarted"), "(ActivityTaskStarted): its scheduledEventId is"),
        (lambda events: copied(without_end(events), "ActivityTaskCompleted"), "and so is event"),
        (lambda events: copied(without_end(events), "TimerFired"), "(TimerFired): its startedEventId is"),
        (lambda events: copied(without_end(events), "TimerFired", startedEventId=0), "there is no such event before it"),
        (lambda events: copied(without_end(events), "ActivityTaskStarted", scheduledEventId=0), "there is no such event before it"),
        (lambda events: copied(without_end(events), "ActivityTaskStarted", scheduledEventId=99), "there is no such event before it"),
        (lambda events: copied(without_end(events), "ActivityTaskStarted", scheduledEventId=1), "no ActivityTaskScheduled"),
        (lambda events: copied(without_end(events), "DecisionTaskStarted", scheduledEventId="2"), "is not one of the API's"),
        (lambda events: [*events[:-1], {**events[-1], "eventType": "Nonsense"}], "(Nonsense) is not one of the API's"),
        (lambda events: [*events[:-1], {**events[-1], "eventTimestamp": 1.0}], "happened before event"),
        (lambda events: [events[0], *copied([events[0]], "WorkflowExecutionStarted")[1:]], "the first event, and no other"),
    ],
)
def test_what_can_not_be_so_is_found(history: Events, spoil: Callable[[Events], Events], flaw: str) -> None:
    found = list(history_flaws(spoil(history)))
    assert any(flaw in one for one in found), found
