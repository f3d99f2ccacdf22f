"""`swfgraph alerts run`: the watcher as a process."""

from __future__ import annotations

import signal
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
from engine.runtime.alerts.channels import shown
from engine.runtime.alerts.outbox import Outbox
from engine.runtime.alerts.watcher import Watched, Watcher, WatchSettings, watched
from engine.runtime.until_signal import run_until_signal


@click.command("run")
@specs_argument
@channel_option
@channels_option
@state_option
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks at the endpoint.",
)
@grace_option
@spec_data_command
def command(common: Common, specs: tuple[Path, ...], **given: Any) -> Exit:
    """Watch the executions of these specs' workflows and send the alerts that the specs ask for, until Ctrl-C or SIGTERM.

    Also told is what no decider sees end: executions that time out or are terminated. What happened while it was not running is told
    when it runs again; the first time it begins with now. Each alert is sent at least once: killed in the middle, it may send
    one again, with the same id.

    \b
    Examples:
      swfgraph alerts run nightly.json --channel ops=json://127.0.0.1:8080/alerts
      swfgraph alerts run specs/ --channels /etc/swfgraph/channels --url aws://eu-west-1
    """
    found = watched(load_all(specs, common))
    channels = channels_for((name for one in found for alert in one.all for name in alert.to), given)
    claims = claims_of(common)
    log_work(common, once=False)
    outbox = Outbox.open(state_file(common, given["state"]))
    try:
        with endpoint(common) as client:
            watcher = Watcher(client, found, outbox, channels, WatchSettings(interval=given["interval"], claims=claims))
            watcher.begin()
            if not common.quiet:
                for one in found:
                    note(_line(one))
            number = run_until_signal([watcher], given["grace"])
    finally:
        outbox.close()
    return Exit.INTERRUPTED if number == signal.SIGINT else Exit.DONE


def _line(one: Watched) -> str:
    names = dict.fromkeys(shown(name) for alert in one.all for name in alert.to)
    return f"{one.workflow} (domain {one.domain}): alerts to {', '.join(names)}"
