"""Pass 2: is the graph of a spec sound? Generators of findings, one per rule; all of them run, each on what the others left sound.

Names first (`names`); the rules about paths then see the graph of the edges whose both ends exist. What is said once is not said again of
the nodes that suffer from it: a cycle is one finding, and the nodes that only lead into it are named there. What one node says wrongly by
itself (rules that can never apply, a join without a choice) is in `rules`, which joins can be satisfied in `joins`, what is wrong with
how a workflow is canceled or undone in `endings`.
Imports networkx; imported by `before`, `compile` and `check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from engine.errors import Finding
from engine.graph.endings import ending_findings
from engine.graph.findings import Places, did_you_mean, quoted
from engine.graph.joins import join_findings
from engine.graph.names import name_findings, unused_activities
from engine.graph.plan import Edge, EdgeKind
from engine.graph.references import Reference, references_of
from engine.graph.rules import rule_findings
from engine.spec.model import ABSENT, Spec, TerminalNode

_GO_BACK = "a workflow goes back with retryFrom and maxTimes in a choice or a catch rule: such an edge is bounded and may close a loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A spec's graph as far as its names are known."""

    spec: Spec
    references: tuple[Reference, ...]
    """Those between nodes that exist."""
    edges: tuple[Edge, ...]
    """Of the references."""
    forward: nx.DiGraph[str]
    """Forward edges, parallel ones merged; every node of the spec is in it."""
    starts: tuple[str, ...]
    """One name, unless `start` is missing or wrong."""

    @property
    def roots(self) -> tuple[str, ...]:
        """Where a workflow is entered: at its start, and where a cancel request leads to."""
        on_cancel = self.spec.on_cancel
        return self.starts if on_cancel is ABSENT or on_cancel not in self.spec.nodes else (*self.starts, on_cancel)


def structure_of(spec: Spec) -> Structure:
    references = tuple(reference for reference in references_of(spec) if reference.edge.target in spec.nodes)
    forward: nx.DiGraph[str] = nx.DiGraph()
    forward.add_nodes_from(spec.nodes)
    forward.add_edges_from((reference.edge.source, reference.edge.target) for reference in references if reference.edge.forward)
    edges = tuple(reference.edge for reference in references)
    return Structure(spec=spec, references=references, edges=edges, forward=forward, starts=_starts(spec, forward))


def structure_findings(structure: Structure, places: Places) -> tuple[Finding, ...]:
    """Every complaint about the graph, in the order of the rules."""
    return (
        *name_findings(structure.spec, places),
        *_duplicate_targets(structure, places),
        *_start(structure, places),
        *_cycles(structure, places),
        *_unreachable(structure, places),
        *_no_way_out(structure, places),
        *_back_edges(structure, places),
        *join_findings(structure.spec, structure.edges, structure.forward, structure.roots if len(structure.starts) == 1 else (), places),
        *rule_findings(structure.spec, places),
        *ending_findings(structure.spec, structure.edges, places),
        *unused_activities(structure.spec, places),
    )


def _starts(spec: Spec, forward: nx.DiGraph[str]) -> tuple[str, ...]:
    if spec.start is not ABSENT and spec.start in spec.nodes:
        return (spec.start,)
    return tuple(name for name in spec.nodes if forward.in_degree(name) == 0 and name != spec.on_cancel)


def _duplicate_targets(structure: Structure, places: Places) -> Iterator[Finding]:
    seen: set[tuple[str, EdgeKind, int, str]] = set()
    for reference in structure.references:
        edge = reference.edge
        fork = (edge.source, edge.kind, edge.rule, edge.target)
        if fork in seen:
            message = f'node "{edge.source}" leads to "{edge.target}" twice in one list'
            yield places.error("duplicate-target", reference.pointer, message, hint="name it once: a node runs once per visit")
        seen.add(fork)


def _start(structure: Structure, places: Places) -> Iterator[Finding]:
    spec = structure.spec
    if spec.start is not ABSENT and spec.start not in spec.nodes:
        message = f'the workflow starts at "{spec.start}", which is no node of it'
        yield places.error("unknown-start", "/start", message, hint=did_you_mean(spec.start, spec.nodes))
    elif not structure.starts:
        message = "every node has an incoming edge, so none can be the start"
        yield places.error("no-start", "/nodes", message, hint='name the first node as "start"', key=True)
    elif len(structure.starts) > 1:
        message = f"the nodes {quoted(structure.starts)} have no incoming edge, so it is unclear where the workflow starts"
        hint = 'name one as "start", or lead to the others from it: several nodes may follow one, as a list'
        yield places.error("several-starts", f"/nodes/{structure.starts[1]}", message, hint=hint, key=True)


