from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import HistoryError, SpecMismatch
from engine.interpreter.run import Run
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import Execution, kinds
from tests.interpreter.telling import SERIAL, scheduled, swf_of


def run_of(nodes: dict[str, Any]) -> Run:
    return Run(plan_of(nodes), workflow_id="w", run_id="r")


def test_a_run_without_events_wants_nothing() -> None:
    run = run_of(SERIAL)
    assert run.decisions() == []
    assert run.last_event_id == 0


def test_decisions_may_be_asked_for_again_and_again() -> None:
    swf = swf_of(SERIAL)
    first = swf.run.decisions()
    assert swf.run.decisions() == first
    assert kinds(first) == ["RecordMarker", "ScheduleActivityTask"]


def test_what_was_sent_and_got_lost_is_sent_again() -> None:
    swf = swf_of(SERIAL).take()
    lost = swf.decisions
    swf.lose().take()
    assert swf.decisions == lost


def test_what_an_event_has_confirmed_is_not_sent_again() -> None:
    swf = swf_of(SERIAL).decide()
    assert swf.run.decisions() == []


def test_events_are_folded_in_order_with_none_left_out() -> None:
    swf = swf_of(SERIAL).decide()
    run = run_of(SERIAL)
    run.fold(swf.history[0])
    for wrong in (swf.history[0], swf.history[2]):
        with pytest.raises(HistoryError, match="after event 1 comes 2: fold all events, in order"):
            run.fold(wrong)
    assert run.last_event_id == 1


def test_a_history_begins_with_its_start() -> None:
    with pytest.raises(HistoryError, match="a history begins with WorkflowExecutionStarted"):
        run_of(SERIAL).fold({"eventId": 1, "eventTimestamp": 1.0, "eventType": "TimerFired", "timerFiredEventAttributes": {"timerId": "t"}})


def test_a_history_has_one_start() -> None:
    swf = swf_of(SERIAL)
    with pytest.raises(HistoryError, match="has no second one"):
        swf.start()


def test_nothing_happens_after_the_close() -> None:
    swf = swf_of({"done": end()}).decide()
    with pytest.raises(HistoryError, match="the execution is closed"):
        swf.signal("hello")


def test_an_execution_of_another_type_is_refused() -> None:
    started = swf_of(SERIAL).history[0]
    other = Run(plan_of(SERIAL, version="2.0"), workflow_id="w", run_id="r")
    with pytest.raises(HistoryError, match=r"event 1: this is an execution of Test 1\.0, not of Test 2\.0"):
        other.fold(started)


def test_an_execution_begun_under_another_spec_is_refused_with_both_digests() -> None:
    swf = swf_of(SERIAL).decide()
    changed = run_of(SERIAL | {"b": activity("done", input=7)})
    *before, marker = swf.history[: [event["eventType"] for event in swf.history].index("MarkerRecorded") + 1]
    for event in before:
        changed.fold(event)
    with pytest.raises(SpecMismatch) as caught:
        changed.fold(marker)
    assert (caught.value.recorded, caught.value.ours) == (swf.plan.digest, changed.plan.digest)
    assert changed.last_event_id == caught.value.event_id - 1


def test_the_marker_says_which_spec_it_is() -> None:
    swf = swf_of(SERIAL).decide()
    assert json.loads(swf.markers["swfgraph.spec"]) == {"digest": swf.plan.digest, "spec": "Test", "version": "1.0"}


def test_signals_and_markers_of_others_are_ignored() -> None:
    swf = swf_of(SERIAL).decide().signal("hello")
    swf.event("MarkerRecorded", markerName="somebody else's", details="x", decisionTaskCompletedEventId=4)
    assert swf.run.decisions() == []
    assert scheduled(swf.complete("a").decide()) == ["b"]


TASK = {"activityId": "b", "activityType": {"name": "Work", "version": "1.0"}}


