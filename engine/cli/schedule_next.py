"""`swfgraph schedule next`: the next times of a spec's schedule. Asks no endpoint."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import click

from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command, spec_argument
from engine.cli.output import print_json, print_table
from engine.cli.scheduled import load_scheduled
from engine.runtime.schedule.cron import times_after
from engine.runtime.schedule.names import execution_id, lateness, shown


@click.command("next")
@spec_argument
@click.option("-n", "--count", type=click.IntRange(1, 1000), default=5, show_default=True, metavar="N", help="How many.")
@offline_command
def command(common: Common, spec: Path, count: int) -> Exit:
    """The next times of a spec's schedule, in its time zone, with the workflowIds that they will have.

    \b
    Examples:
      swfgraph schedule next nightly.json -n 20
    """
    [one] = load_scheduled([spec], common)
    name, schedule = one.spec.name, one.schedule
    times = list(islice(times_after(schedule.cron, schedule.time_zone, time.time()), count))
    if common.json:
        print_json([{"time": shown(at, schedule.time_zone), "workflowId": execution_id(name, at)} for at in times])
        return Exit.DONE
    rows = (
        (shown(at, schedule.time_zone), f"+{lateness(name, at, schedule.jitter)}s" if schedule.jitter else "", execution_id(name, at))
        for at in times
    )
    print_table(("TIME", "JITTER", "WORKFLOW ID"), rows)
    return Exit.DONE
