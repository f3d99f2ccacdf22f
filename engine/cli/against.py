"""What `swfgraph check --against` finds: which open executions a spec would not have decided as they were decided, and where they part.

Imports `runtime.against`, `endpoint`, `specs`; loaded by `check`, where somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine.cli.endpoint import claims_of, existing
from engine.cli.options import Common
from engine.cli.output import note
from engine.cli.specs import load
from engine.graph.plan import Plan
from engine.runtime.against import Compared, compare_open


def compare_all(common: Common, files: Sequence[Path]) -> list[tuple[Plan, list[Compared]]]:
    """Every spec with the open executions of its type, at --against. Raises: PayloadError, SwfFault, EndpointError."""
    plans = [load(file, common) for file in files]
    claims = claims_of(common)
    with existing(common) as client:
        return [(plan, list(compare_open(client, plan, claims))) for plan in plans]


def tell(common: Common, compared: Sequence[tuple[Plan, list[Compared]]]) -> None:
    for plan, executions in compared:
        for one in executions:
            if one.parted is not None:
                where = f"{plan.spec.file}: {one.execution.workflow_id} (run {one.execution.run_id})"
                click.echo(f"{where}: event {one.parted.event_id}: it has {one.parted.had}; the spec would: {one.parted.would}")
        if not common.quiet:
            note(_summary(plan, executions))


def as_json(compared: Sequence[tuple[Plan, list[Compared]]]) -> list[dict[str, Any]]:
    return [_json(plan, one) for plan, executions in compared for one in executions]


def _summary(plan: Plan, executions: Sequence[Compared]) -> str:
    spec = plan.spec
    named = f"{spec.name} {spec.version} in {spec.domain}"
    if not executions:
        return f"{named}: no open executions"
    parted = sum(one.parted is not None for one in executions)
    changed = sum(not one.same_spec for one in executions)
    decisions = sum(one.decisions for one in executions)
    begun = f", {changed} begun under another spec" if changed else ""
    return f"{named}: {parted} of {len(executions)} open executions part from it ({decisions} decisions compared{begun})"


def _json(plan: Plan, one: Compared) -> dict[str, Any]:
    told: dict[str, Any] = {
        "file": plan.spec.file,
        "workflowId": one.execution.workflow_id,
        "runId": one.execution.run_id,
        "decisions": one.decisions,
        "sameSpec": one.same_spec,
        "agrees": one.parted is None,
    }
    if one.parted is not None:
        told |= {"event": one.parted.event_id, "had": one.parted.had, "would": one.parted.would}
    return told
