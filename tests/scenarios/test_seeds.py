"""The seed specs run to their right ends on every kind of endpoint, with the histories that the tutorial prints."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.interpreter.events import CloseStatus
from engine.interpreter.states import NodeState
from engine.spec.model import ABSENT
from tests.scenarios.endpoints import ENDPOINTS, Ended, Endpoint, Value, embedded, moto
from tests.tutorial import HELLO_HISTORY

everywhere = pytest.mark.parametrize("endpoint", ENDPOINTS, indirect=True)

OURS = {
    "activityTaskScheduledEventAttributes": {"control"},
    "decisionTaskCompletedEventAttributes": {"executionContext"},
}
"""Attributes that our decider gives and the tutorial's does not, by design: control, progress summary."""


def run(endpoint: Endpoint, folder: Path, name: str, value: Value = ABSENT) -> Ended:
    with endpoint(folder, name, value) as ended:
        return ended


def result_of(ended: Ended) -> Any:
    outcome = ended.view.outcome
    assert outcome is not ABSENT
    assert outcome.status is CloseStatus.COMPLETED, outcome
    return outcome.result


def as_the_tutorial_prints(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without times, identities and our marker (ids closed up behind it), and without what OURS adds."""
    kept = [event for event in events if event["eventType"] != "MarkerRecorded"]
    new_id = {event["eventId"]: number for number, event in enumerate(kept, start=1)}
    return [{"eventId": new_id[event["eventId"]], "eventType": event["eventType"], **_attributes(event, new_id)} for event in kept]


def _attributes(event: dict[str, Any], new_id: dict[int, int]) -> dict[str, Any]:
    (key,) = [key for key in event if key.endswith("EventAttributes")]
    unseen = {"identity"} | OURS.get(key, set())
    return {
        key: {
            name: new_id.get(value, value) if name.endswith("EventId") else value
            for name, value in event[key].items()
            if name not in unseen
        }
    }


@everywhere
def test_hello_has_the_history_of_the_tutorial(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "hello")
    expected = [{name: value for name, value in event.items() if name != "eventTimestamp"} for event in copy.deepcopy(HELLO_HISTORY)]
    started = expected[0]["workflowExecutionStartedEventAttributes"]
    if endpoint is moto:
        del started["parentInitiatedEventId"]  # moto leaves it out
    assert as_the_tutorial_prints(ended.events) == expected


@everywhere
def test_serial_runs_in_order_on_three_task_lists(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "serial")
    assert result_of(ended) == "Now don't be givin him sambuca! said B, and C heard it."
    scheduled = [event["activityTaskScheduledEventAttributes"] for event in ended.events if event["eventType"] == "ActivityTaskScheduled"]
    assert [(one["activityType"]["name"], one["taskList"]["name"]) for one in scheduled] == [
        ("ActivityA", "a_tasks"),
        ("ActivityB", "b_tasks"),
        ("ActivityC", "c_tasks"),
    ]
    results = [
        event["activityTaskCompletedEventAttributes"]["result"] for event in ended.events if event["eventType"] == "ActivityTaskCompleted"
    ]
    assert [one.get("input", "") for one in scheduled] == ["", *results[:2]]
    turn = ["DecisionTaskScheduled", "DecisionTaskStarted", "DecisionTaskCompleted"]
    work = ["ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskCompleted"]
    without_marker = [kind for kind in ended.types if kind != "MarkerRecorded"]
    assert without_marker == ["WorkflowExecutionStarted", *(turn + work) * 3, *turn, "WorkflowExecutionCompleted"]


@everywhere
def test_serial_is_described_as_the_tutorial_prints_it(tmp_path: Path, endpoint: Endpoint) -> None:
    with endpoint(tmp_path, "serial") as ended:
        execution = {"workflowId": ended.workflow_id, "runId": ended.run_id}
        described = ended.client.call("DescribeWorkflowExecution", {"domain": "boto_tutorial", "execution": execution})
    assert described["executionConfiguration"] == {
        "childPolicy": "TERMINATE",
        "executionStartToCloseTimeout": "3600",
        "taskList": {"name": "default_tasks"},
        "taskStartToCloseTimeout": "300",
    }
    info = described["executionInfo"]
    assert (info["executionStatus"], info["closeStatus"], info["cancelRequested"]) == ("CLOSED", "COMPLETED", False)
    assert info["startTimestamp"] <= described["latestActivityTaskTimestamp"] <= info["closeTimestamp"]
    counts = described["openCounts"]
    assert {counts[name] for name in ("openActivityTasks", "openChildWorkflowExecutions", "openDecisionTasks", "openTimers")} == {0}


@everywhere
def test_parallel_schedules_five_at_once_and_counts_to_five(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "parallel")
    assert result_of(ended) == "5/5"
    scheduled = [event["activityTaskScheduledEventAttributes"] for event in ended.events if event["eventType"] == "ActivityTaskScheduled"]
    assert [one["activityId"] for one in scheduled] == [f"activity{number}" for number in range(5)]
    assert len({one["decisionTaskCompletedEventId"] for one in scheduled}) == 1
    assert ended.types.count("ActivityTaskCompleted") == 5
    assert ended.types[-1] == "WorkflowExecutionCompleted"


@everywhere
def test_fruit_names_a_fruit_for_its_letter(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "fruit")
    letter = ended.view.nodes["pick_letter"].result
    assert re.fullmatch("[a-z]", str(letter))
    assert result_of(ended).startswith(letter)
    assert ended.view.nodes["no_letter"].state is NodeState.SKIPPED


@everywhere
def test_booking_goes_back_for_another_card(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "booking", {"passenger": "Grace", "destination": "Oslo", "cards": ["declined", "visa"]})
    assert result_of(ended) == "Grace flies LHR-OSL, paid by visa-160"
    assert ended.view.nodes["details"].visit == 2
    assert ended.types.count("ActivityTaskFailed") == 3


def impatient(folder: Path) -> None:
    """No pause between the attempts at a payment."""
    spec = json.loads((folder / "booking.json").read_text(encoding="utf-8"))
    spec["nodes"]["payment"]["retry"]["interval"] = 0
    (folder / "booking.json").write_text(json.dumps(spec), encoding="utf-8")


def test_booking_fails_when_every_card_is_declined(tmp_path: Path) -> None:
    with embedded(tmp_path, "booking", {"cards": ["declined"]}, change=impatient) as ended:
        outcome = ended.view.outcome
        assert outcome is not ABSENT
        assert (outcome.status, outcome.reason) == (CloseStatus.FAILED, "PaymentFailed")
        assert "declined" in outcome.details
        assert ended.view.nodes["details"].visit == 3, "twice back to the details, never a third time"
        assert ended.types.count("ActivityTaskFailed") == 9
