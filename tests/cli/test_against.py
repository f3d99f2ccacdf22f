"""`swfgraph check --against`: what a person, a script and CI are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Shell
from tests.cli.specs import write

URL = "sqlite:///swf.db"


@pytest.fixture
def spec(shell: Shell, tmp_path: Path) -> Path:
    """Of it an execution is open, one decision old."""
    path = written(tmp_path)
    shell("register", path, "--url", URL)
    shell("start", path, "--url", URL, "--workflow-id", "w")
    shell("decider", path, "--url", URL, "--once")
    return path


def written(folder: Path, given: str = "hello", **top: str) -> Path:
    nodes = {
        "say": {"type": "activity", "activity": "Echo", "input": given, "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    return write(folder, nodes, **top)


def test_a_spec_that_agrees_is_said_to_and_the_exit_code_is_0(shell: Shell, spec: Path) -> None:
    told = shell("check", spec, "--against", URL)
    assert told.code == 0
    assert "0 of 1 open executions part from it (1 decisions compared)" in told.err


def test_an_execution_that_parts_is_a_line_and_the_exit_code_is_1(shell: Shell, tmp_path: Path, spec: Path) -> None:
    told = shell("check", written(tmp_path, "goodbye"), "--against", URL)
    assert told.code == 1
    assert 'ScheduleActivityTask say with input "hello"; the spec would: input "goodbye"' in told.out
    assert ": w (run " in told.out
    assert "1 of 1 open executions part from it" in told.err
    assert "1 begun under another spec" in told.err


def test_as_json_every_execution_is_an_object_beside_the_findings(shell: Shell, tmp_path: Path, spec: Path) -> None:
    told = json.loads(shell("check", written(tmp_path, "goodbye"), "--against", URL, "--json").out)
    assert told["findings"] == []
    (one,) = told["against"]
    assert (one["workflowId"], one["agrees"], one["sameSpec"], one["would"]) == ("w", False, False, 'input "goodbye"')


def test_a_spec_with_errors_is_not_held_against_anything(shell: Shell, tmp_path: Path) -> None:
    nodes = {"say": {"type": "pass", "next": "nowhere"}}
    told = shell("check", write(tmp_path, nodes), "--against", "sqlite:///not-there.db")
    assert (told.code, "nowhere" in told.out) == (1, True)


def test_an_endpoint_that_is_not_there_is_an_error(shell: Shell, tmp_path: Path) -> None:
    assert shell("check", written(tmp_path), "--against", "sqlite:///not-there.db").code == 3
    assert not (tmp_path / "not-there.db").exists()


def test_another_domain_may_be_named(shell: Shell, spec: Path) -> None:
    told = shell("check", spec, "--against", URL, "--domain", "TEST")
    assert "1 open executions" in told.err
