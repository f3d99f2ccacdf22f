"""Laws of the fold, on random specs with random outcomes, refusals, lost decisions and cancellations."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import HistoryError
from engine.graph.compile import compile_spec
from engine.graph.plan import EdgeKind, Plan
from engine.interpreter.run import Run
from engine.interpreter.works import WORK_NODES
from engine.spec.model import ABSENT, Spec
from tests.interpreter.swf import Execution
from tests.properties.driving import Driver
from tests.strategies import specs, whole_inputs, whole_specs

RANDOM = st.randoms(use_true_random=False)
EXAMPLES = 100
SPECS = st.one_of(specs(), whole_specs())
"""Small ones of the first words of the language, and of the whole of it."""
INPUTS = whole_inputs()


def finished(spec: Spec, value: Any, random: Random, *, trouble: bool) -> Execution:
    driver = Driver(Execution(compile_spec(spec)).start(value), random, trouble=trouble)
    driver.finish()
    return driver.swf


@given(SPECS, INPUTS, RANDOM)
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_run_ends_and_swf_never_has_to_refuse_what_it_asks_for(spec: Spec, value: Any, random: Random) -> None:
    swf = finished(spec, value, random, trouble=True)  # the tiny SWF asserts the second half
    assert swf.run.closed
    assert swf.run.decisions() == []


@given(SPECS, INPUTS, RANDOM)
@settings(max_examples=EXAMPLES, deadline=None)
def test_folding_from_scratch_is_folding_on_from_any_cut(spec: Spec, value: Any, random: Random) -> None:
    """One run is asked for decisions, context and view after every event, one at the end only."""
    swf = finished(spec, value, random, trouble=True)
    asked = Run(swf.plan, workflow_id="w", run_id="r")
    for cut, event in enumerate(swf.history, start=1):
        asked.fold(event)
        said = asked.decisions(), asked.context(), asked.view()
        if cut % 7 == 0:
            scratch = Run(swf.plan, workflow_id="w", run_id="r")
            for earlier in swf.history[:cut]:
                scratch.fold(earlier)
            assert said == (scratch.decisions(), scratch.context(), scratch.view())
    assert asked.view() == swf.run.view()


@given(SPECS, INPUTS, RANDOM, RANDOM)
@settings(max_examples=EXAMPLES, deadline=None)
def test_it_does_not_matter_how_often_the_decider_is_asked_and_dies(spec: Spec, value: Any, random: Random, deaths: Random) -> None:
    """The same things happen once more, with decision tasks in between that come to nothing."""
    driver = Driver(Execution(compile_spec(spec)).start(value), random)
    driver.finish()
    again = Driver(Execution(driver.swf.plan).start(value), random)
    for action in driver.done:
        if not again.deciding and deaths.random() < 0.3:
            again.do(("take", ()))
            again.do(("lose", ()))
        again.do(action)
    ours, theirs = driver.swf.run.view(), again.swf.run.view()
    assert replace(theirs, last_event_id=ours.last_event_id) == ours


@given(SPECS, INPUTS, RANDOM)
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_node_runs_more_often_than_its_bounds_allow(spec: Spec, value: Any, random: Random) -> None:
    swf = finished(spec, value, random, trouble=True)
    view = swf.run.view()
    for name, node in view.nodes.items():
        assert node.visit <= most_visits(swf.plan, name)
        assert node.attempt <= most_attempts(swf.plan, name)
    for edge, seen in zip(swf.plan.edges, view.edges, strict=True):
        if edge.kind is EdgeKind.RETRY_FROM:
            assert seen.taken <= edge.max_times


@given(SPECS, INPUTS, RANDOM)
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_refused_event_changes_nothing(spec: Spec, value: Any, random: Random) -> None:
    """Events that can't follow are offered between those that can."""
    swf = finished(spec, value, random, trouble=False)
    run = Run(swf.plan, workflow_id="w", run_id="r")
    for event in swf.history:
        before = run.decisions(), run.context(), run.view()
        stray = {**random.choice(swf.history), "eventId": run.last_event_id + 1}
        if stray != event and not folds(swf.plan, swf.history[: run.last_event_id], stray):
            with pytest.raises(HistoryError):
                run.fold(stray)
            assert (run.decisions(), run.context(), run.view()) == before
        run.fold(event)
    assert run.view() == swf.run.view()


def folds(plan: Plan, history: list[dict[str, Any]], event: dict[str, Any]) -> bool:
    run = Run(plan, workflow_id="w", run_id="r")
    for earlier in history:
        run.fold(earlier)
    try:
        run.fold(event)
    except HistoryError:
        return False
    return True


def most_visits(plan: Plan, name: str) -> int:
    return 1 + sum(edge.max_times for edge in plan.retry_from.values() if name in plan.downstream[edge.target])


def most_attempts(plan: Plan, name: str) -> int:
    node = plan.nodes[name]
    return max((rule.max_attempts for rule in node.retry), default=1) if isinstance(node, WORK_NODES) and node.for_each is ABSENT else 1
