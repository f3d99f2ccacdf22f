"""`swfgraph check`: every finding of every spec."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.cli import problems
from engine.cli.exits import Exit
from engine.cli.options import Common, check_command, specs_argument
from engine.cli.output import counted, note, print_json
from engine.cli.specs import spec_files
from engine.errors import Severity
from engine.graph.check import check_files


@click.command("check")
@specs_argument
@click.option(
    "--against",
    default="",
    metavar="URL",
    help="Would they decide as the open executions there were decided? (Forms of URL: as of --url in other commands.)",
)
@check_command
def command(common: Common, specs: tuple[Path, ...], against: str) -> Exit:
    """Check specs: their shape, their graph, their expressions. Every mistake is shown, with file, line and column.

    Of a directory, every spec in it is checked (a spec is a *.json file with "nodes"); specs that are checked together are also held
    against each other: do the children that they start have the versions that are there? Exit code 1 if there is an error; warnings are
    shown only, and with -q not even that.

    With --against, the histories of the open executions of the same name and version are gone through, decision by decision: would
    these specs have decided the same? Exit code 1 if one of them would not.

    \b
    Examples:
      swfgraph check fruit.json
      swfgraph check fruit.json --against http://127.0.0.1:4510
      swfgraph check specs/ --json | jq '.findings[] | select(.severity == "error")'
    """
    files = spec_files(specs)
    findings = check_files(files)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    compared = [] if errors or not against else _against().compare_all(replace(common, url=against), files)
    if common.json:
        described = [problems.finding_json(finding) for finding in findings]
        print_json({"specs": len(files), "errors": errors, "warnings": warnings, "findings": described, **_compared_json(compared)})
    else:
        shown = [finding for finding in findings if finding.severity is Severity.ERROR or not common.quiet]
        problems.write_findings(shown, sys.stdout)
        if not common.quiet:
            note(f"{counted(len(files), 'spec')}: {counted(errors, 'error')}, {counted(warnings, 'warning')}")
        if compared:
            _against().tell(common, compared)
    parted = any(one.parted is not None for _, executions in compared for one in executions)
    return Exit.FAILED if errors or parted else Exit.DONE


def _against() -> Any:
    """Only --against pays for clients and the interpreter."""
    return importlib.import_module("engine.cli.against")


def _compared_json(compared: Sequence[Any]) -> dict[str, Any]:
    return {"against": _against().as_json(compared)} if compared else {}
