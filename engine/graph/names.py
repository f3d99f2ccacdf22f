"""Pass 2, names: does what a spec mentions exist, and is what exists mentioned?

Nodes in edges, in `onCancel` and in `alerts`, activity types in nodes and in their `compensate`. (`start` is with the other rules about
where a workflow begins, in `structure`.) Imports `references`, `findings`; imported by `structure`.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Finding
from engine.graph.findings import Places, did_you_mean
from engine.graph.references import activities_used, references_of
from engine.spec.model import ABSENT, Spec


def name_findings(spec: Spec, places: Places) -> Iterator[Finding]:
    for reference in references_of(spec):
        if reference.edge.target not in spec.nodes:
            message = f'node "{reference.edge.source}" leads to "{reference.edge.target}", which is no node of this workflow'
            yield places.error("unknown-node", reference.pointer, message, hint=did_you_mean(reference.edge.target, spec.nodes))
    for use in activities_used(spec):
        if use.activity not in spec.activities:
            verb = "is undone by" if use.undoes else "runs"
            message = f'node "{use.node}" {verb} activity "{use.activity}", which is not among the activities of this workflow'
            hint = did_you_mean(use.activity, spec.activities) or "describe it under /activities"
            yield places.error("unknown-activity", use.pointer, message, hint=hint)
    if spec.on_cancel is not ABSENT and spec.on_cancel not in spec.nodes:
        message = f'a cancel request leads to "{spec.on_cancel}", which is no node of this workflow'
        yield places.error("unknown-node", "/onCancel", message, hint=did_you_mean(spec.on_cancel, spec.nodes))
    yield from _told(spec, places)


def _told(spec: Spec, places: Places) -> Iterator[Finding]:
    for number, alert in enumerate(spec.alerts):
        for index, name in enumerate(alert.nodes):
            if name not in spec.nodes:
                message = f'alert {number + 1} tells of "{name}", which is no node of this workflow'
                yield places.error("unknown-node", f"/alerts/{number}/nodes/{index}", message, hint=did_you_mean(name, spec.nodes))


def unused_activities(spec: Spec, places: Places) -> Iterator[Finding]:
    used = {use.activity for use in activities_used(spec)}
    for key in spec.activities:
        if key not in used:
            yield places.warning("unused-activity", f"/activities/{key}", f'no node runs activity "{key}"', key=True)
