"""All three passes over a document: its shape, its graph, its data. Every finding of a file in one go.

A pass runs on what the ones before it left sound: of a document of the wrong shape, on what can be salvaged; and where the graph is
wrong it can't be said what has run before what (names and syntax of expressions are checked all the same). Reads files, and finds
them in folders. Imports the passes, `salvage`, `spec.source`, `spec.schema`, `spec.parse`; imported by the runtime and the CLI.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from engine.errors import Finding, Severity, SpecError
from engine.graph.before import before
from engine.graph.compile import plan_of
from engine.graph.data import data_findings
from engine.graph.findings import Places
from engine.graph.literals import literal_findings
from engine.graph.plan import Plan
from engine.graph.salvage import salvage
from engine.graph.structure import Structure, structure_findings, structure_of
from engine.graph.together import findings_between
from engine.spec.model import ABSENT, Absent
from engine.spec.parse import parse_spec
from engine.spec.schema import schema_findings
from engine.spec.source import Document, read_document

_SKIPPED: Final = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages", "venv"})


@dataclass(frozen=True, kw_only=True)
class Checked:
    findings: tuple[Finding, ...]
    """By their place in the file."""
    document: Document | Literal[Absent.ABSENT] = ABSENT
    """Absent when the file could not be read."""
    structure: Structure | Literal[Absent.ABSENT] = ABSENT
    """Absent when any finding is an error."""

    @cached_property
    def plan(self) -> Plan | Literal[Absent.ABSENT]:
        """Absent when any finding is an error."""
        return ABSENT if self.structure is ABSENT else plan_of(self.structure)


def check_files(paths: Iterable[Path | str]) -> list[Finding]:
    """Of every file by itself, and of those that are right together."""
    checked = [check_file(path) for path in paths]
    sound = [
        (one.structure.spec, Places(file=one.structure.spec.file, document=one.document)) for one in checked if one.structure is not ABSENT
    ]
    between: dict[str, list[Finding]] = {}
    for finding in findings_between(sound):
        between.setdefault(finding.file, []).append(finding)
    return [it for one in checked for it in _in_order((*one.findings, *between.get(_file_of(one), ())))]


def _file_of(checked: Checked) -> str:
    return "" if checked.document is ABSENT else checked.document.file


def check_file(path: Path | str) -> Checked:
    """Never raises for what is in the file, nor where it can't be read: that is a finding too."""
    try:
        document = read_document(path)
    except SpecError as broken:
        return Checked(findings=broken.findings)
    return check_document(document)


def check_document(document: Document) -> Checked:
    shape = schema_findings(document)
    if _has_error(shape):
        return Checked(findings=_in_order((*shape, *_behind(document, shape))), document=document)
    spec = parse_spec(document)
    places = Places(file=document.file, document=document)
    structure = structure_of(spec)
    graph = structure_findings(structure, places)
    sound = not _has_error(graph)
    data = (*data_findings(spec, before(structure) if sound else ABSENT, places), *literal_findings(spec, places))
    findings = _in_order((*shape, *graph, *data))
    return Checked(findings=findings, document=document, structure=ABSENT if _has_error(findings) else structure)


def _behind(document: Document, shape: Sequence[Finding]) -> Iterator[Finding]:
    """What the later passes say of a document that pass 1 refused."""
    salvaged = salvage(document, shape)
    if salvaged is ABSENT:
        return
    spec = parse_spec(salvaged.document)
    places = Places(file=document.file, document=document)
    structure = structure_of(spec)
    graph = structure_findings(structure, places)
    yield from filter(salvaged.believable, graph)
    sound = salvaged.whole and not _has_error(graph)
    yield from data_findings(spec, before(structure) if sound else ABSENT, places)
    yield from literal_findings(spec, places)


def load_plan(path: Path | str) -> Plan:
    """The plan of the spec in a file. Raises: SpecError, with every finding, when any of them is an error."""
    checked = check_file(path)
    if checked.plan is ABSENT:
        raise SpecError(checked.findings)
    return checked.plan


def find_specs(paths: Iterable[Path | str]) -> list[Path]:
    """Files as they are named; of folders every spec below: a JSON file whose top level has "nodes". Each file once, in order.

    Hidden folders, virtual environments and what build tools leave are not looked into.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        for file in sorted(_specs_below(path)) if path.is_dir() else [path]:
            found.setdefault(file, None)
    return list(found)


def _specs_below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        inner = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
        folders[:] = [name for name in inner if not Path(place, name, "pyvenv.cfg").exists()]
        yield from (Path(place, name) for name in files if name.endswith(".json") and _has_nodes(Path(place, name)))


def _has_nodes(file: Path) -> bool:
    """A broken spec is one too, as long as it can be seen that it means to be."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return '"nodes"' in text and "workflow.schema.json" in text
    return isinstance(value, dict) and "nodes" in value


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.line, finding.column, finding.severity is Severity.WARNING)))
