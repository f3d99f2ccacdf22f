"""What a run that is over hands to the next execution, when that one is to go on from where this one failed.

The next one's spec may be another one: what it has no node for is not asked for. (How a long run goes on: `draining`, `packing`,
`unpacking`.) Imports `compensation`, `parts`, `states`, `works`, `spec.model`; imported by those who start executions again.
"""

from __future__ import annotations

from typing import Final, Protocol

from engine.interpreter.compensation import undo_of
from engine.interpreter.parts import Parts
from engine.interpreter.states import NodeState
from engine.interpreter.works import WORK_NODES
from engine.spec.model import ABSENT, Json, WaitNode

KNOWABLE: Final = (*WORK_NODES, WaitNode)
"""Nodes that wait for somebody or something; what the others give is made anew."""


class Known(Protocol):
    @property
    def parts(self) -> Parts: ...


def known_of(run: Known) -> dict[str, Json]:
    """By node: the `result` it has completed with in its present visit, or the results of its `items` by index; nothing that was undone."""
    parts = run.parts
    undoing = parts.closing.compensation
    undone = {(entry["node"], entry["visit"], entry.get("item", ABSENT)) for entry in undoing.undone}
    if undoing.open is not ABSENT:  # half of it may be undone
        done = undoing.open.done
        undone.add((done.node, done.visit, done.index))
    known: dict[str, Json] = dict(parts.nodes.known)
    for name, place in parts.board.places.items():
        fan = parts.nodes.fanouts.nodes.get(name)
        if fan is not None and (place.state is not NodeState.COMPLETED or undo_of(parts.plan, name) is not ABSENT):
            items = {str(index): fan.results[index] for index in sorted(fan.done) if (name, fan.visit, index) not in undone}
            if items:
                known[name] = {"items": items}
        elif place.state is NodeState.COMPLETED and isinstance(place.node, KNOWABLE) and (name, place.visit, ABSENT) not in undone:
            known[name] = {"result": parts.data.results[name]}
    return known
