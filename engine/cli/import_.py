"""`swfgraph import`: a state machine of Amazon States Language as specs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from engine.asl.importing import Imported, import_machine
from engine.asl.report import Remark
from engine.asl.scope import Options
from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command
from engine.cli.output import counted, note, print_json
from engine.errors import UsageError
from engine.spec.source import read_document

_STEM = re.compile(r"\.(asl|states)?\.?json$|\.asl$")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=None, help="The folder. [default: the present one]"
)
@click.option("--name", default="", metavar="NAME", help="The workflow type's name. [default: the file's]")
@click.option("--version", default="1", metavar="VERSION", show_default=True, help="The workflow type's version.")
@click.option("--domain", default="imported", metavar="NAME", show_default=True, help="The SWF domain.")
@click.option("--task-list", default="", metavar="NAME", help="The task list. [default: the workflow type's name]")
@click.option("--lambda", "functions", is_flag=True, help="Lambda functions stay Lambda functions. [default: they become activities]")
@click.option(
    "--children", is_flag=True, help="Executions that a task starts and waits for are child workflows. [default: they become activities]"
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@offline_command
def command(common: Common, file: Path, output: Path | None, force: bool, **chosen: Any) -> Exit:  # noqa: FBT001 - click's way
    """Import a state machine of Amazon States Language (JSONPath or JSONata) as a spec, and one more for each child that it needs.

    Resources become activities to be filled in. What can't be carried over is named, with its place and the reason: a loss fails on
    purpose where it is met, a note does the same by other means. Exit code 0 without loss, 1 with losses (the specs are written), and
    1, with nothing written, where the machine can't be imported as a whole.

    \b
    Examples:
      swfgraph import order.asl.json -o order/
      swfgraph import order.asl.json --name Order --domain SHOP --json
    """
    options = Options(**{**chosen, "name": chosen["name"] or _STEM.sub("", file.name), "domain": common.domain})
    imported = import_machine(read_document(file).value, options)
    written = _write(imported, output or Path(), force=force)
    if common.json:
        remarks = [_remark(remark) for remark in imported.remarks]
        print_json({"specs": [str(path) for path in written], "losses": len(imported.losses), "remarks": remarks})
    else:
        _tell(imported, written, common)
    return Exit.FAILED if imported.losses else Exit.DONE


def _write(imported: Imported, folder: Path, *, force: bool) -> list[Path]:
    """The files, the machine's own first. Nothing is written if one of them is in the way."""
    paths: dict[str, Path] = {}
    for name in imported.specs:
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "workflow"
        free = (f"{stem}{number}.json" for number in ("", *(f"-{number}" for number in range(2, len(imported.specs) + 2))))
        paths[name] = next(path for path in map(folder.joinpath, free) if path not in paths.values())
    in_the_way = [str(path) for path in paths.values() if path.exists() and not force]
    if in_the_way:
        raise UsageError(f"{', '.join(in_the_way)}: already there (--force writes over it, -o names another folder)")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in imported.specs.items():
            paths[name].write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None
    return list(paths.values())


def _tell(imported: Imported, written: list[Path], common: Common) -> None:
    for remark in imported.remarks:
        click.echo(str(remark))
    if not common.quiet:
        losses, notes = len(imported.losses), len(imported.remarks) - len(imported.losses)
        note(f"{', '.join(map(str, written))}: {counted(losses, 'loss', 'losses')}, {counted(notes, 'note')}")


def _remark(remark: Remark) -> dict[str, str]:
    return {"pointer": remark.pointer, "severity": str(remark.weight), "what": remark.what, "why": remark.why}
