"""The compiled graph: what the interpreter asks about a spec, answered in advance. Values only; `compile` makes them.

The networkx graph holds every edge (retry edges too) for analysis and drawing; the tuples beside it hold the same edges the way
the interpreter walks them. Imports `spec.model`; imported by `graph`, `interpreter` and everything above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from engine.spec.model import ABSENT, Absent, Node, Spec

if TYPE_CHECKING:
    import networkx as nx


class EdgeKind(StrEnum):
    NEXT = "next"
    CHOICE = "choice"
    DEFAULT = "default"
    CATCH = "catch"
    RETRY = "retry"
    RETRY_FROM = "retryFrom"


FORWARD = frozenset({EdgeKind.NEXT, EdgeKind.CHOICE, EdgeKind.DEFAULT, EdgeKind.CATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One edge. `id` is its place in `Plan.edges`; `rule` is the index of the choice or catch rule it comes from (else 0)."""

    id: int
    source: str
    target: str
    kind: EdgeKind
    rule: int
    label: str
    """What a drawing writes on it: the condition, the caught errors, the retry bounds. May be empty."""
    max_times: int
    """Of a retry edge: how often it may be taken (RETRY: per visit, RETRY_FROM: per execution). 0 on forward edges."""

    @property
    def forward(self) -> bool:
        return self.kind in FORWARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A spec that compiled: its forward edges form a DAG in which everything is reachable from `start` or from `on_cancel`."""

    spec: Spec
    graph: nx.MultiDiGraph[str]
    """Nodes carry `node` (spec.model), edges carry `edge` (Edge), keyed by the edge's id."""
    start: str
    edges: tuple[Edge, ...]
    outgoing: Mapping[str, tuple[Edge, ...]]
    """Forward edges by source, in the document's order."""
    incoming: Mapping[str, tuple[Edge, ...]]
    """Forward edges by target."""
    retry_from: Mapping[tuple[str, EdgeKind, int], Edge]
    """RETRY_FROM edges by (source, CHOICE or CATCH, index of the rule)."""
    order: Mapping[str, int]
    """Topological rank over forward edges; ties in the document's order."""
    downstream: Mapping[str, frozenset[str]]
    """For every target of a RETRY_FROM edge, and for `on_cancel`: itself and all nodes reachable from it by forward edges."""
    digest: str
    """sha256 (hex, first 32 characters) of what the decider interprets: neither descriptions nor `run`."""
    on_cancel: str | Literal[Absent.ABSENT] = ABSENT
    """The node that a cancel request leads to: no edge does, and nobody enters it otherwise."""
    undoable: frozenset[str] = frozenset()
    """Nodes that can be undone (`compensate`)."""

    @property
    def nodes(self) -> Mapping[str, Node]:
        return self.spec.nodes
