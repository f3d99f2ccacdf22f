from __future__ import annotations

from typing import Any

import pytest

from engine.interpreter import intents as i
from engine.interpreter.decisions import batch, close_of, decision_of
from engine.spec.model import ABSENT, UNLIMITED, ActivityTimeouts
from tests.interpreter.api import complaints_about


def schedule(**more: Any) -> i.ScheduleActivity:
    fields: dict[str, Any] = {
        "activity_id": "a",
        "activity": "Work",
        "version": "1.0",
        "control": "{}",
        "input": ABSENT,
        "task_list": "work",
        "timeouts": ActivityTimeouts(),
        "priority": ABSENT,
    }
    return i.ScheduleActivity(**fields | more)


def timers(count: int) -> list[i.Intent]:
    return [i.StartTimer(timer_id=f"t{number}", control=ABSENT, seconds=1) for number in range(count)]


def ids(decisions: list[dict[str, Any]]) -> list[str]:
    return [decision.get("startTimerDecisionAttributes", {}).get("timerId", decision["decisionType"]) for decision in decisions]


CLOSE = i.CompleteExecution(result=ABSENT)


def test_an_activity_task_says_everything_that_the_spec_says() -> None:
    timeouts = ActivityTimeouts(schedule_to_start=60, schedule_to_close=UNLIMITED, start_to_close=600, heartbeat=UNLIMITED)
    decision = decision_of(schedule(input="7", priority=-3, timeouts=timeouts), 0.0)
    assert decision == {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": {
            "activityType": {"name": "Work", "version": "1.0"},
            "activityId": "a",
            "control": "{}",
            "taskList": {"name": "work"},
            "scheduleToStartTimeout": "60",
            "scheduleToCloseTimeout": "NONE",
            "startToCloseTimeout": "600",
            "heartbeatTimeout": "NONE",
            "input": "7",
            "taskPriority": "-3",
        },
    }


def test_input_and_priority_are_left_out_when_nobody_gives_them() -> None:
    attributes = decision_of(schedule(), 0.0)["scheduleActivityTaskDecisionAttributes"]
    assert not {"input", "taskPriority"} & set(attributes)


def test_an_empty_input_is_an_input() -> None:
    assert decision_of(schedule(input=""), 0.0)["scheduleActivityTaskDecisionAttributes"]["input"] == ""


@pytest.mark.parametrize(("now", "seconds"), [(90.0, "10"), (90.5, "10"), (99.9, "1"), (100.0, "0"), (500.0, "0")])
def test_a_timer_until_a_time_never_fires_early_and_at_once_when_it_has_passed(now: float, seconds: str) -> None:
    decision = decision_of(i.StartTimerUntil(timer_id="t", control=ABSENT, time=100.0), now)
    assert decision["startTimerDecisionAttributes"] == {"timerId": "t", "startToFireTimeout": seconds}


def test_a_timer_is_never_longer_than_swf_can_write() -> None:
    decision = decision_of(i.StartTimerUntil(timer_id="t", control=ABSENT, time=1e12), 0.0)
    assert decision["startTimerDecisionAttributes"]["startToFireTimeout"] == "99999999"


def test_up_to_100_decisions_go_out_together_close_last() -> None:
    assert ids(batch(timers(99), CLOSE, "more", 0.0)) == [*(f"t{number}" for number in range(99)), "CompleteWorkflowExecution"]
    assert len(batch(timers(100), ABSENT, "more", 0.0)) == 100


def test_more_than_100_ask_for_another_decision_task() -> None:
    assert ids(batch(timers(101), ABSENT, "more", 0.0)) == [*(f"t{number}" for number in range(99)), "more"]


def test_the_close_decision_waits_until_all_others_are_out() -> None:
    assert ids(batch(timers(100), CLOSE, "more", 0.0)) == [*(f"t{number}" for number in range(99)), "more"]


def test_while_such_a_timer_is_under_way_no_second_one_is_started() -> None:
    assert ids(batch(timers(250), ABSENT, ABSENT, 0.0)) == [f"t{number}" for number in range(100)]


def test_every_decision_has_the_shape_of_the_api() -> None:
    decisions = [
        decision_of(intent, 0.0)
        for intent in (
            schedule(input="x", priority=1),
            i.StartTimer(timer_id="t", control="{}", seconds=3),
            i.RequestCancelActivity(activity_id="a"),
            i.CancelTimer(timer_id="t"),
            i.RecordMarker(marker="m", details="d"),
        )
    ]
    decisions += [close_of(close, 0.0) for close in (CLOSE, i.CompleteExecution(result="1"), i.FailExecution(reason="r", details="d"))]
    decisions += [close_of(i.CancelExecution(details="d"), 0.0)]
    assert complaints_about(decisions) == ""
