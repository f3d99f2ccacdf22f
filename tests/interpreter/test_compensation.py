from __future__ import annotations

import json
from typing import Any

import pytest

from engine.interpreter.compensation import Compensation, Done
from engine.interpreter.failure import Failure
from engine.interpreter.ledger import Ledger
from engine.interpreter.scope import Data
from tests.interpreter.plans import activity, document_of, end, plan_from
from tests.interpreter.swf import T0, Execution, kinds
from tests.interpreter.telling import closing, scheduled, states, timers


def undoable(*next_nodes: str, undo: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return activity(*next_nodes, compensate={"activity": "Undo"} | (undo or {}), **more)


def saga(nodes: dict[str, Any], value: Any = None, **top: Any) -> Execution:
    document = document_of(nodes, **top)
    document["activities"]["Undo"] = {"version": "1.0"}
    return Execution(plan_from(document)).start(value)


ORDER = {"flight": undoable("hotel"), "hotel": undoable("pay"), "pay": activity("done"), "done": end()}
FORK = {"fork": {"type": "pass", "next": ["a", "b"]}, "a": undoable("done"), "b": undoable("done"), "done": end()}


def booked(value: Any = None, **top: Any) -> Execution:
    """Flight and hotel are booked, paying fails."""
    swf = saga(ORDER, value, **top).decide().complete("flight", {"seat": 7}).decide().complete("hotel", "room").decide()
    return swf.fail("pay", "Declined", "no money")


def inputs(swf: Execution) -> list[str]:
    return [
        decision["scheduleActivityTaskDecisionAttributes"]["input"]
        for decision in swf.decisions
        if "scheduleActivityTaskDecisionAttributes" in decision
    ]


def reported(swf: Execution) -> Any:
    return json.loads(swf.markers["swfgraph.compensation"])


# When, and in which order.


def test_a_failure_undoes_what_has_completed_one_after_the_other_the_last_one_first() -> None:
    swf = booked().decide()
    assert scheduled(swf) == ["hotel.undo.1.1"]
    assert inputs(swf) == ['"room"']
    assert swf.control_of("hotel.undo.1.1") == {"node": "hotel", "visit": 1, "attempt": 1, "undo": True}
    swf.complete("hotel.undo.1.1").decide()
    assert scheduled(swf) == ["flight.undo.1.1"]
    assert inputs(swf) == ['{"seat":7}']
    swf.complete("flight.undo.1.1").decide()
    assert kinds(swf.decisions) == ["RecordMarker", "FailWorkflowExecution"]


def test_the_order_is_that_of_completion() -> None:
    swf = saga(FORK | {"c": activity("done")} | {"fork": {"type": "pass", "next": ["a", "b", "c"]}}).decide()
    swf.complete("b").complete("a").fail("c").decide()
    assert scheduled(swf) == ["a.undo.1.1"]
    assert scheduled(swf.complete("a.undo.1.1").decide()) == ["b.undo.1.1"]


def test_the_outcome_says_what_was_undone() -> None:
    swf = booked().decide().complete("hotel.undo.1.1").decide().complete("flight.undo.1.1").decide()
    told = {"undone": [{"node": "hotel", "visit": 1}, {"node": "flight", "visit": 1}], "failed": []}
    assert reported(swf) == told
    assert closing(swf)["reason"] == "pay: Declined"
    assert json.loads(closing(swf)["details"]) == {
        "node": "pay", "error": "Declined", "message": "no money", "attempts": 1, "compensation": told,
    }  # fmt: skip


def test_where_nothing_has_completed_the_execution_fails_as_ever() -> None:
    swf = saga(ORDER).decide().fail("flight", "Broken").decide()
    assert kinds(swf.decisions) == ["FailWorkflowExecution"]
    assert "compensation" not in json.loads(closing(swf)["details"])


def test_only_what_can_be_undone_is() -> None:
    nodes = ORDER | {"flight": activity("hotel")}
    swf = saga(nodes).decide().complete("flight").decide().complete("hotel").decide().fail("pay").decide()
    assert scheduled(swf) == ["hotel.undo.1.1"]
    swf.complete("hotel.undo.1.1").decide()
    assert swf.closed == "WorkflowExecutionFailed"


def test_the_phase_is_compensating_until_all_is_undone() -> None:
    swf = booked()
    assert swf.run.view().phase == "compensating"
    swf.decide().complete("hotel.undo.1.1").decide().complete("flight.undo.1.1")
    assert swf.run.view().phase == "closing"


@pytest.mark.parametrize(("status", "closed"), [("completed", "Completed"), ("failed", "Failed"), ("canceled", "Canceled")])
def test_a_terminal_may_undo_what_has_completed(status: str, closed: str) -> None:
    swf = saga({"a": undoable("done"), "done": end(status, compensate=True)}).decide().complete("a", 7).decide()
    assert scheduled(swf) == ["a.undo.1.1"]
    swf.complete("a.undo.1.1").decide()
    assert reported(swf) == {"undone": [{"node": "a", "visit": 1}], "failed": []}
    assert swf.closed == f"WorkflowExecution{closed}"


def test_a_terminal_that_does_not_say_so_undoes_nothing() -> None:
    swf = saga({"a": undoable("done"), "done": end("failed", reason="No")}).decide().complete("a", 7).decide()
    assert kinds(swf.decisions) == ["FailWorkflowExecution"]


def test_the_details_of_a_terminal_stay_its_authors() -> None:
    nodes = {"a": undoable("done"), "done": end("failed", details="mine", compensate=True)}
    swf = saga(nodes).decide().complete("a").decide().complete("a.undo.1.1").decide()
    assert closing(swf)["details"] == "mine"


def test_a_continued_execution_may_undo_first_too() -> None:
    nodes = {"a": undoable("again"), "again": end("continued", output=1, compensate=True)}
    swf = saga(nodes).decide().complete("a").decide().complete("a.undo.1.1").decide()
    assert kinds(swf.decisions) == ["RecordMarker", "ContinueAsNewWorkflowExecution"]
    assert closing(swf)["input"] == "1"


def test_a_visit_that_was_gone_back_from_did_happen() -> None:
    check = {"type": "decision", "choices": [{"when": "execution.visits.a < 2", "retryFrom": "a", "maxTimes": 3}], "default": "no"}
    swf = saga({"a": undoable("check"), "check": check, "no": end("failed", compensate=True)}).decide()
    swf.complete("a", 1).decide().complete("a.2.1", 2).decide()
    assert (scheduled(swf), inputs(swf)) == (["a.undo.2.1"], ["2"])
    swf.complete("a.undo.2.1").decide()
    assert (scheduled(swf), inputs(swf)) == (["a.undo.1.1"], ["1"])


# What is open meanwhile.


def test_open_work_is_asked_to_cancel_and_awaited_before_anything_is_undone() -> None:
    swf = saga(FORK | {"c": undoable("done")} | {"fork": {"type": "pass", "next": ["a", "b", "c"]}}).decide()
    swf.complete("a").begin("c").fail("b", "Broken").decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask", "StartTimer"]
    assert timers(swf) == {"swfgraph.cancel": "60"}
    swf.cancel("c").decide()
    assert kinds(swf.decisions) == ["CancelTimer", "ScheduleActivityTask"]
    assert scheduled(swf) == ["a.undo.1.1"]


def test_what_completes_late_is_undone_too() -> None:
    swf = saga(FORK).decide().begin("b").fail("a", "Broken").decide().complete("b", "late").decide()
    assert (scheduled(swf), inputs(swf)) == (["b.undo.1.1"], ['"late"'])


def test_the_wait_for_open_work_is_bounded() -> None:
    swf = saga(FORK, timeouts={"cancel": "5m"}).decide().begin("b").fail("a", "Broken").decide()
    assert timers(swf) == {"swfgraph.cancel": "300"}
    swf.fire("swfgraph.cancel").decide()
    assert swf.closed == "WorkflowExecutionFailed"
    assert states(swf)["b"] == "canceled"


def test_what_completes_while_others_are_undone_is_undone_next() -> None:
    swf = saga(FORK | {"c": undoable("done")} | {"fork": {"type": "pass", "next": ["a", "b", "c"]}}).decide()
    swf.complete("a").begin("c").fail("b", "Broken").decide().fire("swfgraph.cancel").decide()
    assert scheduled(swf) == ["a.undo.1.1"]
    swf.complete("c", "late").decide()
    assert scheduled(swf) == []
    assert scheduled(swf.complete("a.undo.1.1").decide()) == ["c.undo.1.1"]


def test_what_completes_while_the_close_is_decided_opens_the_undoing_again() -> None:
    swf = saga(FORK).decide().begin("b").fail("a", "Broken").decide().fire("swfgraph.cancel").take()
    assert kinds(swf.decisions) == ["FailWorkflowExecution"]
    swf.complete("b", "late").respond().decide()
    assert scheduled(swf) == ["b.undo.1.1"]
    swf.complete("b.undo.1.1").decide()
    assert reported(swf)["undone"] == [{"node": "b", "visit": 1}]
    assert swf.closed == "WorkflowExecutionFailed"


def test_a_close_that_was_held_back_is_sent_once_what_came_late_is_undone() -> None:
    swf = saga(FORK).decide().begin("b").fail("a", "Broken").decide().fire("swfgraph.cancel")
    swf.refuse("FailWorkflowExecution", "OPERATION_NOT_PERMITTED").decide().decide()
    swf.complete("b").decide().complete("b.undo.1.1").decide()
    assert swf.closed == "WorkflowExecutionFailed"


def test_a_task_of_a_visit_that_was_gone_back_from_is_undone_if_it_completes_after_all() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "b"]}, "a": undoable("done"), "done": end(join="any")}
    nodes |= {"b": activity("done", catch=[{"errors": ["Again"], "retryFrom": "fork", "maxTimes": 1}])}
    swf = saga(nodes).decide().begin("a").begin("b").fail("b", "Again").decide().complete("a", "first")
    assert states(swf)["a"] == "open"
    swf.fail("b.2.1", "Broken").decide()
    assert scheduled(swf.decide()) == ["a.undo.1.1"]


