from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import HistoryError, SpecMismatch
from engine.interpreter.draining import LAST_EVENTS
from engine.interpreter.events import CloseStatus
from engine.interpreter.portions import Means
from engine.interpreter.run import Run
from engine.interpreter.view import Outcome
from tests.interpreter.api import complaints_about
from tests.interpreter.chain import Chain, input_of
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import T0, Execution, kinds
from tests.interpreter.telling import closing, scheduled, states, timers

NONE = Means(most=0)
SERIAL = {"a": activity("b"), "b": activity("c"), "c": activity("done"), "done": end(output="{% results %}")}
FORK = {"fork": {"type": "pass", "next": ["a", "b"]}, "a": activity("c"), "b": activity("done"), "c": activity("done"), "done": end()}
WAITING = FORK | {"b": {"type": "wait", "for": "1h", "next": "done"}}


def chain_of(
    nodes: dict[str, Any], value: Any = None, *, most_events: int = 5, longest: int = 32_768, means: Means = NONE, **top: Any
) -> Chain:
    chain = Chain(plan_of(nodes, **top), most_events=most_events, longest=longest, means=means)
    chain.start(value)
    return chain


def looping(turns: int) -> dict[str, Any]:
    choice = {"when": f"execution.visits.a < {turns}", "retryFrom": "a", "maxTimes": turns}
    check = {"type": "decision", "choices": [choice], "default": "done"}
    told = {
        "visits": "{% execution.visits.a %}",
        "start": "{% execution.startTime %}",
        "run": "{% execution.runId %}",
        "n": "{% input.n %}",
    }
    return {"a": activity("check"), "check": check, "done": end(output=told)}


def context(swf: Execution) -> dict[str, Any]:
    return dict(json.loads(swf.run.context()))


# When.


def test_a_history_that_is_long_enough_begins_nothing_new_and_goes_on_as_another_one() -> None:
    swf = chain_of(SERIAL, {"n": 1}).decide().complete("a", 7)
    assert context(swf)["carry"] == "draining"
    swf.take()
    assert kinds(swf.decisions) == ["ContinueAsNewWorkflowExecution"]
    assert complaints_about(swf.decisions) == ""
    swf.respond()
    assert len(swf.runs_before) == 1
    assert scheduled(swf.decide()) == ["b"]


def test_what_is_open_is_awaited_first() -> None:
    swf = chain_of(FORK).decide().complete("a").decide()
    assert kinds(swf.decisions) == ["StartTimer"]
    assert states(swf) == {"fork": "completed", "a": "completed", "b": "open", "c": "open", "done": "idle"}
    swf.complete("b").decide()
    assert len(swf.runs_before) == 1
    assert scheduled(swf.decide()) == ["c"]


def test_work_that_goes_on_for_long_keeps_the_others_waiting_for_five_minutes() -> None:
    swf = chain_of(FORK).decide().begin("b").complete("a").decide()
    assert timers(swf) == {"swfgraph.drain.1": "300"}
    swf.fire("swfgraph.drain.1").decide()
    assert scheduled(swf) == ["c"]
    assert context(swf)["carry"] == "busy"
    swf.complete("c").complete("b").decide()
    assert swf.runs_before == []


def test_the_wait_for_what_is_open_ends_with_it() -> None:
    swf = chain_of(FORK, longest=500).decide().begin("b").complete("a", "x" * 500).decide()
    assert "swfgraph.drain.1" in swf.timers
    swf.complete("b").decide()
    assert kinds(swf.decisions) == ["CancelTimer", "ScheduleActivityTask"]


def test_near_the_limit_of_swf_open_work_is_awaited_however_long_it_takes() -> None:
    swf = chain_of(FORK, most_events=LAST_EVENTS, longest=1_000_000).decide().begin("b")
    while len(swf.history) < LAST_EVENTS:
        swf.signal("noise")
    assert swf.complete("a").decide().decisions == []
    assert swf.timers == {}
    swf.complete("b").decide()
    assert len(swf.runs_before) == 1


def test_an_end_that_is_near_is_not_carried() -> None:
    swf = chain_of({"a": activity("done"), "done": end(output=1)}).decide().complete("a").decide()
    assert swf.closed == "WorkflowExecutionCompleted"
    assert swf.runs_before == []


