"""`swfgraph db vacuum`: the free space of a database, given back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from engine.cli.exits import Exit
from engine.cli.options import Common, database_argument, offline_command
from engine.cli.output import note, print_json
from engine.service.upkeep import vacuum


@click.command("vacuum")
@database_argument
@offline_command
def command(common: Common, db: Path) -> Exit:
    """Write a database anew that nobody serves, so that it takes no more room than it needs; meanwhile it needs as much again.

    A service gives space back by itself as executions leave, down to a quarter of the file, which it keeps for what comes next.

    \b
    Examples:
      swfgraph db vacuum .swfgraph/swf.db
    """
    sizes = vacuum(db.resolve())
    if common.json:
        print_json(asdict(sizes))
    elif not common.quiet:
        note(f"{db}: {sizes.before:,} bytes before, {sizes.after:,} after")
    return Exit.DONE
