from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings

from engine.graph.before import Before, Standing, before
from engine.graph.forks import Fork, fork_of
from engine.graph.plan import Edge, EdgeKind
from engine.graph.structure import structure_of
from engine.spec.model import ABSENT, JoinKind, Spec
from tests.graph.samples import act, bare, choose, end, spec
from tests.strategies import specs, whole_specs


def known(nodes: dict[str, Any], **more: Any) -> Before:
    return before(structure_of(spec(nodes, **more)))


SPLIT = {"a": act("x", "y"), "x": act("m"), "y": act("m"), "m": bare("done"), "done": end()}
EITHER = {"a": choose("x", default="y"), "x": act("m"), "y": act("m"), "m": bare("done"), "done": end()}


def test_what_comes_before_on_the_only_path_has_completed() -> None:
    assert known(SPLIT).result("x", "a") is Standing.ALWAYS


def test_parallel_branches_have_both_completed_where_they_meet() -> None:
    assert known(SPLIT).result("m", "x") is Standing.ALWAYS
    assert known(SPLIT).result("done", "y") is Standing.ALWAYS


def test_a_join_of_any_does_not_wait_for_the_other() -> None:
    assert known(SPLIT | {"m": bare("done", join="any")}).result("m", "x") is Standing.MAY_BE_RUNNING


def test_a_join_of_as_many_as_there_are_waits_for_all() -> None:
    assert known(SPLIT | {"m": bare("done", join=2)}).result("m", "x") is Standing.ALWAYS


def test_one_of_exclusive_branches_may_have_been_skipped_where_they_meet() -> None:
    assert known(EITHER).result("m", "x") is Standing.MAY_BE_SKIPPED


def test_exclusive_branches_never_see_each_other() -> None:
    assert known(EITHER).result("x", "y") is Standing.EXCLUDED


def test_parallel_branches_see_each_other_by_chance() -> None:
    assert known(SPLIT).result("x", "y") is Standing.BESIDE


def test_nothing_sees_what_comes_after_it_or_itself() -> None:
    assert known(SPLIT).result("a", "m") is Standing.AFTER
    assert known(SPLIT).result("a", "a") is Standing.AFTER


CAUGHT = {"a": act("b", catch=[{"next": "c"}]), "b": act("m"), "c": act("m"), "m": bare("done"), "done": end()}


def test_what_runs_after_a_caught_error_has_no_result_to_read() -> None:
    assert known(CAUGHT).result("c", "a") is Standing.FAILED
    assert known(CAUGHT).has_failed("c", "a")


def test_after_the_branches_meet_again_the_node_may_have_failed() -> None:
    assert known(CAUGHT).result("m", "a") is Standing.MAY_BE_SKIPPED
    assert not known(CAUGHT).has_failed("m", "a")


def test_a_side_branch_that_any_choice_runs_is_always_done() -> None:
    nodes = {
        "a": choose("x", default="y"),
        "x": act("both", "m"),
        "y": act("both", "m"),
        "both": act("m"),
        "m": bare("done"),
        "done": end(),
    }
    assert known(nodes).result("m", "both") is Standing.ALWAYS


def test_a_choice_on_a_side_branch_may_leave_a_node_out() -> None:
    nodes = {"a": act("d", "m"), "d": choose("x", default="m"), "x": act("m"), "m": bare("done"), "done": end()}
    assert known(nodes).result("m", "x") is Standing.MAY_BE_SKIPPED
    assert known(nodes).result("m", "d") is Standing.ALWAYS


def test_errors_are_seen_by_what_catches_them_and_after() -> None:
    assert known(CAUGHT).may_see_error("c", "a")
    assert known(CAUGHT).may_see_error("m", "a")


def test_errors_are_not_seen_after_success_or_before() -> None:
    assert not known(CAUGHT).may_see_error("b", "a")
    assert not known(CAUGHT).may_see_error("a", "a")


LOOP = {
    "a": act("b"),
    "b": act("c"),
    "c": act("d", catch=[{"retryFrom": "b", "maxTimes": 2}]),
    "d": act("done"),
    "done": end(),
}


@pytest.mark.parametrize(("reader", "sees"), [("a", False), ("b", True), ("c", True), ("d", False), ("done", False)])
def test_going_back_shows_the_error_to_what_runs_again_until_the_node_completes(reader: str, *, sees: bool) -> None:
    assert known(LOOP).may_see_error(reader, "c") is sees


def test_an_error_is_carried_back_by_a_later_node_too() -> None:
    nodes = {
        "a": act("b"),
        "b": act("d", catch=[{"next": "fix"}]),
        "fix": act("d"),
        "d": {"type": "decision", "choices": [{"when": "input", "retryFrom": "a", "maxTimes": 2}], "default": "done"},
        "done": end(),
    }
    assert known(nodes).may_see_error("a", "b")
    assert not known(nodes).may_see_error("a", "d")


def test_a_node_that_is_never_caught_shows_no_error() -> None:
    assert not known(SPLIT).may_see_error("m", "x")


# The claims above, held against every run of random workflows.

World = tuple[frozenset[str], frozenset[str]]
"""The nodes entered, the nodes completed."""


