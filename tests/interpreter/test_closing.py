from __future__ import annotations

import json

from engine.interpreter.events import CloseStatus
from engine.interpreter.view import Outcome
from engine.spec.model import ABSENT
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import T0, Execution, kinds
from tests.interpreter.telling import SERIAL, closing, scheduled, states, swf_of, timers

FORK = {"fork": {"type": "pass", "next": ["a", "b", "w"]}, "a": activity("done"), "b": activity("c"), "c": activity("done")}
FORK |= {"w": {"type": "wait", "for": "1h", "next": "done"}, "done": end()}


# Close decisions that are refused.


def test_a_close_that_did_not_see_everything_is_sent_again() -> None:
    swf = swf_of({"a": activity("done"), "done": end(output="{% results.a %}")}).decide().complete("a", 1).take()
    swf.signal("hello").respond()
    assert not swf.closed
    swf.decide()
    assert closing(swf) == {"result": "1"}
    assert swf.closed


def test_the_outcome_stays_what_it_was_when_more_arrives_before_the_close() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "b"]}, "a": activity("done"), "b": activity("done"), "done": end(join="any", output=1)}
    swf = swf_of(nodes).decide().begin("b").complete("a").take().fail("b", "Broken").respond().decide()
    assert kinds(swf.decisions) == ["CompleteWorkflowExecution"]


def test_a_close_that_is_not_permitted_waits_for_somebody_to_see_to_it() -> None:
    swf = swf_of({"done": end()}).refuse("CompleteWorkflowExecution", *["OPERATION_NOT_PERMITTED"] * 2).decide()
    assert timers(swf.decide()) == {"swfgraph.close.1": "60"}
    assert swf.run.decisions() == []
    swf.fire("swfgraph.close.1").decide()
    assert kinds(swf.decisions) == ["CompleteWorkflowExecution"]
    assert timers(swf.decide()) == {"swfgraph.close.2": "120"}
    assert swf.fire("swfgraph.close.2").decide().closed == "WorkflowExecutionCompleted"


def test_where_timers_are_not_permitted_either_the_executions_timeout_ends_it() -> None:
    swf = swf_of({"done": end()}).refuse("CompleteWorkflowExecution", "OPERATION_NOT_PERMITTED")
    swf.refuse("StartTimer", "OPERATION_NOT_PERMITTED").decide().decide().decide()
    assert swf.decisions == []


# Cancellation.


def test_a_canceled_execution_stops_everything_and_waits_for_the_answers() -> None:
    swf = swf_of(FORK).decide().begin("a").request_cancel().decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask", "RequestCancelActivityTask", "CancelTimer", "StartTimer"]
    assert timers(swf) == {"swfgraph.cancel": "60"}
    assert states(swf) == {"fork": "completed", "a": "open", "b": "canceled", "c": "idle", "w": "canceled", "done": "idle"}
    swf.decide()
    assert swf.decisions == []
    swf.cancel("a").decide()
    assert kinds(swf.decisions) == ["CancelTimer", "CancelWorkflowExecution"]
    assert json.loads(closing(swf)["details"]) == {"canceled": ["a", "b", "w"]}
    assert swf.closed == "WorkflowExecutionCanceled"


def test_without_open_tasks_a_canceled_execution_closes_at_once() -> None:
    swf = swf_of({"w": {"type": "wait", "for": 5, "next": "done"}, "done": end()}).decide().request_cancel().decide()
    assert kinds(swf.decisions) == ["CancelTimer", "CancelWorkflowExecution"]


def test_before_anything_is_scheduled_a_canceled_execution_closes_at_once() -> None:
    swf = swf_of(SERIAL).request_cancel().decide()
    assert kinds(swf.decisions) == ["RecordMarker", "CancelWorkflowExecution"]


def test_a_task_that_does_not_answer_is_waited_for_one_minute() -> None:
    swf = swf_of(SERIAL).decide().begin("a").request_cancel().decide().fire("swfgraph.cancel").decide()
    assert swf.closed == "WorkflowExecutionCanceled"
    assert swf.now == T0 + 60


