"""`swfgraph status`: where an execution stands. Two or three small requests, however long the history is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Final

import click

from engine.cli.colours import NODE, status_cell
from engine.cli.endpoint import claims_of, looking, on_execution
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_data_command, run_id_option, workflow_id_argument
from engine.cli.output import Cell, Styled, hint, print_fields, print_json, print_table
from engine.cli.resolving import Resolving
from engine.runtime.reading import moments
from engine.runtime.reading.closing import LAST_WORDS, Closing, closing_lines, compensation_in, parse_closing
from engine.runtime.reading.executions import NoProgress, OpenNode, Overview, Progress, last_events, overview, run_before


@click.command("status")
@workflow_id_argument
@run_id_option
@execution_data_command
def command(common: Common, workflow_id: str, run_id: str) -> Exit:
    """Show where an execution stands: its status, which nodes are open, failed, how many are done.

    It reads the summary that the decider leaves with every decision, not the history.

    \b
    Examples:
      swfgraph status Demo
      swfgraph status Demo --json | jq .status
    """
    resolving = Resolving(claims_of(common))
    with on_execution(common, workflow_id, run_id, looking) as (client, execution):
        seen = overview(client, execution)
        last = last_events(client, execution, LAST_WORDS) if seen.info.closed else ()
        closing = parse_closing(resolving.shown(last[0]), compensation_in(last)) if last else None
        before = run_before(client, execution)
    resolving.tell()
    if common.json:
        print_json({**_json(seen, closing), **({"continues": before} if before else {})})
        return Exit.DONE
    now = time.time()
    print_fields(_fields(seen, closing, before, now))
    rows = list(_rows(seen.progress, now))
    if rows:
        click.echo()
        print_table(("NODE", "STATE", "VISIT", "ATTEMPT", "SINCE"), rows)
    if not seen.info.closed and seen.counts["openDecisionTasks"] and isinstance(seen.progress, NoProgress):
        hint("no decision was made yet: `swfgraph decider SPEC` makes them, `swfgraph worker SPEC` runs the activities")
    return Exit.DONE


_CARRY: Final = {
    "draining": "long: what is open is awaited, then it goes on as a new execution",
    "busy": "long: it goes on as a new execution once what is open has ended",
    "too large": "long, and the state too large to go on as a new execution: see the decider's log",
    "refused": "long, and SWF has refused to go on with a new execution",
}


def _fields(seen: Overview, closing: Closing | None, before: str, now: float) -> Iterator[tuple[str, Cell]]:
    info = seen.info
    yield "workflowId", info.workflow_id
    yield "runId", info.run_id
    yield "type", f"{info.type_name} {info.type_version}"
    if before:
        yield "continues", f"the run {before}"
    requested = " (cancel requested)" if info.cancel_requested and not info.closed else ""
    yield "status", Styled(text=info.status + requested, style=status_cell(info.status).style)
    yield "started", f"{moments.local(info.started)} ({moments.span(now - info.started)} ago)"
    if closing is not None:
        yield "closed", f"{moments.local(info.closed)} (after {moments.span(info.closed - info.started)})"
        yield from (("why", line) for line in closing_lines(closing))
        if closing.new_run_id:
            yield "continued", f"as the run {closing.new_run_id}: `swfgraph status {info.workflow_id}` shows the latest one"
        if closing.output is not None:
            yield "output", closing.output if isinstance(closing.output, str) else json.dumps(closing.output, ensure_ascii=False)
    if isinstance(seen.progress, Progress):
        skipped = f", {seen.progress.skipped} skipped" if seen.progress.skipped else ""
        yield "nodes", f"{seen.progress.done} of {seen.progress.nodes} done{skipped}"
        if seen.progress.carry:
            yield "history", _CARRY.get(seen.progress.carry, seen.progress.carry)
    if not info.closed:
        yield "open", ", ".join(_counted(name, count) for name, count in seen.counts.items() if count) or "nothing"


def _counted(name: str, count: int) -> str:
    """openActivityTasks, 1 -> 1 activity task."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name.removeprefix("open")).strip()
    return f"{count} {words.removesuffix('s') if count == 1 else words}"


def _rows(progress: Progress | NoProgress, now: float) -> Iterator[tuple[Cell, ...]]:
    if isinstance(progress, NoProgress):
        return
    for name in progress.failed:
        yield name, Styled(text="failed", style=NODE["failed"]), "", "", ""
    for one in progress.open:
        since = f"{moments.clock(one.since)} ({moments.span(now - one.since)})"
        yield one.node, Styled(text=_state(one), style=NODE.get(one.state, "")), str(one.visit), str(one.attempt), since
    unnamed = progress.running - len(progress.open)
    if unnamed:
        yield f"(and {unnamed} more)", "", "", "", ""


def _state(one: OpenNode) -> str:
    if not one.items:
        return one.state
    failed = f", {one.items['failed']:,} failed" if one.items["failed"] else ""
    return f"{one.state}, {one.items['done']:,} of {one.items['total']:,} items done{failed}"


def _json(seen: Overview, closing: Closing | None) -> dict[str, Any]:
    info = seen.info
    shown: dict[str, Any] = {
        "workflowId": info.workflow_id,
        "runId": info.run_id,
        "workflowType": info.wire["workflowType"],
        "status": info.status,
        "cancelRequested": info.cancel_requested,
        "started": moments.iso(info.started),
        "openCounts": dict(seen.counts),
    }
    if closing is not None:
        shown |= {"closed": moments.iso(info.closed), "output": closing.output, "reason": closing.reason, "details": closing.details}
        shown["compensation"] = closing.compensation or None
        if closing.new_run_id:
            shown["continuedAs"] = closing.new_run_id
    if isinstance(seen.progress, Progress):
        shown["nodes"] = {
            "total": seen.progress.nodes,
            "done": seen.progress.done,
            "skipped": seen.progress.skipped,
            "running": seen.progress.running,
            "phase": seen.progress.phase,
            "failed": list(seen.progress.failed),
            "open": [
                {
                    "node": one.node,
                    "state": one.state,
                    "visit": one.visit,
                    "attempt": one.attempt,
                    "since": moments.iso(one.since),
                    **({"items": dict(one.items)} if one.items else {}),
                }
                for one in seen.progress.open
            ],
        }
    return shown
