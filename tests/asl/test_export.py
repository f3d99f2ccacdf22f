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


def both(document: dict[str, Any], value: Any = None, answers: dict[str, Any] | None = None) -> tuple[Outcome, Outcome]:
    """What the spec comes to, and what the spec comes to that is imported from what it is exported as."""
    back = import_machine(exported(document), Options(name="W"))
    assert not back.losses, back.losses
    one = run(Imported(specs={"W": document}, remarks=()), value, answers)
    return one, run(back, value, answers)


def same(document: dict[str, Any], value: Any = None, answers: dict[str, Any] | None = None) -> Outcome:
    one, other = both(document, value, answers)
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
    one, other = both(spec(nodes), 0)
    assert [one.reason, other.reason] == ["Never", "Never"]


@pytest.mark.parametrize(
    ("nodes", "more", "pointer"),
    [
        ({"w": {"type": "wait", "signal": "s", "next": "e"}}, {}, "/nodes/w/signal"),
        ({"w": {"type": "workflow", "workflow": {"name": "C", "version": "1"}, "next": "e"}}, {}, "/nodes/w"),
        ({"w": {**ECHOES, "compensate": {"activity": "echo"}, "next": "e"}}, {}, "/nodes/w/compensate"),
        ({"w": {**ECHOES, "forEach": {"items": "input"}, "next": "e"}}, {}, "/nodes/w/forEach"),
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
