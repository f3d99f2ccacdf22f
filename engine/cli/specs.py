"""The specs that a command line names: files as they are, of directories every spec below. Imports `engine.graph.check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.cli.options import Common
from engine.errors import UsageError
from engine.graph.check import check_file, find_specs, load_plan
from engine.graph.plan import Plan
from engine.spec.model import ABSENT


def spec_files(paths: Sequence[Path]) -> list[Path]:
    """Raises: UsageError where there is none."""
    files = find_specs(paths)
    if not files:
        named = ", ".join(map(str, paths))
        raise UsageError(f'there is no spec in {named} (a spec is a *.json file whose top level has "nodes")')
    return files


def load(path: Path, common: Common) -> Plan:
    """The plan of a spec, in the domain that the command line says, else in its own. Raises: SpecError."""
    plan = load_plan(path)
    if not common.domain:
        return plan
    return replace(plan, spec=replace(plan.spec, domain=common.domain))


def load_all(paths: Sequence[Path], common: Common) -> list[Plan]:
    return [load(path, common) for path in spec_files(paths)]


def plan_for(name: str, version: str, paths: Sequence[Path]) -> Plan:
    """The plan of a workflow type, among the specs there; what is no sound spec is passed over.

    Raises: UsageError where none has it.
    """
    files = find_specs(paths)
    for file in files:
        checked = check_file(file)
        if checked.plan is not ABSENT and (checked.plan.spec.name, checked.plan.spec.version) == (name, version):
            return checked.plan
    where = ", ".join(map(str, paths))
    raise UsageError(f"none of the {len(files)} specs in {where} is {name} {version}: name its file or folder")
