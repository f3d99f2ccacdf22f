from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings

from engine.errors import SpecError
from engine.graph.compile import compile_spec
from engine.graph.plan import EdgeKind
from engine.spec.model import ABSENT, Spec
from tests.graph.samples import act, bare, choose, document, end, plan, spec
from tests.strategies import specs, whole_specs


def test_the_start_is_the_only_node_without_incoming_edges() -> None:
    assert plan({"done": end(), "b": act("done"), "a": act("b")}).start == "a"


def test_the_start_that_the_author_names_is_taken() -> None:
    assert plan({"a": act("done"), "done": end()}, start="a").start == "a"


def test_edges_stand_in_the_documents_order_and_know_their_place_in_it() -> None:
    compiled = plan(
        {
            "a": act("b", "c", retry={"maxAttempts": 3}, catch=[{"errors": ["Bad"], "next": "d"}]),
            "b": choose("c", default="d"),
            "c": act("d", catch=[{"retryFrom": "a", "maxTimes": 2}]),
            "d": end(),
        }
    )
    assert [(edge.source, edge.target, edge.kind) for edge in compiled.edges] == [
        ("a", "b", EdgeKind.NEXT),
        ("a", "c", EdgeKind.NEXT),
        ("a", "d", EdgeKind.CATCH),
        ("a", "a", EdgeKind.RETRY),
        ("b", "c", EdgeKind.CHOICE),
        ("b", "d", EdgeKind.DEFAULT),
        ("c", "d", EdgeKind.NEXT),
        ("c", "a", EdgeKind.RETRY_FROM),
    ]
    assert [edge.id for edge in compiled.edges] == list(range(8))


def test_a_retry_edge_says_how_often_it_may_be_taken() -> None:
    compiled = plan({"a": act("done", retry=[{"errors": ["Bad"], "maxAttempts": 5}, {"maxAttempts": 2}]), "done": end()})
    assert [(edge.max_times, edge.label) for edge in compiled.edges if edge.kind is EdgeKind.RETRY] == [
        (4, "retry Bad ≤ 4; retry any error ≤ 1")
    ]


def test_rules_that_allow_one_attempt_make_no_retry_edge() -> None:
    compiled = plan({"a": act("done", retry={"maxAttempts": 1}), "done": end()})
    assert not [edge for edge in compiled.edges if edge.kind is EdgeKind.RETRY]


def test_edges_of_one_list_share_their_rule() -> None:
    compiled = plan(
        {
            "a": {"type": "decision", "choices": [{"when": "true", "next": "done"}, {"when": "input", "next": ["b", "c"]}]},
            "b": act("done"),
            "c": act("done"),
            "done": end(),
        }
    )
    assert [edge.rule for edge in compiled.outgoing["a"]] == [0, 1, 1]


def test_retry_from_edges_are_found_by_where_they_are_written() -> None:
    compiled = plan(
        {
            "a": act("b"),
            "b": act("c", catch=[{"errors": ["X"], "next": "done"}, {"retryFrom": "a", "maxTimes": 3}]),
            "c": {"type": "decision", "choices": [{"when": "input", "retryFrom": "b", "maxTimes": 1}], "default": "done"},
            "done": end(),
        }
    )
    assert compiled.retry_from["b", EdgeKind.CATCH, 1].target == "a"
    assert compiled.retry_from["c", EdgeKind.CHOICE, 0].max_times == 1
    assert len(compiled.retry_from) == 2


def test_downstream_of_a_retry_from_target_is_itself_and_all_that_follows() -> None:
    compiled = plan(
        {
            "a": act("b", "x"),
            "b": act("c"),
            "c": act("join", catch=[{"retryFrom": "b", "maxTimes": 3}]),
            "x": act("join"),
            "join": bare("done"),
            "done": end(),
        }
    )
    assert compiled.downstream == {"b": {"b", "c", "join", "done"}}


def test_every_node_has_its_incoming_and_outgoing_edges_even_if_there_are_none() -> None:
    compiled = plan({"a": act("done"), "done": end()})
    assert compiled.incoming["a"] == ()
    assert compiled.outgoing["done"] == ()
    assert compiled.incoming["done"] == compiled.outgoing["a"] == compiled.edges


def test_the_graph_holds_nodes_and_edges_by_id() -> None:
    compiled = plan({"a": act("done", retry={"maxAttempts": 2}), "done": end()})
    assert compiled.graph.nodes["a"]["node"] is compiled.nodes["a"]
    assert compiled.graph.edges["a", "a", 1]["edge"] is compiled.edges[1]


def test_ties_in_the_order_are_broken_by_the_document() -> None:
    compiled = plan({"a": act("z", "b", "m"), "z": act("done"), "b": act("done"), "m": act("done"), "done": end()})
    assert sorted(compiled.order, key=compiled.order.__getitem__) == ["a", "z", "b", "m", "done"]


def test_a_wrong_graph_is_refused_with_every_finding_in_its_place() -> None:
    nodes = {"a": act("b", "nowhere"), "b": act("a"), "done": end()}
    with pytest.raises(SpecError) as refused:
        compile_spec(spec(nodes), document(nodes))
    assert {finding.rule for finding in refused.value.findings} >= {"unknown-node", "cycle"}
    assert all(finding.line > 1 for finding in refused.value.findings)


def test_without_a_document_findings_still_have_their_pointer() -> None:
    with pytest.raises(SpecError) as refused:
        compile_spec(spec({"a": act("done", "nowhere"), "done": end()}))
    (finding,) = refused.value.findings
    assert (finding.line, finding.column, finding.pointer) == (1, 1, "/nodes/a/next/1")


@settings(deadline=None)
@given(specs())
def test_law_a_random_workflow_compiles_and_its_order_is_topological(workflow: Spec) -> None:
    compiled = compile_spec(workflow)
    assert sorted(compiled.order.values()) == list(range(len(compiled.nodes)))
    assert all(compiled.order[edge.source] < compiled.order[edge.target] for edge in compiled.edges if edge.forward)
    assert all(compiled.order[edge.target] < compiled.order[edge.source] for edge in compiled.retry_from.values())
    assert compiled.order[compiled.start] == 0


def test_the_node_that_a_cancel_request_leads_to_is_known_with_all_behind_it() -> None:
    nodes = {"a": act("m"), "m": bare("done"), "done": end(), "tell": act("m")}
    compiled = plan(nodes, onCancel="tell")
    assert (compiled.start, compiled.on_cancel) == ("a", "tell")
    assert compiled.downstream == {"tell": {"tell", "m", "done"}}
    assert plan({"a": act("done"), "done": end()}).on_cancel is ABSENT


@settings(deadline=None)
@given(whole_specs())
def test_law_what_is_downstream_is_what_forward_edges_reach(workflow: Spec) -> None:
    compiled = compile_spec(workflow)
    forward: nx.DiGraph[str] = nx.DiGraph([(edge.source, edge.target) for edge in compiled.edges if edge.forward])
    wanted = {edge.target for edge in compiled.retry_from.values()} | ({compiled.on_cancel} - {ABSENT})
    assert compiled.downstream == {name: {name, *nx.descendants(forward, name)} for name in wanted}
    assert all(compiled.order[edge.source] < compiled.order[edge.target] for edge in compiled.edges if edge.forward)