def worlds(workflow: Spec) -> Iterator[World]:
    """Every choice of one fork per node; each once with all at rest, and once for every node being held up for ever."""
    structure = structure_of(workflow)
    forks: dict[str, dict[Fork, list[Edge]]] = {name: {} for name in workflow.nodes}
    incoming: dict[str, list[Edge]] = {name: [] for name in workflow.nodes}
    for edge in structure.edges:
        if edge.forward:
            forks[edge.source].setdefault(fork_of(edge), []).append(edge)
            incoming[edge.target].append(edge)
    ordered = list(before(structure).main.places)
    options: list[list[Fork | None]] = [[*forks[name]] or [None] for name in ordered]
    for chosen in itertools.product(*options):
        choice = dict(zip(ordered, chosen, strict=True))
        for held in ("", *ordered):
            yield world(workflow, ordered, choice, held, incoming)


def world(workflow: Spec, ordered: list[str], choice: Mapping[str, Fork | None], held: str, incoming: Mapping[str, list[Edge]]) -> World:
    entered: set[str] = set()
    settled: set[str] = set()
    for name in ordered:
        edges = incoming[name]
        taken = sum(edge.source in entered & settled and fork_of(edge) == choice[edge.source] for edge in edges)
        waiting = sum(edge.source not in settled for edge in edges)
        join = workflow.nodes[name].join
        needed = 1 if isinstance(join, JoinKind) else join
        decided = waiting == 0 if join is JoinKind.ALL else taken >= needed or taken + waiting < needed
        if not edges or (decided and taken >= needed):
            entered.add(name)
        if not edges or decided:
            settled |= {name} - {held}
    completed = {name for name in entered & settled if (fork := choice[name]) is None or fork[1] is not EdgeKind.CATCH}
    return frozenset(entered), frozenset(completed)


@settings(deadline=None, max_examples=80)
@given(specs(max_steps=5))
def test_law_always_means_in_every_run_and_never_in_none(workflow: Spec) -> None:
    knowledge = before(structure_of(workflow))
    seen = list(worlds(workflow))
    plain = all(node.join is JoinKind.ALL for node in workflow.nodes.values())
    for reader, name in itertools.permutations(workflow.nodes, 2):
        standing = knowledge.result(reader, name)
        lacking = any(reader in entered and name not in completed for entered, completed in seen)
        meeting = any(reader in entered and name in completed for entered, completed in seen)
        if standing is Standing.ALWAYS:
            assert not lacking
        if standing in {Standing.FAILED, Standing.EXCLUDED}:
            assert not meeting
        if plain and standing is Standing.MAY_BE_SKIPPED:
            assert lacking
        if plain:
            assert standing is not Standing.MAY_BE_RUNNING


def test_a_counted_join_waits_for_as_many_as_it_needs_to() -> None:
    nodes = {"a": act("x", "y", "z"), "x": act("m"), "y": act("m"), "z": act("m"), "m": bare("done", join=2), "done": end()}
    assert known(nodes).result("m", "a") is Standing.ALWAYS
    assert known(nodes).result("m", "x") is Standing.MAY_BE_RUNNING


RESCUED = {"a": act("b"), "b": act("m"), "m": bare("done"), "done": end(), "tell": act("m")}


def test_after_a_cancel_request_what_came_before_it_may_be_missing() -> None:
    knowledge = known(RESCUED, onCancel="tell")
    assert knowledge.result("tell", "a") is Standing.CUT_SHORT
    assert knowledge.result("tell", "m") is Standing.AFTER
    assert knowledge.may_see_error("tell", "a")


def test_without_one_what_follows_it_never_runs() -> None:
    knowledge = known(RESCUED, onCancel="tell")
    assert knowledge.result("b", "tell") is Standing.EXCLUDED
    assert knowledge.result("b", "a") is Standing.ALWAYS
    assert not knowledge.may_see_error("b", "tell")


def test_what_both_ways_lead_to_is_certain_of_neither() -> None:
    knowledge = known(RESCUED, onCancel="tell")
    assert knowledge.result("m", "a") is Standing.CUT_SHORT
    assert knowledge.result("m", "tell") is Standing.MAY_BE_SKIPPED
    assert knowledge.result("done", "m") is Standing.ALWAYS


def test_what_goes_back_to_before_the_cancel_request_takes_its_results_along() -> None:
    nodes = RESCUED | {"m": act("done", catch=[{"retryFrom": "a", "maxTimes": 1}])}
    knowledge = known(nodes, onCancel="tell")
    assert knowledge.result("b", "tell") is Standing.MAY_BE_SKIPPED
    assert knowledge.may_see_error("b", "tell")


@settings(deadline=None, max_examples=60)
@given(whole_specs(max_steps=5))
def test_law_a_cancel_request_only_ever_adds_doubts(workflow: Spec) -> None:
    """Every pair of nodes has a standing, and what was certain without `onCancel` is certain still, or its way is not the only one."""
    structure = structure_of(workflow)
    knowledge = before(structure)
    if workflow.on_cancel is ABSENT:
        return
    behind = {workflow.on_cancel, *nx.descendants(structure.forward, workflow.on_cancel)}
    for reader, name in itertools.permutations(workflow.nodes, 2):
        standing = knowledge.result(reader, name)
        if reader in behind and name not in behind:
            assert standing is not Standing.ALWAYS
        if reader not in behind and name in behind and name not in knowledge.main.places and not knowledge.comes_back:
            assert standing is Standing.EXCLUDED
