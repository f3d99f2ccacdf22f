"""`swfgraph schedule pause`: nothing is started by the clock."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.endpoint import endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, spec_command, specs_argument
from engine.cli.scheduled import load_scheduled, tell_whether_taken_up
from engine.runtime.schedule.asking import pause


@click.command("pause")
@specs_argument
@click.option("--reason", default="", metavar="TEXT", help="Why, for whoever looks (`swfgraph schedule list`).")
@spec_command
def command(common: Common, specs: tuple[Path, ...], reason: str) -> Exit:
    """Start nothing by the clock until it is resumed, whoever's scheduler it is. What is open goes on.

    The times that come meanwhile are not made up for; `swfgraph schedule backfill` does that on request.

    \b
    Examples:
      swfgraph schedule pause nightly.json --reason 'database moves'
    """
    found = load_scheduled(specs, common)
    with endpoint(common) as client:
        for one in found:
            pause(client, one.spec, reason)
            tell_whether_taken_up(client, one, common)
    return Exit.DONE
