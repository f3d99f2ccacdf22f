"""That the cases leave nothing out: all that the API's model names is asked or answered in one of them, or listed here with the reason.

The cases run once more for it, in a process of their own and in-process only, and note what they meet (seen.py).
"""

from __future__ import annotations

import ast
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.service.model import model_file, operations
from tests.conformance.differences import NOT_ASKED_OF_MOTO, OF_MOTO

HERE = Path(__file__).parent

NO_IAM = "it takes IAM policies: the service has one owner, who may do everything"
NO_RATES = "it takes a rate limit: the service has one tenant, and does what it can"

UNREACHED: Mapping[str, Mapping[str, str]] = {
    "operations": {},
    "decisions": {},
    "events": {"RecordMarkerFailed": NO_IAM},
    "timeouts": {},
    "faults": {
        "*: OperationNotPermittedFault": NO_IAM,
        "PollFor*Task: LimitExceededFault": "a quota of 1,000 polls per list, which AWS raises on request: here any number may poll",
        "*Resource: LimitExceededFault": NO_RATES,
    },
    "causes": {
        "*: OPERATION_NOT_PERMITTED": NO_IAM,
        "*_RATE_EXCEEDED": NO_RATES,
    },
}
"""What no case meets -> the reason. A pattern that stands for something met, or for nothing, fails."""


@cache
def shapes() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(_unpacked(model_file()))["shapes"]
    return found


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def of_events(member: str) -> set[str]:
    """`<event type>: <value>`, for each value that the member of an event's attributes may have."""
    found = set()
    for event_type in shapes()["EventType"]["enum"]:
        members = shapes()[f"{event_type}EventAttributes"]["members"]
        if member in members:
            found |= {f"{event_type}: {value}" for value in shapes()[members[member]["shape"]]["enum"]}
    return found


@cache
def all_there_is() -> Mapping[str, set[str]]:
    return {
        "operations": set(operations()),
        "decisions": set(shapes()["DecisionType"]["enum"]),
        "events": set(shapes()["EventType"]["enum"]),
        "timeouts": of_events("timeoutType"),
        "causes": of_events("cause"),
        "faults": {f"{name}: {fault}" for name, operation in operations().items() for fault in operation.faults},
    }


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Mapping[str, set[str]]:
    if request.config.getoption("--endpoint"):
        pytest.skip("what the cases meet is counted on the embedded service")
    path = tmp_path_factory.mktemp("seen") / "seen.json"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "inprocess or (not http and not moto)"]
    tests = sorted(str(test) for test in HERE.glob("test_*.py") if test != Path(__file__))
    command = [sys.executable, "-m", "pytest", *options, f"--conformance-seen={path}", *tests]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(command, cwd=HERE.parents[1], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    return {name: set(found) for name, found in json.loads(path.read_text(encoding="utf-8")).items()}


@pytest.mark.parametrize("kind", sorted(UNREACHED))
def test_everything_is_met_or_listed(seen: Mapping[str, set[str]], kind: str) -> None:
    """The service model: operations, DecisionType, EventType, causes, timeout types, the errors of each operation."""
    unmet = all_there_is()[kind] - seen[kind]
    unlisted = {name for name in unmet if not any(fnmatchcase(name, pattern) for pattern in UNREACHED[kind])}
    assert not unlisted


@pytest.mark.parametrize("kind", sorted(UNREACHED))
def test_what_is_listed_is_not_met(seen: Mapping[str, set[str]], kind: str) -> None:
    """The list of what can't be reached is no longer than it must be."""
    for pattern in UNREACHED[kind]:
        meant = {name for name in all_there_is()[kind] if fnmatchcase(name, pattern)}
        assert meant, f"{pattern} stands for nothing"
        assert not meant & seen[kind]


def test_there_is_as_much_as_the_documentation_says() -> None:
    """API reference: 39 actions, 13 decision types, 54 event types, 11 faults."""
    sizes = {kind: len(names) for kind, names in all_there_is().items()}
    assert (sizes["operations"], sizes["decisions"], sizes["events"]) == (39, 13, 54)
    assert len({name.partition(": ")[2] for name in all_there_is()["faults"]}) == 11


def cases() -> Mapping[str, str]:
    """Each case, and what it says that it holds."""
    found = {}
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and path != Path(__file__):
                assert node.name not in found, f"two cases are called {node.name}"
                found[node.name] = ast.get_docstring(node) or ""
    return found


def test_each_case_names_the_documentation_that_it_holds() -> None:
    """A page of the API reference (an operation, a structure or one of its members, a cause, a fault) or of the developer guide."""
    words = {*operations(), *shapes(), *(member for shape in shapes().values() for member in shape.get("members", ()))}
    words |= {value for shape in shapes().values() for value in shape.get("enum", ())}
    pages = ("Developer guide", "Common errors", "SerializationException")
    silent = [
        case for case, says in cases().items() if not says.startswith(pages) and not words & set(re.findall(r"\w+", says))
    ]  # fmt: skip
    assert not silent


def test_differences_are_of_cases_that_are_there() -> None:
    """differences.py lists no case that was renamed."""
    listed = {name.partition("[")[0] for name in (*OF_MOTO, *NOT_ASKED_OF_MOTO)}
    assert listed <= cases().keys()
