"""Test files: found, read, checked against their specs, played. What comes of a scenario is a value; nothing is printed here.

Imports `errors`, `graph`, `spec` and the rest of `testing`; imported by the command, `junit`, `fixture`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import Finding, InputError, ScenarioError, Severity, SpecError
from engine.graph.check import check_file, find_specs, load_plan
from engine.graph.plan import Plan
from engine.spec.model import ABSENT, Absent, WorkflowNode
from engine.spec.source import pointer_to, read_document
from engine.testing.coverage import Coverage, coverage_of
from engine.testing.expect import Difference, differences
from engine.testing.model import Scenario, Suite
from engine.testing.names import name_findings
from engine.testing.outcome import Followed, Outcome
from engine.testing.parse import SUFFIX, parse_suite
from engine.testing.registered import Registered, register
from engine.testing.schema import schema_findings
from engine.testing.stage import play

_SKIPPED = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages", "venv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A suite that fits its spec."""

    suite: Suite
    plan: Plan
    children: tuple[Plan, ...]
    registered: Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Of something in a test file: line and column from 1."""

    file: str
    line: int
    column: int
    pointer: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that is not as expected."""

    place: Place
    what: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scenario, and what came of it; no failures: it passed. `outcome` is absent where it could not be played to its end."""

    scenario: Scenario
    place: Place
    failures: tuple[Failure, ...]
    outcome: Outcome | Literal[Absent.ABSENT]
    seconds: float
    """Of real time."""

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteResult:
    loaded: Loaded
    played: tuple[Played, ...]
    left_out: int
    """Scenarios that were not asked for."""
    coverage: Coverage


def find_suites(paths: Iterable[Path]) -> list[Path]:
    """Test files as they are named, of a spec the file beside it, of folders all below. Each once, in order."""
    found: dict[Path, None] = {}
    for path in paths:
        for file in sorted(_below(path)) if path.is_dir() else [_test_file(path)]:
            found.setdefault(file, None)
    return list(found)


def load(file: Path) -> Loaded:
    """Raises: SpecError, with every finding, where the test file or a spec of it is wrong."""
    document = read_document(file)
    findings: Sequence[Finding] = schema_findings(document)
    if findings:
        raise SpecError(findings)
    suite = parse_suite(document)
    if not suite.spec.is_file():
        message, at = f"there is no spec {suite.spec}", "/spec" if "spec" in document.value else ""
        raise SpecError([document.finding(at, "no-spec", message, hint='"spec" says where it is, from the folder of this file')])
    plan = load_plan(suite.spec)
    children = tuple(_children(suite, plan))
    findings = name_findings(suite, plan, children)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise SpecError(findings)
    return Loaded(suite=suite, plan=plan, children=children, registered=register(plan.spec, [child.spec for child in children]))


def run_suite(loaded: Loaded, wanted: Callable[[Scenario], bool], told: Callable[[Played], None] = lambda _: None) -> SuiteResult:
    """Play the wanted scenarios; `told` hears of each at its end."""
    played = []
    for index, scenario in enumerate(loaded.suite.scenarios):
        if wanted(scenario):
            played.append(run_scenario(loaded, index))
            told(played[-1])
    followed: list[Followed] = [one for each in played if each.outcome is not ABSENT for one in each.outcome.followed]
    return SuiteResult(
        loaded=loaded,
        played=tuple(played),
        left_out=len(loaded.suite.scenarios) - len(played),
        coverage=coverage_of(loaded.plan, followed),
    )


def run_scenario(loaded: Loaded, index: int) -> Played:
    scenario, begun = loaded.suite.scenarios[index], time.perf_counter()
    outcome: Outcome | Literal[Absent.ABSENT] = ABSENT
    try:
        outcome = play(scenario, loaded.plan, loaded.children, loaded.registered)
        found: Sequence[Difference] = differences(scenario.expect, outcome)
    except ScenarioError as error:
        found = [_broken(error)]
    except InputError as error:
        lines = (f"  {error}",)
        found = [Difference(pointer="/input", what="the input is refused", lines=lines)]
    return Played(
        scenario=scenario,
        place=_place(loaded.suite, pointer_to("scenarios", index, "name")),
        failures=tuple(_failure(loaded.suite, index, one) for one in found),
        outcome=outcome,
        seconds=time.perf_counter() - begun,
    )


def _broken(error: ScenarioError) -> Difference:
    return Difference(pointer=error.pointer, what=error.reason, lines=(f"  {error.hint}",) if error.hint else ())


def _failure(suite: Suite, index: int, difference: Difference) -> Failure:
    place = _place(suite, pointer_to("scenarios", index) + difference.pointer)
    return Failure(place=place, what=difference.what, lines=difference.lines)


def _place(suite: Suite, pointer: str) -> Place:
    line, column = suite.document.place(pointer)
    return Place(file=str(suite.file), line=line, column=column, pointer=pointer)


def _children(suite: Suite, plan: Plan) -> Iterator[Plan]:
    """Raises: SpecError, where a spec that the suite names is wrong."""
    return map(load_plan, suite.specs) if suite.specs is not ABSENT else children_beside(suite.spec, plan)


def children_beside(spec: Path, plan: Plan) -> Iterator[Plan]:
    """The plans of the specs in the spec's folder that are its children's, or theirs, and right."""
    if not any(isinstance(node, WorkflowNode) for node in plan.nodes.values()):
        return
    beside = [file for file in find_specs([spec.parent]) if file.parent == spec.parent and not file.samefile(spec)]
    known = {(one.spec.name, one.spec.version): one for file in beside if isinstance(one := check_file(file).plan, Plan)}
    wanted, seen = [plan], {(plan.spec.name, plan.spec.version)}
    while wanted:
        for node in wanted.pop().nodes.values():
            key = (node.workflow.name, node.workflow.version) if isinstance(node, WorkflowNode) else ("", "")
            if key in known and key not in seen:
                seen.add(key)
                wanted.append(known[key])
                yield known[key]


def _test_file(path: Path) -> Path:
    return path if path.name.endswith(SUFFIX) or path.suffix != ".json" else path.with_name(path.stem + SUFFIX)


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED and not _is_environment(place, name)]
        yield from (Path(place, name) for name in files if name.endswith(SUFFIX))


def _is_environment(place: str, name: str) -> bool:
    return Path(place, name, "pyvenv.cfg").exists()
