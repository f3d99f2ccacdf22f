"""Claims about a database file that another process has: how the commands reach it all the same, and when they can't."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from engine.service.lock import FileLock
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import await_line, running


@pytest.fixture
def kept(shell: Shell, tmp_path: Path) -> Iterator[int]:
    """The pid of a `run` that has the file to itself: of the execution W, whose first node runs."""
    spec = specs.waiting(tmp_path)
    with running(tmp_path, "run", spec, "--workflow-id", "W") as process:
        await_line(process, "one running")
        yield process.pid
    for name in ("one", "two"):
        (tmp_path / name).touch()


def test_a_file_that_is_served_is_reached_at_its_server(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    with running(tmp_path, "serve", "--port", "0") as process:
        await_line(process, "http://")
        assert shell("start", spec, "--workflow-id", "W").code == Exit.USAGE, "the service knows no domain yet, and says so"
        for command in (["register", spec], ["start", spec, "--workflow-id", "W"], ["signal", "W", "go"]):
            assert shell(*(str(word) for word in command)).code == Exit.DONE
        assert shell("run", spec, "--workflow-id", "R", "--input", "7", "-q").out == "7\n"
        assert shell("list", "--db", ".swfgraph/swf.db", "--json").code == Exit.DONE


def test_a_file_that_somebody_has_for_a_moment_is_waited_for(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    shell("register", spec)
    lock = FileLock.take(tmp_path / ".swfgraph" / "swf.db")
    threading.Timer(0.1, lock.release).start()
    assert shell("start", spec, "--workflow-id", "W").code == Exit.DONE


@pytest.mark.parametrize("command", ["status", "describe", "history"])
def test_who_only_looks_sees_a_file_that_is_in_use_as_it_is_now(shell: Shell, kept: int, command: str) -> None:
    assert kept
    told = shell(command, "W")
    assert (told.code, told.err) == (Exit.DONE, "")
    assert "Flow" in told.out


def test_a_list_of_a_file_that_is_in_use_has_what_is_open(shell: Shell, kept: int) -> None:
    assert kept
    assert [one["executionStatus"] for one in json.loads(shell("list", "--json").out)] == ["OPEN"]


@pytest.mark.parametrize("command", [["signal", "W", "go"], ["cancel", "W"], ["terminate", "W"], ["watch", "W"], ["task", "complete", "T"]])
def test_who_wants_to_change_something_is_told_who_has_the_file(shell: Shell, kept: int, command: list[str]) -> None:
    told = shell(*command)
    assert (told.code, f"in use by process {kept}" in told.err) == (Exit.ENDPOINT, True)
