"""Workflows in which one thing happens after the other, and a world without chance: what comes of them does not depend on who waits."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.spec.model import Spec
from engine.spec.parse import parse_spec
from engine.spec.source import parse_document
from tests.interpreter.swf import Execution

MOST_STEPS = 400
SECONDS = 7
"""That everything takes which others do for us."""


@st.composite
def lines(draw: DrawFn) -> Spec:
    """s0 -> s1 -> ... -> end, with repetitions, ways back, items one at a time, undoing, and a way out for cancellations."""
    names = [f"s{index}" for index in range(draw(st.integers(min_value=1, max_value=5)))]
    nodes = {
        name: draw(_step(names[:index])) | {"next": after}
        for index, (name, after) in enumerate(zip(names, [*names[1:], "end"], strict=True))
    }
    for node in nodes.values():
        if node["type"] == "decision":
            node["default"] = node.pop("next")
    nodes["end"] = {"type": "terminal", "status": draw(st.sampled_from(("completed", "failed", "canceled")))}
    nodes["end"] |= {"compensate": draw(st.booleans())}
    if nodes["end"]["status"] == "completed":
        nodes["end"] |= {"output": "{% $ %}"}
    document = {"name": "Line", "version": "1.0", "domain": "tests", "taskList": "line", "nodes": nodes}
    if draw(st.booleans()):
        nodes |= {"tidy": {"type": "activity", "activity": "Work", "next": draw(st.sampled_from((*names[1:], "end")))}}
        document["onCancel"] = "tidy"
    uses = json.dumps(nodes)
    document["activities"] = {name: {"version": "1.0"} for name in ("Work", "Undo") if f'"activity": "{name}"' in uses}
    return parse_spec(parse_document(json.dumps(document), "line.json"))


@st.composite
def _step(draw: DrawFn, earlier: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(("activity", "activity", "activity", "wait", "signal", "decision", "pass")))
    if kind == "wait":
        return {"type": "wait", "for": draw(st.sampled_from(("10s", "{% $count($keys(execution.visits)) * 60 %}")))}
    if kind == "signal":
        return {"type": "wait", "signal": "go", "timeout": 30, "catch": [{"errors": ["*"], "next": "end"}]}
    if kind == "pass":
        return {"type": "pass", "output": "{% $sum($map($keys(execution.visits), function($k) { $lookup(execution.visits, $k) })) %}"}
    if kind == "decision":
        back = [{"when": "input.n > 1", "retryFrom": draw(st.sampled_from(earlier)), "maxTimes": 3}] if earlier else []
        return {"type": "decision", "choices": back or [{"when": "input.n > 9", "next": "end"}]}
    node: dict[str, Any] = {"type": "activity", "activity": "Work", "input": "{% execution %}"}
    if draw(st.booleans()):
        node["retry"] = {"maxAttempts": 3, "interval": draw(st.integers(min_value=0, max_value=90)), "jitter": 0.5}
    if draw(st.booleans()):
        node["compensate"] = {"activity": "Undo", "retry": {"maxAttempts": 2, "interval": 20}}
    if draw(st.booleans()):
        node["forEach"] = {"items": "[1..4]", "maxConcurrency": 1, "tolerate": draw(st.integers(min_value=0, max_value=4))}
        node["input"] = {"item": "{% item %}", "of": "{% execution.startTime %}"}
    if draw(st.booleans()) and earlier:
        node["catch"] = [{"errors": ["*"], "retryFrom": draw(st.sampled_from(earlier)), "maxTimes": 2}]
    return node


def play(swf: Execution, *, cancel_after: int) -> Execution:
    """To the end. What comes of a task follows from its id; after so many of them, the execution is asked to cancel."""
    answers = 0
    for _ in range(MOST_STEPS):
        if swf.closed:
            return swf
        if swf.due:
            swf.decide()
        elif swf.tasks:
            answers += 1
            _answer(swf.wait(SECONDS), next(iter(swf.tasks)))
            if answers == cancel_after:
                swf.request_cancel()
        else:
            swf.fire(min(swf.timers, key=lambda timer: swf.timers[timer][1]))
    raise AssertionError("it does not come to an end")


def _answer(swf: Execution, task: str) -> None:
    chance = sha256(task.encode()).digest()[0]
    if chance < 80:
        swf.fail(task, "Broken", task)
    else:
        swf.complete(task, {"task": task, "chance": chance})
