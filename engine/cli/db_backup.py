"""`swfgraph db backup`: a copy of a database, in use or not."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.exits import Exit
from engine.cli.options import Common, database_argument, offline_command
from engine.cli.output import note, print_json
from engine.service.upkeep import back_up


@click.command("backup")
@database_argument
@click.argument("target", type=click.Path(path_type=Path))
@offline_command
def command(common: Common, db: Path, target: Path) -> Exit:
    """Copy a database as it is at one moment to TARGET, a file that is not there yet. Whoever serves it goes on meanwhile.

    The copy is a database like any other: to go back to it, end the service and put it in the file's place.

    \b
    Examples:
      swfgraph db backup .swfgraph/swf.db backups/swf-$(date +%F).db
    """
    size = back_up(db, target)
    if common.json:
        print_json({"target": str(target), "bytes": size})
    elif not common.quiet:
        note(f"{target}: {size:,} bytes")
    return Exit.DONE
