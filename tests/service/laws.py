"""The laws of a history, told from its events alone: what holds whatever was asked, in whatever order, and whatever was killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.service.events import ATTRIBUTES, CLOSE_STATUS

OPENED_BY = {
    "DecisionTask": "DecisionTaskScheduled",
    "ActivityTask": "ActivityTaskScheduled",
    "LambdaFunction": "LambdaFunctionScheduled",
    "Timer": "TimerStarted",
}
"""What is opened once, started at most once, and closed at most once -> the event that opens it."""

CLOSES = ("Completed", "Failed", "TimedOut", "Canceled", "Fired")


def check_tasks(events: Sequence[Mapping[str, Any]]) -> None:
    """Every start has its schedule and every close what it closes, each once."""
    for kind, opening in OPENED_BY.items():
        opened = {event["eventId"] for event in events if event["eventType"] == opening}
        key = "startedEventId" if kind == "Timer" else "scheduledEventId"
        starts = {f"{kind}Started"} - {opening}
        started = [event[ATTRIBUTES[event["eventType"]]][key] for event in events if event["eventType"] in starts]
        assert len(set(started)) == len(started)
        assert opened >= set(started)
        ends = {"StartLambdaFunctionFailed"} if kind == "LambdaFunction" else set()
        ends |= {f"{kind}{close}" for close in CLOSES}
        closed = [event[ATTRIBUTES[event["eventType"]]][key] for event in events if event["eventType"] in ends]
        assert len(set(closed)) == len(closed)
        assert opened >= set(closed)


def check_history(events: Sequence[Mapping[str, Any]]) -> None:
    """Ids are dense, time does not go back, it begins once and ends at most once, and nothing refers to what is not before it."""
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    assert [event["eventTimestamp"] for event in events] == sorted(event["eventTimestamp"] for event in events)
    kinds = [event["eventType"] for event in events]
    assert kinds[0] == "WorkflowExecutionStarted"
    assert [kind for kind in kinds[:-1] if kind in CLOSE_STATUS] == []
    by_id = {event["eventId"]: event["eventType"] for event in events}
    for event in events:
        attributes = event[ATTRIBUTES[event["eventType"]]]
        for member, suffix in (("scheduledEventId", "Scheduled"), ("startedEventId", "Started"), ("initiatedEventId", "Initiated")):
            referred = attributes.get(member, 0)
            assert referred < event["eventId"]
            assert not referred or by_id[referred].endswith(suffix)
        assert by_id.get(attributes.get("decisionTaskCompletedEventId", 0), "DecisionTaskCompleted") == "DecisionTaskCompleted"
    check_tasks(events)
    deciding = 0
    for kind in kinds:
        deciding += {"DecisionTaskStarted": 1, "DecisionTaskCompleted": -1}.get(kind, 0)
        if kind == "DecisionTaskTimedOut":
            deciding = 0
        assert 0 <= deciding <= 1


def open_counts(events: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """The open counts, counted from the events alone."""
    seen = Counter(event["eventType"] for event in events)
    is_open = not any(kind in CLOSE_STATUS for kind in seen)

    def count(opening: str, *closing: str) -> int:
        return seen[opening] - sum(seen[kind] for kind in closing) if is_open else 0

    outcomes = ("Completed", "Failed", "TimedOut", "Canceled")
    return {
        "openActivityTasks": count("ActivityTaskScheduled", *(f"ActivityTask{outcome}" for outcome in outcomes)),
        "openDecisionTasks": min(1, count("DecisionTaskScheduled", "DecisionTaskCompleted", "DecisionTaskTimedOut")),
        "openTimers": count("TimerStarted", "TimerFired", "TimerCanceled"),
        "openChildWorkflowExecutions": count(
            "ChildWorkflowExecutionStarted", *(f"ChildWorkflowExecution{outcome}" for outcome in (*outcomes, "Terminated"))
        ),
        "openLambdaFunctions": count(
            "LambdaFunctionScheduled", *(f"LambdaFunction{outcome}" for outcome in outcomes), "StartLambdaFunctionFailed"
        ),
    }
