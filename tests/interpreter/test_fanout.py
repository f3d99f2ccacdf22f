"""What forEach does: claims about whole runs on the tiny SWF."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.interpreter.view import ChildView, ItemError, ItemsView, NodeError
from engine.interpreter.work import MOST_OPEN
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import Execution, kinds
from tests.interpreter.telling import attributes, closing, failure, scheduled, states, swf_of, timers


def each(*next_nodes: str, of: str = "input", **more: Any) -> dict[str, Any]:
    """An activity node with items; of `more`, what belongs to `forEach` goes there."""
    rule = {"items": of} | {key: more.pop(key) for key in ("maxConcurrency", "tolerate") if key in more}
    return activity(*next_nodes, **{"forEach": rule, "input": "{% item %}"} | more)


def plain(**more: Any) -> dict[str, Any]:
    return {"n": each("done", **more), "done": end(output="{% results.n %}")}


def inputs(swf: Execution) -> dict[str, Any]:
    return {given["activityId"]: json.loads(given["input"]) for given in attributes(swf, "ScheduleActivityTask")}


def answered(swf: Execution, count: int, start: int = 0) -> Execution:
    for index in range(start, start + count):
        swf.complete(f"n.1.1.{index}", index)
    return swf


# Items and results.


def test_the_node_runs_once_per_item_each_with_its_own_input() -> None:
    swf = swf_of(plain(input={"of": "{% item.name %}", "at": "{% index %}"}), [{"name": "a"}, {"name": "b"}]).decide()
    assert inputs(swf) == {"n.1.1.0": {"of": "a", "at": 0}, "n.1.1.1": {"of": "b", "at": 1}}
    assert swf.control_of("n.1.1.1") == {"node": "n", "visit": 1, "attempt": 1, "item": 1}


def test_results_are_in_the_items_order_whatever_order_they_come_in() -> None:
    swf = swf_of(plain(), ["a", "b", "c"]).decide()
    for index in (2, 0):
        swf.complete(f"n.1.1.{index}", f"result {index}").decide()
        assert not swf.closed
    assert json.loads(closing(swf.complete("n.1.1.1", "result 1").decide())["result"]) == ["result 0", "result 1", "result 2"]


def test_the_output_shapes_the_result_of_each_item() -> None:
    swf = swf_of(plain(output={"is": "{% result %}", "of": "{% item %}", "at": "{% index %}"}), ["a"]).decide()
    assert closing(swf.complete("n.1.1.0", 7).decide()) == {"result": '[{"is":7,"of":"a","at":0}]'}


def test_no_items_are_done_at_once() -> None:
    assert closing(swf_of(plain(), []).decide()) == {"result": "[]"}


@pytest.mark.parametrize("value", [7, "text", None, {"a": 1}])
def test_a_single_value_is_a_list_of_one(value: Any) -> None:
    swf = swf_of(plain(of="input.v"), {"v": value}).decide()
    assert inputs(swf) == {"n.1.1.0": value}


def test_items_that_are_not_there_are_the_nodes_error() -> None:
    assert failure(swf_of(plain(of="input.missing", retry={"interval": 0}), {}).decide())[0] == "n: Expression.Undefined"


def test_items_may_be_computed() -> None:
    assert inputs(swf_of(plain(of="[1..3]")).decide()) == {"n.1.1.0": 1, "n.1.1.1": 2, "n.1.1.2": 3}


def test_children_and_functions_have_items_too() -> None:
    rule = {"forEach": {"items": "input"}, "input": "{% item %}"}
    child = {"type": "workflow", "workflow": {"name": "Part", "version": "1.0"}, "next": "f", "workflowId": "part-{% item %}", **rule}
    nodes = {"c": child, "f": {"type": "lambda", "function": "resize", "next": "done", **rule}, "done": end(output="{% results.f %}")}
    swf = swf_of(nodes, ["a", "b"]).decide()
    assert list(swf.children) == ["part-a", "part-b"]
    assert swf.run.view().nodes["c"].children == tuple(
        ChildView(workflow_id=f"part-{name}", run_id=swf.runs[f"part-{name}"], item=index) for index, name in enumerate("ab")
    )
    swf.end_child("part-b").end_child("part-a").decide()
    assert list(swf.functions) == ["f.1.1.0", "f.1.1.1"]
    assert closing(swf.end_function("f.1.1.0", result=1).end_function("f.1.1.1", result=2).decide()) == {"result": "[1,2]"}


def test_children_of_items_have_workflowids_of_their_own() -> None:
    child = {"type": "workflow", "workflow": {"name": "Part", "version": "1.0"}, "next": "done", "forEach": {"items": "input"}}
    swf = swf_of({"c": child, "done": end()}, [1, 2]).decide()
    assert list(swf.children) == ["w.c.1.1.0.454349e4", "w.c.1.1.1.454349e4"]


# How many at a time.


def test_no_more_than_maxconcurrency_run_at_a_time() -> None:
    swf = swf_of(plain(maxConcurrency=2), list(range(5))).decide()
    assert list(swf.tasks) == ["n.1.1.0", "n.1.1.1"]
    assert scheduled(swf.complete("n.1.1.1").decide()) == ["n.1.1.2"]
    assert scheduled(swf.complete("n.1.1.0").complete("n.1.1.2").decide()) == ["n.1.1.3", "n.1.1.4"]


def test_an_item_keeps_its_place_while_it_waits_to_be_repeated() -> None:
    swf = swf_of(plain(maxConcurrency=1, retry={"interval": 5}), [1, 2]).decide().fail("n.1.1.0").decide()
    assert kinds(swf.decisions) == ["StartTimer"]
    assert scheduled(swf.fire("n.retry.1.1.0").decide()) == ["n.1.2.0"]


def test_no_more_are_open_than_swf_allows_in_one_execution() -> None:
    swf = swf_of(plain(), list(range(MOST_OPEN + 5)))
    drain(swf)
    assert len(swf.tasks) == MOST_OPEN
    assert scheduled(swf.complete("n.1.1.7").decide()) == [f"n.1.1.{MOST_OPEN}"]


def test_what_other_nodes_have_open_counts_too() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "n"]}, "a": activity("done"), **plain()}
    swf = swf_of(nodes, list(range(MOST_OPEN)))
    drain(swf)
    assert len(swf.tasks) == MOST_OPEN
    assert f"n.1.1.{MOST_OPEN - 1}" not in swf.tasks
    assert scheduled(swf.complete("a").decide()) == [f"n.1.1.{MOST_OPEN - 1}"]


def test_nodes_with_items_take_turns() -> None:
    nodes = {"fork": {"type": "pass", "next": ["n", "m"]}, "n": each("join", of="[1..1500]"), "m": each("join", of="[1..1500]")}
    swf = swf_of(nodes | {"join": {"type": "pass", "next": "done"}, "done": end()})
    drain(swf)
    first, second = (sum(task.startswith(name) for task in swf.tasks) for name in "nm")
    assert first + second == MOST_OPEN
    assert abs(first - second) <= 1


def test_ten_thousand_items_are_done_within_100_decisions_a_time() -> None:
    nodes = plain(maxConcurrency=50, input=1) | {"done": end(output="{% $count(results.n) %}")}
    swf = Execution(plan_of(nodes), most_events=100_000).start(list(range(10_000))).decide()
    for index in range(10_000):
        swf.complete(f"n.1.1.{index}", index)
        if index % 50 == 49:
            swf.decide()
    assert closing(swf) == {"result": "10000"}


def test_a_thousand_items_are_asked_for_a_hundred_at_a_time() -> None:
    swf = swf_of(plain(), list(range(300))).decide()
    assert len(swf.decisions) == 100
    assert timers(swf) == {"swfgraph.more.1": "0"}


def drain(swf: Execution) -> None:
    """Decide until there is nothing more to be asked for."""
    swf.decide()
    while swf.run.decisions():
        for timer in [timer for timer in swf.timers if timer.startswith("swfgraph.more")]:
            swf.fire(timer)
        swf.decide()


# Failures.


def test_each_item_has_its_own_attempts() -> None:
    swf = swf_of(plain(retry={"maxAttempts": 3, "interval": 10, "backoff": 2}), ["a", "b"]).decide().fail("n.1.1.0").decide()
    assert timers(swf) == {"n.retry.1.1.0": "10"}
    swf.fire("n.retry.1.1.0").decide()
    assert inputs(swf) == {"n.1.2.0": "a"}
    assert timers(swf.fail("n.1.2.0").fail("n.1.1.1").decide()) == {"n.retry.1.2.0": "20", "n.retry.1.1.1": "10"}
    assert states(swf)["n"] == "open"


def test_an_interval_of_zero_repeats_an_item_at_once() -> None:
    assert scheduled(swf_of(plain(retry={"interval": 0}), [1, 2]).decide().fail("n.1.1.1").decide()) == ["n.1.2.1"]


def test_an_item_that_fails_for_good_fails_the_node_and_stops_the_others() -> None:
    swf = swf_of(plain(), list("abcd")).decide().begin("n.1.1.0").complete("n.1.1.1", 1).fail("n.1.1.3", "Broken", "it fell").decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask", "RequestCancelActivityTask", "FailWorkflowExecution"]
    reason, details = failure(swf)
    assert (reason, details["message"], details["attempts"]) == ("n: Broken", "item 3: it fell", 1)


def test_the_error_says_which_items_have_failed() -> None:
    catch = [{"errors": ["Broken"], "next": "mend"}]
    nodes = plain(tolerate=1, catch=catch) | {"mend": activity("done", input="{% errors.n %}"), "done": end(join="any")}
    swf = swf_of(nodes, list("abc")).decide().fail("n.1.1.2", "Other", "late").fail("n.1.1.0", "Broken", "it fell").decide()
    first = {"index": 0, "name": "Broken", "message": "it fell", "attempts": 1}
    last = {"index": 2, "name": "Other", "message": "late", "attempts": 1}
    assert inputs(swf) == {"mend": {"name": "Broken", "message": "item 0: it fell", "attempts": 1, "items": [first, last]}}


@pytest.mark.parametrize(("tolerate", "failing", "ends"), [(0, 1, True), (2, 2, False), (2, 3, True), ("30%", 2, False), ("30%", 3, True)])
def test_so_many_may_fail_and_no_more(tolerate: Any, failing: int, ends: bool) -> None:  # noqa: FBT001
    swf = swf_of(plain(tolerate=tolerate), list(range(9))).decide()
    for index in range(failing):
        swf.fail(f"n.1.1.{index}", "Broken")
    swf.decide()
    assert (swf.closed == "WorkflowExecutionFailed") is ends


def test_the_results_of_failed_items_are_null_and_their_errors_stay_readable() -> None:
    nodes = plain(tolerate=1) | {"done": end(output={"results": "{% results.n %}", "errors": "{% errors.n.items.index %}"})}
    swf = swf_of(nodes, list("ab")).decide().fail("n.1.1.1", "Broken").complete("n.1.1.0", 7).decide()
    assert closing(swf) == {"result": '{"results":[7,null],"errors":1}'}


def test_all_may_fail_where_all_are_tolerated() -> None:
    swf = swf_of(plain(tolerate="100%"), [1, 2]).decide().fail("n.1.1.1").fail("n.1.1.0").decide()
    assert closing(swf) == {"result": "[null,null]"}


def test_an_item_whose_input_can_not_be_made_has_failed() -> None:
    swf = swf_of(plain(input="{% item.x %}", tolerate=1, retry={"interval": 0}), [{"x": 1}, {}, {"x": 3}]).decide()
    assert inputs(swf) == {"n.1.1.0": 1, "n.1.1.2": 3}
    assert closing(swf.complete("n.1.1.0", 1).complete("n.1.1.2", 3).decide()) == {"result": "[1,null,3]"}


def test_the_item_whose_input_can_not_be_made_can_fail_the_node_before_any_other_is_asked_for() -> None:
    swf = swf_of(plain(input="{% item.x %}"), [{"x": 1}, {}, {"x": 3}]).decide()
    assert scheduled(swf) == []
    assert failure(swf)[1]["message"].startswith("item 1: ")


def test_an_item_whose_output_can_not_be_made_is_repeated() -> None:
    swf = swf_of(plain(output="{% result.x %}", retry={"maxAttempts": 2, "interval": 0}), [1]).decide().complete("n.1.1.0", {}).decide()
    assert scheduled(swf) == ["n.1.2.0"]
    assert closing(swf.complete("n.1.2.0", {"x": 1}).decide()) == {"result": "[1]"}


def test_an_item_that_swf_refuses_has_failed() -> None:
    swf = swf_of(plain(tolerate=1), [1, 2]).refuse("ScheduleActivityTask", "ACTIVITY_TYPE_DEPRECATED").decide().complete("n.1.1.1", 7)
    assert closing(swf.decide()) == {"result": "[null,7]"}


def test_items_that_swf_has_no_room_for_wait_and_keep_their_places() -> None:
    swf = swf_of(plain(maxConcurrency=3), list(range(9))).refuse("ScheduleActivityTask", *["OPEN_ACTIVITIES_LIMIT_EXCEEDED"] * 2)
    swf.decide().decide()
    assert list(swf.tasks) == ["n.1.1.2"]
    assert scheduled(swf.fire("swfgraph.throttle.1").decide()) == ["n.1.1.0", "n.1.1.1"]
    answered(swf, 3).decide()
    assert list(swf.tasks) == ["n.1.1.3", "n.1.1.4", "n.1.1.5"]


def test_an_items_timer_that_is_refused_for_good_is_its_error() -> None:
    swf = swf_of(plain(tolerate=1, retry={"interval": 5}), [1, 2]).decide().fail("n.1.1.0").refuse("StartTimer", "OPERATION_NOT_PERMITTED")
    swf.decide().complete("n.1.1.1", 7).decide()
    assert closing(swf) == {"result": "[null,7]"}


# Going back.


def test_going_back_stops_the_items_and_begins_them_all_anew() -> None:
    check = activity("join", catch=[{"errors": ["*"], "retryFrom": "fork", "maxTimes": 1}])
    nodes = {"fork": {"type": "pass", "next": ["n", "check"]}, "n": each("join", maxConcurrency=2), "check": check}
    nodes |= {"join": {"type": "pass", "next": "done"}, "done": end(output="{% results.n %}")}
    swf = swf_of(nodes, ["a", "b", "c"]).decide().begin("n.1.1.0").begin("n.1.1.1").fail("check").decide()
    assert swf.asked == {"n.1.1.0", "n.1.1.1"}
    assert scheduled(swf) == ["check.2.1", "n.2.1.0", "n.2.1.1"]
    swf.complete("n.1.1.0", "late").complete("check.2.1").decide()
    for index in range(3):
        swf.complete(f"n.2.1.{index}", index).decide()
    assert closing(swf) == {"result": "[0,1,2]"}


def test_a_failed_item_can_have_its_node_run_again() -> None:
    nodes = {"before": {"type": "pass", "next": "n"}, **plain(catch=[{"errors": ["*"], "retryFrom": "before", "maxTimes": 1}])}
    swf = swf_of(nodes, ["a", "b"]).decide().begin("n.1.1.0").fail("n.1.1.1", "Broken").decide()
    assert swf.asked == {"n.1.1.0"}
    assert inputs(swf) == {"n.2.1.0": "a", "n.2.1.1": "b"}


# Being canceled.


def test_a_canceled_execution_begins_no_more_items_and_waits_for_those_that_are_open() -> None:
    swf = swf_of(plain(maxConcurrency=2), list(range(5))).decide().begin("n.1.1.0").begin("n.1.1.1").request_cancel().decide()
    assert swf.asked == {"n.1.1.0", "n.1.1.1"}
    assert kinds(swf.complete("n.1.1.0").decide().decisions) == []
    assert states(swf)["n"] == "open"
    assert swf.cancel("n.1.1.1").decide().closed == "WorkflowExecutionCanceled"
    assert states(swf)["n"] == "canceled"


def test_items_that_all_complete_although_they_were_to_cancel_have_completed() -> None:
    swf = swf_of(plain(), [1, 2]).decide().begin("n.1.1.0").begin("n.1.1.1").request_cancel().decide()
    swf.complete("n.1.1.0").complete("n.1.1.1").decide()
    assert (states(swf)["n"], swf.closed) == ("completed", "WorkflowExecutionCanceled")


def test_an_item_that_fails_while_the_execution_is_canceled_is_not_repeated() -> None:
    swf = swf_of(plain(retry={"interval": 0}), [1, 2]).decide().begin("n.1.1.0").begin("n.1.1.1").request_cancel().decide()
    swf.fail("n.1.1.0").cancel("n.1.1.1").decide()
    assert (states(swf)["n"], swf.closed) == ("failed", "WorkflowExecutionCanceled")


# What is seen of it.


def test_how_far_the_items_are_can_be_seen() -> None:
    swf = swf_of(plain(maxConcurrency=3, tolerate=1), list(range(9))).decide().complete("n.1.1.0").fail("n.1.1.1", "Broken").decide()
    view = swf.run.view().nodes["n"]
    assert view.items == ItemsView(total=9, done=1, failed=1, open=3)
    assert json.loads(swf.run.context())["open"][0]["items"] == {"total": 9, "done": 1, "failed": 1}
    for index in range(2, 9):
        swf.complete(f"n.1.1.{index}").decide()
    failed = ItemError(index=1, name="Broken", message="", attempts=1)
    assert swf.run.view().nodes["n"].error == NodeError(name="Broken", message="item 1: ", attempts=1, items=(failed,))


def test_the_repetitions_of_items_are_counted_at_the_nodes_retry_edge() -> None:
    swf = swf_of(plain(retry={"interval": 0}), [1, 2]).decide().fail("n.1.1.0").fail("n.1.1.1").decide()
    (edge,) = [edge for edge in swf.plan.edges if edge.source == edge.target == "n"]
    assert swf.run.view().edges[edge.id].taken == 2
