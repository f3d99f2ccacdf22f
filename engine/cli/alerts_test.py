"""`swfgraph alerts test`: does a channel work?"""

from __future__ import annotations

import socket
from typing import Any

import click

from engine.cli.alerting import channel_option, channels_for, channels_option
from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command
from engine.cli.output import note, print_json, print_table
from engine.runtime.alerts.channels import shown
from engine.runtime.alerts.occurrence import Level


@click.command("test")
@click.argument("names", nargs=-1, required=True, metavar="CHANNEL...")
@channel_option
@channels_option
@offline_command
def command(common: Common, names: tuple[str, ...], **given: Any) -> Exit:
    """Send a test to each of these channels: names, or URLs of Apprise. Exit code 1 where one does not take it.

    \b
    Examples:
      swfgraph alerts test ops --channels /etc/swfgraph/channels
      swfgraph alerts test json://127.0.0.1:8080/alerts
    """
    body = f"This channel works. (Sent by `swfgraph alerts test` on {socket.gethostname()}.)"
    problems = {channel.name: channel.send("A test of swfgraph's alerts", body, Level.INFO) for channel in channels_for(names, given)}
    if common.json:
        print_json([{"channel": shown(name), "sent": not problem, "problem": problem} for name, problem in problems.items()])
    else:
        print_table(("CHANNEL", ""), ((shown(name), problem or "sent") for name, problem in problems.items()))
    if any(problems.values()):
        if not common.quiet:
            note("a channel does not take messages: is its URL right, and can it be reached from here?")
        return Exit.FAILED
    return Exit.DONE
