"""`swfgraph check`: every finding of every spec."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli import problems
from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command, specs_argument
from engine.cli.output import note, print_json
from engine.cli.specs import spec_files
from engine.errors import Severity
from engine.graph.check import check_files


@click.command("check")
@specs_argument
@offline_command
def command(common: Common, specs: tuple[Path, ...]) -> Exit:
    """Check specs: their shape, their graph, their expressions. Every mistake is shown, with file, line and column.

    Of a directory, every spec in it is checked (a spec is a *.json file with "nodes"); specs that are checked together are also held
    against each other: do the children that they start have the versions that are there? Exit code 1 if there is an error; warnings are
    shown only.

    \b
    Examples:
      swfgraph check fruit.json
      swfgraph check specs/ --json | jq '.findings[] | select(.severity == "error")'
    """
    files = spec_files(specs)
    findings = check_files(files)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    if common.json:
        described = [problems.finding_json(finding) for finding in findings]
        print_json({"specs": len(files), "errors": errors, "warnings": warnings, "findings": described})
    else:
        problems.write_findings(findings, sys.stdout)
        if not common.quiet:
            note(f"{_count(len(files), 'spec')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}")
    return Exit.FAILED if errors else Exit.DONE


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
