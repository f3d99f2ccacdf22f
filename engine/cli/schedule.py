"""`swfgraph schedule`: starting executions by the clock. A table of subcommands, as in `main`."""

from __future__ import annotations

from collections.abc import Mapping

import click

from engine.cli.groups import Entry, LazyGroup

SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "Run": {
        "run": Entry(module="engine.cli.schedule_run", help="Start executions at the times of specs' schedules, until asked to stop."),
    },
    "Look": {
        "list": Entry(module="engine.cli.schedule_list", help="The schedules of specs: next time, latest start, paused or not."),
        "next": Entry(module="engine.cli.schedule_next", help="The times that are next, by the spec alone."),
    },
    "Steer": {
        "now": Entry(module="engine.cli.schedule_now", help="Have one execution started now."),
        "backfill": Entry(module="engine.cli.schedule_backfill", help="Have the executions of past times started, one after the other."),
        "pause": Entry(module="engine.cli.schedule_pause", help="Start nothing by the clock until it is resumed."),
        "resume": Entry(module="engine.cli.schedule_resume", help="End a pause."),
    },
}


@click.group("schedule", cls=LazyGroup, sections=SECTIONS)
def command() -> None:
    """Start executions at the times that specs' "schedule" says.

    A schedule lives in the endpoint, as an execution NAME.schedule: pausing, run-now and backfills hold for every scheduler, and
    stay while none runs. Any number of schedulers may run; each time is started once.

    \b
    Examples:
      swfgraph schedule next nightly.json
      swfgraph schedule run specs/
      swfgraph schedule pause nightly.json --reason 'database moves'
    """
