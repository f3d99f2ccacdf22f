from __future__ import annotations

from typing import Any

import pytest

from engine.interpreter.parking import ROOM, TIME, TRANSIENT
from tests.interpreter.api import enum_of
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import Execution, kinds
from tests.interpreter.telling import SERIAL, failure, scheduled, states, swf_of, timers

MANY_TASKS = "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
FAST_TASKS = "ACTIVITY_CREATION_RATE_EXCEEDED"
MANY_TIMERS = "OPEN_TIMERS_LIMIT_EXCEEDED"
FAST_TIMERS = "TIMER_CREATION_RATE_EXCEEDED"

WAIT = {"w": {"type": "wait", "for": 5, "next": "done"}, "done": end()}


def fork(count: int, **each: Any) -> dict[str, Any]:
    names = [f"n{number}" for number in range(count)]
    node = each or activity("done")
    return {"fork": {"type": "pass", "next": names}} | dict.fromkeys(names, node) | {"done": end()}


def test_transient_causes_are_causes_of_the_api() -> None:
    beginnings = ("ScheduleActivityTask", "StartChildWorkflowExecution", "ScheduleLambdaFunction", "StartTimer")
    causes = {cause for beginning in beginnings for cause in enum_of(f"{beginning}FailedCause")}
    assert {cause for cause in causes if cause.endswith("EXCEEDED")} == TRANSIENT
    assert not ROOM & TIME


def test_a_refusal_for_speed_is_no_attempt_and_is_tried_again_later() -> None:
    swf = swf_of(SERIAL).refuse("ScheduleActivityTask", FAST_TASKS).decide().decide()
    assert timers(swf) == {"swfgraph.throttle.1": "1"}
    assert states(swf)["a"] == "open"
    assert scheduled(swf.fire("swfgraph.throttle.1").decide()) == ["a"]
    assert scheduled(swf.complete("a").decide()) == ["b"]


def test_one_timer_waits_for_all_that_were_refused() -> None:
    swf = swf_of(fork(50)).refuse("ScheduleActivityTask", *[FAST_TASKS] * 30).decide().decide()
    assert kinds(swf.decisions) == ["StartTimer"]
    assert scheduled(swf.fire("swfgraph.throttle.1").decide()) == [f"n{number}" for number in range(30)]


def test_the_pause_grows_while_nothing_gets_through() -> None:
    swf = swf_of(SERIAL).refuse("ScheduleActivityTask", *[FAST_TASKS] * 6).decide()
    pauses = []
    for number in range(1, 7):
        pauses.append(int(timers(swf.decide())[f"swfgraph.throttle.{number}"]))
        swf.fire(f"swfgraph.throttle.{number}").decide()
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 24
    assert "a" in swf.tasks


def test_once_something_gets_through_the_pause_is_short_again() -> None:
    swf = swf_of(SERIAL).refuse("ScheduleActivityTask", *[FAST_TASKS] * 3).decide()
    for number in range(1, 4):
        swf.decide().fire(f"swfgraph.throttle.{number}").decide()
    swf.complete("a").refuse("ScheduleActivityTask", FAST_TASKS).decide().decide()
    assert timers(swf) == {"swfgraph.throttle.4": "1"}


def test_where_too_many_tasks_are_open_each_that_closes_lets_one_in() -> None:
    swf = swf_of(fork(6)).take()
    swf.decisions = swf.decisions[:5]
    swf.respond()
    swf.refuse("ScheduleActivityTask", *[MANY_TASKS] * 2).take().respond().decide()
    assert swf.decisions == []
    assert scheduled(swf.complete("n0").decide()) == ["n4"]
    assert scheduled(swf.complete("n1").complete("n2").decide()) == ["n5"]


def test_where_too_many_are_open_and_none_of_them_ours_time_must_pass() -> None:
    swf = swf_of(SERIAL).refuse("ScheduleActivityTask", MANY_TASKS).decide().decide()
    assert timers(swf) == {"swfgraph.throttle.1": "1"}


def test_where_too_many_timers_run_each_that_ends_lets_one_start() -> None:
    wait = {"type": "wait", "for": 5, "next": "done"}
    swf = swf_of(fork(3, **wait)).take()
    swf.decisions = swf.decisions[:2]
    swf.respond().refuse("StartTimer", *[MANY_TIMERS] * 2).decide().decide()
    assert swf.decisions == []
    assert timers(swf.fire("n0.wait.1").decide()) == {"n1.wait.1": "5"}
    assert timers(swf.fire("n1.wait.1").decide()) == {"n2.wait.1": "5"}