def test_completions_during_a_cancellation_start_nothing_new() -> None:
    swf = swf_of(FORK).decide().begin("a").begin("b").request_cancel().decide().complete("b", 7).decide()
    assert scheduled(swf) == []
    assert states(swf)["b"] == "completed"
    swf.fail("a", "Broken").decide()
    assert states(swf)["a"] == "failed"
    assert kinds(swf.decisions)[-1] == "CancelWorkflowExecution"


def test_a_second_request_to_cancel_changes_nothing() -> None:
    swf = swf_of(SERIAL).decide().begin("a").request_cancel().decide().request_cancel().decide()
    assert swf.decisions == []


def test_a_request_to_cancel_does_not_change_a_close_that_is_decided() -> None:
    swf = swf_of({"a": activity("done"), "done": end()}).decide().complete("a").take().request_cancel().respond().decide()
    assert swf.closed == "WorkflowExecutionCompleted"


def test_a_task_whose_decision_was_under_way_is_canceled_and_waited_for() -> None:
    swf = swf_of(FORK).decide().begin("a").complete("b").take().request_cancel().respond()
    assert "c" in swf.tasks
    swf.decide()
    assert "c" not in swf.tasks
    swf.cancel("a").decide()
    assert swf.closed == "WorkflowExecutionCanceled"


def test_without_a_timer_for_the_grace_period_a_canceled_execution_closes_at_once() -> None:
    swf = swf_of(SERIAL).decide().begin("a").request_cancel().refuse("StartTimer", "OPERATION_NOT_PERMITTED").decide().decide()
    assert swf.closed == "WorkflowExecutionCanceled"


def test_where_tasks_must_not_be_canceled_the_grace_period_ends_it() -> None:
    swf = swf_of(SERIAL).decide().begin("a").request_cancel()
    swf.refuse("RequestCancelActivityTask", "OPERATION_NOT_PERMITTED").decide().decide()
    assert swf.decisions == []
    assert swf.fire("swfgraph.cancel").decide().closed == "WorkflowExecutionCanceled"


def test_a_timer_that_must_not_be_canceled_is_left_alone() -> None:
    swf = swf_of(FORK).decide().begin("a").request_cancel().refuse("CancelTimer", "OPERATION_NOT_PERMITTED").decide().decide()
    assert swf.decisions == []
    assert "w.wait.1" in swf.timers


# The close event.


def test_what_is_open_counts_as_canceled_as_soon_as_the_close_is_decided() -> None:
    swf = swf_of(FORK).decide().fail("a", "Broken")
    assert not swf.run.closed
    assert states(swf) == {"fork": "completed", "a": "failed", "b": "canceled", "c": "idle", "w": "canceled", "done": "idle"}


def test_a_run_is_closed_by_the_event_and_not_by_the_wish() -> None:
    swf = swf_of({"done": end(output={"x": 1})})
    assert not swf.run.closed
    assert swf.run.outcome is ABSENT
    swf.decide()
    assert swf.run.closed
    assert swf.run.outcome == Outcome(status=CloseStatus.COMPLETED, time=T0, result={"x": 1}, reason="", details="")


def test_a_terminated_execution_wants_nothing_any_more() -> None:
    swf = swf_of(FORK).decide().complete("b").terminate()
    assert swf.run.closed
    assert swf.run.decisions() == []
    assert states(swf) == {"fork": "completed", "a": "canceled", "b": "completed", "c": "canceled", "w": "canceled", "done": "idle"}


def test_a_hundred_open_tasks_are_all_asked_to_cancel_before_the_close() -> None:
    names = [f"n{number}" for number in range(130)]
    nodes = {"fork": {"type": "pass", "next": names}} | {name: activity("done") for name in names} | {"done": end()}
    swf = Execution(plan_of(nodes)).start().decide()
    assert len(swf.tasks) == 98
    swf.fire("swfgraph.more.1").decide()
    assert len(swf.tasks) == 130
    for name in names:
        swf.begin(name)
    swf.fail("n0", "Broken").decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask"] * 99 + ["StartTimer"]
    swf.fire("swfgraph.more.2").decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask"] * 30 + ["FailWorkflowExecution"]
    assert swf.closed == "WorkflowExecutionFailed"


