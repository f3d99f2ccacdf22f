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
    run, found = Run(plan, workflow_id="w", run_id="r"), []
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
