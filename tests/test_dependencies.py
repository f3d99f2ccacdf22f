"""What is imported is what pyproject.toml names, with its reason: no more (somebody has to keep it up to date), and no less."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HERE = {"engine", "tests", "tools"}

BY_NAME = {
    "apprise": "loaded by alerts, where it is installed",
    "fontpkg-arimo": "read as a file, by engine.graph.font",
    "pytest": "imports the plug-in that imports it",
}
"""What the engine uses or is used by, without a dependency that an import shows."""

PROGRAMS = {"build", "boto3-stubs", "mypy", "pytest-timeout", "pytest-xdist", "ruff", "types-jsonschema", "types-networkx"}
"""What runs beside the tests, or is types alone."""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    return {plain(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in requirements}


owning = cache(packages_distributions)


def imported(*folders: str) -> set[str]:
    """Names of distributions."""
    owners = owning()
    trees = [
        ast.parse(path.read_text(encoding="utf-8")) for folder in folders for path in (ROOT / folder).rglob("*.py") if not foreign(path)
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    tops = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - HERE
    return {plain(owners[top][0]) for top in tops}


def foreign(path: Path) -> bool:
    """Programs for boto 2, as they were printed."""
    return "tutorial" in path.parts


def test_the_engine_imports_what_is_declared_and_all_of_it() -> None:
    assert imported("engine") - {"pytest"} == declared(PROJECT["dependencies"]) - set(BY_NAME)


def test_the_tests_import_what_is_declared_for_them_and_all_of_it() -> None:
    own = declared(PROJECT["optional-dependencies"]["test"])
    used = imported("tests") - declared(PROJECT["dependencies"])
    assert used <= own
    assert own - used == PROGRAMS | {"apprise"}


@pytest.mark.parametrize("name", ["dependencies", "alerts"])
def test_every_dependency_has_its_reason(name: str) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^{name} = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert [line for line in block.splitlines() if not re.fullmatch(r'  "[^"]+", +# .+', line)] == []
