"""`swfgraph describe`: DescribeWorkflowExecution, readable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from engine.cli.colours import status_cell
from engine.cli.endpoint import looking, on_execution
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_command, run_id_option, workflow_id_argument
from engine.cli.output import Cell, print_fields, print_json
from engine.runtime.reading import moments
from engine.runtime.reading.executions import Overview, overview

TIMEOUTS = ("executionStartToCloseTimeout", "taskStartToCloseTimeout")


@click.command("describe")
@workflow_id_argument
@run_id_option
@execution_command
def command(common: Common, workflow_id: str, run_id: str) -> Exit:
    """Show an execution's configuration, counts of what is open, and times, as the service holds them.

    \b
    Examples:
      swfgraph describe Demo
      swfgraph describe Demo --run-id 12fQ1zSaLmI5 --json
    """
    with on_execution(common, workflow_id, run_id, looking) as (client, execution):
        seen = overview(client, execution)
    if common.json:
        print_json(with_iso_times(seen.wire))
    else:
        print_fields(_fields(seen))
    return Exit.DONE


def with_iso_times(wire: Any) -> Any:
    """An answer of the API with its timestamps (members whose names end in `imestamp`) in ISO 8601."""
    if isinstance(wire, list):
        return [with_iso_times(one) for one in wire]
    if not hasattr(wire, "items"):
        return wire
    return {
        name: moments.iso(value) if name.endswith("imestamp") and isinstance(value, float | int) else with_iso_times(value)
        for name, value in wire.items()
    }


def _fields(seen: Overview) -> Iterator[tuple[str, Cell]]:
    info = seen.info
    yield "workflowId", info.workflow_id
    yield "runId", info.run_id
    yield "workflowType", f"{info.type_name} {info.type_version}"
    yield "executionStatus", "CLOSED" if info.closed else "OPEN"
    if info.closed:
        yield "closeStatus", status_cell(info.close_status)
    yield "startTimestamp", moments.local(info.started)
    if info.closed:
        yield "closeTimestamp", moments.local(info.closed)
    if "latestActivityTaskTimestamp" in seen.wire:
        yield "latestActivityTaskTimestamp", moments.local(seen.wire["latestActivityTaskTimestamp"])
    yield "cancelRequested", "yes" if info.cancel_requested else "no"
    if info.tags:
        yield "tagList", ", ".join(info.tags)
    for name, value in seen.configuration.items():
        if name == "taskList":
            yield name, value["name"]
        else:
            yield name, moments.timeout(value) if name in TIMEOUTS else str(value)
    for name, count in seen.counts.items():
        yield name, str(count)
    if "latestExecutionContext" in seen.wire:
        yield "latestExecutionContext", seen.wire["latestExecutionContext"]