def _cycles(structure: Structure, places: Places) -> Iterator[Finding]:
    rank = {name: index for index, name in enumerate(structure.spec.nodes)}
    for component in _in_document_order(nx.strongly_connected_components(structure.forward), rank):
        first = component[0]
        inside = structure.forward.subgraph(component)
        closing = sorted((name for name in inside.predecessors(first)), key=rank.__getitem__)
        if not closing:
            continue
        path = min((nx.shortest_path(inside, first, last) for last in closing), key=len)
        message = f"these nodes lead back to where they began: {' -> '.join([*path, first])}"
        yield places.error("cycle", _pointer(structure, path[-1], first), message, hint=_GO_BACK)


def _unreachable(structure: Structure, places: Places) -> Iterator[Finding]:
    """From `start`, or from any of the nodes that might be meant; nothing is known where there is none."""
    if not structure.starts:
        return
    reached = _from(structure.forward, structure.roots)
    for name in structure.spec.nodes:
        if name not in reached:
            message = f'node "{name}" can never be reached from the start ({quoted(structure.starts)})'
            yield places.error("unreachable", f"/nodes/{name}", message, hint="lead to it from a node that runs, or remove it", key=True)


def _no_way_out(structure: Structure, places: Places) -> Iterator[Finding]:
    """Dead ends (retryFrom counts as a way on), and sets of nodes that lead only to each other."""
    every: nx.DiGraph[str] = nx.DiGraph(structure.forward)
    back = [reference.edge for reference in structure.references if reference.edge.kind is EdgeKind.RETRY_FROM]
    every.add_edges_from((edge.source, edge.target) for edge in back)
    terminals = [name for name, node in structure.spec.nodes.items() if isinstance(node, TerminalNode)]
    if not terminals:
        message = "the workflow has no terminal node, so it could never end"
        yield places.error("no-terminal", "/nodes", message, hint='add a node of type "terminal" and lead to it', key=True)
        return
    misspelt = [reference.edge.source for reference in references_of(structure.spec) if reference.edge.target not in structure.spec.nodes]
    saved = _from(every.reverse(copy=False), [*terminals, *misspelt])  # an unknown target may well lead on
    lost = every.subgraph([name for name in structure.spec.nodes if name not in saved])
    rank = {name: index for index, name in enumerate(structure.spec.nodes)}
    for component in _in_document_order(nx.strongly_connected_components(lost), rank):
        if any(target not in component for name in component for target in lost.successors(name)):
            continue  # what comes after these nodes has the fault
        message = f'no node follows "{component[0]}", and it is no terminal'
        if len(component) > 1 or lost.has_edge(component[0], component[0]):
            message = f"{quoted(component)} can reach no terminal"
        leading = nx.ancestors(lost, component[0]).difference(component)
        before = [name for name in rank if name in leading]
        if before:
            message += f"; {quoted(before)} lead{'s' if len(before) == 1 else ''} only there"
        yield places.error("no-way-out", f"/nodes/{component[0]}", message, hint="every path must end in a terminal", key=True)


def _back_edges(structure: Structure, places: Places) -> Iterator[Finding]:
    for reference in structure.references:
        edge = reference.edge
        if edge.kind is not EdgeKind.RETRY_FROM or nx.has_path(structure.forward, edge.target, edge.source):
            if edge.kind is EdgeKind.RETRY_FROM and edge.source == edge.target:
                message = f'node "{edge.source}" would go back to itself'
                yield places.error("retry-from-itself", reference.pointer, message, hint="`retry` is what repeats the node itself")
            continue
        message = f'node "{edge.source}" would go back to "{edge.target}", but no path leads from there to it'
        leading = nx.ancestors(structure.forward, edge.source)
        earlier = [name for name in structure.spec.nodes if name in leading]
        hint = f"earlier nodes are {quoted(earlier)}" if earlier else f'no node is before "{edge.source}"'
        yield places.error("retry-from-non-ancestor", reference.pointer, message, hint=hint)


def _in_document_order(components: Iterator[set[str]], rank: Mapping[str, int]) -> list[list[str]]:
    ordered = [sorted(component, key=rank.__getitem__) for component in components]
    return sorted(ordered, key=lambda component: rank[component[0]])


def _from(graph: nx.DiGraph[str], sources: Sequence[str]) -> set[str]:
    return set(sources).union(*(nx.descendants(graph, source) for source in sources))


def _pointer(structure: Structure, source: str, target: str) -> str:
    edges = (reference for reference in structure.references if reference.edge.forward)
    return next(reference.pointer for reference in edges if (reference.edge.source, reference.edge.target) == (source, target))
