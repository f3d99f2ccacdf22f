"""Two versions of a spec: which nodes have come, gone, changed. Pure. Imports `graph`, `spec.model`; imported by the specs' page."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from engine.graph.chart import NodeStatus, Overlay, State
from engine.graph.plan import Plan
from engine.spec.model import Node

_PROSE: Final = "description"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    old: Plan
    new: Plan
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]
    """Nodes that are in both, with the fields in which they differ."""
    same_digest: bool
    """The decider would interpret both alike: open executions go on under either."""

    @property
    def gone(self) -> Overlay:
        """Over the old chart: red is gone, orange has changed."""
        return self._overlay(self.old, self.removed, State.FAILED)

    @property
    def come(self) -> Overlay:
        """Over the new chart: green has come, orange has changed."""
        return self._overlay(self.new, self.added, State.COMPLETED)

    def _overlay(self, plan: Plan, names: tuple[str, ...], state: State) -> Overlay:
        marked = dict.fromkeys(names, NodeStatus(state=state, note="added" if state is State.COMPLETED else "removed"))
        altered = {name: NodeStatus(state=State.RETRYING, note=", ".join(what)) for name, what in self.changed}
        plain = {name: NodeStatus(state=State.IDLE) for name in plan.nodes}
        return Overlay(nodes={**plain, **altered, **marked})


def compare(old: Plan, new: Plan) -> Compared:
    before, after = old.nodes, new.nodes
    return Compared(
        old=old,
        new=new,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple((name, what) for name in after if name in before and (what := _differences(before[name], after[name]))),
        same_digest=old.digest == new.digest,
    )


def _differences(before: Node, after: Node) -> tuple[str, ...]:
    if type(before) is not type(after):
        return ("type",)
    return tuple(
        field.name.replace("_", " ")
        for field in fields(after)
        if field.name != _PROSE and getattr(before, field.name) != getattr(after, field.name)
    )
