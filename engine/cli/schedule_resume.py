"""`swfgraph schedule resume`: the clock starts executions again."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.endpoint import endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, spec_command, specs_argument
from engine.cli.scheduled import load_scheduled, tell_whether_taken_up
from engine.runtime.schedule.asking import resume


@click.command("resume")
@specs_argument
@spec_command
def command(common: Common, specs: tuple[Path, ...]) -> Exit:
    """End a pause: the next time of the schedule starts an execution again.

    \b
    Examples:
      swfgraph schedule resume nightly.json
    """
    found = load_scheduled(specs, common)
    with endpoint(common) as client:
        for one in found:
            resume(client, one.spec)
            tell_whether_taken_up(client, one, common)
    return Exit.DONE