def test_what_arrives_meanwhile_is_applied_and_the_state_is_taken_anew() -> None:
    nodes = {"a": activity("s"), "s": {"type": "wait", "signal": "go", "next": "b"}, "b": activity("done", input="{% results.s %}")}
    swf = chain_of(nodes | {"done": end(output="{% signals %}")}).decide().complete("a").take()
    swf.signal("go", 7).respond().decide()
    assert len(swf.runs_before) == 1
    assert scheduled(swf.decide()) == ["b"]
    swf.complete("b").decide()
    assert closing(swf) == {"result": '{"go":[7]}'}


def test_signals_that_nobody_has_taken_are_kept_for_who_comes() -> None:
    wait = {"type": "wait", "signal": "go", "next": "done"}
    swf = chain_of({"a": activity("b"), "b": activity("s"), "s": wait, "done": end(output="{% [results.s, signals.stop] %}")})
    swf.decide().signal("go", 1).signal("stop", 2).complete("a").decide().decide().complete("b").decide()
    assert len(swf.runs_before) == 1
    assert closing(swf) == {"result": "[1,2]"}


def test_waiters_stay_in_line() -> None:
    nodes = {"fork": {"type": "pass", "next": ["x", "a"]}, "x": {"type": "wait", "signal": "go", "next": "done"}}
    nodes |= {"a": activity("y"), "y": {"type": "wait", "signal": "go", "next": "done"}, "done": end(output="{% [results.x, results.y] %}")}
    swf = chain_of(nodes).decide().complete("a").decide()
    assert len(swf.runs_before) == 1
    swf.signal("go", 1).signal("go", 2).decide()
    assert closing(swf) == {"result": "[1,2]"}


def test_a_request_to_cancel_meanwhile_is_heard() -> None:
    swf = chain_of(FORK).decide().begin("b").complete("a").decide().request_cancel().decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask", "CancelTimer", "StartTimer"]
    swf.cancel("b").decide()
    assert swf.closed == "WorkflowExecutionCanceled"


def test_after_a_cancellation_that_leads_elsewhere_it_is_drained_again() -> None:
    nodes = FORK | {"tidy": activity("sorry"), "sorry": end("failed", reason="Stopped")}
    swf = chain_of(nodes, onCancel="tidy").decide().begin("b").complete("a").decide().request_cancel().decide().cancel("b").decide()
    assert len(swf.runs_before) == 1
    assert scheduled(swf.decide()) == ["tidy"]
    swf.request_cancel().decide()
    assert swf.decisions == []
    assert swf.complete("tidy").decide().closed == "WorkflowExecutionFailed"


def test_a_decision_that_was_under_way_when_holding_began_is_no_surprise() -> None:
    swf = chain_of(SERIAL, most_events=11).decide().complete("a").take()
    assert scheduled(swf) == ["b"]
    swf.respond()
    assert context(swf)["carry"] == "draining"
    assert "b" in swf.tasks
    swf.complete("b").decide()
    assert len(swf.runs_before) == 1


def test_a_state_that_is_too_large_stays_in_this_history_and_the_context_says_so() -> None:
    swf = chain_of(SERIAL, longest=600).decide().complete("a", "x" * 500).decide()
    assert context(swf)["carry"] == "too large"
    assert scheduled(swf) == ["b"]
    swf.complete("b").decide().complete("c").decide()
    assert swf.runs_before == []


def test_it_is_tried_again_a_thousand_events_later() -> None:
    small = {"when": "execution.visits.a < 400", "retryFrom": "a", "maxTimes": 1000}
    large = activity("check", output="{% execution.visits.a < 10 ? $pad('', 500, 'x') : 0 %}")
    nodes = {"a": large, "check": {"type": "decision", "choices": [small], "default": "done"}, "done": end()}
    swf = chain_of(nodes | {"check": {"type": "decision", "choices": [small], "default": "done"}}, most_events=20, longest=700).decide()
    while not swf.runs_before:
        (task,) = swf.tasks
        swf.complete(task).decide()
    assert 20 < len(swf.runs_before[0]) < 1_200


def test_before_swf_ends_a_run_that_can_not_be_carried_it_fails_and_undoes_what_it_has_done() -> None:
    check = {"type": "decision", "choices": [{"when": "true", "retryFrom": "b", "maxTimes": 100_000}], "default": "done"}
    nodes = {"a": activity("b", compensate={"activity": "Work"}), "b": activity("check"), "check": check, "done": end()}
    swf = chain_of(nodes, most_events=LAST_EVENTS - 100, longest=300).decide().complete("a", "x" * 200).decide()
    while "a.undo.1.1" not in swf.tasks:
        (task,) = swf.tasks
        swf.complete(task).decide()
    swf.complete("a.undo.1.1").decide()
    assert swf.runs_before == []
    assert LAST_EVENTS <= len(swf.history) < LAST_EVENTS + 2_000
    outcome = swf.run.outcome
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.reason) == (CloseStatus.FAILED, "History.TooLong")
    assert json.loads(outcome.details)["compensation"]["undone"] == [{"node": "a", "visit": 1}]