@pytest.mark.parametrize(
    ("kind", "attributes", "complaint"),
    [
        ("ActivityTaskScheduled", TASK, "the activity task b is none that this spec wants here"),
        ("ActivityTaskScheduled", TASK | {"activityId": "a"}, "the activity task a is scheduled: it can't schedule"),
        ("ScheduleActivityTaskFailed", TASK | {"cause": "OPERATION_NOT_PERMITTED"}, "the activity task b is none"),
        ("ActivityTaskStarted", {"scheduledEventId": 2}, "event 2 has scheduled no activity task that is open"),
        ("ActivityTaskCompleted", {"scheduledEventId": 99, "startedEventId": 98}, "event 99 has scheduled no activity task"),
        ("ActivityTaskTimedOut", {"scheduledEventId": 6, "startedEventId": 0, "timeoutType": "SOME_DAY"}, "'SOME_DAY' is no timeout"),
        ("TimerStarted", {"timerId": "t", "startToFireTimeout": "1"}, "the timer t is none that this spec wants here"),
        ("TimerFired", {"timerId": "t", "startedEventId": 2}, "the timer t is none that this spec wants here"),
        ("TimerFired", {"timerId": "w.wait.1", "startedEventId": 2}, "the timer w.wait.1 is none that this spec wants here"),
        ("TimerCanceled", {"timerId": "v.wait.1", "startedEventId": 2}, "is canceled, which this spec does not want here"),
        ("StartTimerFailed", {"timerId": "v.wait.1", "cause": "TIMER_ID_ALREADY_IN_USE"}, "the timer v.wait.1 is running: it can't refuse"),
        ("WorkflowExecutionCompleted", {"result": "1"}, "closed as COMPLETED, which this spec does not want here"),
        ("WorkflowExecutionContinuedAsNew", {"newExecutionRunId": "n"}, "closed as CONTINUED_AS_NEW, which this spec does not want here"),
        ("CompleteWorkflowExecutionFailed", {"cause": "UNHANDLED_DECISION"}, "a close decision was refused, but this spec wants none"),
    ],
)
def test_what_contradicts_the_spec_is_refused_and_changes_nothing(kind: str, attributes: dict[str, Any], complaint: str) -> None:
    fork = {"type": "pass", "next": ["a", "v"]}
    nodes = {"fork": fork, "a": activity("b"), "v": {"type": "wait", "for": 9, "next": "b"}, "b": activity("w")}
    swf = swf_of(nodes | {"w": {"type": "wait", "for": 9, "next": "done"}, "done": end()}).decide()
    before = swf.run.decisions(), swf.run.context(), swf.run.view()
    with pytest.raises(HistoryError) as caught:
        swf.event(kind, **attributes)
    assert complaint in str(caught.value)
    assert caught.value.event_id == len(swf.history)
    assert (swf.run.decisions(), swf.run.context(), swf.run.view()) == before


def test_a_task_of_another_type_than_the_specs_is_refused() -> None:
    swf = swf_of(SERIAL)
    swf.event("DecisionTaskScheduled")
    with pytest.raises(HistoryError, match=r"a is of the type Other 1\.0, this spec says Work 1\.0"):
        swf.event("ActivityTaskScheduled", activityId="a", activityType={"name": "Other", "version": "1.0"})


def test_a_wide_fan_out_is_scheduled_in_batches_of_a_hundred() -> None:
    names = [f"n{number}" for number in range(250)]
    nodes = {"fork": {"type": "pass", "next": names}} | {name: activity("done") for name in names} | {"done": end()}
    swf = Execution(plan_of(nodes)).start().decide()
    assert len(swf.decisions) == 100
    swf.fire("swfgraph.more.1").decide()
    assert len(swf.decisions) == 100
    swf.fire("swfgraph.more.2").decide()
    assert list(swf.tasks) == names


def test_a_lost_decision_of_a_wide_fan_out_asks_for_the_same_timer_again() -> None:
    names = [f"n{number}" for number in range(250)]
    nodes = {"fork": {"type": "pass", "next": names}} | {name: activity("done") for name in names} | {"done": end()}
    swf = Execution(plan_of(nodes)).start().take().lose().decide()
    assert "swfgraph.more.1" in swf.timers


def test_while_a_timer_for_more_is_running_no_other_is_started() -> None:
    names = [f"n{number}" for number in range(310)]
    nodes = {"fork": {"type": "pass", "next": names}} | {name: activity("done") for name in names} | {"done": end()}
    swf = Execution(plan_of(nodes)).start().decide().complete("n0").decide()
    assert kinds(swf.decisions) == ["ScheduleActivityTask"] * 100
    assert list(swf.timers) == ["swfgraph.more.1"]
