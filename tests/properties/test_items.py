"""Laws of forEach, against a model that knows nothing of histories: what each item does is settled before anything begins.

An item fails so many times and then completes, or fails for good; in which order its answers come is chance.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import floor
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import Execution

KINDS = ("activity", "workflow", "lambda")
ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """One forEach: of each item, how often it fails (ATTEMPTS: for good)."""

    kind: str
    failures: list[int]
    most: int
    tolerate: int | str
    interval: int

    @property
    def allowed(self) -> int:
        return self.tolerate if isinstance(self.tolerate, int) else floor(len(self.failures) * int(self.tolerate[:-1]) / 100)

    @property
    def lost(self) -> list[int]:
        return [index for index, failures in enumerate(self.failures) if failures >= ATTEMPTS]

    def execution(self) -> Execution:
        work: dict[str, Any] = {"activity": activity("done")}
        work["workflow"] = {"type": "workflow", "workflow": {"name": "Part", "version": "1.0"}, "next": "done"}
        work["lambda"] = {"type": "lambda", "function": "part", "next": "done"}
        items = {"items": "input", "tolerate": self.tolerate} | ({"maxConcurrency": self.most} if self.most else {})
        node = work[self.kind] | {"forEach": items, "input": "{% item %}", "output": "{% result & '!' %}"}
        node["retry"] = {"maxAttempts": ATTEMPTS, "interval": self.interval}
        told = {"results": "{% results.n %}", "lost": "{% [errors.n.items.index] ?? [] %}"}
        return Execution(plan_of({"n": node, "done": end(output=told)})).start([f"item {index}" for index in range(len(self.failures))])


def eaches() -> st.SearchStrategy[Each]:
    return st.builds(
        Each,
        kind=st.sampled_from(KINDS),
        failures=st.lists(st.sampled_from((0, 0, 0, 1, 2, ATTEMPTS)), max_size=30),
        most=st.integers(min_value=0, max_value=5),
        tolerate=st.sampled_from((0, 1, 3, "25%", "100%")),
        interval=st.sampled_from((0, 5)),
    )


def open_work(swf: Execution) -> dict[str, dict[str, Any]]:
    """By id: what the control of each says."""
    return {name: swf.controls[name] for name in (*swf.tasks, *swf.children, *swf.functions)}


def answer(each: Each, swf: Execution, name: str) -> None:
    control = swf.controls[name]
    fails = control["attempt"] <= each.failures[control["item"]]
    result = f"result {control['item']}"
    match each.kind:
        case "activity":
            swf.fail(name, "Broken") if fails else swf.complete(name, result)
        case "workflow":
            swf.end_child(name, "Failed") if fails else swf.end_child(name, "Completed", result)
        case _:
            swf.end_function(name, "Failed") if fails else swf.end_function(name, "Completed", result)


def play(each: Each, random: Random) -> Execution:
    swf = each.execution()
    while not swf.closed:
        if swf.due and random.random() < 0.5:
            swf.decide()
            continue
        names = [*open_work(swf), *swf.timers]
        if names:
            name = random.choice(names)
            swf.fire(name) if name in swf.timers else answer(each, swf, name)
        check_places(each, swf)
    return swf


def check_places(each: Each, swf: Execution) -> None:
    items = [control["item"] for control in open_work(swf).values()]
    assert len(items) == len(set(items))
    waiting = sum(".retry." in name for name in swf.timers)
    if each.most:
        assert len(items) + waiting <= each.most


@given(eaches(), st.integers(min_value=0, max_value=2**32))
@settings(max_examples=200, deadline=None)
def test_results_are_in_order_and_the_node_fails_when_more_items_do_than_may(each: Each, seed: int) -> None:
    swf = play(each, Random(seed))
    if len(each.lost) > each.allowed:
        assert swf.closed == "WorkflowExecutionFailed"
        details = json.loads(swf.history[-1]["workflowExecutionFailedEventAttributes"]["details"])
        assert details["attempts"] == ATTEMPTS
        assert any(details["message"].startswith(f"item {index}: ") for index in each.lost)
        return
    told = json.loads(swf.history[-1]["workflowExecutionCompletedEventAttributes"]["result"])
    assert told["lost"] == each.lost
    assert told["results"] == [None if index in each.lost else f"result {index}!" for index in range(len(each.failures))]


@given(eaches(), st.integers(min_value=0, max_value=2**32))
@settings(max_examples=100, deadline=None)
def test_every_item_is_attempted_as_often_as_it_must_be_and_no_more(each: Each, seed: int) -> None:
    swf = play(each, Random(seed))
    attempts = dict.fromkeys(range(len(each.failures)), 0)
    for control in swf.controls.values():
        if "item" in control:
            attempts[control["item"]] = max(attempts[control["item"]], control["attempt"])
    for index, failures in enumerate(each.failures):
        needed = min(failures + 1, ATTEMPTS)
        assert attempts[index] == needed if len(each.lost) <= each.allowed else attempts[index] <= needed
