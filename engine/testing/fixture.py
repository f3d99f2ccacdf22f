"""Scenarios written in Python: what the pytest fixture `run_spec` gives, and everyone else may call as well.

    outcome = run_spec("fruit.json", activities={"Test_Task_A": {"result": "k"}, "Test_Task_B": lambda letter: letter + "iwi"})
    assert outcome.output == "kiwi"

The arguments are a scenario's keys, checked as a test file is. Where an answer stands there may be a Python function: it is called with
the input's value and gives the result (or an answer, such as `Fail`); what it raises is the failure, but for AssertionError, which is the
test's.
Imports `errors`, `graph.check`, `spec` and the rest of `testing`; loaded by `pytest_plugin`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from engine.errors import SpecError
from engine.graph.check import load_plan
from engine.graph.plan import Plan
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.source import parse_document
from engine.testing.model import Cancel, Fail, Result, Suite, Terminate, TimeOut
from engine.testing.names import name_findings
from engine.testing.outcome import Outcome
from engine.testing.parse import parse_scenario, parse_suite
from engine.testing.registered import Registered, register
from engine.testing.schema import schema_findings
from engine.testing.stage import play
from engine.testing.suite import children_beside

Said: TypeAlias = Mapping[str, Any]
"""Answers by name: as in a test file, Python functions, values of `engine.testing.model` (Result, Fail, TimeOut ...), or lists of these."""


def run_spec(
    spec: Path | str,
    *,
    input: Json | Literal[Absent.ABSENT] = ABSENT,  # noqa: A002  (what a scenario calls it)
    activities: Said | None = None,
    children: Said | None = None,
    lambdas: Said | None = None,
    specs: Sequence[Path | str] | None = None,
    **scenario: Any,
) -> Outcome:
    """Play one scenario of the spec in a file; `scenario`: its other keys (signals, cancel, start, maxEvents, expect: {"status": ...}).

    Raises: SpecError (the spec is wrong, or what is said of it), ScenarioError (an answer is missing, it never ends), InputError.
    """
    answers = {"activities": activities or {}, "children": children or {}, "lambdas": lambdas or {}}
    given = {"name": "run_spec", **({} if input is ABSENT else {"input": input}), **answers, **scenario}
    path = Path(spec).resolve()
    plan, beside, registered = _prepared(path, None if specs is None else tuple(map(str, specs)), path.stat().st_mtime_ns)
    suite = _checked(given, path)
    findings = name_findings(suite, plan, beside)
    if findings:
        raise SpecError(findings)
    return play(suite.scenarios[0], plan, beside, registered)


@lru_cache(maxsize=64)
def _prepared(path: Path, specs: tuple[str, ...] | None, changed: int) -> tuple[Plan, tuple[Plan, ...], Registered]:  # noqa: ARG001
    """`changed`: when the file was; a changed one is read anew."""
    plan = load_plan(path)
    beside = tuple(children_beside(path, plan) if specs is None else map(load_plan, specs))
    return plan, beside, register(plan.spec, [child.spec for child in beside])


def _checked(given: Mapping[str, Any], spec: Path) -> Suite:
    """As if it stood in a file. Raises: SpecError."""
    shown = {"spec": str(spec), "scenarios": [_without_python(given)]}
    document = parse_document(json.dumps(shown, indent=1, ensure_ascii=False), f"run_spec({spec.name})")
    findings = schema_findings(document)
    if findings:
        raise SpecError(findings)
    suite = parse_suite(document)
    return Suite(file=suite.file, document=document, spec=suite.spec, specs=suite.specs, scenarios=(parse_scenario(given),))


def _without_python(value: Any) -> Any:
    """What can be checked as JSON; functions and answers in Python can be anything that answers."""
    if callable(value) or isinstance(value, Result | Fail | TimeOut | Cancel | Terminate):
        return {"result": None}
    if isinstance(value, Mapping):
        return {key: _without_python(inner) for key, inner in value.items()}
    return list(map(_without_python, value)) if isinstance(value, list | tuple) else value
