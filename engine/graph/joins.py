"""Pass 2, fan-in: can as many incoming edges be taken at once as a join asks for?

On the dominator tree of nodes and forks, the forks of a node count as the best of them, everything else adds up: an upper bound on how
many edges can be taken together. It is exact where branches split and meet, and never too low: a join that is refused here is certainly
wrong, one that is accepted may still be impossible for reasons in the data. Imports networkx; imported by `structure`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import networkx as nx

from engine.errors import Finding
from engine.graph.findings import Places
from engine.graph.forks import Fork, ForkTree, fork_of, fork_tree
from engine.graph.plan import Edge
from engine.spec.model import JoinKind, Spec


def join_findings(spec: Spec, edges: Sequence[Edge], forward: nx.DiGraph[str], roots: Sequence[str], places: Places) -> Iterator[Finding]:
    """What can be taken together is said only where everything follows from the roots, without cycles; there are none if it is unclear."""
    incoming: dict[str, list[Edge]] = {name: [] for name in spec.nodes}
    for edge in edges:
        if edge.forward:
            incoming[edge.target].append(edge)
    counted = any(not isinstance(node.join, JoinKind) and node.join > 1 for node in spec.nodes.values())
    trees = [fork_tree(edges, root) for root in roots] if counted and _is_sound(forward, roots) else []
    for name, node in spec.nodes.items():
        pointer, arriving = f"/nodes/{name}/join", incoming[name]
        if not isinstance(node.join, JoinKind) and node.join > max(len(arriving), 1):
            message = f'node "{name}" waits for {node.join} incoming edges and has {len(arriving)}'
            yield places.error("join-impossible", pointer, message, hint=f"at most {len(arriving)} can be taken" if arriving else "")
        elif not isinstance(node.join, JoinKind) and trees and node.join > (most := max(most_together(tree, arriving) for tree in trees)):
            message = f'node "{name}" waits for {node.join} of {len(arriving)} incoming edges, but at most {most} can be taken in one run'
            hint = 'branches of one decision exclude each other; "all" waits for those that can still come, "any" for the first'
            yield places.error("join-impossible", pointer, message, hint=hint)
        elif len(arriving) <= 1 and (node.join is not JoinKind.ALL or places.has(pointer)):
            message = f'node "{name}" has {"one incoming edge" if arriving else "no incoming edge"}, so its join changes nothing'
            yield places.warning("needless-join", pointer, message, key=True)


def _is_sound(forward: nx.DiGraph[str], roots: Sequence[str]) -> bool:
    reached = set(roots).union(*(nx.descendants(forward, root) for root in roots))
    return bool(roots) and len(reached) == len(forward) and nx.is_directed_acyclic_graph(forward)


def most_together(tree: ForkTree, edges: Sequence[Edge]) -> int:
    """An upper bound on how many of these edges can be taken in one visit of everything before them."""
    together: dict[str | Fork, int] = defaultdict(int)
    for edge in edges:
        together[fork_of(edge)] += 1
    best_fork: dict[str | Fork, int] = defaultdict(int)
    for item in tree.deepest_first:
        amount = together[item] + best_fork[item]
        if item == tree.start:
            return amount
        above = tree.parent[item]
        if isinstance(item, tuple):
            best_fork[above] = max(best_fork[above], amount)
        else:
            together[above] += amount
    raise AssertionError("the start node is the last of its tree")