@pytest.mark.parametrize("late", [False, True])
def test_a_result_that_the_nodes_output_can_not_be_made_of_any_more_is_reported(*, late: bool) -> None:
    nodes = FORK | {"b": undoable("done", output="{% result.id %}")}
    swf = saga(nodes).decide().begin("b").fail("a", "Broken").decide()
    if late:
        swf.fire("swfgraph.cancel").take().complete("b", {"name": "no id"}).respond().decide()
    else:
        swf.complete("b", {"name": "no id"}).decide()
    failed = reported(swf)["failed"]
    assert [(entry["node"], entry["error"]) for entry in failed] == [("b", "Expression.Undefined")]


# The undo itself.


def test_its_input_is_made_of_the_result_that_is_undone_and_of_everything_else() -> None:
    told = {"of": "{% result.id %}", "who": "{% input.name %}", "why": "{% errors.b.name %}"}
    nodes = {"a": undoable("b", undo={"input": told}), "b": activity("done"), "done": end()}
    swf = saga(nodes, {"name": "Ann"}).decide().complete("a", {"id": 3}).decide().fail("b", "Broken").decide()
    assert json.loads(inputs(swf)[0]) == {"of": 3, "who": "Ann", "why": "Broken"}


def test_the_result_that_is_undone_is_what_the_node_made_of_it() -> None:
    nodes = {"a": undoable("b", output="{% result.id %}"), "b": activity("done"), "done": end()}
    swf = saga(nodes).decide().complete("a", {"id": 3}).decide().fail("b", "Broken").decide()
    assert inputs(swf) == ["3"]


