"""`swfgraph db export`: executions as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import click

from engine.cli.exits import Exit
from engine.cli.options import Common, database_argument, offline_command
from engine.errors import UsageError
from engine.service.exporting import export


@click.command("export")
@database_argument
@click.argument("workflow_ids", nargs=-1, metavar="[WORKFLOW_ID]...")
@click.option("--domain", "of_domain", default="", metavar="NAME", help="Of this domain only.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, metavar="FILE", help="[default: stdout]")
@offline_command
def command(common: Common, db: Path, workflow_ids: tuple[str, ...], of_domain: str, output: Path | None) -> Exit:  # noqa: ARG001 - it is JSON
    """Write executions out, in use or not, as they are at one moment: open and closed, with their domains and types.

    Every run of the WORKFLOW_IDs is written; of all executions where none is given. The first line says that it is an export, then each
    domain, type and execution (with all its events) is one JSON object on a line of its own; `swfgraph db import` reads it.

    \b
    Examples:
      swfgraph db export .swfgraph/swf.db -o all.jsonl
      swfgraph db export .swfgraph/swf.db order-7 | jq -c 'select(.kind == "execution") | .events[]'
    """
    lines = export(db, workflow_ids=workflow_ids, domain=of_domain)
    first = next(lines)
    if output is None:
        _write(sys.stdout.buffer, first, lines)
        return Exit.DONE
    try:
        with output.open("wb") as stream:
            _write(stream, first, lines)
    except OSError as error:
        raise UsageError(f"{output} can't be written: {error.strerror}") from error
    return Exit.DONE


def _write(stream: BinaryIO, first: bytes, lines: Iterable[bytes]) -> None:
    stream.write(first + b"\n")
    stream.writelines(line + b"\n" for line in lines)
    stream.flush()