def test_a_timer_that_is_canceled_makes_room_too() -> None:
    wait = {"type": "wait", "for": 5, "next": "join"}
    caught = activity("join", catch=[{"errors": ["*"], "retryFrom": "one", "maxTimes": 1}])
    nodes = {"fork": {"type": "pass", "next": ["one", "two"]}, "one": {"type": "pass", "next": ["w", "a"]}, "w": wait, "a": caught}
    nodes |= {"two": activity("late"), "late": wait, "join": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().complete("two").refuse("StartTimer", MANY_TIMERS).decide()
    assert timers(swf.fail("a").decide()) == {"w.wait.2": "5"}
    assert timers(swf.decide()) == {"late.wait.1": "5"}


def test_a_timer_that_is_started_too_fast_waits_for_another_one() -> None:
    swf = swf_of(WAIT).refuse("StartTimer", FAST_TIMERS).decide().decide()
    assert timers(swf) == {"swfgraph.throttle.1": "1"}
    assert timers(swf.fire("swfgraph.throttle.1").decide()) == {"w.wait.1": "5"}
    assert swf.fire("w.wait.1").decide().closed == "WorkflowExecutionCompleted"


def test_that_other_timer_is_asked_for_again_at_once_but_not_for_ever() -> None:
    swf = swf_of(WAIT).refuse("StartTimer", *[FAST_TIMERS] * 21).decide()
    for _ in range(20):
        assert timers(swf.decide()) == {"swfgraph.throttle.1": "1"}
    assert failure(swf.decide())[0] == "w: TimerFailed.TIMER_CREATION_RATE_EXCEEDED"


def test_where_waiting_is_not_permitted_all_that_waits_fails() -> None:
    caught = activity("done", catch=[{"errors": ["TimerFailed.OPERATION_NOT_PERMITTED"], "next": "mend"}])
    nodes = fork(3, **caught) | {"mend": activity("done", join=3), "done": end(join="any")}
    swf = swf_of(nodes).refuse("ScheduleActivityTask", *[FAST_TASKS] * 3).decide().refuse("StartTimer", "OPERATION_NOT_PERMITTED")
    assert scheduled(swf.decide().decide()) == ["mend"]


def test_where_waiting_is_not_permitted_and_nothing_catches_that_the_execution_fails_once() -> None:
    swf = swf_of(fork(3)).refuse("ScheduleActivityTask", *[FAST_TASKS] * 3).decide().refuse("StartTimer", "OPERATION_NOT_PERMITTED")
    assert failure(swf.decide().decide())[0] == "n0: TimerFailed.OPERATION_NOT_PERMITTED"
    assert states(swf)["n1"] == "canceled"


@pytest.mark.parametrize("cause", [MANY_TASKS, FAST_TASKS])
def test_what_waits_is_forgotten_when_the_execution_is_canceled(cause: str) -> None:
    swf = swf_of(fork(4)).take()
    swf.decisions = swf.decisions[:3]
    swf.respond().refuse("ScheduleActivityTask", cause, cause).decide().begin("n0").begin("n1").request_cancel().decide()
    assert scheduled(swf) == []
    assert scheduled(swf.complete("n0").decide()) == []
    assert scheduled(swf.complete("n1").decide()) == []
    assert swf.closed == "WorkflowExecutionCanceled"


def test_what_waits_and_is_reset_is_not_asked_for_again() -> None:
    check = activity("join", catch=[{"errors": ["*"], "retryFrom": "fork", "maxTimes": 1}])
    nodes = {"fork": {"type": "pass", "next": ["late", "check"]}, "late": activity("join"), "check": check, "join": activity("done")}
    swf = Execution(plan_of(nodes | {"done": end()})).start().refuse("ScheduleActivityTask", FAST_TASKS).decide()
    swf.decide().fail("check").fire("swfgraph.throttle.1").decide()
    assert scheduled(swf) == ["late.2.1", "check.2.1"]


def test_the_timers_of_the_end_are_asked_for_again_too() -> None:
    swf = swf_of(SERIAL).decide().begin("a").request_cancel().refuse("StartTimer", FAST_TIMERS, MANY_TIMERS).decide().decide()
    assert timers(swf.decide()) == {"swfgraph.cancel": "60"}
    assert swf.decide().fire("swfgraph.cancel").decide().closed == "WorkflowExecutionCanceled"
