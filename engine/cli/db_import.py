"""`swfgraph db import`: executions from JSON lines."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command
from engine.cli.output import counted, note, print_json
from engine.service.importing import import_lines


@click.command("import")
@click.argument("db", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@offline_command
def command(common: Common, db: Path, file: Path) -> Exit:
    """Add the executions of FILE, which `swfgraph db export` wrote, to a database that nobody serves: all of them, or none.

    Each of them is checked first (see `swfgraph db check`). An execution that is there already is refused; domains and types that are
    there stay as they are. Open executions go on where they stood, so they should not be open elsewhere too. A database that is not
    there is made.

    \b
    Examples:
      swfgraph db import other.db all.jsonl
    """
    imported = import_lines(db.resolve(), file)
    if common.json:
        print_json(asdict(imported))
    elif not common.quiet:
        kept = f" ({imported.kept} of those were there, and stay as they are)" if imported.kept else ""
        said = f"{counted(imported.executions, 'execution')} imported"
        note(f"{said}; {counted(imported.domains, 'domain')} and {counted(imported.types, 'type')}{kept}")
    return Exit.DONE
