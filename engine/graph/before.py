"""What is so when a node is entered: which other nodes have certainly completed, may have, can't have; whose errors can be read.

`Before` answers for one sound graph. It is one or two *parts*: what follows from the start, and what a cancel request leads to; there,
anything of the first part may have completed, or not. Within a part a node x may be missing at a node n for two reasons, and both are
looked for:
- x does not complete in this run: some choice of one fork per node enters n and does not complete x. Backwards, a node can *avoid* x if
  it has a fork all of whose targets can; n may lack x if it is reached by such forks alone.
- x is still at work: a join that does not wait for everything lets n be entered while x is held up. Forwards, a node is *held up* with x
  if its join can't be decided without x.
Both are computed for all x at once, as sets of bits. For joins `all` and `any` the first is exact; a counted join is taken to be open
to every doubt, so at worst a doubt too many is reported. retryFrom needs no thought here: it empties everything after its target, the
reader with it. Imports networkx; imported by `check` and `data`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import reduce
from typing import Final, Literal

import networkx as nx

from engine.graph.forks import Fork, ForkTree, fork_of, fork_tree
from engine.graph.plan import Edge, EdgeKind
from engine.graph.structure import Structure
from engine.spec.model import ABSENT, Absent, DecisionNode, Join, JoinKind, Percent, Work


class Standing(Enum):
    """Of the result of a node x, as seen when n is entered."""

    ALWAYS = "x has completed"
    MAY_BE_SKIPPED = "x may have been skipped, or have failed"
    MAY_BE_RUNNING = "x may still be at work"
    BESIDE = "no path leads from x to n, nor back: it is chance which is first"
    AFTER = "x comes after n, or is n"
    FAILED = "n is entered only when x has failed"
    EXCLUDED = "x and n are never entered in the same run"
    CUT_SHORT = "n follows a cancel request, which may come before x has completed"


_NEVER: Final = frozenset({Standing.AFTER, Standing.FAILED, Standing.EXCLUDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    main: _Part
    canceled: _Part | Literal[Absent.ABSENT]
    comes_back: bool
    """Whether what follows a cancel request can go back to before it."""

    def result(self, reader: str, name: str) -> Standing:
        """What the result of `name` is to `reader`, at the moment when `reader` is entered."""
        standings: list[Standing] = []
        if reader in self.main.places:
            elsewhere = Standing.MAY_BE_SKIPPED if self.comes_back else Standing.EXCLUDED
            standings.append(self.main.result(reader, name) if name in self.main.places else elsewhere)
        if self.canceled is not ABSENT and reader in self.canceled.places:
            standings.append(self.canceled.result(reader, name) if name in self.canceled.places else Standing.CUT_SHORT)
        return _either(standings)

    def has_failed(self, reader: str, name: str) -> bool:
        """Whether `reader` is only ever entered when `name` has failed."""
        return all(name in part.places and part.has_failed(reader, name) for part in self._parts_of(reader))

    def may_see_error(self, reader: str, name: str) -> bool:
        """Whether `reader` can be entered while an error of `name` is known: after it was caught, or after going back since.

        An error is forgotten when its node completes after all, so what follows by `next` never sees it; but those of items that
        `tolerate` lets fail are kept.
        """
        if any(name in part.places and part.may_see_error(reader, name) for part in self._parts_of(reader)):
            return True
        outside = self.comes_back or self.canceled in self._parts_of(reader)
        return outside and any(name not in part.places for part in self._parts_of(reader))

    def is_forgotten(self, name: str) -> bool:
        """Whether going back, or a cancel request, can take away the result of a node that had completed."""
        back = [edge for part in self._parts_of(name) for edge in part.structure.edges if edge.kind is EdgeKind.RETRY_FROM]
        again = any(part.follows(name, edge.target) for part in self._parts_of(name) for edge in back)
        return again or self.comes_back or (self.canceled is not ABSENT and name in self.canceled.places)

    def _parts_of(self, reader: str) -> list[_Part]:
        return [part for part in (self.main, self.canceled) if part is not ABSENT and reader in part.places]


def _either(standings: Sequence[Standing]) -> Standing:
    """What is so where one of these is, but not which."""
    certain = {Standing.ALWAYS, *_NEVER}
    doubts = [standing for standing in standings if standing not in certain]
    if doubts:
        return doubts[0]
    always = [standing is Standing.ALWAYS for standing in standings]
    return standings[0] if all(always) or not any(always) else Standing.MAY_BE_SKIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """All that follows from one node."""

    structure: Structure
    places: Mapping[str, int]
    """Topological order; a set of nodes is an int with these bits."""
    tree: ForkTree
    ancestors: Mapping[str, int]
    may_lack: Mapping[str, int]
    """Per node: the nodes without whose completion it may be entered, all branches settled."""
    may_outrun: Mapping[str, int]
    """Per node: those that may be at work when it is entered."""

    def result(self, reader: str, name: str) -> Standing:
        if name == reader or self._precedes(reader, name):
            return Standing.AFTER
        needed = self.tree.needed(reader)
        if name in needed and needed[name][1] is EdgeKind.CATCH:
            return Standing.FAILED
        if self._excluded(reader, name):
            return Standing.EXCLUDED
        if not self._precedes(name, reader):
            return Standing.BESIDE
        bit = 1 << self.places[name]
        if self.may_lack[reader] & bit:
            return Standing.MAY_BE_SKIPPED
        return Standing.MAY_BE_RUNNING if self.may_outrun[reader] & bit else Standing.ALWAYS

    def has_failed(self, reader: str, name: str) -> bool:
        fork = self.tree.needed(reader).get(name)
        return fork is not None and fork[1] is EdgeKind.CATCH

    def may_see_error(self, reader: str, name: str) -> bool:
        if self._may_follow_failure(reader, name):
            return True
        if self._tolerates(name) and self._precedes(name, reader) and not self._excluded(reader, name):
            return True
        fails_over = not isinstance(self.structure.spec.nodes[name], DecisionNode)  # a decision goes back by choice
        back = [edge for edge in self.structure.edges if edge.kind is EdgeKind.RETRY_FROM]
        carried: set[str] = set()
        grown = True
        while grown:
            sources = (edge for edge in back if edge.target not in carried)
            found = {
                edge.target
                for edge in sources
                if (fails_over and edge.source == name) or self._may_follow_failure(edge.source, name) or self._behind(edge.source, carried)
            }
            carried |= found
            grown = bool(found)
        return self._behind(reader, carried) and self.result(reader, name) is not Standing.ALWAYS

    def _may_follow_failure(self, reader: str, name: str) -> bool:
        """Without going back. A node beside one that is retried may, by chance, be entered between two attempts."""
        leaving = {edge.kind for edge in self.structure.edges if edge.source == name}
        if reader == name or self._precedes(reader, name) or self._excluded(reader, name):
            return False
        fork = self.tree.needed(reader).get(name)
        if EdgeKind.CATCH in leaving:
            return fork is None or fork[1] is EdgeKind.CATCH
        return EdgeKind.RETRY in leaving and not self._precedes(name, reader)

    def _tolerates(self, name: str) -> bool:
        node = self.structure.spec.nodes[name]
        return isinstance(node, Work) and node.for_each is not ABSENT and node.for_each.tolerate not in {0, Percent(value=0.0)}

    def follows(self, name: str, earlier: str) -> bool:
        return earlier in self.places and (name == earlier or self._precedes(earlier, name))

    def _precedes(self, name: str, later: str) -> bool:
        return bool(self.ancestors[later] & 1 << self.places[name])

    def _behind(self, name: str, targets: set[str]) -> bool:
        return any(target == name or self._precedes(target, name) for target in targets)

    def _excluded(self, one: str, other: str) -> bool:
        needed = self.tree.needed(one)
        return any(needed.get(node, fork) != fork for node, fork in self.tree.needed(other).items())


def before(structure: Structure) -> Before:
    """Of a structure without errors."""
    on_cancel = structure.spec.on_cancel
    main = _part(_following(structure, structure.starts[0]))
    if on_cancel is ABSENT:
        return Before(main=main, canceled=ABSENT, comes_back=False)
    canceled = _part(_following(structure, on_cancel))
    leaving = (edge for edge in structure.edges if edge.source in canceled.places and edge.target not in canceled.places)
    return Before(main=main, canceled=canceled, comes_back=any(leaving))


def _following(structure: Structure, root: str) -> Structure:
    """The part of a structure that can be reached from a node."""
    if structure.roots == (root,):
        return structure
    reached = {root, *nx.descendants(structure.forward, root)}
    kept = tuple(it for it in structure.references if it.edge.source in reached and it.edge.target in reached)
    forward: nx.DiGraph[str] = nx.DiGraph(structure.forward.subgraph(reached))
    return replace(structure, references=kept, edges=tuple(it.edge for it in kept), forward=forward, starts=(root,))


def _part(structure: Structure) -> _Part:
    names = {name: index for index, name in enumerate(nx.topological_sort(structure.forward))}
    flow = _Flow(
        names=names,
        joins={name: structure.spec.nodes[name].join for name in names},
        forks=_forks(names, structure.edges),
        sources={name: list(structure.forward.predecessors(name)) for name in names},
    )
    return _Part(
        structure=structure,
        places=names,
        tree=fork_tree(structure.edges, structure.starts[0]),
        ancestors=_ancestors(flow),
        may_lack=_may_lack(flow),
        may_outrun=_may_outrun(flow),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    names: Mapping[str, int]
    joins: Mapping[str, Join]
    forks: Mapping[str, Mapping[Fork, Sequence[str]]]
    sources: Mapping[str, Sequence[str]]

    @property
    def everything(self) -> int:
        return (1 << len(self.names)) - 1


def _forks(names: Mapping[str, int], edges: Sequence[Edge]) -> dict[str, dict[Fork, list[str]]]:
    forks: dict[str, dict[Fork, list[str]]] = {name: {} for name in names}
    for edge in edges:
        if edge.forward:
            forks[edge.source].setdefault(fork_of(edge), []).append(edge.target)
    return forks


def _ancestors(flow: _Flow) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name in flow.names:
        found[name] = reduce(int.__or__, (found[source] | 1 << flow.names[source] for source in flow.sources[name]), 0)
    return found


def _may_lack(flow: _Flow) -> Mapping[str, int]:
    avoided: dict[str, int] = {}
    safe: dict[Fork, int] = {}
    for name, place in reversed(list(flow.names.items())):
        for fork, targets in flow.forks[name].items():
            together = reduce(int.__and__, (avoided[target] for target in targets))
            safe[fork] = together if fork[1] is EdgeKind.CATCH else together & ~(1 << place)
        certain = isinstance(flow.joins[name], JoinKind) or flow.joins[name] == 1
        forked = (safe[fork] for fork in flow.forks[name])
        avoided[name] = reduce(int.__or__, forked, 0) if certain and flow.forks[name] else flow.everything
    lacking = dict.fromkeys(flow.names, 0)
    lacking[next(iter(flow.names))] = flow.everything
    for name in flow.names:
        for fork, targets in flow.forks[name].items():
            for target in targets:
                lacking[target] |= lacking[name] & safe[fork]
    return lacking


def _may_outrun(flow: _Flow) -> Mapping[str, int]:
    held: dict[str, int] = {}
    entered: dict[str, int] = {}
    for name in flow.names:
        sources = flow.sources[name]
        waiting = [held[source] | 1 << flow.names[source] for source in sources]
        held[name] = _held(flow.joins[name], waiting)
        free = (entered[source] & ~(1 << flow.names[source]) for source in sources)
        entered[name] = reduce(int.__or__, free, 0 if sources else flow.everything) & ~held[name]
    return entered


def _held(join: Join, waiting: Sequence[int]) -> int:
    """The bits of which so many sources wait that the join can't be decided: for `all` one, for `any` all, for k of m m-k+1."""
    if not waiting:
        return 0
    match join:
        case JoinKind.ALL:
            return reduce(int.__or__, waiting)
        case JoinKind.ANY:
            return reduce(int.__and__, waiting)
        case _:
            at_least = [-1, *([0] * len(waiting))]
            for bits in waiting:
                for count in range(len(waiting), 0, -1):
                    at_least[count] |= at_least[count - 1] & bits
            return at_least[max(len(waiting) - join + 1, 1)]
