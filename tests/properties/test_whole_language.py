"""Laws of the whole language, on the embedded service's own core, under virtual time: whatever its parties, its machine and people do.

A request that the service refuses as invalid fails the test: the interpreter never makes one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.graph.compile import compile_spec
from engine.interpreter.view import RunView
from engine.service.core import Limits
from engine.spec.model import ABSENT, Spec
from tests.properties.world import World, chain_of
from tests.strategies import inputs, specs, whole_inputs, whole_specs

MOST_TURNS = 8_000
TIGHT = Limits(open_activities=2, open_timers=2, open_children=2, open_lambda_functions=2)
LIMITS = st.sampled_from((Limits(), TIGHT))
EVENTS = st.sampled_from((9_000, 40, 15))
WHOLE = st.tuples(whole_specs(), whole_inputs())
PLAIN = st.tuples(specs(), inputs())
"""Activities, decisions and waits alone: denser graphs."""


def lived(spec: Spec, value: Any, seed: int, limits: Limits, most_events: int) -> World:
    """The world, once its execution is closed."""
    world = World(compile_spec(spec), value, Random(seed), limits, most_events=most_events)
    for _ in range(MOST_TURNS):
        if world.closed:
            return world
        world.turn()
    raise AssertionError(f"it does not end: {world.new_run().context()}")


@given(WHOLE | PLAIN, st.integers(min_value=0), LIMITS, EVENTS)
@settings(max_examples=250, deadline=None)
def test_every_execution_ends_and_its_histories_fold(drawn: tuple[Spec, Any], seed: int, limits: Limits, most_events: int) -> None:
    world = lived(*drawn, seed, limits, most_events)
    histories = chain_of(world)
    event(f"executions in the chain: {min(len(histories), 5)}")
    event(f"closed as {world.closed}")
    assert world.closed in {"COMPLETED", "FAILED", "CANCELED"}
    for run_id, history in histories.items():
        run = world.new_run(run_id)
        for happened in history:
            run.fold(happened)
        assert run.closed
        assert run.decisions() == []
        items_are_in_order(run.view())
        undone_in_reverse(history)


def items_are_in_order(view: RunView) -> None:
    """A forEach that has completed has one result per item; those within tolerance that failed are null."""
    for node in view.nodes.values():
        items = node.items
        if items is not ABSENT and str(node.state) == "completed":
            assert isinstance(node.result, list)
            assert len(node.result) == items.total
            assert items.done + items.failed == items.total


def undone_in_reverse(history: Sequence[Mapping[str, Any]]) -> None:
    """Within one history: the first attempts to undo come in the reverse order of what completed in it."""
    completed: list[tuple[Any, ...]] = []
    undone: list[tuple[Any, ...]] = []
    scheduled: dict[int, Mapping[str, Any]] = {}
    for happened in history:
        if happened["eventType"] == "ActivityTaskScheduled":
            control = json.loads(happened["activityTaskScheduledEventAttributes"]["control"])
            scheduled[happened["eventId"]] = control
            if control.get("undo") and control["attempt"] == 1:
                undone.append((control["node"], control["visit"], control.get("item")))
        elif happened["eventType"] == "ActivityTaskCompleted":
            control = scheduled[happened["activityTaskCompletedEventAttributes"]["scheduledEventId"]]
            if not control.get("undo"):
                completed.append((control["node"], control["visit"], control.get("item")))
    places = [len(completed) - completed[::-1].index(one) for one in undone if one in completed]
    assert places == sorted(places, reverse=True)