def test_it_is_repeated_by_its_own_rules_with_pauses() -> None:
    retry = {"maxAttempts": 3, "interval": "10s"}
    swf = saga(ORDER | {"hotel": undoable("pay", undo={"retry": retry})}).decide().complete("flight").decide().complete("hotel", 1)
    swf.decide().fail("pay").decide().fail("hotel.undo.1.1", "Busy").decide()
    assert timers(swf) == {"hotel.undo.retry.1.1": "10"}
    swf.fire("hotel.undo.retry.1.1").decide()
    assert (scheduled(swf), inputs(swf)) == (["hotel.undo.1.2"], ["1"])
    assert timers(swf.time_out("hotel.undo.1.2").decide()) == {"hotel.undo.retry.1.2": "20"}
    swf.fire("hotel.undo.retry.1.2").decide().complete("hotel.undo.1.3").decide()
    assert scheduled(swf) == ["flight.undo.1.1"]


def test_one_that_fails_for_good_is_noted_and_the_others_go_on() -> None:
    swf = booked().decide().fail("hotel.undo.1.1", "Gone", "no such room").decide()
    assert scheduled(swf) == ["flight.undo.1.1"]
    swf.complete("flight.undo.1.1").decide()
    failed = [{"node": "hotel", "visit": 1, "error": "Gone", "message": "no such room"}]
    assert reported(swf) == {"undone": [{"node": "flight", "visit": 1}], "failed": failed}
    assert json.loads(closing(swf)["details"])["compensation"]["failed"] == failed


def test_one_whose_worker_cancels_it_has_failed() -> None:
    swf = booked().decide().cancel("hotel.undo.1.1", "not now").decide().complete("flight.undo.1.1").decide()
    assert reported(swf)["failed"] == [{"node": "hotel", "visit": 1, "error": "Canceled", "message": "not now"}]


def test_one_whose_input_can_not_be_made_has_failed() -> None:
    nodes = ORDER | {"hotel": undoable("pay", undo={"input": "{% result.id %}"})}
    swf = saga(nodes).decide().complete("flight").decide().complete("hotel", {}).decide().fail("pay").decide()
    assert scheduled(swf) == ["flight.undo.1.1"]
    swf.complete("flight.undo.1.1").decide()
    assert reported(swf)["failed"][0]["error"] == "Expression.Undefined"


