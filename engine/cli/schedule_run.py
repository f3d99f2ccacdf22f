"""`swfgraph schedule run`: the scheduler as a process."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import click

from engine.cli.endpoint import claims_of, endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, log_work, spec_data_command, specs_argument
from engine.cli.output import note
from engine.cli.scheduled import load_scheduled
from engine.cli.turns import grace_option
from engine.runtime.queues import default_identity
from engine.runtime.reading import moments
from engine.runtime.schedule.cron import next_time
from engine.runtime.schedule.scheduler import Scheduled, Scheduler
from engine.runtime.until_signal import run_until_signal


@click.command("run")
@specs_argument
@grace_option
@spec_data_command
def command(common: Common, specs: tuple[Path, ...], grace: float) -> Exit:
    """Start executions at the times of these specs' schedules, until Ctrl-C or SIGTERM.

    It holds nothing that can't be lost: kill it, start another one, run several. Each time is started once; times that nobody was
    there for are made up for, up to the schedule's catchUp. The types must be registered (`swfgraph register`); deciders and workers
    run what is started.

    \b
    Examples:
      swfgraph schedule run nightly.json
      swfgraph schedule run specs/ --url aws://eu-west-1
    """
    found = load_scheduled(specs, common)
    claims = claims_of(common)
    log_work(common, once=False)
    with endpoint(common) as client:
        scheduler = Scheduler(client, found, default_identity(), claims)
        scheduler.begin()
        if not common.quiet:
            for one in found:
                note(_line(one, time.time()))
        number = run_until_signal([scheduler], grace)
    return Exit.INTERRUPTED if number == signal.SIGINT else Exit.DONE


def _line(one: Scheduled, now: float) -> str:
    after = next_time(one.schedule.cron, one.schedule.time_zone, now)
    when = "never again" if after is None else f"next at {moments.local(after)}"
    return f"{one.spec.name}: {one.schedule.cron} ({one.schedule.time_zone}), {when}"
