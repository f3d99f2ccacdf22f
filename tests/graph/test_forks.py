"""Claims about `engine.graph.forks`."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings

from engine.graph.forks import Fork, fork_of, fork_tree
from engine.graph.plan import Edge
from engine.graph.structure import structure_of
from engine.spec.model import Spec
from tests.strategies import whole_specs


def forks(edges: tuple[Edge, ...]) -> nx.DiGraph[str | Fork]:
    graph: nx.DiGraph[str | Fork] = nx.DiGraph()
    for edge in edges:
        if edge.forward:
            graph.add_edges_from([(edge.source, fork_of(edge)), (fork_of(edge), edge.target)])
    return graph


@settings(deadline=None, max_examples=60)
@given(whole_specs(max_steps=8))
def test_law_a_parent_is_the_nearest_dominator(workflow: Spec) -> None:
    structure = structure_of(workflow)
    tree = fork_tree(structure.edges, structure.starts[0])
    dominators = dict(nx.immediate_dominators(forks(structure.edges), tree.start)) if tree.parent else {}
    assert tree.parent == {item: above for item, above in dominators.items() if item != tree.start}