def test_a_continuation_that_swf_refuses_is_no_end() -> None:
    swf = chain_of(SERIAL).refuse("ContinueAsNewWorkflowExecution", "WORKFLOW_TYPE_DEPRECATED").decide().complete("a").decide()
    assert context(swf)["carry"] == "refused"
    assert scheduled(swf.decide()) == ["b"]


def test_a_refusal_for_what_was_not_seen_is_answered_by_another_decision() -> None:
    swf = chain_of(SERIAL).decide().complete("a").take().signal("hello").respond()
    assert len(swf.runs_before) == 0
    assert kinds(swf.take().decisions) == ["ContinueAsNewWorkflowExecution"]


# In portions.


def test_a_state_that_is_too_long_for_an_input_is_in_markers_before_and_after() -> None:
    swf = chain_of(SERIAL, {"n": 1}, means=Means(inline=0, portion=300)).decide().complete("a", "x" * 500).decide()
    portions = [told["recordMarkerDecisionAttributes"]["markerName"] for told in swf.decisions if told["decisionType"] == "RecordMarker"]
    assert portions == [f"swfgraph.carried.{number}" for number in range(len(portions))]
    assert kinds(swf.decisions)[len(portions) :] == ["StartTimer"]
    assert kinds(swf.fire("swfgraph.more.1").decide().decisions) == ["ContinueAsNewWorkflowExecution"]
    assert json.loads(swf.decisions[0]["continueAsNewWorkflowExecutionDecisionAttributes"]["input"])["$swfgraph"]["input"] == {"n": 1}
    swf.decide()
    assert [swf.markers[f"swfgraph.taken.{number}"] for number in range(len(portions))] == [swf.markers[name] for name in portions]
    assert scheduled(swf) == ["b"]


def test_a_signal_between_the_markers_and_the_end_is_carried_and_most_of_them_stay() -> None:
    nodes = SERIAL | {"done": end(output="{% signals.late %}")}
    swf = chain_of(nodes, means=Means(inline=0, portion=300)).decide().complete("a", "x" * 500).decide()
    before = len(swf.decisions)
    swf.fire("swfgraph.more.1").take().signal("late", 7).respond().decide()
    assert 1 < len(swf.decisions) < before
    while not swf.closed:
        for timer in list(swf.timers):
            swf.fire(timer)
        for task in list(swf.tasks):
            swf.complete(task)
        swf.decide()
    assert closing(swf) == {"result": "[7]"}


def test_a_request_to_cancel_between_the_markers_and_the_end_is_heard() -> None:
    swf = chain_of(SERIAL, means=Means(inline=0, portion=300)).decide().complete("a", "x" * 500).decide()
    swf.fire("swfgraph.more.1").take().request_cancel().respond().decide()
    assert (swf.closed, swf.runs_before) == ("WorkflowExecutionCanceled", [])


def test_a_marker_that_swf_refuses_puts_it_off() -> None:
    swf = chain_of(SERIAL, means=Means(inline=0, portion=300)).decide().complete("a", "x" * 500)
    swf.refuse("RecordMarker", "OPERATION_NOT_PERMITTED").decide()
    assert context(swf)["carry"] == "refused"
    assert scheduled(swf.decide()) == ["b"]


def test_a_history_in_which_another_decider_did_not_carry_is_read_to_its_end() -> None:
    """One that could not, say, for want of markers in an older version; items are begun where this one would begin nothing."""
    each = {"items": "[1..40]", "maxConcurrency": 2}
    swf = chain_of({"a": activity("done", forEach=each, output="{% $pad('', 300, 'x') %}"), "done": end(output=1)}, longest=500).decide()
    while not swf.closed:
        for task in list(swf.tasks):
            swf.complete(task)
        swf.decide()
    assert (len(swf.history) > 100, swf.runs_before) == (True, [])
    run = Run(swf.plan, workflow_id="w", run_id="r1", most_events=5)
    for event in swf.history:
        run.fold(event)
    assert isinstance(run.outcome, Outcome)
    assert run.outcome.status is CloseStatus.COMPLETED


