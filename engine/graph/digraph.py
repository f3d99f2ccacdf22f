"""A directed graph and what the passes ask of it: what is reached, in which order, what leads in circles. It knows nothing of specs.

Whatever it gives is in the order in which the nodes were named. (networkx has all of this, and takes longer to import than a spec of a
thousand nodes takes to check; a plan gives its graph in networkx's form to who asks for it.) Imports nothing of swfgraph; imported by
`structure`, `forks`, `joins` and `compile`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Digraph(Generic[N]):
    """Parallel edges are one. Every node is a key of both mappings."""

    after: Mapping[N, Collection[N]]
    before: Mapping[N, Collection[N]]

    def within(self, names: Collection[N]) -> Digraph[N]:
        """These nodes, and the edges between them."""
        kept = [name for name in self.after if name in names]
        return digraph(kept, ((name, target) for name in kept for target in self.after[name] if target in names))

    def reversed(self) -> Digraph[N]:
        return Digraph(after=self.before, before=self.after)

    def reached(self, *sources: N, past: Collection[N] = ()) -> set[N]:
        """From these nodes, and they themselves; nothing is entered that is `past`."""
        found, waiting = set(sources), list(sources)
        while waiting:
            fresh = [target for target in self.after[waiting.pop()] if target not in found and target not in past]
            found.update(fresh)
            waiting += fresh
        return found

    def ordered(self) -> list[N]:
        """Each node after those that lead to it, else as named; what is on a circle, or behind one, is not among them."""
        names = list(self.after)
        places = {name: place for place, name in enumerate(names)}
        missing = {name: len(self.before[name]) for name in names}
        ready = [places[name] for name in names if not missing[name]]
        heapify(ready)
        found: list[N] = []
        while ready:
            name = names[heappop(ready)]
            found.append(name)
            for target in self.after[name]:
                missing[target] -= 1
                if not missing[target]:
                    heappush(ready, places[target])
        return found

    def components(self) -> list[list[N]]:
        """The largest sets of nodes that all lead to one another, each in order, by their first nodes. (Kosaraju's algorithm.)"""
        places = {name: place for place, name in enumerate(self.after)}
        backwards, found = self.reversed(), list[list[N]]()
        placed: set[N] = set()
        for first in reversed(self._finished()):
            if first not in placed:
                members = backwards.reached(first, past=placed)
                placed |= members
                found.append(sorted(members, key=places.__getitem__))
        return sorted(found, key=lambda component: places[component[0]])

    def _finished(self) -> list[N]:
        """Every node, after all that can be reached from it first."""
        found: list[N] = []
        seen: set[N] = set()
        for root in self.after:
            if root in seen:
                continue
            seen.add(root)
            path = [(root, iter(self.after[root]))]
            while path:
                name, targets = path[-1]
                fresh = next((target for target in targets if target not in seen), None)
                if fresh is None:
                    found.append(name)
                    path.pop()
                else:
                    seen.add(fresh)
                    path.append((fresh, iter(self.after[fresh])))
        return found

    def path(self, first: N, last: N) -> list[N]:
        """A shortest way from one node to another; empty where there is none."""
        came_from = {first: first}
        waiting = deque([first])
        while waiting and last not in came_from:
            name = waiting.popleft()
            for target in self.after[name]:
                if target not in came_from:
                    came_from[target] = name
                    waiting.append(target)
        if last not in came_from:
            return []
        way = [last]
        while way[-1] != first:
            way.append(came_from[way[-1]])
        return way[::-1]


def digraph(names: Iterable[N], edges: Iterable[tuple[N, N]]) -> Digraph[N]:
    """Of these nodes, and of those that only edges name."""
    after: dict[N, dict[N, None]] = {name: {} for name in names}
    before: dict[N, dict[N, None]] = {name: {} for name in after}
    for source, target in edges:
        for name in (source, target):
            if name not in after:
                after[name], before[name] = {}, {}
        after[source][target] = before[target][source] = None
    return Digraph(after=after, before=before)
