"""A checked spec -> its plan. Refuses a spec whose graph is wrong, with every finding of pass 2.

Imports networkx and the passes; what the expressions mean is `data`'s business, not this module's. Imported by everyone who runs specs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from typing import Literal

import networkx as nx

from engine.errors import Severity, SpecError
from engine.graph.digest import digest_of
from engine.graph.findings import Places
from engine.graph.plan import Edge, EdgeKind, Plan
from engine.graph.structure import Structure, structure_findings, structure_of
from engine.spec.model import ABSENT, Absent, DecisionNode, Spec, Work
from engine.spec.source import Document


def compile_spec(spec: Spec, document: Document | Literal[Absent.ABSENT] = ABSENT) -> Plan:
    """The plan of a spec; findings get their places from `document`, where there is one.

    Raises: SpecError, with every finding about the graph, when any of them is an error.
    """
    structure = structure_of(spec)
    findings = structure_findings(structure, Places(file=spec.file, document=document))
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise SpecError(findings)
    return plan_of(structure)


def plan_of(structure: Structure) -> Plan:
    """The plan of a structure in which pass 2 found no error."""
    spec, edges, start = structure.spec, structure.edges, structure.starts[0]
    rank = {name: index for index, name in enumerate(spec.nodes)}
    ordered = list(nx.lexicographical_topological_sort(structure.forward, key=rank.__getitem__))
    back = {(edge.source, _rule_kind(spec, edge), edge.rule): edge for edge in edges if edge.kind is EdgeKind.RETRY_FROM}
    begun_again = {edge.target for edge in back.values()} | ({spec.on_cancel} if spec.on_cancel is not ABSENT else set())
    return Plan(
        spec=spec,
        graph=_graph(spec, edges),
        start=start,
        edges=edges,
        outgoing=_by(spec, edges, source=True),
        incoming=_by(spec, edges, source=False),
        retry_from=back,
        order={name: index for index, name in enumerate(ordered)},
        downstream=_downstream(structure.forward, ordered, begun_again),
        digest=digest_of(spec, start),
        on_cancel=spec.on_cancel,
        undoable=frozenset(name for name, node in spec.nodes.items() if isinstance(node, Work) and node.compensate is not ABSENT),
    )


def _downstream(forward: nx.DiGraph[str], ordered: Sequence[str], wanted: Collection[str]) -> Mapping[str, frozenset[str]]:
    """A set of nodes is an int meanwhile, with one bit for each: a loop may lead back over most of a large graph, from many places."""
    below: dict[str, int] = {}
    for place in range(len(ordered) - 1, -1, -1):
        name = ordered[place]
        below[name] = reduce(int.__or__, (below[after] for after in forward.successors(name)), 1 << place)
    return {name: frozenset(_members(below[name], ordered)) for name in wanted}


def _members(bits: int, ordered: Sequence[str]) -> Iterator[str]:
    return (name for name, bit in zip(ordered, reversed(f"{bits:0{len(ordered)}b}"), strict=True) if bit == "1")


def _graph(spec: Spec, edges: Sequence[Edge]) -> nx.MultiDiGraph[str]:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=spec.name)
    graph.add_nodes_from((name, {"node": node}) for name, node in spec.nodes.items())
    for edge in edges:
        graph.add_edge(edge.source, edge.target, key=edge.id, edge=edge)
    return graph


def _by(spec: Spec, edges: Sequence[Edge], *, source: bool) -> Mapping[str, tuple[Edge, ...]]:
    grouped: dict[str, list[Edge]] = {name: [] for name in spec.nodes}
    for edge in edges:
        if edge.forward:
            grouped[edge.source if source else edge.target].append(edge)
    return {name: tuple(group) for name, group in grouped.items()}


def _rule_kind(spec: Spec, edge: Edge) -> EdgeKind:
    """A retryFrom stands in a choice of a decision, or in a catch rule of any other node."""
    return EdgeKind.CHOICE if isinstance(spec.nodes[edge.source], DecisionNode) else EdgeKind.CATCH
