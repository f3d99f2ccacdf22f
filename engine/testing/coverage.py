"""What scenarios have been through of a spec: nodes, edges of every kind, what is undone, and by which errors nodes failed.

Imports `graph`, `outcome`, `spec`; imported by `suite`, `chart` and the command.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.graph.plan import Edge, EdgeKind, Plan
from engine.graph.references import references_of
from engine.spec.model import ABSENT, Work
from engine.testing.outcome import Followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What no scenario has been through. `pointer`: its place in the spec."""

    pointer: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of one spec, over any number of scenarios."""

    plan: Plan
    nodes: frozenset[str]
    edges: Mapping[int, int]
    """How often, of those that were taken, by their ids."""
    undone: frozenset[str]
    errors: Mapping[str, frozenset[str]]
    """The names of the errors that attempts of a node failed with."""
    gaps: tuple[Gap, ...]
    """In the order of the spec."""
    covered: int
    total: int
    """Nodes, edges, and nodes that can be undone."""

    @property
    def percent(self) -> float:
        """Rounded down: 100 is all."""
        return int(1000 * self.covered / self.total) / 10


_SAID: Final[Mapping[EdgeKind, str]] = {
    EdgeKind.NEXT: "",
    EdgeKind.CHOICE: "choice",
    EdgeKind.DEFAULT: "default",
    EdgeKind.CATCH: "catch",
    EdgeKind.RETRY: "retry",
    EdgeKind.RETRY_FROM: "retryFrom",
}


def coverage_of(plan: Plan, followed: Iterable[Followed]) -> Coverage:
    """Executions of other plans are passed over."""
    key = (plan.spec.name, plan.spec.version)
    mine = [one for one in followed if (one.plan.spec.name, one.plan.spec.version) == key]
    nodes = frozenset(name for one in mine for name in one.path)
    edges: dict[int, int] = {}
    errors: dict[str, frozenset[str]] = {}
    for one in mine:
        for edge, seen in zip(plan.edges, one.view.edges, strict=True):
            times = max(seen.taken, 1) if edge.kind is EdgeKind.RETRY and edge.source in one.repeated else seen.taken
            if times:
                edges[edge.id] = edges.get(edge.id, 0) + times
        for name, error in one.caught:
            errors[name] = errors.get(name, frozenset()) | {error}
    undone = frozenset(name for one in mine for name in one.undoing)
    gaps = tuple(_gaps(plan, nodes, edges, undone))
    total = len(plan.nodes) + len(plan.edges) + sum(map(_can_be_undone, plan.nodes.values()))
    return Coverage(
        plan=plan, nodes=nodes, edges=edges, undone=undone, errors=errors, gaps=gaps, covered=total - len(gaps), total=total
    )  # fmt: skip


def _gaps(plan: Plan, nodes: frozenset[str], edges: Mapping[int, int], undone: frozenset[str]) -> Iterable[Gap]:
    pointers = {reference.edge.id: reference.pointer for reference in references_of(plan.spec)}
    leaving: dict[str, list[Edge]] = {name: [] for name in plan.nodes}
    for edge in plan.edges:
        leaving[edge.source].append(edge)
    for name, node in plan.nodes.items():
        if name not in nodes:
            yield Gap(pointer=f"/nodes/{name}", what=name)
        for edge in leaving[name]:
            if edge.id not in edges:
                yield Gap(pointer=pointers[edge.id], what=said(edge))
        if _can_be_undone(node) and name not in undone:
            yield Gap(pointer=f"/nodes/{name}/compensate", what=f"{name} undone")


def _can_be_undone(node: object) -> bool:
    return isinstance(node, Work) and node.compensate is not ABSENT


def said(edge: Edge) -> str:
    """An edge in a few words: `payment → not_paid (catch *)`, `fetch ↻ retry`."""
    if edge.kind is EdgeKind.RETRY:
        return f"{edge.source} ↻ retry"
    label = edge.label if edge.kind in {EdgeKind.CHOICE, EdgeKind.CATCH, EdgeKind.RETRY_FROM} else ""
    about = " ".join(filter(None, (_SAID[edge.kind], label)))
    return f"{edge.source} → {edge.target}" + (f" ({about})" if about else "")
