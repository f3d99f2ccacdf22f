"""`swfgraph history`: the events of an execution, as a table or as they are."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from itertools import dropwhile, takewhile
from typing import Any

import click

from engine.cli.endpoint import claims_of, looking, on_execution
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_data_command, run_id_option, workflow_id_argument
from engine.cli.output import Cell, Styled, print_table, shorten
from engine.cli.resolving import Resolving
from engine.runtime.payloads.claims import NO_CLAIMS
from engine.runtime.reading import moments
from engine.runtime.reading.eventlines import Event, EventLine, event_lines, is_failure
from engine.runtime.reading.executions import Execution
from engine.swf.client import Client
from engine.swf.paging import paged

DETAILS_WIDTH = 160
"""Characters of an event's details in the table; `--json` has all."""


@click.command("history")
@workflow_id_argument
@click.option("--reverse", is_flag=True, help="The latest event first.")
@click.option("--type", "types", multiple=True, metavar="GLOB", help="Only events of this type, e.g. 'ActivityTask*'. Repeatable.")
@click.option("--since", type=click.IntRange(min=1), default=1, metavar="EVENT_ID", help="Only this event and those after it.")
@click.option("--raw", is_flag=True, help="References to long payloads as they stand there, instead of the payloads.")
@run_id_option
@execution_data_command
def command(common: Common, workflow_id: str, run_id: str, **given: Any) -> Exit:
    """Show the events of an execution.

    --json writes them as the API has them, times in epoch seconds, so that programs which read histories can read these. Payloads that
    are too long for SWF are fetched from where they are (--payloads); --raw shows the references that the history has of them.

    \b
    Examples:
      swfgraph history Demo
      swfgraph history Demo --reverse --type '*Failed' --type '*TimedOut'
      swfgraph history Demo --json | jq '.[-1]'
    """
    resolving = Resolving(NO_CLAIMS if given["raw"] else claims_of(common))
    with on_execution(common, workflow_id, run_id, looking) as (client, execution):
        events = _wanted(_events(client, execution, reverse=given["reverse"]), given)
        events = events if given["raw"] else map(resolving.shown, events)
        if common.json:
            _write_json(event for event in events if _has_type(event["eventType"], given["types"]))
        else:
            _write_table(events, given)
    resolving.tell()
    return Exit.DONE


def _events(client: Client, execution: Execution, *, reverse: bool) -> Iterator[Event]:
    request = {"domain": execution.domain, "execution": execution.wire, "reverseOrder": reverse}
    return paged(client, "GetWorkflowExecutionHistory", request, "events")


def _wanted(events: Iterable[Event], given: dict[str, Any]) -> Iterator[Event]:
    since = given["since"]
    if given["reverse"]:
        return takewhile(lambda event: event["eventId"] >= since, events)
    return dropwhile(lambda event: event["eventId"] < since, events)


def _has_type(kind: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatch(kind.lower(), glob.lower()) for glob in globs)


def _write_json(events: Iterable[Event]) -> None:
    """An array with an event per line, written as it is read."""
    separator = "[\n"
    for event in events:
        click.echo(separator + json.dumps(event, ensure_ascii=False, separators=(",", ":")), nl=False)
        separator = ",\n"
    click.echo("[]" if separator == "[\n" else "\n]")


def _write_table(events: Iterable[Event], given: dict[str, Any]) -> None:
    """The names that an event refers to stand in earlier ones: the lines are made in the history's order, then turned."""
    ordered = sorted(events, key=lambda event: event["eventId"])
    lines = [line for line in event_lines(ordered) if _has_type(line.kind, given["types"])]
    if given["reverse"]:
        lines.reverse()
    print_table(("ID", "TIME", "EVENT", "ABOUT", "DETAILS"), map(_row, lines), shrink=("DETAILS", "ABOUT"))


def _row(line: EventLine) -> tuple[Cell, ...]:
    kind = Styled(text=line.kind, style="red" if is_failure(line.kind) else "")
    details = shorten(line.details, DETAILS_WIDTH) if sys.stdout.isatty() else line.details
    return str(line.event_id), moments.local(line.at), kind, line.subject, Styled(text=details, style="dim")
