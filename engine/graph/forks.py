"""The ways a node can go on, and which of them stand on every path to another node.

A node takes one *fork* per visit: its `next`, one choice, the default, or one catch rule, with all targets of that list at once. In the
graph of nodes and forks, a node can only be entered when every fork that dominates it was taken; two forks of one node never both are.
That is what `joins` (can so many edges be taken at once?) and `before` (what is certain when a node is entered?) reason with.
Imports networkx; knows nothing of findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import networkx as nx

from engine.graph.plan import Edge, EdgeKind

Fork: TypeAlias = tuple[str, EdgeKind, int]
"""Which list of targets a node took: its name, the kind of the edges, the index of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkTree:
    """The dominator tree of nodes and forks, below the start node."""

    start: str
    parent: Mapping[str | Fork, str | Fork]
    deepest_first: tuple[str | Fork, ...]
    """Every item before those that dominate it."""
    choice_above: Mapping[str | Fork, Fork]
    """The nearest fork above that says something: of a node that has others, or a catch rule. Not there, where there is none."""

    def needed(self, name: str) -> dict[str, Fork]:
        """The forks that say something without which a node is never entered, by the node that takes them."""
        found: dict[str, Fork] = {}
        item: str | Fork = name
        while item in self.choice_above:
            item = fork = self.choice_above[item]
            found[fork[0]] = fork
        return found


def fork_of(edge: Edge) -> Fork:
    return (edge.source, edge.kind, edge.rule)


def fork_tree(edges: Iterable[Edge], start: str) -> ForkTree:
    """Of an acyclic graph; what can't be reached from `start` is not in it."""
    graph: nx.DiGraph[str | Fork] = nx.DiGraph()
    graph.add_node(start)
    for edge in edges:
        if edge.forward:
            graph.add_edge(edge.source, fork_of(edge))
            graph.add_edge(fork_of(edge), edge.target)
    reached = graph.subgraph({start, *nx.descendants(graph, start)})
    downwards = list(nx.topological_sort(reached))
    parent = {item: above for item, above in nx.immediate_dominators(graph, start).items() if item != start and above is not None}
    choices: dict[str | Fork, Fork] = {}
    for item in downwards[1:]:
        above = parent[item]
        if isinstance(above, tuple) and (above[1] is EdgeKind.CATCH or graph.out_degree(above[0]) > 1):
            choices[item] = above
        elif above in choices:
            choices[item] = choices[above]
    return ForkTree(start=start, parent=parent, deepest_first=tuple(reversed(downwards)), choice_above=choices)
