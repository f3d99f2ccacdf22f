"""Claims about `engine.graph.digraph`: networkx says the same."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.graph.digraph import digraph

NAMES = st.integers(min_value=0, max_value=7)
EDGES = st.lists(st.tuples(NAMES, NAMES), max_size=16)


def same(edges: list[tuple[int, int]]) -> nx.DiGraph[int]:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(8))
    graph.add_edges_from(edges)
    return graph


@given(EDGES, NAMES)
def test_law_what_is_reached_is_what_networkx_reaches(edges: list[tuple[int, int]], source: int) -> None:
    ours, theirs = digraph(range(8), edges), same(edges)
    assert ours.reached(source) == {source, *nx.descendants(theirs, source)}
    assert ours.reversed().reached(source) == {source, *nx.ancestors(theirs, source)}


@given(EDGES)
def test_law_components_are_those_of_networkx_in_order(edges: list[tuple[int, int]]) -> None:
    found = digraph(range(8), edges).components()
    assert found == sorted(found)
    assert all(component == sorted(component) for component in found)
    assert {frozenset(component) for component in found} == {frozenset(it) for it in nx.strongly_connected_components(same(edges))}


@given(EDGES)
def test_law_the_order_is_the_first_topological_one_and_whole_without_circles(edges: list[tuple[int, int]]) -> None:
    ours, theirs = digraph(range(8), edges).ordered(), same(edges)
    if nx.is_directed_acyclic_graph(theirs):
        assert ours == list(nx.lexicographical_topological_sort(theirs))
    else:
        assert len(ours) < len(theirs)


@given(EDGES, NAMES, NAMES)
def test_law_a_way_is_a_shortest_one(edges: list[tuple[int, int]], first: int, last: int) -> None:
    way, theirs = digraph(range(8), edges).path(first, last), same(edges)
    if not nx.has_path(theirs, first, last):
        assert way == []
        return
    assert (way[0], way[-1]) == (first, last)
    assert nx.is_simple_path(theirs, way)
    assert len(way) == len(nx.shortest_path(theirs, first, last))


@given(EDGES, st.sets(NAMES))
def test_law_a_part_has_the_edges_between_its_nodes(edges: list[tuple[int, int]], names: set[int]) -> None:
    ours, theirs = digraph(range(8), edges).within(names), same(edges).subgraph(names)
    assert {(one, other) for one, targets in ours.after.items() for other in targets} == set(theirs.edges)
    assert ours.after.keys() == ours.before.keys() == names


@pytest.mark.parametrize("size", [5_000])
def test_a_long_chain_needs_no_recursion(size: int) -> None:
    chain = digraph(range(size), ((index, index + 1) for index in range(size - 1)))
    assert len(chain.components()) == len(chain.path(0, size - 1)) == size
