"""Laws of playing, on random specs of the whole language, with random answers, signals and requests to cancel."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.compile import compile_spec
from engine.interpreter.run import Run
from engine.spec.model import LambdaNode, Spec
from engine.testing.coverage import coverage_of
from engine.testing.expect import differences
from engine.testing.model import At, Attempts, Cancel, Expectation, Fail, Result, Scenario, Sent, Terminate
from engine.testing.outcome import Outcome
from engine.testing.registered import register
from engine.testing.stage import WORKFLOW_ID, play
from tests.strategies import SIGNALS, whole_inputs, whole_specs

DELAYS = st.sampled_from((0, 0, 1, 90, 86_400))
DONE = st.builds(Result, value=st.sampled_from((None, 1, "text", {"n": 2}, [])), delay=DELAYS, ignores_cancel=st.booleans())
FAILED = st.builds(Fail, name=st.sampled_from(("Broken", "ExitCode.1", "Other")), delay=DELAYS, ignores_cancel=st.booleans())


def always(answers: st.SearchStrategy[Any]) -> st.SearchStrategy[Attempts]:
    return answers.map(lambda answer: Attempts(answers=(answer,), always=True))


@st.composite
def scenarios(draw: st.DrawFn, spec: Spec) -> Scenario:
    functions = {node.function for node in spec.nodes.values() if isinstance(node, LambdaNode)}
    sent = st.builds(Sent, name=st.sampled_from(SIGNALS), moment=st.just(At(seconds=0)), input=st.integers(0, 3))
    return Scenario(
        name="random",
        input=draw(whole_inputs()),
        activities={name: draw(always(DONE | FAILED | st.builds(Cancel, delay=DELAYS))) for name in spec.activities},
        children={"Child": draw(always(DONE | FAILED | st.builds(Cancel, delay=DELAYS) | st.builds(Terminate, delay=DELAYS)))},
        lambdas={name: draw(always(DONE | FAILED)) for name in functions},
        signals=tuple(draw(st.lists(sent, max_size=2))),
    )


def played(spec: Spec, scenario: Scenario) -> Outcome:
    return play(scenario, compile_spec(spec), (), register(spec, ()))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_scenario_ends_and_its_histories_fold_to_what_was_followed(data: st.DataObject) -> None:
    spec = data.draw(whole_specs())
    outcome = played(spec, data.draw(scenarios(spec)))
    run = Run(compile_spec(spec), workflow_id=WORKFLOW_ID, run_id=outcome.run_id)
    for event in outcome.history:
        run.fold(event)
    assert run.closed
    assert set(outcome.path) == {name for one in outcome.followed for name, node in one.view.nodes.items() if node.visit}
    assert sum(outcome.visits.values()) == len(outcome.path)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_played_again_it_comes_to_the_same(data: st.DataObject) -> None:
    plan = compile_spec(spec := data.draw(whole_specs()))
    scenario, registered = data.draw(scenarios(spec)), register(spec, ())
    assert play(scenario, plan, (), registered) == play(scenario, plan, (), registered)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_what_came_is_what_may_be_expected(data: st.DataObject) -> None:
    spec = data.draw(whole_specs())
    outcome = played(spec, data.draw(scenarios(spec)))
    expected = Expectation(
        status=outcome.status,
        output=outcome.output,
        reason=outcome.reason,
        details=outcome.details,
        path=outcome.path,
        visits=outcome.visits,
        attempts=outcome.attempts,
        calls={name: list(given) for name, given in outcome.calls.items()},
        results=outcome.results,
        undone=outcome.undone,
        not_undone=outcome.not_undone,
        check=("duration >= 0",),
    )
    assert differences(expected, outcome) == ()


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_more_scenarios_never_cover_less(data: st.DataObject) -> None:
    spec = data.draw(whole_specs())
    plan = compile_spec(spec)
    first, second = (played(spec, data.draw(scenarios(spec))) for _ in range(2))
    one, both = coverage_of(plan, first.followed), coverage_of(plan, (*first.followed, *second.followed))
    assert one.nodes <= both.nodes
    assert one.covered <= both.covered
    assert {gap.what for gap in both.gaps} <= {gap.what for gap in one.gaps}
