from __future__ import annotations

from typing import Any

import pytest

from engine.interpreter.failure import Failure
from engine.interpreter.scope import Data
from engine.spec.expression import EVERYTHING, References, Scope, references


def data() -> Data:
    filled = Data("flow", "run-1")
    filled.begin({"n": 1}, "Test", "1.0", 5.0)
    filled.completed("a", 1)
    filled.completed("b", [2])
    filled.failed("c", Failure(name="Broken", message="it fell"), 2)
    filled.visits.update(a=1, b=3, c=1)
    return filled


ERROR = {"name": "Broken", "message": "it fell", "attempts": 2}
EXECUTION = {"workflowId": "flow", "runId": "run-1", "name": "Test", "version": "1.0", "startTime": 5.0, "visits": {"a": 1, "b": 3, "c": 1}}


def test_an_expression_gets_only_what_it_reads() -> None:
    assert data().at(9.0).root(references("results.a + input.n")) == {"input": {"n": 1}, "results": {"a": 1}}
    assert data().at(9.0).root(references("$exists(errors.c)")) == {"errors": {"c": ERROR}}
    assert data().at(9.0).root(references("1 + 1")) == {}


def test_a_node_without_a_result_is_not_there() -> None:
    assert data().at(9.0).root(references("results.nowhere")) == {"results": {}}


def test_all_results_are_given_where_all_may_be_read() -> None:
    assert data().at(9.0).root(references("$keys(results)")) == {"results": {"a": 1, "b": [2]}}


def test_what_cannot_be_said_in_advance_gets_everything() -> None:
    run = data()
    run.signaled("go", 3)
    everything = {"input": {"n": 1}, "results": {"a": 1, "b": [2]}, "errors": {"c": ERROR}, "execution": EXECUTION, "result": 7}
    assert run.with_result(9.0, 7).root(EVERYTHING) == everything | {"signals": {"go": [3]}}


@pytest.mark.parametrize(
    ("source", "execution"),
    [
        ("execution.workflowId", {"workflowId": "flow"}),
        ("execution.visits.b", {"visits": {"b": 3}}),
        ("execution.visits.b & execution.name", {"visits": {"b": 3}, "name": "Test"}),
        ("$sum(execution.visits.*)", {"visits": EXECUTION["visits"]}),
        ("$string(execution)", EXECUTION),
    ],
)
def test_the_execution_says_who_it_is_and_how_often_each_node_was_entered(source: str, execution: dict[str, Any]) -> None:
    assert data().at(9.0).root(references(source)) == {"execution": execution}


def test_signals_are_the_inputs_of_all_that_have_come() -> None:
    run = data()
    run.signaled("go", 1)
    run.signaled("stop", None)
    root = run.at(9.0).root(references("signals.go"))
    run.signaled("go", {"n": 2})
    assert root == {"signals": {"go": [1]}}
    assert run.at(9.0).root(references("signals.*")) == {"signals": {"go": [1, {"n": 2}], "stop": [None]}}


def test_the_errors_of_items_are_part_of_the_nodes_error() -> None:
    run = data()
    items = [{"index": 3, "name": "Broken", "message": "", "attempts": 1}]
    run.failed("a", Failure(name="Broken", message="item 3: "), 1, items)
    assert run.at(9.0).root(references("errors.a"))["errors"]["a"]["items"] == items


def test_result_is_there_in_an_output_only() -> None:
    refs = references("result")
    assert data().with_result(9.0, None).root(refs) == {"result": None}
    assert data().at(9.0).root(refs) == {}


def test_what_an_expression_was_given_does_not_change_with_the_run() -> None:
    run = data()
    root = run.at(9.0).root(EVERYTHING)
    run.completed("later", 1)
    run.visits["later"] = 1
    run.failed("later", Failure(name="Broken", message=""), 1)
    assert root == run.at(9.0).root(EVERYTHING) | {"results": {"a": 1, "b": [2]}, "errors": root["errors"], "execution": EXECUTION}
    assert set(root["errors"]) == {"c"}


def test_completing_forgets_the_error_and_going_back_forgets_the_result_only() -> None:
    run = data()
    run.reset("a")
    run.reset("c")
    assert (set(run.results), set(run.errors)) == ({"b"}, {"c"})
    run.completed("c", 0)
    assert set(run.errors) == set()


def test_it_is_the_scope_that_expressions_ask() -> None:
    scope: Scope = data().at(9.0)
    assert scope.now == 9.0
    assert scope.root(References()) == {}
