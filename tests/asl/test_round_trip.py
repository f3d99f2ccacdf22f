"""Laws: a spec that can be exported, imported again, ends as the spec does. On the examples and their scenarios, and on random specs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from engine.asl.exporting import Exported, export_plan
from engine.asl.importing import import_machine
from engine.asl.scope import Options
from engine.errors import AslError
from engine.graph.check import check_document
from engine.graph.plan import Plan
from engine.spec.model import ABSENT
from engine.spec.source import parse_document
from engine.testing.model import Attempts, Call, Scenario, TimeOut, TimeoutKind
from engine.testing.outcome import Outcome
from engine.testing.registered import register
from engine.testing.stage import play
from engine.testing.suite import load
from tests.asl.running import plan
from tests.strategies import whole_documents, whole_inputs

SPECS = Path(__file__).parent.parent.parent / "specs"
EXAMPLES = ("fruit/fruit", "nightly/nightly", "parallel/parallel", "serial/serial", "starter/workflow")
SCENARIOS = [(name, index) for name in EXAMPLES for index in range(len(load(SPECS / f"{name}.test.json").suite.scenarios))]


def came_back(machine: Any, name: str) -> list[Plan]:
    """The plans of a machine imported: its own, and those of its children."""
    imported = import_machine(machine, Options(name=name, children=True))
    assert not imported.losses, imported.losses
    return [plan(document) for document in imported.specs.values()]


def played(scenario: Scenario, main: Plan, *children: Plan) -> Outcome:
    return play(scenario, main, children, register(main.spec, [child.spec for child in children]))


def ended(outcome: Outcome) -> tuple[str, Any]:
    return outcome.status, None if outcome.output is ABSENT else outcome.output


def with_one_timeout(scenario: Scenario) -> Scenario:
    """Where nobody answers, what times out is the one timeout that a Task has, if not its heartbeat."""
    kept = {TimeoutKind.HEARTBEAT, TimeoutKind.SCHEDULE_TO_START}

    def told(answers: Attempts) -> Attempts:
        kind = TimeoutKind.SCHEDULE_TO_CLOSE
        changed = (TimeOut(kind=kind) if isinstance(answer, TimeOut) and answer.kind not in kept else answer for answer in answers.answers)
        return replace(answers, answers=tuple(changed))

    return replace(scenario, activities={name: told(one) for name, one in scenario.activities.items() if isinstance(one, Attempts)})


@pytest.mark.parametrize(("name", "index"), SCENARIOS)
def test_law_an_example_comes_back_and_ends_in_each_of_its_scenarios_as_it_did(name: str, index: int) -> None:
    loaded = load(SPECS / f"{name}.test.json")
    scenario = loaded.suite.scenarios[index]
    there = played(scenario, loaded.plan, *loaded.children)
    back = played(with_one_timeout(scenario), *came_back(export_plan(loaded.plan).machine, loaded.plan.spec.name))
    assert ended(back) == ended(there), (there.reason, back.reason, back.details)


def plainer(document: dict[str, Any], *, forks: bool) -> dict[str, Any]:
    """Without what a state machine has nothing of. `forks`: whether nodes may lead to several others."""
    nodes = json.loads(json.dumps(document["nodes"]))
    for node in nodes.values():
        if node["type"] == "wait" and "signal" in node:
            node |= {"type": "wait", "for": 1}
        for key in ("join", "compensate", *(("signal", "timeout", "catch", "output") if node["type"] == "wait" else ())):
            node.pop(key, None)
        node.get("forEach", {}).pop("tolerate", None)
        if node["type"] == "terminal":
            node["status"] = {"continued": "completed", "canceled": "failed"}.get(node["status"], node["status"])
        for place in (node, *node.get("choices", ()), *node.get("catch", ())):
            for key in ("next", "default"):
                if isinstance(place.get(key), list) and not forks:
                    place[key] = place[key][0]
    given = {key: value for key, value in document.items() if key not in {"onCancel", "timeouts"}}
    return {**given, "nodes": _reached(nodes)}


def _reached(nodes: dict[str, Any]) -> dict[str, Any]:
    start = next(iter(nodes))
    found, waiting = {start}, [start]
    while waiting:
        node = nodes[waiting.pop()]
        places = (node, *node.get("choices", ()), *node.get("catch", ()))
        for names in (place.get(key, []) for place in places for key in ("next", "default")):
            new = {names} - found if isinstance(names, str) else set(names) - found
            found |= new
            waiting += new
    return {name: node for name, node in nodes.items() if name in found}


def exported(document: dict[str, Any]) -> tuple[Plan, Exported] | None:
    """None: it is no sound spec any more, or can't be exported."""
    used = {node.get("activity") for node in document["nodes"].values()}
    whole = {**document, "activities": {name: version for name, version in document["activities"].items() if name in used}}
    checked = check_document(parse_document(json.dumps(whole), "random.json")).plan
    if checked is ABSENT:
        return None
    try:
        return checked, export_plan(checked)
    except AslError:
        return None


def answering(salt: int, *, in_turn: bool) -> Callable[[str], Attempts]:
    """A value, or one of the errors that rules name: the same for the same input. `in_turn`: and for the same number of calls before."""
    calls: Counter[str] = Counter()

    def of(name: str) -> Attempts:
        def answer(asked: Any) -> Any:
            calls[name] += in_turn
            drawn = sha256(f"{salt} {name} {calls[name]} {json.dumps(asked)}".encode()).digest()[0]
            if drawn < 80:
                raise type(("Broken", "ExitCode.1", "Other")[drawn % 3], (Exception,), {})
            return (None, 1, "text", [], {"n": [2]})[drawn % 5]

        return Attempts(answers=(Call(function=answer),), always=True)

    return of


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(document=whole_documents(), value=whole_inputs(), salt=st.integers(0, 1_000))
def test_law_a_random_spec_comes_back_and_ends_as_it_did(document: dict[str, Any], value: Any, salt: int) -> None:
    found = exported(plainer(document, forks=True)) or exported(plainer(document, forks=False))
    assume(found is not None)
    assert found is not None
    there, machine = found
    lost = [remark for remark in machine.remarks if remark.what not in {"interval", "child workflow", "forEach"}]
    assume(not lost)
    child = plan(CHILD)
    side_by_side = "Parallel" in json.dumps(machine.machine) or "forEach" in json.dumps(document)

    def scenario() -> Scenario:
        answer = answering(salt, in_turn=not side_by_side)
        activities = {name: answer(name) for name in (*there.spec.activities, "InChild", "random")}
        return Scenario(name="random", input=value, activities=activities, lambdas={"random": activities["random"]}, max_events=3_000)

    one = played(scenario(), there, child)
    other = played(scenario(), *came_back(machine.machine, "Random"), *came_back(export_plan(child).machine, "Child"))
    event(f"ended {one.status}")
    assert ended(one) == ended(other), (one.reason, other.reason, other.details)


CHILD: dict[str, Any] = {
    "name": "Child",
    "version": "1.0",
    "domain": "tests",
    "taskList": "random",
    "activities": {"InChild": {"version": "1.0"}},
    "nodes": {
        "work": {"type": "activity", "activity": "InChild", "input": "{% input %}", "next": "end"},
        "end": {"type": "terminal", "status": "completed", "output": "{% results.work %}"},
    },
}
