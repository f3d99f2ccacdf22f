"""The states of one machine as a graph: an order to translate them in, and which transitions go back.

A machine runs one state after the other, so its transitions may form any cycle. A depth-first search from the start names the
transitions that go back; without them the rest is acyclic. Whether one of them can be a retry edge is asked here too: its target must be
on every path to its source (else what ran before would still stand, and joins would see it).
Imports networkx, `machine`; imported by most of `asl`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import networkx as nx

from engine.asl.machine import END, Edge, Machine


@dataclass(frozen=True, slots=True)
class Back:
    """A transition that goes back: of this state, its edge."""

    source: str
    edge: Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    order: tuple[str, ...]
    """The reachable states, each after all that lead to it forwards."""
    back: frozenset[Back]


def flow_of(machine: Machine) -> Flow:
    back: set[Back] = set()
    done: list[str] = []
    open_states: list[str] = []
    stack = [(machine.start, list(machine.states[machine.start].edges))]
    open_states.append(machine.start)
    while stack:
        name, edges = stack[-1]
        if not edges:
            stack.pop()
            open_states.remove(name)
            done.append(name)
            continue
        edge = edges.pop(0)
        if edge.target == END:
            continue
        if edge.target in open_states:
            back.add(Back(name, edge))
        elif edge.target not in done:
            open_states.append(edge.target)
            stack.append((edge.target, list(machine.states[edge.target].edges)))
    return Flow(order=tuple(reversed(done)), back=frozenset(back))


def dominated(machine: Machine, flow: Flow, entries: Collection[str]) -> frozenset[Back]:
    """Those that go back to a state which every path to them passes, where one may also begin at `entries`."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    begin = ""
    graph.add_edges_from((begin, name) for name in (machine.start, *entries))
    for name in flow.order:
        for edge in machine.states[name].edges:
            if edge.target != END and Back(name, edge) not in flow.back:
                graph.add_edge(name, edge.target)
    above = nx.immediate_dominators(graph, begin)
    return frozenset(back for back in flow.back if _is_above(above, back.edge.target, back.source))


def _is_above(above: dict[str, str], target: str, source: str) -> bool:
    here = source
    while here != target:
        up = above.get(here)
        if up is None or up == here:
            return False
        here = up
    return True
