"""`swfgraph list`: open and closed executions, newest first."""

from __future__ import annotations

import time
from itertools import islice
from typing import Any

import click

from engine.cli.colours import STATUS, status_cell
from engine.cli.describe import with_iso_times
from engine.cli.endpoint import domain_for, looking
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_command
from engine.cli.output import Cell, hint, print_json, print_table
from engine.errors import UsageError
from engine.runtime.reading import moments
from engine.runtime.reading.executions import Info
from engine.runtime.reading.searching import Wanted, search

COLUMNS = ("WORKFLOW ID", "RUN ID", "TYPE", "STATUS", "STARTED", "DURATION", "TAGS")


@click.command("list")
@click.option("--open", "which", flag_value="open", help="Open ones only.")
@click.option("--closed", "which", flag_value="closed", help="Closed ones only.")
@click.option("--all", "which", flag_value="all", default="all", help="Both: first the open, then the closed ones. The default.")
@click.option("--status", type=click.Choice(list(STATUS), case_sensitive=False), default=None, help="With this status.")
@click.option("--type", "type_", default="", metavar="NAME[:VERSION]", help="Of this workflow type.")
@click.option("--tag", default="", help="With this tag.")
@click.option("--workflow-id", default="", metavar="ID", help="With this workflowId: all its runs.")
@click.option("--since", default="", metavar="WHEN", help="Started since: 90s, 15m, 2h, 3d ago, or a date or time.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, metavar="N", help="At most so many.")
@execution_command
def command(common: Common, limit: int, **given: Any) -> Exit:
    """List executions, newest first.

    \b
    Examples:
      swfgraph list --open
      swfgraph list --status FAILED --since 2d
      swfgraph list --type FruitWorkflow:1.0 --json | jq -r '.[].execution.workflowId'
    """
    now = time.time()
    wanted = _wanted(given, now)
    with looking(common) as client:
        domain = domain_for(client, common)
        found = list(islice(search(client, domain, wanted), limit + 1))
    shown = found[:limit]
    if common.json:
        print_json([with_iso_times(info.wire) for info in shown])
        return Exit.DONE
    print_table(COLUMNS, (_row(info, now) for info in shown), shrink=("RUN ID", "WORKFLOW ID", "TAGS"))
    if not shown:
        hint(f"no such executions in the domain {domain}; `swfgraph start SPEC` starts one")
    elif len(found) > limit:
        hint(f"the first {limit}; there are more: see --limit and the filters")
    return Exit.DONE


def _wanted(given: dict[str, Any], now: float) -> Wanted:
    name, _, version = given["type_"].partition(":")
    status = given["status"] or ""
    if status and given["which"] == ("closed" if status == "OPEN" else "open"):
        raise UsageError(f"--{given['which']} and --status {status} exclude each other")
    return Wanted(
        which=given["which"],
        status=status,
        type_name=name,
        type_version=version,
        tag=given["tag"],
        workflow_id=given["workflow_id"],
        since=moments.parse_since(given["since"], now) if given["since"] else 0.0,
    )


def _row(info: Info, now: float) -> tuple[Cell, ...]:
    return (
        info.workflow_id,
        info.run_id,
        f"{info.type_name} {info.type_version}",
        status_cell(info.status),
        moments.local(info.started),
        moments.span((info.closed or now) - info.started),
        ", ".join(info.tags),
    )
