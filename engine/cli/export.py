"""`swfgraph export`: a spec as a state machine of Amazon States Language."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.asl.exporting import export_plan
from engine.asl.report import Weight
from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command, spec_argument
from engine.cli.output import note, print_json
from engine.errors import UsageError
from engine.graph.check import load_plan


@click.command("export")
@spec_argument
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="The file. [default: stdout]")
@offline_command
def command(common: Common, spec: Path, output: Path | None) -> Exit:
    """Export a spec as a state machine of Amazon States Language (JSONata), where that can say it.

    Activities become activity tasks, in the region and account that CloudFormation fills in. What does not change the flow and can't be
    said (tags, schedules, alerts) is named as a loss: exit code 1, the machine is written all the same. What would change the flow
    (signals, compensation, joins that do not wait for all) is refused, with its place: exit code 1, nothing is written. A child workflow
    becomes an execution of the state machine of its name.

    \b
    Examples:
      swfgraph export fruit.json
      swfgraph export fruit.json -o fruit.asl.json
    """
    exported = export_plan(load_plan(spec))
    losses = [remark for remark in exported.remarks if remark.weight is Weight.LOSS]
    if output is None:
        print_json(exported.machine)
    else:
        try:
            output.write_text(json.dumps(exported.machine, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{output}: {error.strerror}") from None
        if common.json:
            remarks = [{"pointer": loss.pointer, "severity": str(loss.weight), "what": loss.what, "why": loss.why} for loss in losses]
            print_json({"file": str(output), "losses": len(losses), "remarks": remarks})
    for loss in losses if output is None or not common.json else []:
        note(str(loss))
    return Exit.FAILED if losses else Exit.DONE
