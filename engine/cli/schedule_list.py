"""`swfgraph schedule list`: how the schedules of specs stand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from engine.cli.endpoint import looking
from engine.cli.exits import Exit
from engine.cli.options import Common, spec_command, specs_argument
from engine.cli.output import Cell, Styled, print_json, print_table
from engine.cli.scheduled import load_scheduled
from engine.runtime.schedule.asking import standing, taken_up
from engine.runtime.schedule.cron import next_time
from engine.runtime.schedule.names import shown
from engine.runtime.schedule.scheduler import Scheduled
from engine.runtime.schedule.state import State
from engine.spec.model import ABSENT
from engine.swf.client import Client


@click.command("list")
@specs_argument
@spec_command
def command(common: Common, specs: tuple[Path, ...]) -> Exit:
    """The schedules of specs as the endpoint has them: what is next, what was started last, what is open, waits, went wrong.

    \b
    Examples:
      swfgraph schedule list specs/
    """
    found = load_scheduled(specs, common)
    with looking(common) as client:
        rows = [_look(client, one) for one in found]
    if common.json:
        print_json(rows)
        return Exit.DONE
    print_table(("WORKFLOW", "CRON", "ZONE", "NEXT", "LATEST", "STANDING"), map(_cells, rows), shrink={"LATEST", "STANDING"})
    return Exit.DONE


def _look(client: Client, one: Scheduled) -> dict[str, Any]:
    schedule = one.schedule
    found = standing(client, one.spec)
    after = next_time(schedule.cron, schedule.time_zone, time.time())
    known = found is not ABSENT and found.state is not ABSENT
    seen = {} if found is ABSENT or found.state is ABSENT else _state(found.state)
    return {
        "workflow": one.spec.name,
        "domain": one.spec.domain,
        "cron": schedule.cron,
        "timeZone": schedule.time_zone,
        "next": None if after is None else shown(after, schedule.time_zone),
        "begun": known,
        "attended": found is not ABSENT and taken_up(client, one.spec),
        **seen,
    }


def _state(state: State) -> dict[str, Any]:
    return {
        "paused": state.paused,
        "reason": state.reason,
        "open": [one.workflow_id for one in state.open],
        "waiting": len(state.waiting),
        "latest": list(state.last),
        "started": state.started,
        "skipped": state.skipped,
        "problem": state.problem,
    }


def _cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    latest = row.get("latest") or [""]
    return row["workflow"], row["cron"], row["timeZone"], row["next"] or "never", latest[-1], _standing(row)


def _standing(row: dict[str, Any]) -> Cell:
    words = list(_words(row))
    bad = bool(row.get("problem")) or row.get("paused", False) or not row["attended"]
    return Styled(text="; ".join(words), style="yellow") if bad else "; ".join(words)


def _words(row: dict[str, Any]) -> Iterator[str]:
    if not row["begun"]:
        yield "no scheduler has run yet"
        return
    if not row["attended"]:
        yield "no scheduler attends to it"
    if row["paused"]:
        yield f"paused{': ' if row['reason'] else ''}{row['reason']}"
    if row["open"]:
        yield f"{row['open'][0]} is open"
    if row["waiting"]:
        yield f"{row['waiting']} waiting"
    if row["problem"]:
        yield row["problem"]
    yield f"{row['started']} started, {row['skipped']} skipped"
