from __future__ import annotations

import json
from typing import Any

import pytest

from engine.interpreter import intents as i
from engine.interpreter.decisions import batch, close_of, decision_of
from engine.spec.model import ABSENT, UNLIMITED, ActivityTimeouts, ChildPolicy, ChildTimeouts
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


def child(**more: Any) -> i.StartChild:
    fields: dict[str, Any] = {"workflow_id": "c", "workflow": "Part", "version": "1.0", "control": "{}", "input": ABSENT, "tags": ()}
    fields |= {"child_policy": ABSENT, "task_list": ABSENT, "timeouts": ChildTimeouts(), "priority": ABSENT}
    return i.StartChild(**fields | more)


def test_a_child_says_what_the_spec_says_and_leaves_the_rest_to_its_type() -> None:
    plain = {"workflowType": {"name": "Part", "version": "1.0"}, "workflowId": "c", "control": "{}"}
    assert decision_of(child(), 0.0) == {
        "decisionType": "StartChildWorkflowExecution",
        "startChildWorkflowExecutionDecisionAttributes": plain,
    }
    timeouts = ChildTimeouts(execution=60, decision=UNLIMITED)
    more = {"input": "7", "tags": ("t",), "child_policy": ChildPolicy.ABANDON, "task_list": "parts", "timeouts": timeouts, "priority": -1}
    assert decision_of(child(**more), 0.0)["startChildWorkflowExecutionDecisionAttributes"] == plain | {
        "input": "7",
        "tagList": ["t"],
        "childPolicy": "ABANDON",
        "taskList": {"name": "parts"},
        "executionStartToCloseTimeout": "60",
        "taskStartToCloseTimeout": "NONE",
        "taskPriority": "-1",
    }


@pytest.mark.parametrize(("run_id", "told"), [("run", {"runId": "run"}), (ABSENT, {})])
def test_a_child_is_asked_to_cancel_by_its_run_where_that_is_known(run_id: Any, told: dict[str, str]) -> None:
    assert decision_of(i.RequestCancelChild(workflow_id="c", run_id=run_id, control="{}"), 0.0) == {
        "decisionType": "RequestCancelExternalWorkflowExecution",
        "requestCancelExternalWorkflowExecutionDecisionAttributes": {"workflowId": "c", "control": "{}", **told},
    }


@pytest.mark.parametrize(("given", "told"), [((ABSENT, ABSENT), {}), (("", 90), {"input": "", "startToCloseTimeout": "90"})])
def test_a_function_is_named_and_may_have_an_input_and_a_timeout(given: Any, told: dict[str, str]) -> None:
    intent = i.ScheduleFunction(id="f", function="resize", control="{}", input=given[0], timeout=given[1])
    assert decision_of(intent, 0.0) == {
        "decisionType": "ScheduleLambdaFunction",
        "scheduleLambdaFunctionDecisionAttributes": {"id": "f", "name": "resize", "control": "{}", **told},
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


def markers(letters: str) -> list[i.RecordMarker]:
    return [i.RecordMarker(marker=f"m{number}", details=letter * 30_000) for number, letter in enumerate(letters)]


@pytest.mark.parametrize(("letters", "fit"), [("x" * 50, 19), ('"' * 50, 9), ("é" * 50, 3), ("\N{PARTY POPPER}" * 50, 1), ("x" * 19, 19)])
def test_no_response_is_longer_than_a_request_may_be(letters: str, fit: int) -> None:
    decisions = batch(markers(letters), CLOSE, "more", 0.0)
    assert ids(decisions[fit:]) == (["more"] if fit < len(letters) else ["CompleteWorkflowExecution"])
    assert len(json.dumps(decisions)) < 1 << 20


def test_what_goes_to_a_store_takes_no_room() -> None:
    long = [i.RecordMarker(marker=f"m{number}", details="x" * 100_000) for number in range(50)]
    assert len(batch(long, CLOSE, "more", 0.0)) == 51


def test_another_decision_task_can_be_asked_for_in_any_case() -> None:
    assert ids(batch(timers(2), CLOSE, "more", 0.0, again=True)) == ["t0", "t1", "more"]
    assert ids(batch(timers(2), CLOSE, ABSENT, 0.0, again=True)) == ["t0", "t1"]


def test_every_decision_has_the_shape_of_the_api() -> None:
    decisions = [
        decision_of(intent, 0.0)
        for intent in (
            schedule(input="x", priority=1),
            i.StartTimer(timer_id="t", control="{}", seconds=3),
            i.RequestCancelActivity(activity_id="a"),
            child(tags=("t",), child_policy=ChildPolicy.TERMINATE, task_list="x", priority=1, input="1"),
            i.RequestCancelChild(workflow_id="c", run_id="r", control="{}"),
            i.ScheduleFunction(id="f", function="resize", control="{}", input="1", timeout=3),
            i.CancelTimer(timer_id="t"),
            i.RecordMarker(marker="m", details="d"),
        )
    ]
    decisions += [close_of(close, 0.0) for close in (CLOSE, i.CompleteExecution(result="1"), i.FailExecution(reason="r", details="d"))]
    decisions += [close_of(i.CancelExecution(details="d"), 0.0)]
    assert complaints_about(decisions) == ""
