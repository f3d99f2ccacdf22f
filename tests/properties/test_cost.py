"""Law: what a decision costs does not grow with the history, nor with the number of nodes.

Counted in bytecodes, not in seconds: the same on every machine. What happens inside one call of a function written in C is not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from engine.graph.plan import Plan
from engine.interpreter.run import Run
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import Execution

LENGTH = 120
WITHOUT_END = 1_000_000
"""Events: none of these histories is to be gone on with in another execution."""


class Counter:
    def __init__(self) -> None:
        self.steps = 0

    def trace(self, frame: FrameType, event: str, _argument: Any) -> Callable[..., Any]:
        frame.f_trace_opcodes = True
        self.steps += event == "opcode"
        return self.trace


@contextmanager
def counting() -> Iterator[Counter]:
    before, counter = sys.gettrace(), Counter()
    sys.settrace(counter.trace)
    try:
        yield counter
    finally:
        sys.settrace(before)


def costs(plan: Plan, history: list[dict[str, Any]]) -> list[int]:
    """Bytecodes for each decision: to fold what is new, to say the decisions and the context."""
    run, found = Run(plan, workflow_id="w", run_id="r", most_events=WITHOUT_END), []
    with counting() as counter:
        for event in history:
            run.fold(event)
            if event["eventType"] == "DecisionTaskStarted":
                run.decisions()
                run.context()
                found.append(counter.steps)
                counter.steps = 0
    return found


def assert_flat(plan: Plan, activity_ids: list[str]) -> None:
    swf = Execution(plan).start()
    for activity_id in activity_ids:
        swf.decide().complete(activity_id, 7)
    swf.decide()
    assert swf.closed
    found = costs(plan, swf.history)
    assert max(found[LENGTH - 20 : LENGTH - 1]) <= max(found[5:25]) * 1.02


def test_a_step_costs_the_same_at_the_end_of_a_long_serial_run_as_at_its_beginning() -> None:
    names = [f"n{number:03}" for number in range(LENGTH)]
    told = "{% execution.workflowId & $string(input) %}"
    nodes = {name: activity(after, input=told) for name, after in zip(names, [*names[1:], "done"], strict=True)}
    assert_flat(plan_of(nodes | {"done": end()}), names)


def test_a_turn_of_a_loop_costs_the_same_however_often_it_has_turned() -> None:
    choice = {"when": "execution.visits.a > 0", "retryFrom": "a", "maxTimes": LENGTH - 1}
    check = {"type": "decision", "choices": [choice], "default": "done"}
    plan = plan_of({"a": activity("check"), "check": check, "done": end()})
    assert_flat(plan, ["a", *(f"a.{visit}.1" for visit in range(2, LENGTH + 1))])


def test_a_completion_costs_the_same_however_wide_the_fan_out_is() -> None:
    names = [f"n{number:03}" for number in range(90)]
    nodes = {"fork": {"type": "pass", "next": names}} | {name: activity("done") for name in names} | {"done": end()}
    plan = plan_of(nodes)
    swf = Execution(plan).start().decide()
    for name in names:
        swf.complete(name).decide()
    found = costs(plan, swf.history)
    assert max(found[60:80]) <= max(found[5:25]) * 1.02


def item_costs(count: int, kind: str) -> list[int]:
    """Of the decisions between the first hundred and the last thirty of so many items, 20 of them at a time."""
    work = {"activity": activity("done"), "workflow": {"type": "workflow", "workflow": {"name": "Part", "version": "1.0"}, "next": "done"}}
    node = work[kind] | {"forEach": {"items": "input", "maxConcurrency": 20}, "input": {"of": "{% item %}"}, "retry": {"interval": 5}}
    swf = Execution(plan_of({"n": node, "done": end()}), most_events=WITHOUT_END).start(list(range(count)))
    for index in range(count):
        swf.decide()
        if kind == "activity":
            swf.complete(f"n.1.1.{index}", 7)
        else:
            swf.end_child(f"w.n.1.1.{index}.454349e4", result=7)
    swf.decide()
    assert swf.closed
    return costs(swf.plan, swf.history)[100:-30]


def test_an_item_costs_the_same_however_many_there_are_and_however_many_are_done() -> None:
    few, many = item_costs(200, "activity"), item_costs(2_000, "activity")
    assert max(many) <= max(few) * 1.02


def test_a_child_of_an_item_costs_the_same_however_many_there_are() -> None:
    few, many = item_costs(200, "workflow"), item_costs(1_000, "workflow")
    assert max(many) <= max(few) * 1.02


def test_a_signal_costs_the_same_however_many_are_kept() -> None:
    """As long as nothing reads them all."""
    names = [f"w{number:03}" for number in range(LENGTH)]
    nodes = {name: {"type": "wait", "signal": "go", "next": after} for name, after in zip(names, [*names[1:], "done"], strict=True)}
    swf = Execution(plan_of({"a": activity("w000"), **nodes, "done": end()})).start().decide()
    for _ in range(LENGTH):
        swf.signal("stop", 1)
        swf.decide()
    swf.complete("a")
    for _ in range(LENGTH):
        swf.decide().signal("go", 1)
    assert swf.decide().closed
    found = costs(swf.plan, swf.history)
    assert max(found[LENGTH - 20 : LENGTH]) <= max(found[5:25]) * 1.02
    assert max(found[-22:-2]) <= max(found[LENGTH + 5 : LENGTH + 25]) * 1.02
