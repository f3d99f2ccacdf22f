"""`swfgraph up`: decider, worker, scheduler and watcher of specs in one process, for as long as it is left running."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import click

from engine.cli.alerting import channel_option, channels_for, channels_option, state_file, state_option
from engine.cli.endpoint import claims_of, endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, log_work, spec_data_command, specs_argument
from engine.cli.output import note
from engine.cli.specs import load_all
from engine.cli.turns import grace_option
from engine.graph.plan import Plan
from engine.runtime.alerts.outbox import Outbox
from engine.runtime.alerts.watcher import Watcher, WatchSettings, watched
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.embedded import usable
from engine.runtime.payloads.claims import Claims
from engine.runtime.queues import default_identity
from engine.runtime.schedule.scheduler import Scheduler, scheduled
from engine.runtime.until_signal import Part, run_until_signal
from engine.runtime.worker import Worker, WorkerSettings
from engine.spec.model import ABSENT
from engine.swf.client import Client


@click.command("up")
@specs_argument
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=10, show_default=True, metavar="N", help="Activities at once, per task list."
)
@channel_option
@channels_option
@state_option
@click.option("--no-alerts", is_flag=True, help="Send no alerts, whatever the specs say.")
@grace_option
@spec_data_command
def command(common: Common, specs: tuple[Path, ...], **given: Any) -> Exit:
    """Keep these specs' workflows going in one process, until Ctrl-C or SIGTERM: register them, make their decisions, run their
    activities, start them at the times of their schedules, send their alerts.

    It is what `register`, `decider`, `worker`, `schedule run` and `alerts run` do, on a file of its own or on any endpoint. It holds
    nothing that can't be lost. Executions are looked at as always (`list`, `status`); to begin or steer some from elsewhere, and for the
    console, let `swfgraph serve` have the file: `up` finds it there.

    \b
    Examples:
      swfgraph up nightly.json
      swfgraph up specs/ --channel ops=mailtos://me:secret@example.org
      swfgraph up specs/ --url aws://eu-west-1 --concurrency 4
    """
    plans = load_all(specs, common)
    found = [] if given["no_alerts"] or not any(plan.spec.alerts for plan in plans) else watched(plans)
    channels = channels_for((name for one in found for alert in one.all for name in alert.to), given) if found else []
    claims = claims_of(common)
    log_work(common, once=False)
    with ExitStack() as stack:
        client = stack.enter_context(endpoint(common))
        usable(client, plans)
        parts = list(_parts(client, plans, claims, given))
        if found:
            outbox = stack.enter_context(closing(Outbox.open(state_file(common, given["state"]))))
            watcher = Watcher(client, found, outbox, channels, WatchSettings(claims=claims))
            watcher.begin()
            parts.append(watcher)
        if not common.quiet:
            note(f"at {client.url}: {', '.join(f'{plan.spec.name} {plan.spec.version}' for plan in plans)}")
        number = run_until_signal(parts, given["grace"])
    return Exit.INTERRUPTED if number == signal.SIGINT else Exit.DONE


def _parts(client: Client, plans: Sequence[Plan], claims: Claims, given: dict[str, Any]) -> Iterator[Part]:
    specs = [plan.spec for plan in plans]
    yield Decider(client, plans, DeciderSettings(), claims)
    if any(activity.run is not ABSENT for spec in specs for activity in spec.activities.values()):
        yield Worker(client, specs, WorkerSettings(concurrency=given["concurrency"], grace=given["grace"]), claims)
    if any(spec.schedule is not ABSENT for spec in specs):
        scheduler = Scheduler(client, scheduled(specs), default_identity(), claims)
        scheduler.begin()
        yield scheduler
