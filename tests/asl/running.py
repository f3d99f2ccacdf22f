"""State machines imported and run: the specs under virtual time, with activities that answer as a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from engine.asl.importing import Imported, import_machine
from engine.asl.report import Weight
from engine.asl.scope import Options
from engine.graph.check import check_document
from engine.graph.plan import Plan
from engine.spec.model import ABSENT
from engine.spec.source import parse_document
from engine.testing.model import Answer, Attempts, Call, Fail, Result, Scenario, TimeOut, TimeoutKind
from engine.testing.outcome import Outcome
from engine.testing.registered import register
from engine.testing.stage import play

ECHO = "arn:aws:lambda:us-east-1:123456789012:function:echo"
TIMED_OUT = TimeOut(kind=TimeoutKind.SCHEDULE_TO_CLOSE)


def imported(machine: Mapping[str, Any], **options: Any) -> Imported:
    return import_machine(machine, Options(**{"name": "M", **options}))


def without_loss(machine: Mapping[str, Any], **options: Any) -> Imported:
    found = imported(machine, **options)
    assert not found.losses, found.losses
    return found


def chain(*states: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A machine of states S1, S2, ... one after the other; those that say where they lead are left as they are."""
    named: dict[str, Any] = {}
    for number, state in enumerate(states, 1):
        leads = {"Next", "End"} & state.keys() or state["Type"] in {"Choice", "Succeed", "Fail"}
        follows = {} if leads else {"End": True} if number == len(states) else {"Next": f"S{number + 1}"}
        named[f"S{number}"] = {**state, **follows}
    return {"StartAt": "S1", "States": named, **more}


def plan(document: Any) -> Plan:
    found = check_document(parse_document(json.dumps(document), "imported.json"))
    assert found.plan is not ABSENT, [str(finding) for finding in found.findings]
    return found.plan


def echo(value: Any) -> Any:
    return value


def run(machine: Mapping[str, Any] | Imported, value: Any = ABSENT, answers: Mapping[str, Any] | None = None, **options: Any) -> Outcome:
    """Import and play. Answers by activity or node: a function of the input, a list of answers in turn, or one answer for ever."""
    found = machine if isinstance(machine, Imported) else imported(machine, **options)
    main, *children = [plan(document) for document in found.specs.values()]
    given = {"echo": echo, **(answers or {})}
    activities = {name: _answers(one) for name, one in given.items()}
    scenario = Scenario(name="imported", input={} if value is ABSENT else value, activities=activities, max_events=3_000)
    return play(scenario, main, children, register(main.spec, [child.spec for child in children]))


def output(machine: Mapping[str, Any], value: Any = ABSENT, answers: Mapping[str, Any] | None = None) -> Any:
    """Of a machine that loses nothing and completes."""
    outcome = run(without_loss(machine), value, answers)
    assert outcome.status == "completed", (outcome.reason, outcome.details)
    return None if outcome.output is ABSENT else outcome.output


def _answers(given: Any) -> Attempts:
    if isinstance(given, list):
        return Attempts(answers=tuple(map(_answer, given)))
    return Attempts(answers=(_answer(given),), always=True)


def _answer(given: Any) -> Answer:
    if isinstance(given, Fail | TimeOut):
        return given
    if isinstance(given, Callable):  # type: ignore[arg-type]  # an abstract class is a fine second argument
        return Call(function=given)
    return Result(value=given, templates=False)


def failure(name: str, cause: str = "") -> Fail:
    return Fail(name=name, message=cause)


def remarks(found: Imported, weight: Weight) -> list[tuple[str, str]]:
    """(pointer, what)"""
    return [(remark.pointer, remark.what) for remark in found.remarks if remark.weight is weight]