def test_one_whose_input_is_too_large_has_failed() -> None:
    nodes = ORDER | {"hotel": undoable("pay", undo={"input": "{% result & result %}"})}
    swf = saga(nodes).decide().complete("flight").decide().complete("hotel", "x" * 20_000).decide().fail("pay").decide()
    swf.complete("flight.undo.1.1").decide()
    assert reported(swf)["failed"][0]["error"] == "Payload.TooLarge"


def test_one_that_swf_refuses_has_failed_unless_the_cause_passes() -> None:
    swf = booked().refuse("ScheduleActivityTask", "ACTIVITY_CREATION_RATE_EXCEEDED").decide().decide()
    (throttle,) = timers(swf)
    swf.fire(throttle).refuse("ScheduleActivityTask", "ACTIVITY_TYPE_DEPRECATED").decide().decide()
    assert scheduled(swf) == ["flight.undo.1.1"]
    swf.complete("flight.undo.1.1").decide()
    assert reported(swf)["failed"][0]["error"] == "ScheduleFailed.ACTIVITY_TYPE_DEPRECATED"


def test_one_whose_pause_swf_refuses_has_failed() -> None:
    nodes = ORDER | {"hotel": undoable("pay", undo={"retry": {"maxAttempts": 2}})}
    swf = saga(nodes).decide().complete("flight").decide().complete("hotel").decide().fail("pay").decide()
    swf.fail("hotel.undo.1.1").refuse("StartTimer", "OPERATION_NOT_PERMITTED").decide().decide()
    assert scheduled(swf) == ["flight.undo.1.1"]


def test_a_request_to_cancel_does_not_stop_the_undoing() -> None:
    swf = booked().decide().request_cancel().decide()
    assert swf.decisions == []
    swf.complete("hotel.undo.1.1").decide().complete("flight.undo.1.1").decide()
    assert swf.closed == "WorkflowExecutionFailed"


# Cancellation.


def test_what_a_decision_under_way_has_begun_is_undone_first_like_any_other_that_completed_last() -> None:
    swf = saga(ORDER).decide().complete("flight").take().request_cancel().respond()
    assert swf.run.view().phase == "canceling"
    swf.complete("hotel").decide()
    assert scheduled(swf) == ["hotel.undo.1.1"]
    swf.complete("hotel.undo.1.1").decide()
    assert scheduled(swf) == ["flight.undo.1.1"]


def test_what_no_decision_has_begun_is_not_waited_for() -> None:
    swf = saga(ORDER).decide().complete("flight").request_cancel().decide()
    assert scheduled(swf) == ["flight.undo.1.1"]


def test_a_canceled_execution_undoes_what_has_completed() -> None:
    swf = saga(ORDER).decide().complete("flight").decide().begin("hotel").request_cancel().decide()
    assert swf.run.view().phase == "canceling"
    swf.cancel("hotel").decide()
    assert scheduled(swf) == ["flight.undo.1.1"]
    assert swf.run.view().phase == "compensating"
    swf.complete("flight.undo.1.1").decide()
    told = {"undone": [{"node": "flight", "visit": 1}], "failed": []}
    assert json.loads(closing(swf)["details"]) == {"canceled": ["hotel"], "compensation": told}
    assert swf.closed == "WorkflowExecutionCanceled"


# The report.


def compensation(nodes: int) -> Compensation:
    plan = plan_from({**document_of(ORDER), "activities": {"Work": {"version": "1"}, "Undo": {"version": "1"}}})
    found = Compensation(plan, Ledger(), Data("w", "r"))
    for number in range(nodes):
        found.completed(Done(node="flight", visit=number, result=None))
    return found


def test_a_report_that_is_too_long_says_how_much_is_left_out() -> None:
    long = compensation(3_000)
    for _ in range(2_000):
        long.go_on(T0)
        long.succeeded()
    for _ in range(1_000):
        long.go_on(T0)
        long.missed(Failure(name="Gone", message="x" * 10_000))
    told = long.report()
    assert len(json.dumps(told, separators=(",", ":"))) <= 32_768
    assert told["omitted"] == {"undone": 2_000 - len(told["undone"]), "failed": 1_000 - len(told["failed"])}
    assert told["failed"][0]["message"].endswith("…")


def test_details_without_room_for_a_report_stay_as_they_are() -> None:
    some = compensation(1)
    some.go_on(T0)
    some.succeeded()
    details = json.dumps({"message": "x" * 32_740})
    assert some.told_in(details) == details
