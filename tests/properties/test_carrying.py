"""Laws of going on in a new execution: wherever a run is cut, it goes on as it would have."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, Self

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.compile import compile_spec
from engine.graph.plan import Plan
from engine.interpreter.carry import known_of
from engine.interpreter.draining import FEWEST_EVENTS
from engine.interpreter.packing import packed
from engine.interpreter.parts import first_of
from engine.interpreter.portions import ANY, CARRIED, Means
from engine.interpreter.run import Run
from engine.interpreter.terms import NONE_GIVEN
from engine.interpreter.unpacking import read_state, take_up
from engine.interpreter.view import RunView
from engine.spec.model import ABSENT, Spec
from engine.spec.payload import decode, encode
from tests.interpreter.chain import Chain, input_of
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import T0, Execution
from tests.interpreter.telling import closing
from tests.properties.driving import Driver
from tests.properties.lines import lines, play
from tests.properties.oracle import Oracle
from tests.properties.test_oracle import agree, tell
from tests.strategies import inputs, specs, whole_inputs, whole_specs

RANDOM = st.randoms(use_true_random=False)
EVENTS = st.integers(min_value=FEWEST_EVENTS, max_value=15)
MANY = 1_000_000
IN_MARKERS = Means(inline=0, portion=150)
MEANS = st.sampled_from((ANY, IN_MARKERS, Means(inline=1_000, portion=1_000), Means(inline=0, portion=300, most=3)))
"""A state is in the input, in some markers, in one or the other, or in few markers, if they have room for it."""
SOME = st.integers(min_value=0, max_value=4)


@given(specs(), inputs(), RANDOM, EVENTS, MEANS)
@settings(max_examples=150, deadline=None)
def test_a_run_that_is_carried_agrees_with_the_oracle_that_knows_nothing_of_it(
    spec: Spec, value: dict[str, Any], random: Random, most_events: int, means: Means
) -> None:
    swf = Chain(compile_spec(spec), most_events=most_events, longest=MANY, means=means)
    swf.start(value)
    oracle = Oracle(swf.plan, value)
    oracle.begin()
    driver = Driver(swf, random)
    while not swf.closed:
        driver.step()
        tell(oracle, swf, *driver.done[-1])
        agree(swf, oracle)
    assert oracle.ended


@given(whole_specs(), whole_inputs(), RANDOM, EVENTS, MEANS, st.sampled_from((1_500, MANY)))
@settings(max_examples=150, deadline=None)
def test_a_run_that_is_carried_ends_whatever_happens(
    spec: Spec, value: Any, random: Random, most_events: int, means: Means, longest: int
) -> None:
    swf = Chain(compile_spec(spec), most_events=most_events, longest=longest, means=means)
    swf.start(value)
    Driver(swf, random, trouble=True).finish()
    assert swf.run.decisions() == []
    assert swf.run.view().outcome is not ABSENT


@given(whole_specs(), whole_inputs(), RANDOM)
@settings(max_examples=120, deadline=None)
def test_a_state_that_is_taken_up_is_the_same_state(spec: Spec, value: Any, random: Random) -> None:
    """At every moment at which no work is open; through text, as it travels."""
    swf = Chain(compile_spec(spec), most_events=MANY, longest=MANY)
    swf.start(value)
    driver = Driver(swf, random, trouble=True)
    while not swf.closed:
        driver.step()
        parts = swf.run.parts
        if parts.ledger.quiet and not swf.closed and parts.closing.phase == "running":
            taken = through_text(packed(parts, first_of("r1", T0, NONE_GIVEN)))
            other = Run(swf.plan, workflow_id="w", run_id="r2", most_events=MANY, longest=MANY)
            other.parts.data.begin(swf.run.parts.data.input, "Random", "1.0", T0)
            take_up(other.parts, read_state(taken, swf.plan.digest, 1))
            assert through_text(packed(other.parts, first_of("r1", T0, NONE_GIVEN))) == taken
            assert seen(other) == seen(swf.run)


@given(whole_specs(), whole_inputs(), RANDOM)
@settings(max_examples=120, deadline=None)
def test_what_had_completed_is_not_done_again(spec: Spec, value: Any, random: Random) -> None:
    """A second execution that knows what the first one had completed ends as well, and begins none of that in a first visit."""
    first = Execution(compile_spec(spec)).start(value)
    Driver(first, random, trouble=True).finish()
    known = through_text(known_of(first.run))
    second = Execution(first.plan, run_id="r2").start({"$swfgraph": {"v": 1, "input": value, "known": known}})
    Driver(second, random, trouble=True).finish()
    begun = [control for control in second.controls.values() if control and control["visit"] == 1 and "undo" not in control]
    for control in begun:
        entry = known.get(control["node"], {})
        assert "result" not in entry
        assert str(control.get("item")) not in entry.get("items", {})


@given(lines(), SOME, SOME, st.integers(min_value=1, max_value=60), EVENTS, RANDOM)
@settings(max_examples=250, deadline=None)
def test_a_run_that_is_carried_comes_to_what_it_would_have_come_to(
    spec: Spec, n: int, signals: int, cancel_after: int, most_events: int, random: Random
) -> None:
    """Outcome, results, visits, what was undone, and when: not carried, carried in inputs (or a store), and carried in markers, with
    deciders that die and signals that come between one marker and the next."""
    ends = []
    for most, means in ((MANY, ANY), (most_events, ANY), (most_events, IN_MARKERS)):
        swf = Meddled(compile_spec(spec), random, most_events=most, longest=MANY, means=means)
        swf.start({"n": n})
        for number in range(signals):
            swf.signal("go", number)
        play(swf, cancel_after=cancel_after)
        view = replace(seen(swf.run), last_event_id=0, outcome=ABSENT)
        ends.append((swf.closed, without_meddling(closing(swf)), swf.now, view, swf.markers.get("swfgraph.compensation")))
    assert ends[0] == ends[1]
    assert ends[0] == ends[1]
    assert ends[0] == ends[2]


def test_a_loop_of_thousands_of_turns_keeps_every_history_and_every_state_small() -> None:
    turns = 3_000
    back = {"when": f"execution.visits.a < {turns}", "retryFrom": "a", "maxTimes": turns}
    nodes = {"a": activity("check"), "check": {"type": "decision", "choices": [back], "default": "done"}}
    swf = Chain(plan_of(nodes | {"done": end(output="{% [execution.visits.a, execution.startTime] %}")}), most_events=200)
    swf.start().decide()
    while not swf.closed:
        for task in list(swf.tasks):
            swf.wait(1).complete(task)
        swf.decide()
    assert closing(swf) == {"result": f"[{turns},{T0:.0f}]"}
    assert len(swf.runs_before) == turns * 6 // 200
    assert all(len(history) <= 210 for history in swf.runs_before)
    assert len(input_of(swf)) < 500


MEDDLING = "nobody"


def without_meddling(ended: dict[str, Any]) -> dict[str, Any]:
    """What expressions see of signals that nobody waits for."""
    told = decode(ended.get("result", ""))
    return {**ended, "result": {**told, "signals": {**told["signals"], MEDDLING: []}}} if isinstance(told, dict) else ended


class Meddled(Chain):
    """While it records its state, the decider dies, or somebody signals what nobody waits for; so it takes a few decisions more."""

    def __init__(self, plan: Plan, random: Random, **limits: Any) -> None:
        super().__init__(plan, **limits)
        self.random = random

    def respond(self) -> Self:
        carrying = any(CARRIED in str(decision) for decision in self.decisions)
        match self.random.randrange(6) if carrying else 0:
            case 1:
                return self.lose()
            case 2:
                self.signal(MEDDLING, "x" * self.random.randrange(400))
            case 3:
                self.run = self.folded()
        return super().respond()

    def folded(self) -> Run:
        """By another decider, from scratch."""
        run = self.new_run()
        for event in self.history:
            run.fold(event)
        assert run.decisions() == self.run.decisions()
        return run


def seen(run: Run) -> RunView:
    """Where the children of items are is not carried: also of a visit before, in a node that is idle again."""
    view = run.view()
    nodes = {name: replace(node, children=tuple(one for one in node.children if one.item is ABSENT)) for name, node in view.nodes.items()}
    return replace(view, nodes=nodes, time=0, last_event_id=0)


def through_text(value: Any) -> Any:
    return decode(encode(value))
