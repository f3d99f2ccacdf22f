"""The import ladder of the architecture: who may import whom, what the pure cores may touch, where imports stand."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).parent.parent / "engine"

MAY_IMPORT = {
    "errors": set(),
    "spec": {"errors"},
    "graph": {"errors", "spec"},
    "interpreter": {"errors", "spec", "graph"},
    "service": {"errors"},
    "swf": {"errors", "service"},
    "runtime": {"errors", "spec", "graph", "interpreter", "swf"},
    "asl": {"errors", "spec", "graph"},
    "testing": {"errors", "spec", "graph", "interpreter", "service", "swf", "runtime"},
    "console": {"errors", "spec", "graph", "interpreter", "swf", "runtime"},
    "cli": {"errors", "spec", "graph", "interpreter", "swf", "service", "runtime", "asl", "testing", "console"},
}
"""The rungs, by package. A package that is not here is not part of the architecture."""

IMPURE = {
    "asyncio", "boto3", "botocore", "concurrent", "datetime.datetime.now", "io", "logging", "multiprocessing", "os", "random", "secrets",
    "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip

SHELL_OF_THE_SERVICE = {
    "checking", "clock", "connection", "credentials", "database", "disk", "exporting", "host", "http", "importing", "journal", "lambdas",
    "listening", "lock", "metrics", "model", "serve", "sessions", "snapshot", "sqlarchive", "store", "upkeep",
}  # fmt: skip
"""Modules of engine/service that do I/O: everything else in it is the pure core. (`model` reads botocore's data file, once.)"""


def modules() -> list[Path]:
    return sorted(path for path in ENGINE.rglob("*.py") if "schemas" not in path.parts and "specs" not in path.parts)


def rung_of(path: Path) -> str:
    relative = path.relative_to(ENGINE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a module stands"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@functools.cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ENGINE)))
def test_every_module_stands_on_the_ladder_and_imports_only_downwards(path: Path) -> None:
    rung = rung_of(path)
    if rung == "__init__":
        assert not list(imported(parse(path)))
        return
    assert rung in MAY_IMPORT, f"{rung} is not on the ladder: say in tests/test_ladder.py what it may import"
    for name in imported(parse(path)):
        parts = name.split(".")
        if parts[0] == "engine" and len(parts) > 1:
            assert parts[1] in MAY_IMPORT[rung] | {rung}, f"{rung} may not import {name}"


def is_pure(path: Path) -> bool:
    return rung_of(path) == "interpreter" or (rung_of(path) == "service" and path.stem not in SHELL_OF_THE_SERVICE)


@pytest.mark.parametrize("path", [path for path in modules() if is_pure(path)], ids=lambda path: str(path.relative_to(ENGINE)))
def test_the_pure_cores_import_no_io_clock_random_or_logging(path: Path) -> None:
    touched = {name for name in imported(parse(path)) if name in IMPURE or name.split(".")[0] in IMPURE}
    assert not touched


@pytest.mark.parametrize("path", [p for p in modules() if rung_of(p) != "cli"], ids=lambda path: str(path.relative_to(ENGINE)))
def test_imports_stand_at_the_top_outside_the_command(path: Path) -> None:
    inner = [
        node.lineno
        for function in ast.walk(parse(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner, f"imports inside functions at lines {inner}"


def test_modules_stay_small_enough_to_hold_in_the_head() -> None:
    large = {str(path.relative_to(ENGINE)): lines for path in modules() if (lines := path.read_text(encoding="utf-8").count("\n")) > 500}
    assert not large


IMPORTED_BY = re.compile(r"[Ii]mported by (.*?)(?:\.(?=\s|$)|$)")
IMPORTS = re.compile(r"(?<!\w)Imports (.*?)(?:;|\.(?=\s|$)|$)")


OURS = {".".join(path.relative_to(ENGINE).with_suffix("").parts): path for path in modules() if path.stem != "__init__"}


@functools.cache
def ours() -> dict[str, list[str]]:
    """Module -> what it imports of the engine, both without the engine's name: `interpreter.board.Board`."""
    return {
        module: [name.removeprefix("engine.") for name in imported(parse(path)) if name.startswith("engine.")]
        for module, path in OURS.items()
    }


def named(sentence: re.Match[str] | None) -> list[str]:
    """Modules of ours that a header's sentence names, in backticks. (Other packages stand without.)"""
    found = re.findall(r"`([\w.]+)`", sentence[1]) if sentence and not sentence[1].startswith("nothing") else []
    return [name for name in found if any(names(name, module) for module in ours())]


def names(name: str, module: str) -> bool:
    return f".{name}." in f".{module}."


@pytest.mark.parametrize("module", OURS)
def test_headers_name_those_who_import_and_are_imported(module: str) -> None:
    header = " ".join((ast.get_docstring(parse(OURS[module])) or "").split())
    assert header, "what lives here, what never does, what does it import, and who imports it?"
    importers = [other for other, them in ours().items() if any(f"{one}.".startswith(f"{module}.") for one in them)]
    assert not [name for name in named(IMPORTED_BY.search(header)) if not any(names(name, other) for other in importers)]
    nothing = re.search(r"(?<!\w)Imports nothing(?: of swfgraph)?[;.]", header)
    assert not (nothing and ours()[module])
    assert not [name for name in named(IMPORTS.search(header)) if not any(names(name, one) for one in ours()[module])]
