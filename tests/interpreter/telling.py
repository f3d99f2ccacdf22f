"""What tests of whole runs say and ask."""

from __future__ import annotations

import json
from typing import Any

from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import Execution, kinds

SERIAL = {"a": activity("b"), "b": activity("done", input="{% results.a %}"), "done": end(output="{% results.b %}")}


def swf_of(nodes: dict[str, Any], value: Any = None, **top: Any) -> Execution:
    return Execution(plan_of(nodes, **top)).start(value)


def states(swf: Execution) -> dict[str, str]:
    return {name: str(node.state) for name, node in swf.run.view().nodes.items()}


def scheduled(swf: Execution) -> list[str]:
    """activityIds of the last decisions."""
    found = [decision.get("scheduleActivityTaskDecisionAttributes", {}).get("activityId") for decision in swf.decisions]
    return [activity_id for activity_id in found if activity_id]


def timers(swf: Execution) -> dict[str, str]:
    """Timers of the last decisions: id -> seconds."""
    found = [decision["startTimerDecisionAttributes"] for decision in swf.decisions if decision["decisionType"] == "StartTimer"]
    return {attributes["timerId"]: attributes["startToFireTimeout"] for attributes in found}


def closing(swf: Execution) -> dict[str, Any]:
    """The attributes of the close decision among the last decisions."""
    kind = swf.decisions[-1]["decisionType"]
    return dict(swf.decisions[-1][f"{kind[0].lower()}{kind[1:]}DecisionAttributes"])


def failure(swf: Execution) -> tuple[str, dict[str, Any]]:
    assert kinds(swf.decisions)[-1] == "FailWorkflowExecution"
    return closing(swf)["reason"], json.loads(closing(swf)["details"])


def attributes(swf: Execution, kind: str) -> list[dict[str, Any]]:
    """Of the last decisions of this type."""
    key = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
    return [dict(decision[key]) for decision in swf.decisions if decision["decisionType"] == kind]
