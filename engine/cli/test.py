"""`swfgraph test`: the scenarios beside specs, played under virtual time; what is not as expected, and what no scenario covers."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from engine.cli import problems
from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command
from engine.cli.output import note, print_json
from engine.cli.testreport import Report, file_lines, gap_lines, last_line, report_json
from engine.errors import SpecError, UsageError
from engine.testing.model import Scenario
from engine.testing.suite import find_suites, load, run_suite

SUFFIXES = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot", ".mmd": "mermaid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    keyword: str
    min_coverage: float | None
    junit: Path | None
    draw: Path | None
    show_coverage: bool


@click.command("test")
@click.argument("paths", nargs=-1, metavar="[DIR|FILE]...", type=click.Path(exists=True, path_type=Path))
@click.option("-k", "keyword", default="", metavar="TEXT", help="Only scenarios with this in their name (any case).")
@click.option("--min-coverage", type=click.FloatRange(0, 100), default=None, metavar="PERCENT", help="Fail where a spec is covered less.")
@click.option("--no-coverage", is_flag=True, help="Leave out what no scenario covers.")
@click.option(
    "--draw", type=click.Path(dir_okay=False, path_type=Path), default=None, metavar="FILE", help="Draw the coverage: .svg, .png ..."
)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), default=None, metavar="FILE", help="Write JUnit XML, for CI.")
@offline_command
def command(common: Common, paths: tuple[Path, ...], no_coverage: bool, **wish: Any) -> Exit:  # noqa: FBT001 - click's way
    """Test specs: play the scenarios of *.test.json files, with the answers that they give, in virtual time.

    Of a directory (by default the present one), every *.test.json below; of a spec, the file beside it. Weeks pass in milliseconds: the
    interpreter and the service are the real ones, only the clock is not. -v names every scenario. Exit code 1 if one fails.

    \b
    Examples:
      swfgraph test
      swfgraph test specs/booking -k declined -v
      swfgraph test --min-coverage 100 --junit report.xml
      swfgraph test fruit.json --draw coverage.svg
    """
    asked = Wish(show_coverage=not no_coverage, **wish)
    files = find_suites(paths or (Path(),))
    if not files:
        named = ", ".join(map(str, paths)) or "this directory"
        raise UsageError(f"there is no test in {named} (tests of fruit.json stand beside it, in fruit.test.json)")
    report = _run(common, files, asked)
    if asked.junit is not None:
        from engine.testing.junit import junit_xml  # noqa: PLC0415 - only who asks for it pays for it

        _write(asked.junit, junit_xml(report.results, report.broken))
    if asked.draw is not None:
        _draw(common, asked.draw, report)
    if common.json:
        print_json(report_json(report))
    return Exit.DONE if report.passed else Exit.FAILED


def _run(common: Common, files: Sequence[Path], asked: Wish) -> Report:
    begun = time.perf_counter()
    word = asked.keyword.casefold()
    report = Report(min_coverage=asked.min_coverage)

    def wanted(scenario: Scenario) -> bool:
        return word in scenario.name.casefold()

    for file in files:
        try:
            loaded = load(file)
        except SpecError as error:
            report.broken[file] = error.findings
            if not common.json:
                problems.write_findings(error.findings, sys.stdout)
            continue
        result = run_suite(loaded, wanted)
        if not result.played and word:
            continue
        report.results.append(result)
        if not common.json:
            _say(file_lines(result, verbose=common.verbosity > 0, quiet=common.quiet))
    if not report.results and not report.broken:
        raise UsageError(f"no scenario has {asked.keyword!r} in its name")
    report.seconds = time.perf_counter() - begun
    if not common.json:
        # Of some scenarios only, what they cover says nothing.
        if asked.show_coverage and not common.quiet and not word:
            _say(gap_lines(report, all_of_them=common.verbosity > 0))
        _say([last_line(report)])
    return report


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None


def _draw(common: Common, file: Path, report: Report) -> None:
    """One picture for each spec; of several, each has the spec's name in its own."""
    from engine.graph.draw import render  # noqa: PLC0415 - only who asks for it pays for it
    from engine.testing.chart import coverage_overlay  # noqa: PLC0415

    kind = SUFFIXES.get(file.suffix.lower())
    if kind is None:
        raise UsageError(f"{file}: no drawing has the suffix {file.suffix!r} (there are {', '.join(SUFFIXES)})")
    for result in report.results:
        plan = result.loaded.plan
        target = file if len(report.results) == 1 else file.with_name(f"{file.stem}-{result.loaded.suite.spec.stem}{file.suffix}")
        content = render(plan, kind, status=coverage_overlay(result.coverage))
        _write(target, content)
        if not common.json and not common.quiet:
            note(f"{target}: the coverage of {plan.spec.name}")
