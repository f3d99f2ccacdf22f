"""`swfgraph retry`: a closed execution, again, from where it failed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.cli.children import spec_of
from engine.cli.endpoint import claims_of, on_execution
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_data_command, run_id_option, workflow_id_argument
from engine.cli.output import note, print_fields, print_json
from engine.cli.start import hint_to_run
from engine.errors import UsageError
from engine.graph.check import load_plan
from engine.graph.plan import Plan
from engine.runtime.reading.executions import Execution, overview
from engine.runtime.retry import Again, prepare, retry
from engine.runtime.start import Started, StartOptions
from engine.swf.client import Client

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("retry")
@workflow_id_argument
@click.option("--spec", type=_FILE, default=None, help="What the new one runs. [default: the spec of its type, of those in this folder]")
@click.option("--old", type=_FILE, default=None, help="The spec that the old one was begun under, where --spec is a changed one.")
@click.option("--workflow-id", "new_id", default="", metavar="ID", help="Of the new one. [default: the old one's]")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken over and what would run again.")
@run_id_option
@execution_data_command
def command(common: Common, workflow_id: str, run_id: str, **given: Any) -> Exit:
    """Start a closed execution again, from where it failed, was canceled, terminated or timed out.

    The new execution has the same input and tags. Nodes that had completed are not run again: it takes over their results. What failed,
    what was stopped and what was undone runs again, and all that comes after it. The spec may have been changed since; results are then
    taken over as far as the history agrees with it, and --old, with the spec as it was, gives all of them.

    \b
    Examples:
      swfgraph retry order-17
      swfgraph retry order-17 --spec order.json --dry-run
      swfgraph retry order-17 --spec order-fixed.json --old order.json --workflow-id order-17b
    """
    claims = claims_of(common)
    with on_execution(common, workflow_id, run_id) as (client, execution):
        plan = _plan(client, execution, given["spec"])
        plan = replace(plan, spec=replace(plan.spec, domain=execution.domain))
        closed = Started(domain=execution.domain, workflow_id=execution.workflow_id, run_id=execution.run_id)
        again = prepare(client, plan, closed, claims, load_plan(given["old"]) if given["old"] else None)
        started = None if given["dry_run"] else retry(client, again, StartOptions(workflow_id=given["new_id"]), claims)
    if common.json:
        print_json(_json(again, started))
        return Exit.DONE
    if not common.quiet:
        _tell(again)
    if started is not None:
        print_fields([("workflowId", started.workflow_id), ("runId", started.run_id)])
        hint_to_run(common, client, started, plan.spec.file)
    return Exit.DONE


def _plan(client: Client, execution: Execution, given: Path | None) -> Plan:
    if given is not None:
        return load_plan(given)
    info = overview(client, execution).info
    file = spec_of(Path(), info.type_name, info.type_version)
    if file is None:
        raise UsageError(f"no *.json in this folder is the spec of {info.type_name} {info.type_version}: name it with --spec")
    return load_plan(file)


def _tell(again: Again) -> None:
    taken = ", ".join(one.node if not isinstance(one.items, int) else f"{one.node} ({one.items} items)" for one in again.taken)
    note(f"taken over: {taken or 'nothing'}")
    note(f"again: {', '.join(again.repeated) or 'nothing that had begun'}, and what comes after")
    if again.dropped:
        note(f"not taken over, for the spec has no such node that waits for something: {', '.join(again.dropped)}")
    if again.parted:
        note(f"note: the spec has been changed; the history follows it up to here: {again.parted}")


def _json(again: Again, started: Started | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "retryOf": {"workflowId": again.execution.workflow_id, "runId": again.execution.run_id},
        "takenOver": [{"node": one.node, **({"items": one.items} if isinstance(one.items, int) else {})} for one in again.taken],
        "again": list(again.repeated),
        "dropped": list(again.dropped),
    }
    if again.parted:
        told["parted"] = again.parted
    if started is not None:
        told |= {"domain": started.domain, "workflowId": started.workflow_id, "runId": started.run_id}
    return told
