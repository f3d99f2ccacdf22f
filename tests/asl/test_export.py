"""Specs as state machines, and back: what comes back runs as the spec does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.asl.exporting import export_plan
from engine.asl.importing import Imported, import_machine
from engine.asl.report import Weight
from engine.asl.scope import Options
from engine.errors import AslError
from engine.testing.outcome import Outcome
from tests.asl.oracle import walk
from tests.asl.running import ECHO, chain, failure, imported, plan, run

SPECS = Path(__file__).parent.parent.parent / "specs"


def spec(nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    activities = {"echo": {"version": "1", "run": {"python": "m:echo"}}}
    return {"name": "W", "version": "1", "domain": "D", "taskList": "T", "activities": activities, "nodes": nodes, **more}


def exported(document: dict[str, Any]) -> dict[str, Any]:
    return dict(export_plan(plan(document)).machine)


def both(family: dict[str, Any], value: Any = None, answers: dict[str, Any] | None = None) -> tuple[Outcome, Outcome]:
    """What specs (the first, and its children) come to, and what those come to that are imported from what they are exported as."""
    back: dict[str, Any] = {}
    for name, document in family.items():
        imported_back = import_machine(exported(document), Options(name=name, children=True))
        assert not imported_back.losses, imported_back.losses
        back |= imported_back.specs
    one = run(Imported(specs=family, remarks=()), value, answers)
    return one, run(Imported(specs=back, remarks=()), value, answers)


def same(document: dict[str, Any], value: Any = None, answers: dict[str, Any] | None = None) -> Outcome:
    one, other = both({"W": document}, value, answers)
    assert (one.status, one.output, one.duration) == (other.status, other.output, other.duration), (one.reason, other.reason, other.details)
    return one


ECHOES = {"type": "activity", "activity": "echo"}


def test_a_chain_of_all_that_asl_knows() -> None:
    nodes = {
        "work": {**ECHOES, "input": {"x": "{% input.n %}", "t": "n is {% input.n %}"}, "output": "{% result.x + 1 %}", "next": "pause"},
        "pause": {"type": "wait", "for": "1m30s", "next": "shape"},
        "shape": {"type": "pass", "output": {"r": "{% results.work %}", "l": "{% [results.work, 1] %}"}, "next": "which"},
        "which": {"type": "decision", "choices": [{"when": "results.shape.r > 5", "next": "big"}], "default": "small"},
        "big": {"type": "terminal", "status": "completed", "output": "{% results.shape %}"},
        "small": {"type": "terminal", "status": "failed", "reason": "Small", "details": "{% results.shape.r %}"},
    }
    assert same(spec(nodes), {"n": 5}).output == {"r": 6, "l": [6, 1]}
    assert same(spec(nodes), {"n": 1}).status == "failed"


def test_retries_and_catches() -> None:
    nodes = {
        "work": {
            **ECHOES,
            "retry": {"errors": ["Busy"], "maxAttempts": 3, "interval": "5s"},
            "catch": [{"errors": ["Broken"], "next": "mend"}],
            "next": "done",
        },
        "mend": {"type": "pass", "output": "{% errors.work.name & errors.work.message %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.work ?? results.mend %}"},
    }
    assert same(spec(nodes), 1, {"work": [failure("Busy"), failure("Busy"), 7]}).output == 7
    assert same(spec(nodes), 1, {"work": failure("Broken", "!")}).output == "Broken!"
    assert same(spec(nodes), 1, {"work": failure("Other")}).status == "failed"


def test_an_error_is_forgotten_when_its_node_completes() -> None:
    nodes = {
        "say": {"type": "pass", "output": "{% errors.work.name ?? 'none' %}", "next": "work"},
        "work": {**ECHOES, "catch": [{"errors": ["*"], "retryFrom": "say", "maxTimes": 2}], "next": "again"},
        "again": {"type": "decision", "choices": [{"when": "results.work = 1", "retryFrom": "say", "maxTimes": 1}], "default": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.say %}"},
    }
    assert same(spec(nodes), None, {"work": [failure("A"), 1, 2]}).output == "none"
    assert same(spec(nodes), None, {"work": [1, failure("A"), 2]}).output == "A"


def test_branches_that_come_together() -> None:
    nodes: dict[str, Any] = {
        "begin": {"type": "pass", "output": 1, "next": ["a", "b"]},
        "a": {**ECHOES, "input": "{% input.a %}", "next": "a2"},
        "a2": {"type": "wait", "for": 5, "next": "together"},
        "b": {"type": "decision", "choices": [{"when": "input.a = 1", "next": "b1"}], "default": "together"},
        "b1": {"type": "pass", "output": "b", "next": "together"},
        "together": {"type": "pass", "output": ["{% results.a %}", "{% results.b1 ?? null %}"], "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": {"t": "{% results.together %}", "begin": "{% results.begin %}"}},
    }
    nodes["together"]["output"] = "{% [results.a, results.b1 ?? 0] %}"
    assert same(spec(nodes), {"a": 1}).output == {"t": [1, "b"], "begin": 1}
    assert same(spec(nodes), {"a": 2}).output == {"t": [2, 0], "begin": 1}


def test_going_back() -> None:
    nodes = {
        "look": {**ECHOES, "input": "{% input %}", "next": "ready"},
        "ready": {
            "type": "decision",
            "choices": [{"when": "results.look = 1", "next": "done"}, {"when": "true", "retryFrom": "look", "maxTimes": 2}],
            "default": "never",
        },
        "done": {"type": "terminal", "status": "completed", "output": "{% results.look %}"},
        "never": {"type": "terminal", "status": "failed", "reason": "Never"},
    }
    states = exported(spec(nodes))["States"]
    assert states["ready"]["Choices"][1]["Next"] == "look"
    assert same(spec(nodes), 1).output == 1
    one, other = both({"W": spec(nodes)}, 0)
    assert [one.reason, other.reason] == ["Never", "Never"]


def test_a_node_with_items_is_a_map() -> None:
    each = {**ECHOES, "forEach": {"items": "input.l", "maxConcurrency": 2}, "retry": {"errors": ["Busy"], "maxAttempts": 2}}
    nodes = {
        "each": {
            **each,
            "input": {"i": "{% item %}", "at": "{% index %}", "n": "{% input.n %}"},
            "output": ["{% result %}", "{% index %}"],
            "next": "e",
        },
        "e": {"type": "terminal", "status": "completed", "output": "{% results.each %}"},
    }
    assert exported(spec(nodes))["States"]["each"]["MaxConcurrency"] == 2
    assert same(spec(nodes), {"l": ["a", [1]], "n": 7}).output == [[{"i": "a", "at": 0, "n": 7}, 0], [{"i": [1], "at": 1, "n": 7}, 1]]
    assert same(spec(nodes), {"l": [], "n": 0}).output == []
    assert same(spec(nodes), {"l": "one", "n": 0}).output == [[{"i": "one", "at": 0, "n": 0}, 0]]
    assert same(spec(nodes), {"n": 0}).status == "failed"
    assert same(spec(nodes), {"l": [1, 2], "n": 0}, {"echo": [failure("Busy"), 1, failure("Busy"), 2, 3]}).status == "completed"
    assert same(spec(nodes), {"l": [1, 2], "n": 0}, {"echo": failure("Broken")}).status == "failed"


def test_a_failed_item_is_caught_as_the_node_is() -> None:
    nodes = {
        "each": {**ECHOES, "forEach": {"items": "input"}, "catch": [{"errors": ["Broken"], "next": "caught"}], "next": "e"},
        "caught": {"type": "pass", "output": "{% errors.each.name %}", "next": "e"},
        "e": {"type": "terminal", "status": "completed", "output": "{% results.each ?? results.caught %}"},
    }
    remarks = export_plan(plan(spec(nodes))).remarks
    assert [(remark.pointer, remark.weight) for remark in remarks] == [("/nodes/each/forEach", Weight.LOSS)]
    assert same(spec(nodes), [1, 2], {"echo": failure("Broken")}).output == "Broken"


CHILD = {"type": "workflow", "workflow": {"name": "C", "version": "1"}}


def test_a_child_is_an_execution_that_is_waited_for() -> None:
    nodes = {
        "one": {**CHILD, "input": {"v": "{% input %}"}, "output": {"got": "{% result %}"}, "next": "many"},
        "many": {**CHILD, "forEach": {"items": "[1, 2]"}, "input": {"v": "{% item %}"}, "next": "e"},
        "e": {"type": "terminal", "status": "completed", "output": ["{% results.one %}", "{% results.many %}"]},
    }
    child = spec(
        {
            "w": {**ECHOES, "input": "{% input.v %}", "next": "e"},
            "e": {"type": "terminal", "status": "completed", "output": "{% [results.w] %}"},
        }
    )
    family = {"W": spec(nodes), "C": {**child, "name": "C"}}
    one, other = both(family, "x")
    assert one.output == other.output == [{"got": ["x"]}, [[1], [2]]]


@pytest.mark.parametrize(("answer", "expected"), [("Broken", "Child.Failed"), (7, [7])])
def test_a_child_that_fails_is_caught_and_its_error_told(answer: Any, expected: Any) -> None:
    nodes = {
        "one": {**CHILD, "catch": [{"errors": ["Child.*"], "next": "caught"}], "retry": {"maxAttempts": 2, "interval": 3}, "next": "e"},
        "caught": {"type": "pass", "output": "{% errors.one.name %}", "next": "e"},
        "e": {"type": "terminal", "status": "completed", "output": "{% results.one ?? results.caught %}"},
    }
    child = spec({"w": {**ECHOES, "next": "e"}, "e": {"type": "terminal", "status": "completed", "output": "{% [results.w] %}"}})
    one, other = both(
        {"W": spec(nodes), "C": {**child, "name": "C"}}, "x", {"echo": failure(answer) if isinstance(answer, str) else answer}
    )
    assert (one.output, one.duration) == (other.output, other.duration) == (expected, 3 if isinstance(answer, str) else 0)


@pytest.mark.parametrize(
    ("nodes", "more", "pointer"),
    [
        ({"w": {"type": "wait", "signal": "s", "next": "e"}}, {}, "/nodes/w/signal"),
        (
            {
                "w": {
                    "type": "workflow",
                    "workflow": {"name": "C", "version": "1"},
                    "catch": [{"errors": ["Child.Canceled"], "next": "e"}],
                    "next": "e",
                }
            },
            {},
            "/nodes/w/catch/0",
        ),
        ({"w": {**ECHOES, "compensate": {"activity": "echo"}, "next": "e"}}, {}, "/nodes/w/compensate"),
        ({"w": {**ECHOES, "forEach": {"items": "input", "tolerate": 1}, "next": "e"}}, {}, "/nodes/w/forEach/tolerate"),
        (
            {"w": {"type": "workflow", "workflow": {"name": "C", "version": "1"}, "compensate": {"activity": "echo"}, "next": "e"}},
            {},
            "/nodes/w/compensate",
        ),
        ({"w": {**ECHOES, "retry": {"errors": ["A.*"]}, "next": "e"}}, {}, "/nodes/w/retry/0"),
        ({"w": {**ECHOES, "input": "{% execution.visits.w %}", "next": "e"}}, {}, "/nodes/w"),
        (
            {"w": {**ECHOES, "next": ["a", "b"]}, "a": {"type": "pass", "next": "e"}, "b": {"type": "terminal", "status": "failed"}},
            {},
            "/nodes/w",
        ),
    ],
)
def test_what_a_state_machine_can_not_say_is_refused_with_its_place(nodes: dict[str, Any], more: dict[str, Any], pointer: str) -> None:
    document = spec({**nodes, "e": {"type": "terminal", "status": "completed"}}, **more)
    with pytest.raises(AslError) as refusal:
        exported(document)
    assert refusal.value.pointer == pointer


def test_what_does_not_change_the_flow_is_a_loss() -> None:
    document = spec({"e": {"type": "terminal", "status": "completed"}}, tags=["t"], inputSchema={"type": "object"})
    remarks = export_plan(plan(document)).remarks
    assert [(remark.pointer, remark.weight) for remark in remarks] == [("/inputSchema", Weight.LOSS), ("/tags", Weight.LOSS)]


@pytest.mark.parametrize("name", ["fruit/fruit", "serial/serial", "parallel/parallel"])
def test_an_example_comes_back(name: str) -> None:
    document = json.loads((SPECS / f"{name}.json").read_text(encoding="utf-8"))
    answers = dict.fromkeys(document["activities"], "b")
    same(document, {}, answers)


@pytest.mark.parametrize("value", [{"n": 1}, {"n": 9}, {}])
def test_an_imported_machine_can_be_exported_and_does_the_same(value: Any) -> None:
    machine = chain(
        {"Type": "Task", "Resource": ECHO, "ResultPath": "$.r"},
        {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 5, "Next": "S3"}], "Default": "S4"},
        {"Type": "Pass", "Result": 1, "ResultPath": "$.low"},
        {"Type": "Succeed"},
    )
    there = imported(machine)
    back = import_machine(exported(there.specs["M"]), Options(name="M"))
    once, twice = run(there, value), run(back, value)
    expected = walk(machine, value, lambda _, given: given, 10)
    assert expected is not None
    assert once.status == twice.status == expected.status
    if expected.status == "completed":
        assert once.output == twice.output == expected.output