def test_of_items_that_are_over_only_the_results_are_carried() -> None:
    each = {"items": "[1..30].{'name': $pad('', 50, 'i')}", "maxConcurrency": 10}
    swf = chain_of({"a": activity("done", forEach=each, input="{% item %}"), "done": end(output="{% $count(results.a) %}")}).decide()
    for task in list(swf.tasks):
        swf.complete(task, 7)
    swf.decide()
    assert len(swf.runs_before) == 1
    assert input_of(swf).count("i" * 50) == 20
    while not swf.closed:
        swf.decide()
        for task in list(swf.tasks):
            swf.complete(task, 7)
    assert closing(swf) == {"result": "30"}


# With what.


def test_the_result_is_as_if_it_had_been_one_history() -> None:
    one, many = chain_of(looping(30), {"n": 5}, most_events=10_000), chain_of(looping(30), {"n": 5}, most_events=30)
    for swf in (one, many):
        swf.decide()
        while not swf.closed:
            for task in list(swf.tasks):
                swf.wait(1).complete(task)
            swf.decide()
    assert len(many.runs_before) > 4
    assert all(len(history) <= 40 for history in many.runs_before)
    assert closing(many) == closing(one)
    assert json.loads(closing(many)["result"]) == {"visits": 30, "start": T0, "run": "r1", "n": 5}


def test_a_timer_fires_when_it_would_have_fired() -> None:
    swf = chain_of(WAITING).decide().wait(600).complete("a").decide()
    assert len(swf.runs_before) == 1
    assert timers(swf.wait(100).decide()) == {"b.wait.1": "2900"}
    swf.complete("c")
    assert swf.fire("b.wait.1").now == T0 + 3600


def test_the_pause_before_another_attempt_ends_when_it_would_have_ended() -> None:
    nodes = {"a": activity("done", retry={"interval": "10m"}, input="{% execution.startTime %}"), "done": end()}
    swf = chain_of(nodes).decide().fail("a").decide()
    assert len(swf.runs_before) == 1
    assert timers(swf.wait(60).decide()) == {"a.retry.1.1": "540"}
    swf.fire("a.retry.1.1").decide().decide()
    assert scheduled(swf) == ["a.1.2"]


def test_the_execution_times_out_when_the_first_run_would_have() -> None:
    swf = Chain(plan_of(looping(30)), most_events=20)
    swf.start({"n": 1}, executionStartToCloseTimeout="1000", tagList=["red"]).decide()
    while not swf.runs_before:
        (task,) = swf.tasks
        swf.wait(50).complete(task).decide()
    started = swf.history[0]["workflowExecutionStartedEventAttributes"]
    assert started["executionStartToCloseTimeout"] == str(int(T0 + 1000 - swf.now))
    assert started["tagList"] == ["red"]


def test_a_continued_terminal_gives_the_next_execution_all_of_the_time_again() -> None:
    swf = Chain(plan_of(SERIAL | {"done": end("continued")}), most_events=5)
    swf.start({"n": 1}, executionStartToCloseTimeout="1000").decide().complete("a").wait(50).decide().decide().complete("b").decide()
    swf.decide().complete("c").decide()
    assert closing(swf)["executionStartToCloseTimeout"] == "1000"
    assert json.loads(closing(swf)["input"]) == {"n": 1}


def test_an_execution_without_input_goes_on_without_one() -> None:
    swf = chain_of(SERIAL | {"done": end("continued")}).decide().complete("a").decide()
    assert "input" not in json.loads(input_of(swf))["$swfgraph"]
    swf.decide().complete("b").decide().decide().complete("c").decide()
    assert "input" not in closing(swf)


def test_items_go_on_where_they_were() -> None:
    each = {"items": "[10, 20, 30, 40]", "maxConcurrency": 2, "tolerate": 1}
    nodes = {
        "a": activity("done", forEach=each, input="{% item %}", retry={"maxAttempts": 2, "interval": 60}),
        "done": end(output={"all": "{% results.a %}", "failed": "{% errors.a.items %}"}),
    }
    swf = chain_of(nodes, most_events=11).decide().complete("a.1.1.0", "zero").fail("a.1.1.1", "Busy").decide()
    assert len(swf.runs_before) == 1
    swf.decide()
    assert scheduled(swf) == ["a.1.1.2"]
    assert timers(swf) == {"a.retry.1.1.1": "60"}
    swf.complete("a.1.1.2", "two").fire("a.retry.1.1.1").decide().decide()
    assert sorted(swf.tasks) == ["a.1.1.3", "a.1.2.1"]
    swf.complete("a.1.1.3", "three").fail("a.1.2.1", "Gone", "away").decide()
    failed = {"index": 1, "name": "Gone", "message": "away", "attempts": 2}
    assert json.loads(closing(swf)["result"]) == {"all": ["zero", None, "two", "three"], "failed": [failed]}


