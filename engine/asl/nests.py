"""Export: fan-outs that come together again, as the branches of a Parallel.

ASL knows fan-out only as a state whose branches all end before it goes on. So a fork is one where every branch leads to the same join, the
branches share nothing, and nothing leads into them from outside or out of them but to that join.
Imports networkx, `graph.plan`, `errors`; imported by `exporting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import networkx as nx

from engine.errors import AslError
from engine.graph.plan import Edge, Plan
from engine.spec.model import JoinKind, TerminalNode, TerminalStatus

_END: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nest:
    """Between a fork and its join: the nodes of each branch, the first of them first."""

    join: str
    branches: tuple[tuple[str, ...], ...]


def nest_of(plan: Plan, targets: tuple[str, ...], pointer: str) -> Nest:
    """The nest that begins with these nodes. Raises: AslError where there is none."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for edge in plan.edges:
        if edge.forward:
            graph.add_edge(edge.target, edge.source)
    for name, node in plan.nodes.items():
        if isinstance(node, TerminalNode) and node.status is not TerminalStatus.FAILED:
            graph.add_edge(_END, name)
    fork = "\n"
    graph.add_edges_from((target, fork) for target in targets)
    join = nx.immediate_dominators(graph, _END).get(fork, _END) if _END in graph else _END
    if join in {_END, *targets}:
        raise AslError(pointer, "branches that do not come together again before the end: a Parallel ends when all its branches have")
    if plan.nodes[join].join is not JoinKind.ALL:
        raise AslError(f"/nodes/{join}/join", "a join that does not wait for all branches")
    branches = tuple(_branch(plan, target, join) for target in targets)
    _check(plan, branches, join, pointer)
    return Nest(join=join, branches=branches)


def _branch(plan: Plan, start: str, join: str) -> tuple[str, ...]:
    found, waiting = [start], [start]
    while waiting:
        for edge in plan.outgoing[waiting.pop()]:
            if edge.target != join and edge.target not in found:
                found.append(edge.target)
                waiting.append(edge.target)
    return tuple(found)


def _check(plan: Plan, branches: tuple[tuple[str, ...], ...], join: str, pointer: str) -> None:
    inside = [name for branch in branches for name in branch]
    if len(set(inside)) != len(inside):
        raise AslError(pointer, "branches that share nodes")
    for branch in branches:
        for name in branch:
            node = plan.nodes[name]
            if isinstance(node, TerminalNode) and node.status is not TerminalStatus.FAILED:
                raise AslError(f"/nodes/{name}", "a branch that ends the whole execution")
            outside = [edge for edge in plan.incoming[name] if edge.source not in branch]
            if name != branch[0] and outside:
                raise AslError(f"/nodes/{name}", "a way into the middle of a branch")
    ways: list[Edge] = [edge for edge in plan.incoming[join] if edge.source not in inside]
    if ways:
        raise AslError(f"/nodes/{join}", "a join that is reached by other ways than the branches of one fork")
    back = [edge for edge in plan.retry_from.values() if (edge.source in inside) != (edge.target in inside)]
    if back:
        raise AslError(pointer, "going back out of a branch, or into one")
