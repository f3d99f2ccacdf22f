from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Severity
from tests.graph.samples import act, bare, choose, end, findings, only, rules

LINE = {"a": act("done"), "done": end()}


def test_a_sound_workflow_has_no_findings() -> None:
    assert findings(LINE) == ()


def test_an_unknown_target_is_shown_where_it_stands_with_the_name_that_was_meant() -> None:
    finding = only({"b": act("a", "done"), "a": act("don"), "done": end()})
    assert (finding.rule, finding.pointer) == ("unknown-node", "/nodes/a/next/0")
    assert finding.hint == 'did you mean "done"?'
    assert finding.message == 'node "a" leads to "don", which is no node of this workflow'


@pytest.mark.parametrize(
    ("node", "pointer"),
    [
        ({"type": "activity", "activity": "Work", "next": ["done", "gone"]}, "/nodes/a/next/1"),
        ({"type": "pass", "next": ["done", "gone"]}, "/nodes/a/next/1"),
        (act("done", catch=[{"next": "gone"}]), "/nodes/a/catch/0/next"),
        (act("done", catch=[{"retryFrom": "gone", "maxTimes": 1}]), "/nodes/a/catch/0/retryFrom"),
        ({"type": "wait", "for": 1, "next": "done", "catch": [{"next": ["done", "gone"]}]}, "/nodes/a/catch/0/next/1"),
        ({"type": "decision", "choices": [{"when": "true", "next": "gone"}], "default": "done"}, "/nodes/a/choices/0/next"),
        ({"type": "decision", "choices": [{"when": "true", "next": "done"}], "default": "gone"}, "/nodes/a/default"),
    ],
)
def test_unknown_names_are_found_wherever_nodes_are_named(node: dict[str, Any], pointer: str) -> None:
    finding = only({"a": node, "done": end()})
    assert (finding.rule, finding.pointer) == ("unknown-node", pointer)


def test_an_unknown_activity_is_an_error() -> None:
    finding = only({"a": act("done", activity="Wrok"), "done": end(), "b": act("a")})
    assert (finding.rule, finding.pointer, finding.hint) == ("unknown-activity", "/nodes/a/activity", 'did you mean "Work"?')


def test_an_unknown_start_is_an_error() -> None:
    finding = only(LINE, start="b")
    assert (finding.rule, finding.pointer) == ("unknown-start", "/start")


def test_several_nodes_that_could_begin_are_named() -> None:
    finding = only({"a": act("done"), "b": act("done"), "done": end()})
    assert finding.rule == "several-starts"
    assert '"a" and "b"' in finding.message


def test_what_the_start_does_not_reach_is_unreachable() -> None:
    finding = only({"a": act("done"), "b": act("done"), "done": end()}, start="a")
    assert (finding.rule, finding.pointer) == ("unreachable", "/nodes/b")


def test_a_cycle_is_printed_as_a_path_with_the_way_out() -> None:
    finding = only({"a": act("b"), "b": act("c"), "c": choose("b", default="done"), "done": end()})
    assert (finding.rule, finding.pointer) == ("cycle", "/nodes/c/choices/0/next")
    assert finding.message.endswith("b -> c -> b")
    assert "retryFrom" in finding.hint
    assert "maxTimes" in finding.hint


def test_a_node_that_leads_to_itself_is_a_cycle() -> None:
    finding = only({"a": act("b"), "b": act("b", "done"), "done": end()})
    assert finding.message.endswith("b -> b")


def test_separate_cycles_are_separate_findings() -> None:
    nodes = {"a": act("b", "c"), "b": choose("b", default="done"), "c": act("d"), "d": choose("c", default="done"), "done": end()}
    assert rules(nodes) == ["cycle", "cycle"]


def test_a_workflow_of_nothing_but_a_cycle_has_no_start_either() -> None:
    assert set(rules({"a": act("b"), "b": act("a", "done"), "done": end()})) == {"no-start", "cycle"}


def test_a_dead_end_is_an_error_and_names_what_leads_only_there() -> None:
    finding = only({"a": act("b", "done"), "b": act("c"), "c": {"type": "activity", "activity": "Work"}, "done": end()})
    assert (finding.rule, finding.pointer) == ("no-way-out", "/nodes/c")
    assert '"b" leads only there' in finding.message


def test_a_workflow_without_terminals_says_that_once() -> None:
    assert rules({"a": act("b"), "b": {"type": "activity", "activity": "Work"}}) == ["no-terminal"]


def test_going_back_is_a_way_on() -> None:
    back = {"type": "decision", "choices": [{"when": "input", "retryFrom": "a", "maxTimes": 2}]}
    assert rules({"a": act("b", "done"), "b": back, "done": end()}) == []


def test_nodes_that_only_lead_to_each_other_can_reach_no_terminal() -> None:
    back = {"type": "decision", "choices": [{"when": "input", "retryFrom": "b", "maxTimes": 2}]}
    finding = only({"a": act("b", "done"), "b": act("c"), "c": back, "done": end()})
    assert finding.message == '"b" and "c" can reach no terminal'


def test_retry_from_must_lead_to_an_ancestor() -> None:
    nodes = {"a": act("b", "x"), "b": act("done", catch=[{"retryFrom": "x", "maxTimes": 1}]), "x": act("done"), "done": end()}
    finding = only(nodes)
    assert (finding.rule, finding.pointer) == ("retry-from-non-ancestor", "/nodes/b/catch/0/retryFrom")
    assert finding.hint == 'earlier nodes are "a"'


def test_retry_from_a_node_to_itself_is_what_retry_is_for() -> None:
    finding = only({"a": act("done", catch=[{"retryFrom": "a", "maxTimes": 1}]), "done": end()})
    assert finding.rule == "retry-from-itself"
    assert "`retry`" in finding.hint


def test_an_unused_activity_is_a_warning() -> None:
    finding = only(LINE, activities={"Work": {"version": "1"}, "Play": {"version": "1"}})
    assert (finding.rule, finding.severity, finding.pointer) == ("unused-activity", Severity.WARNING, "/activities/Play")


def test_rules_behind_a_catch_all_are_warned_of() -> None:
    node = act("done", catch=[{"next": "oops"}, {"errors": ["Bad"], "next": "done"}], retry=[{}, {"errors": ["Slow"]}])
    found = findings({"a": node, "done": end(), "oops": end("failed")})
    assert [(finding.rule, finding.pointer) for finding in found] == [
        ("shadowed-rule", "/nodes/a/catch/1"),
        ("shadowed-rule", "/nodes/a/retry/1"),
    ]


def test_a_catch_all_that_goes_back_shadows_nothing_since_its_budget_ends() -> None:
    node = act("done", catch=[{"retryFrom": "a", "maxTimes": 1}, {"next": "oops"}])
    assert rules({"a": act("b"), "b": node, "done": end(), "oops": end("failed")}) == []


def test_everything_is_found_in_one_go() -> None:
    nodes = {
        "a": act("b", "nowhere"),
        "b": choose("c", default="b"),
        "c": {"type": "activity", "activity": "Wrok"},
        "lost": bare("lost2"),
        "lost2": bare("lost"),
        "done": end(),
        "d": act("done", catch=[{"retryFrom": "c", "maxTimes": 1}]),
    }
    assert set(rules(nodes)) == {
        "unknown-node", "unknown-activity", "several-starts", "cycle", "unreachable", "no-way-out", "retry-from-non-ancestor",
    }  # fmt: skip
