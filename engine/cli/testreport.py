"""What `swfgraph test` tells: lines for a terminal or a log, JSON for programs. Values in, text out.

Imports `engine.testing`, `moments`, `problems`' colours; imported by `test`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.cli.output import counted
from engine.cli.problems import finding_json, style
from engine.errors import Finding
from engine.runtime.reading import moments
from engine.spec.duration import format_duration
from engine.spec.model import ABSENT
from engine.spec.source import read_document
from engine.testing.coverage import Coverage
from engine.testing.suite import Failure, Played, SuiteResult

MOST_GAPS = 8
"""Of one spec, that are shown without -v."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What has come of it so far."""

    min_coverage: float | None
    results: list[SuiteResult] = field(default_factory=list)
    broken: dict[Path, Sequence[Finding]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def played(self) -> list[Played]:
        return [one for result in self.results for one in result.played]

    @property
    def too_little(self) -> list[Coverage]:
        """Specs that are covered less than was asked for."""
        least = self.min_coverage
        return [] if least is None else [one.coverage for one in self.results if one.coverage.percent < least]

    @property
    def passed(self) -> bool:
        return not self.broken and not self.too_little and all(one.passed for one in self.played)


def file_lines(result: SuiteResult, *, verbose: bool, quiet: bool) -> Iterator[str]:
    """One line for a file where all is well; every scenario that failed, with what was expected and what came."""
    failed = [one for one in result.played if not one.passed]
    if not quiet or failed:
        took = _dim(moments.span(sum(one.seconds for one in result.played)))
        count = len(result.played)
        said = counted(count, "scenario") + (f", {len(failed)} failed" if failed else "")
        covered = "" if result.left_out else f"  {_percent(result.coverage.percent)}"
        yield f"{_mark(good=not failed)} {_bold(str(result.loaded.suite.file))}  {said}{covered}  {took}"
    for one in result.played:
        if not one.passed:
            yield f"  {_mark(good=False)} {_red(one.scenario.name)}"
            for failure in one.failures:
                yield from (f"      {line}".rstrip() for line in _failure_lines(failure))
        elif verbose:
            yield f"  {_mark(good=True)} {one.scenario.name}{_dim(_took(one))}"


def gap_lines(report: Report, *, all_of_them: bool) -> Iterator[str]:
    """Where a spec has what no scenario goes through."""
    for result in report.results:
        coverage = result.coverage
        if not coverage.gaps:
            continue
        yield ""
        yield f"{_yellow('not covered')} in {coverage.plan.spec.name}: {len(coverage.gaps)} of {coverage.total}"
        shown = coverage.gaps if all_of_them else coverage.gaps[:MOST_GAPS]
        document = read_document(coverage.plan.spec.file)
        for gap in shown:
            line, column = document.place(gap.pointer)
            yield f"  {gap.what}  {_dim(f'{coverage.plan.spec.file}:{line}:{column}')}"
        if len(shown) < len(coverage.gaps):
            yield _dim(f"  and {len(coverage.gaps) - len(shown)} more (-v shows all)")


def last_line(report: Report) -> str:
    played = report.played
    failed = sum(not one.passed for one in played)
    parts = [_red(f"{failed} failed")] if failed else []
    if report.broken:
        parts.append(_red(f"{counted(len(report.broken), 'file has', 'files have')} mistakes"))
    if len(played) > failed:
        parts.append(_green(f"{len(played) - failed} passed"))
    left_out = sum(result.left_out for result in report.results)
    if left_out:
        parts.append(_dim(f"{left_out} left out"))
    for coverage in report.too_little:
        least = f"{report.min_coverage:g} %"
        parts.append(_red(f"{coverage.plan.spec.name} is covered {coverage.percent:g} %, less than {least}"))
    return f"\n{', '.join(parts)} {_dim(f'in {moments.span(report.seconds)}')}"


def report_json(report: Report) -> dict[str, Any]:
    played = report.played
    failed = sum(not one.passed for one in played)
    return {
        "passed": report.passed,
        "scenarios": {"passed": len(played) - failed, "failed": failed, "leftOut": sum(result.left_out for result in report.results)},
        "seconds": round(report.seconds, 3),
        "files": [_file_json(result) for result in report.results],
        "findings": [finding_json(finding) for findings in report.broken.values() for finding in findings],
    }


def _file_json(result: SuiteResult) -> dict[str, Any]:
    return {
        "file": str(result.loaded.suite.file),
        "spec": str(result.loaded.suite.spec),
        "workflow": result.loaded.plan.spec.name,
        "version": result.loaded.plan.spec.version,
        "scenarios": [_scenario_json(one) for one in result.played],
        "coverage": _coverage_json(result.coverage),
    }


def _scenario_json(played: Played) -> dict[str, Any]:
    came = {} if played.outcome is ABSENT else {"outcome": played.outcome.document()}
    return {
        "name": played.scenario.name,
        "passed": played.passed,
        "line": played.place.line,
        "seconds": round(played.seconds, 4),
        "failures": [
            {"what": one.what, "pointer": one.place.pointer, "line": one.place.line, "column": one.place.column, "lines": list(one.lines)}
            for one in played.failures
        ],
        **came,
    }


def _coverage_json(coverage: Coverage) -> dict[str, Any]:
    return {
        "percent": coverage.percent,
        "covered": coverage.covered,
        "total": coverage.total,
        "gaps": [{"pointer": gap.pointer, "what": gap.what} for gap in coverage.gaps],
        "errors": {name: sorted(names) for name, names in coverage.errors.items()},
    }


def _failure_lines(failure: Failure) -> Iterator[str]:
    yield f"{failure.what}  {_dim(str(failure.place))}"
    for line in failure.lines:
        yield "  " + (_red(line) if line.startswith("- ") else _green(line) if line.startswith("+ ") else line)


def _took(played: Played) -> str:
    """The virtual time that went by."""
    if played.outcome is ABSENT or not played.outcome.duration:
        return ""
    seconds = played.outcome.duration
    return f"  {format_duration(int(seconds)) if seconds == int(seconds) else moments.span(seconds)}"


def _percent(percent: float) -> str:
    text = f"{percent:g} % covered"
    return _green(text) if percent == 100 else _yellow(text)


def _mark(*, good: bool) -> str:
    return _green("✓") if good else _red("✗")


def _styled(text: str, **how: Any) -> str:
    return style(text, **how) if sys.stdout.isatty() else text


def _bold(text: str) -> str:
    return _styled(text, bold=True)


def _dim(text: str) -> str:
    return _styled(text, dim=True)


def _red(text: str) -> str:
    return _styled(text, colour="red")


def _green(text: str) -> str:
    return _styled(text, colour="green")


def _yellow(text: str) -> str:
    return _styled(text, colour="yellow")