def test_undoing_goes_on_where_it_was() -> None:
    undo = {"activity": "Work", "retry": {"maxAttempts": 2, "interval": 60}}
    nodes = {"a": activity("b", compensate=undo), "b": activity("c", compensate=undo), "c": activity("done"), "done": end()}
    swf = chain_of(nodes, most_events=26).decide().complete("a", 1).decide().complete("b", 2).decide().fail("c", "No").decide()
    assert swf.runs_before == []
    swf.fail("b.undo.1.1", "Busy").decide()
    assert len(swf.runs_before) == 1
    assert swf.run.view().phase == "compensating"
    assert timers(swf.wait(20).decide()) == {"b.undo.retry.1.1": "40"}
    swf.fire("b.undo.retry.1.1").decide().complete("b.undo.1.2").decide()
    assert (scheduled(swf), swf.decisions[0]["scheduleActivityTaskDecisionAttributes"]["input"]) == (["a.undo.1.1"], "1")
    swf.complete("a.undo.1.1").decide()
    told = {"undone": [{"node": "b", "visit": 1}, {"node": "a", "visit": 1}], "failed": []}
    assert json.loads(closing(swf)["details"])["compensation"] == told
    assert closing(swf)["reason"] == "c: No"


@pytest.mark.parametrize("status", ["completed", "failed", "canceled", "continued"])
def test_the_end_that_undoing_leads_to_is_the_one_that_was_meant(status: str) -> None:
    more = {"output": [1]} if status in {"completed", "continued"} else {"details": "mine"}
    nodes = {"a": activity("b", compensate={"activity": "Work"}), "b": activity("done", compensate={"activity": "Work"})}
    nodes |= {"done": end(status, compensate=True, **more)}
    one, many = chain_of(nodes, most_events=1_000), chain_of(nodes, most_events=19)
    for swf in (one, many):
        swf.decide().complete("a").decide().complete("b").decide()
        while not swf.closed:
            for task in list(swf.tasks):
                swf.complete(task)
            swf.decide()
    assert (len(one.runs_before), len(many.runs_before)) == (0, 1)
    assert (many.closed, closing(many)) == (one.closed, closing(one))


def test_work_that_swf_refused_for_now_is_asked_for_in_the_next_run() -> None:
    swf = chain_of(SERIAL, most_events=8).refuse("ScheduleActivityTask", "ACTIVITY_CREATION_RATE_EXCEEDED").decide().decide()
    assert len(swf.runs_before) == 1
    assert scheduled(swf.decide()) == ["a"]


# Reading it.


def test_a_state_of_another_spec_is_not_gone_on_with() -> None:
    swf = chain_of(SERIAL).decide().complete("a").decide()
    other = Run(plan_of(SERIAL | {"done": end()}), workflow_id="w", run_id="r")
    with pytest.raises(SpecMismatch, match="begun under another spec"):
        other.fold(swf.history[0])
    assert other.last_event_id == 0


@pytest.mark.parametrize(
    ("inner", "complaint"),
    [
        ({"v": 3, "state": {}}, "a newer decider has to go on with it"),
        ({"v": 1, "more": 1}, "a newer decider has to go on with it"),
        (7, "a newer decider has to go on with it"),
        ({"v": 1, "state": {"digest": "x"}}, "can't be read: Object missing required field"),
        ({"v": 1, "known": [1]}, "what is known from an earlier run should be"),
        ({"v": 1, "known": {"a": {"items": {"x": 1}}}}, "what is known from an earlier run should be"),
    ],
)
def test_what_swfgraph_has_not_written_is_refused(inner: Any, complaint: str) -> None:
    with pytest.raises(HistoryError, match=complaint):
        Execution(plan_of(SERIAL)).start({"$swfgraph": inner})


def test_a_run_that_would_not_be_carried_yet_accepts_that_another_decider_has_carried_it() -> None:
    swf = chain_of(FORK).decide().complete("a").decide().complete("b").decide()
    run = Run(swf.plan, workflow_id="w", run_id="r1")
    for event in swf.runs_before[0]:
        run.fold(event)
    assert isinstance(run.outcome, Outcome)
    assert run.outcome.status is CloseStatus.CONTINUED_AS_NEW