# Going somewhere instead of closing.

INSTEAD = {"a": activity("b"), "b": activity("done"), "done": end(), "tidy": activity("sorry"), "sorry": end("failed", reason="Stopped")}


def test_a_canceled_execution_goes_to_the_node_that_the_spec_names_once_all_have_answered() -> None:
    swf = swf_of(INSTEAD, onCancel="tidy").decide().complete("a").decide().begin("b").request_cancel().decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask", "StartTimer"]
    swf.cancel("b").decide()
    assert kinds(swf.decisions) == ["CancelTimer", "ScheduleActivityTask"]
    assert scheduled(swf) == ["tidy"]
    assert swf.run.view().phase == "running"
    swf.complete("tidy").decide()
    assert closing(swf)["reason"] == "Stopped"


def test_it_goes_there_at_once_where_nothing_is_open() -> None:
    assert scheduled(swf_of(INSTEAD, onCancel="tidy").request_cancel().decide()) == ["tidy"]


def test_it_goes_there_when_the_time_for_answers_is_over_and_hears_no_late_ones() -> None:
    swf = swf_of(INSTEAD, onCancel="tidy").decide().begin("a").request_cancel().decide().fire("swfgraph.cancel").decide()
    assert scheduled(swf) == ["tidy"]
    swf.complete("a", "late").decide()
    assert swf.decisions == []
    assert states(swf) == {"a": "canceled", "b": "idle", "done": "idle", "tidy": "open", "sorry": "idle"}


def test_there_is_one_cancellation_in_an_execution() -> None:
    swf = swf_of(INSTEAD, onCancel="tidy").decide().request_cancel().decide().request_cancel().decide()
    swf.begin("tidy").request_cancel().decide()
    assert swf.decisions == []
    assert swf.complete("tidy").decide().closed == "WorkflowExecutionFailed"


def test_a_second_request_does_not_keep_items_there_from_being_begun() -> None:
    nodes = INSTEAD | {"tidy": activity("sorry", forEach={"items": "[1, 2]", "maxConcurrency": 1})}
    swf = swf_of(nodes, onCancel="tidy").request_cancel().decide().request_cancel().complete("tidy.1.1.0").decide()
    assert scheduled(swf) == ["tidy.1.1.1"]


def test_a_join_there_does_not_wait_for_branches_that_were_stopped() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "b"]}, "a": activity("end"), "b": activity("end")}
    nodes |= {"tidy": activity("end"), "end": end(output="{% results.tidy %}")}
    swf = swf_of(nodes, onCancel="tidy").decide().complete("a").decide().request_cancel().decide().decide()
    assert scheduled(swf) == ["tidy"]
    swf.complete("tidy", 7).decide()
    assert closing(swf) == {"result": "7"}


def test_a_failure_there_undoes_what_has_completed_and_waits_anew() -> None:
    nodes = {name: dict(node) for name, node in INSTEAD.items()}
    nodes["a"]["compensate"] = {"activity": "Work"}
    nodes |= {"tidy": {"type": "pass", "next": ["x", "y"]}, "x": activity("sorry"), "y": activity("sorry")}
    swf = swf_of(nodes, onCancel="tidy").decide().complete("a").decide().begin("b").request_cancel().decide().cancel("b").decide()
    swf.begin("x").fail("y", "Broken").decide()
    assert timers(swf) == {"swfgraph.cancel.2": "60"}
    swf.fire("swfgraph.cancel.2").decide()
    assert scheduled(swf) == ["a.undo.1.1"]
    assert swf.complete("a.undo.1.1").decide().closed == "WorkflowExecutionFailed"


def test_how_long_a_canceled_execution_waits_is_the_specs_to_say() -> None:
    swf = swf_of(SERIAL, timeouts={"cancel": 5}).decide().begin("a").request_cancel().decide()
    assert timers(swf) == {"swfgraph.cancel": "5"}
