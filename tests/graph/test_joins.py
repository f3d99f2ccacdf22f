from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings

from engine.errors import Severity
from engine.graph.compile import compile_spec
from engine.graph.forks import Fork, fork_of, fork_tree
from engine.graph.joins import most_together
from engine.graph.plan import Plan
from engine.spec.model import Spec
from tests.graph.samples import act, bare, choose, end, findings, only, plan, rules
from tests.strategies import specs


def fan(join: Any, middle: dict[str, Any]) -> dict[str, Any]:
    return {**middle, "meet": bare("done", join=join), "done": end()}


PARALLEL = {"a": act("x", "y", "z"), "x": act("meet"), "y": act("meet"), "z": act("meet")}
EXCLUSIVE = {"a": choose("x", "y", default="z"), "x": act("meet"), "y": act("meet"), "z": act("meet")}


def test_parallel_branches_can_all_be_waited_for() -> None:
    assert rules(fan(3, PARALLEL)) == []


def test_more_than_there_are_can_never_come() -> None:
    finding = only(fan(4, PARALLEL))
    assert (finding.rule, finding.pointer) == ("join-impossible", "/nodes/meet/join")
    assert finding.message == 'node "meet" waits for 4 incoming edges and has 3'


def test_of_exclusive_branches_only_one_can_come() -> None:
    finding = only(fan(2, EXCLUSIVE))
    assert finding.message == 'node "meet" waits for 2 of 3 incoming edges, but at most 1 can be taken in one run'
    assert '"all"' in finding.hint


def test_all_and_any_are_fine_over_exclusive_branches() -> None:
    assert rules(fan("all", EXCLUSIVE)) == []
    assert rules(fan("any", EXCLUSIVE)) == []


def test_next_and_catch_exclude_each_other() -> None:
    assert rules(fan(2, {"a": act("x", catch=[{"next": "y"}]), "x": act("meet"), "y": act("meet")})) == ["join-impossible"]


def test_a_choice_of_several_nodes_counts_with_all_of_them() -> None:
    both = {"type": "decision", "choices": [{"when": "input", "next": ["x", "y"]}], "default": "z"}
    middle = {"a": both, "x": act("meet"), "y": act("meet"), "z": act("meet")}
    assert rules(fan(2, middle)) == []
    assert rules(fan(3, middle)) == ["join-impossible"]


def test_branches_of_two_decisions_side_by_side_add_up() -> None:
    middle = {
        "a": act("d", "e"),
        "d": choose("x", default="y"),
        "e": choose("z", default="w"),
        **{name: act("meet") for name in "xyzw"},
    }
    assert rules(fan(2, middle)) == []
    assert rules(fan(3, middle)) == ["join-impossible"]


def test_a_branch_that_is_reached_from_both_sides_of_a_decision_excludes_nothing() -> None:
    middle = {"a": choose("x", default="y"), "x": act("z", "meet"), "y": act("z"), "z": act("meet")}
    assert rules(fan(2, middle)) == []


def test_a_join_key_where_one_edge_comes_in_is_a_warning() -> None:
    finding = only({"a": act("done"), "done": end(join="all")})
    assert (finding.rule, finding.severity) == ("needless-join", Severity.WARNING)


def test_a_join_on_the_start_node_is_a_warning() -> None:
    assert [finding.severity for finding in findings({"a": act("done", join="any"), "done": end()})] == [Severity.WARNING]


def test_where_the_graph_is_broken_otherwise_nothing_is_said_of_joins() -> None:
    middle = {"a": choose("x", default="y"), "x": act("meet"), "y": act("meet"), "lost": act("lost2", "meet"), "lost2": act("lost")}
    assert "join-impossible" not in rules(fan(2, middle))


def taken_at_most(compiled: Plan, target: str) -> int:
    """Looks at every choice of one fork per node."""
    forks: dict[str, dict[Fork, list[str]]] = {name: {} for name in compiled.nodes}
    for edge in compiled.edges:
        if edge.forward:
            forks[edge.source].setdefault(fork_of(edge), []).append(edge.target)
    ordered = sorted(compiled.order, key=compiled.order.__getitem__)
    most = 0
    for chosen in itertools.product(*(list(forks[name].values()) or [[]] for name in ordered)):
        taken = dict.fromkeys(ordered, 0) | {compiled.start: 1}
        for name, targets in zip(ordered, chosen, strict=True):
            for reached in targets if taken[name] else ():
                taken[reached] += 1
        most = max(most, taken[target])
    return most


@settings(deadline=None, max_examples=60)
@given(specs(max_steps=6))
def test_law_the_bound_is_never_below_what_some_run_takes(workflow: Spec) -> None:
    compiled = compile_spec(workflow)
    tree = fork_tree(compiled.edges, compiled.start)
    for name, incoming in compiled.incoming.items():
        if name != compiled.start:
            assert most_together(tree, incoming) >= taken_at_most(compiled, name)


def test_the_bound_is_exact_where_branches_split_and_meet() -> None:
    compiled = plan(fan(2, {
        "a": act("d", "e"), "d": choose("x", default="y"), "e": act("z"), "x": act("meet"), "y": act("meet"), "z": act("meet"),
    }))  # fmt: skip
    tree = fork_tree(compiled.edges, compiled.start)
    assert most_together(tree, compiled.incoming["meet"]) == taken_at_most(compiled, "meet") == 2
