"""`swfgraph render`: a spec as a drawing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine.cli.endpoint import claims_of, looking, on_execution
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_data_command, run_id_option, spec_argument
from engine.cli.output import note, print_binary, print_json
from engine.errors import UsageError
from engine.graph.check import load_plan
from engine.graph.draw import Overlay, render
from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.runtime.history import events_after
from engine.runtime.reading.colouring import overlay_of
from engine.spec.model import ABSENT

TEXT_FORMATS = frozenset({"dot", "svg", "mermaid"})
SUFFIXES = {".dot": "dot", ".gv": "dot", ".svg": "svg", ".png": "png", ".pdf": "pdf", ".mmd": "mermaid", ".mermaid": "mermaid"}


@click.command("render")
@spec_argument
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="The file. [default: stdout]")
@click.option(
    "--format", "wanted", type=click.Choice(["dot", "svg", "png", "pdf", "mermaid"]), default=None, help="[default: by the suffix]"
)
@click.option("--execution", "workflow_id", default="", metavar="ID", help="Coloured by this execution: states, attempts, the path taken.")
@run_id_option
@click.option("--at", type=click.IntRange(min=1), default=None, metavar="EVENT", help="As it was after that event. [default: the last]")
@execution_data_command
def command(common: Common, spec: Path, output: Path | None, wanted: str | None, **given: Any) -> Exit:
    """Draw a spec: rectangles are activities, diamonds decisions, ovals terminals; retry edges are dashed.

    The format follows from the suffix of the file: .dot, .gv, .svg, .png, .pdf, .mmd, .mermaid. It needs no Graphviz, but uses
    `dot` where that is installed.

    \b
    Examples:
      swfgraph render fruit.json -o fruit.svg
      swfgraph render fruit.json --format dot | dot -Tps > fruit.ps
      swfgraph render fruit.json --format mermaid
      swfgraph render fruit.json --execution Demo -o demo.png
    """
    kind = wanted or _by_suffix(output)
    if output is None and kind not in TEXT_FORMATS and sys.stdout.isatty():
        raise UsageError(f"a {kind.upper()} is nothing for a terminal: name a file with -o, or send it on with a pipe")
    plan = load_plan(spec)
    overlay = _overlay(common, plan, given) if given["workflow_id"] else ABSENT
    content = render(plan, kind, status=overlay, told=lambda remark: None if common.quiet else note(remark))
    if output is None:
        print_binary(content)
        return Exit.DONE
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}") from None
    if common.json:
        print_json({"file": str(output), "format": kind, "bytes": len(content)})
    elif not common.quiet:
        note(f"{output}: {kind}, {len(content):,} bytes")
    return Exit.DONE


def _overlay(common: Common, plan: Plan, given: Mapping[str, Any]) -> Overlay:
    """Raises: HistoryError where the execution is not one of this spec."""
    with on_execution(common, given["workflow_id"], given["run_id"], looking) as (client, execution):
        address = (execution.domain, execution.workflow_id, execution.run_id)
        events = events_after(client, address, 0, until=given["at"] or sys.maxsize)
    claims = claims_of(common)
    run = Run(plan, workflow_id=execution.workflow_id, run_id=execution.run_id, longest=claims.longest)
    for event in claims.events(events):
        run.fold(event)
    return overlay_of(plan, run.view())


def _by_suffix(output: Path | None) -> str:
    if output is None:
        raise UsageError("say what to draw: -o FILE.svg (or .dot, .png, .pdf, .mmd), or --format")
    kind = SUFFIXES.get(output.suffix.lower())
    if kind is None:
        raise UsageError(f"{output}: no format has the suffix {output.suffix!r} (there are {', '.join(SUFFIXES)}); or say it with --format")
    return kind
