"""`swfgraph db`: looking after the database file of an embedded service. A table of subcommands, as in `main`."""

from __future__ import annotations

from collections.abc import Mapping

import click

from engine.cli.groups import Entry, LazyGroup

SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "While it is served": {
        "backup": Entry(module="engine.cli.db_backup", help="Copy the database, in use or not."),
        "check": Entry(module="engine.cli.db_check", help="Is everything in it right?"),
        "export": Entry(module="engine.cli.db_export", help="Write executions out as JSON lines."),
    },
    "While nobody has it": {
        "import": Entry(module="engine.cli.db_import", help="Read executions in, as export wrote them."),
        "vacuum": Entry(module="engine.cli.db_vacuum", help="Give its free space back."),
    },
}


@click.group("db", cls=LazyGroup, sections=SECTIONS)
def command() -> None:
    """Look after the database file of an embedded service.

    A command that needs the file for itself says which process has it.

    \b
    Examples:
      swfgraph db backup .swfgraph/swf.db swf-monday.db
      swfgraph db check swf-monday.db
      swfgraph db export swf-monday.db order-7 | jq '.events[-1].eventType'
    """
