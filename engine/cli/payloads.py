"""`swfgraph payloads`: looking after the store of payloads that are too long for SWF. A table of subcommands, as in `main`."""

from __future__ import annotations

from collections.abc import Mapping

import click

from engine.cli.groups import Entry, LazyGroup

SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "At any time": {
        "sweep": Entry(module="engine.cli.payloads_sweep", help="Remove those that no execution needs any more."),
    },
}


@click.group("payloads", cls=LazyGroup, sections=SECTIONS)
def command() -> None:
    """Look after the payloads that are too long for SWF to carry.

    Inputs and results of more than 32,768 characters are kept in a directory, or in S3, under their SHA-256; histories have references to
    them. --payloads says where, to every command that reads or writes them.

    \b
    Examples:
      swfgraph payloads sweep --dry-run
    """
