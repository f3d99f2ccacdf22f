from __future__ import annotations

import json
from typing import Any

from engine.interpreter.carry import known_of
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import Execution
from tests.interpreter.telling import closing, scheduled, states, swf_of, timers

SERIAL = {"a": activity("w"), "w": {"type": "wait", "for": "1h", "next": "b"}, "b": activity("done"), "done": end(output="{% results %}")}
UNDO = {"compensate": {"activity": "Work"}}


def again(nodes: dict[str, Any], known: dict[str, Any], value: Any = None, **top: Any) -> Execution:
    """A new execution that knows this."""
    given = {"$swfgraph": {"v": 1, "input": value, "known": known, "retryOf": {"workflowId": "w", "runId": "r"}}}
    return Execution(plan_of(nodes, **top), run_id="r2").start(given)


def failed() -> Execution:
    return swf_of(SERIAL).decide().complete("a", {"n": 1}).decide().fire("w.wait.1").decide().fail("b", "Broken").decide()


# What is known.


def test_what_has_completed_is_known_by_its_result() -> None:
    assert known_of(failed().run) == {"a": {"result": {"n": 1}}, "w": {"result": None}}


def test_results_are_those_that_the_nodes_output_has_made() -> None:
    nodes = {"a": activity("b", output="{% result.n + 1 %}"), "b": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().complete("a", {"n": 1}).decide().fail("b").decide()
    assert known_of(swf.run) == {"a": {"result": 2}}


def test_only_the_present_visit_counts() -> None:
    nodes = {"a": activity("b"), "b": activity("c"), "c": activity("done", catch=[{"errors": ["*"], "retryFrom": "b", "maxTimes": 1}])}
    swf = swf_of(nodes | {"done": end()}).decide().complete("a", 1).decide().complete("b", 2).decide().fail("c").decide()
    assert known_of(swf.fail("b.2.1").decide().run) == {"a": {"result": 1}}


def test_of_a_node_with_items_that_has_failed_the_items_that_have_completed_are_known() -> None:
    each = {"forEach": {"items": "[10, 20, 30, 40]"}}
    swf = swf_of({"a": activity("done", **each), "done": end()}).decide()
    swf.complete("a.1.1.0").complete("a.1.1.2", "two").fail("a.1.1.1", "Broken").decide()
    assert known_of(swf.run) == {"a": {"items": {"0": None, "2": "two"}}}


def test_of_one_that_has_completed_the_whole_result_is() -> None:
    nodes = {"a": activity("b", forEach={"items": "[10, 20]", "tolerate": 1}), "b": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().complete("a.1.1.0", 1).fail("a.1.1.1").decide().fail("b").decide()
    assert known_of(swf.run) == {"a": {"result": [1, None]}}


def test_what_was_undone_is_not_known_and_what_could_not_be_undone_is() -> None:
    nodes = {"a": activity("b"), "b": activity("c", **UNDO), "c": activity("d", **UNDO), "d": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().complete("a", 1).decide().complete("b", 2).decide().complete("c", 3).decide().fail("d").decide()
    swf.complete("c.undo.1.1").decide().fail("b.undo.1.1").decide()
    assert swf.closed
    assert known_of(swf.run) == {"a": {"result": 1}, "b": {"result": 2}}


def test_what_was_just_being_undone_is_not_known() -> None:
    nodes = {"a": activity("b", **UNDO), "b": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().complete("a", 1).decide().fail("b").decide().terminate()
    assert known_of(swf.run) == {}


def test_of_items_those_that_were_not_undone_are_known() -> None:
    nodes = {"a": activity("b", forEach={"items": "[10, 20]"}, **UNDO), "b": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().complete("a.1.1.0", 1).complete("a.1.1.1", 2).decide().fail("b").decide()
    swf.complete("a.undo.1.1.1").decide().fail("a.undo.1.1.0").decide()
    assert known_of(swf.run) == {"a": {"items": {"0": 1}}}


def test_what_is_known_and_was_not_needed_yet_stays_known() -> None:
    swf = again(SERIAL, {"b": {"result": 7}}).decide().fail("a").decide()
    assert known_of(swf.run) == {"b": {"result": 7}}


# Going on with it.


def test_what_is_known_is_not_done_again() -> None:
    swf = again(SERIAL, known_of(failed().run)).decide()
    assert scheduled(swf) == ["b"]
    assert states(swf) == {"a": "completed", "w": "completed", "b": "open", "done": "idle"}
    swf.complete("b", 2).decide()
    assert json.loads(closing(swf)["result"]) == {"a": {"n": 1}, "w": None, "b": 2}


def test_the_input_is_the_users_again() -> None:
    nodes = {"a": activity("done", input="{% input %}"), "done": end("continued")}
    swf = again(nodes, {}, {"n": 5}, inputSchema={"type": "object", "required": ["n"]}).decide()
    assert swf.decisions[-1]["scheduleActivityTaskDecisionAttributes"]["input"] == '{"n":5}'
    assert closing(swf.complete("a").decide())["input"] == '{"n":5}'


def test_a_known_result_is_for_the_first_visit() -> None:
    nodes = {"a": activity("b"), "b": activity("done", catch=[{"errors": ["*"], "retryFrom": "a", "maxTimes": 1}]), "done": end()}
    swf = again(nodes, {"a": {"result": 1}}).decide().fail("b").decide()
    assert scheduled(swf) == ["a.2.1"]


def test_items_that_are_known_are_not_done_again() -> None:
    nodes = {"a": activity("done", forEach={"items": "[10, 20, 30]"}, input="{% item %}"), "done": end(output="{% results.a %}")}
    swf = again(nodes, {"a": {"items": {"0": "zero", "2": None, "7": "no such item"}}}).decide()
    assert scheduled(swf) == ["a.1.1.1"]
    swf.complete("a.1.1.1", "one").decide()
    assert json.loads(closing(swf)["result"]) == ["zero", "one", None]


def test_a_node_whose_items_are_all_known_is_over_at_once() -> None:
    nodes = {"a": activity("done", forEach={"items": "[10, 20]"}), "done": end(output="{% results.a %}")}
    swf = again(nodes, {"a": {"items": {"0": 1, "1": 2}}}).decide()
    assert json.loads(closing(swf)["result"]) == [1, 2]


def test_what_the_new_spec_does_not_know_is_ignored() -> None:
    nodes = {"a": activity("d"), "d": {"type": "pass", "output": 3, "next": "done"}, "done": end(output="{% results.d %}")}
    swf = again(nodes, {"gone": {"result": 1}, "d": {"result": 2}, "a": {"items": {"0": 1}}}).decide()
    assert scheduled(swf) == ["a"]
    assert closing(swf.complete("a").decide()) == {"result": "3"}


def test_what_is_known_can_be_undone_too() -> None:
    nodes = {"a": activity("b", **UNDO), "b": activity("done"), "done": end()}
    swf = again(nodes, {"a": {"result": 7}}).decide().fail("b").decide()
    assert scheduled(swf) == ["a.undo.1.1"]
    assert swf.decisions[-1]["scheduleActivityTaskDecisionAttributes"]["input"] == "7"


def test_a_wait_that_is_over_is_not_waited_for_again() -> None:
    swf = again(SERIAL, {"w": {"result": None}}).decide().complete("a").decide()
    assert timers(swf) == {}
    assert scheduled(swf) == ["b"]
