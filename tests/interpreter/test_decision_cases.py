"""tests/decisions/*.json: a spec, a history, the decisions that follow. One claim each.

    {"spec": a path from the repository's root, or a spec,
     "cases": [{"claim": "...", "history": [{"TimerFired": {"timerId": "t"}, "at": 5}, ...], "decisions": [{"CancelTimer": {...}}, ...]}]}

Events are numbered from 1 in their order; `at` is seconds after the start (0 where it is left out); attributes that the interpreter
doesn't read may be left out. Of a decision's attributes those in QUIET are compared only where the case gives them. `<digest>` stands
for the plan's digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.interpreter.run import Run
from tests.interpreter.plans import plan_from
from tests.interpreter.swf import T0

ROOT = Path(__file__).parents[2]
QUIET = {
    "activityType",
    "taskList",
    "control",
    "scheduleToStartTimeout",
    "scheduleToCloseTimeout",
    "startToCloseTimeout",
    "heartbeatTimeout",
}


def cases() -> Iterator[Any]:
    for path in sorted((ROOT / "tests" / "decisions").glob("*.json")):
        document = json.loads(path.read_text())
        spec = document["spec"]
        value = json.loads((ROOT / spec).read_text()) if isinstance(spec, str) else spec
        for case in document["cases"]:
            yield pytest.param(value, case, id=f"{path.stem}: {case['claim']}")


@pytest.mark.parametrize(("spec", "case"), list(cases()))
def test_after_this_history_come_these_decisions(spec: dict[str, Any], case: dict[str, Any]) -> None:
    plan = plan_from(spec)
    run = Run(plan, workflow_id="w", run_id="r")
    for number, entry in enumerate(filled(case["history"], plan.digest), start=1):
        run.fold(event(number, entry))
    expected = filled(case["decisions"], plan.digest)
    decisions = [dict([shown(decision)]) for decision in run.decisions()]
    assert len(decisions) == len(expected)
    for decision, wanted in zip(decisions, expected, strict=True):
        assert decision.keys() == wanted.keys()
        for kind, attributes in wanted.items():
            assert {key: value for key, value in decision[kind].items() if key in attributes or key not in QUIET} == attributes


def filled(value: Any, digest: str) -> Any:
    return json.loads(json.dumps(value).replace("<digest>", digest))


def event(number: int, entry: dict[str, Any]) -> dict[str, Any]:
    (kind,) = entry.keys() - {"at"}
    key = f"{kind[0].lower()}{kind[1:]}EventAttributes"
    return {"eventId": number, "eventTimestamp": T0 + entry.get("at", 0), "eventType": kind, key: entry[kind]}


def shown(decision: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = decision["decisionType"]
    return kind, decision[f"{kind[0].lower()}{kind[1:]}DecisionAttributes"]
