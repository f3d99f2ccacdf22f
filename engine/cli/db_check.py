"""`swfgraph db check`: every flaw of a database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from engine.cli.exits import Exit
from engine.cli.options import Common, database_argument, offline_command
from engine.cli.output import counted, note, print_json
from engine.service.checking import Flaw, check_database


@click.command("check")
@database_argument
@offline_command
def command(common: Common, db: Path) -> Exit:
    """Check a database, in use or not: SQLite's own checks of the file, then what must hold of every execution.

    Of every execution: its events are numbered without gaps, begin with WorkflowExecutionStarted and go forward in time; whatever
    started was scheduled, and closed at most once; it closes once, at its end; and the table of executions agrees with its events.
    Every flaw is a line; exit code 1 if there is one.

    \b
    Examples:
      swfgraph db check .swfgraph/swf.db
      swfgraph db check swf-monday.db --json | jq '.flaws[].message'
    """
    checked = check_database(db)
    if common.json:
        print_json({"executions": checked.executions, "events": checked.events, "flaws": [asdict(flaw) for flaw in checked.flaws]})
    else:
        for flaw in checked.flaws:
            click.echo(f"{db}: {_where(flaw)}{flaw.message}")
        if not common.quiet:
            flaws = counted(len(checked.flaws), "flaw") if checked.flaws else "no flaws"
            note(f"{counted(checked.executions, 'execution')}, {counted(checked.events, 'event')}: {flaws}")
    return Exit.FAILED if checked.flaws else Exit.DONE


def _where(flaw: Flaw) -> str:
    return f"{flaw.workflow_id} (runId {flaw.run_id}, domain {flaw.domain}): " if flaw.run_id else ""
