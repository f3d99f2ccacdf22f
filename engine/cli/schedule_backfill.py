"""`swfgraph schedule backfill`: the executions of past times."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from engine.cli.endpoint import endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, spec_argument, spec_command
from engine.cli.output import note, print_json, print_table
from engine.cli.scheduled import load_scheduled, tell_whether_taken_up
from engine.errors import UsageError
from engine.runtime.schedule.asking import ask, ensure, known_times, times_between
from engine.runtime.schedule.names import execution_id, shown


@click.command("backfill")
@spec_argument
@click.option("--from", "first", required=True, metavar="TIME", help="From then on: 2026-03-01, 2026-03-01T06:00, in the schedule's zone.")
@click.option("--to", "last", default="", metavar="TIME", help="Up to then, a day to its end. [default: now]")
@click.option("--dry-run", is_flag=True, help="Only show what would be started.")
@spec_command
def command(common: Common, spec: Path, first: str, last: str, dry_run: bool) -> Exit:  # noqa: FBT001 - click's signature
    """Have the executions of the schedule's times in that span started, one after the other, paused or not.

    Times that have an execution already, open or closed, are left out, as far as the domain still keeps those. What comes up by the
    clock meanwhile goes first.

    \b
    Examples:
      swfgraph schedule backfill nightly.json --from 2026-03-01 --to 2026-03-07
    """
    [one] = load_scheduled([spec], common)
    zone = ZoneInfo(one.schedule.time_zone)
    start, end = _moment("--from", first, zone), _moment("--to", last, zone, day_ends=True) if last else time.time()
    end = min(end, time.time())
    times = times_between(one.schedule, start, end)
    with endpoint(common) as client:
        if not dry_run:
            ensure(client, one.spec)
        known = known_times(client, one.spec, start)
        wanted = [at for at in times if at not in known]
        if wanted and not dry_run:
            ask(client, one.spec, wanted, at_once=False)
        word = "would be started" if dry_run else "asked for"
        rows = [
            (shown(at, one.schedule.time_zone), execution_id(one.spec.name, at), "there already" if at in known else word) for at in times
        ]
        if common.json:
            print_json([{"time": at, "workflowId": workflow_id, "asked": what == "asked for"} for at, workflow_id, what in rows])
        else:
            print_table(("TIME", "WORKFLOW ID", ""), rows)
            if not rows and not common.quiet:
                note("the schedule has no times in that span")
        if wanted and not dry_run:
            tell_whether_taken_up(client, one, common)
    return Exit.DONE


def _moment(option: str, text: str, zone: ZoneInfo, *, day_ends: bool = False) -> float:
    """A date (its first or last second) or a time, in that zone where it names none. Raises: UsageError."""
    try:
        if len(text) == len("2026-03-01"):
            day = date.fromisoformat(text) + timedelta(days=1 if day_ends else 0)
            return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() - (1 if day_ends else 0)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: give a date or a time, such as 2026-03-01 or 2026-03-01T06:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
