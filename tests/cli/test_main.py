"""Claims about the command as a whole: what it imports, how it explains itself, what its errors look like."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from engine.cli.exits import Exit
from engine.cli.groups import LazyGroup
from engine.cli.main import COMMANDS, invoke, root
from tests.cli.command import Shell, environment, run_process


def leaves(group: LazyGroup) -> Iterator[str]:
    """The commands that do something, those of groups within groups too."""
    for name in group.entries:
        command = group.get_command(click.Context(group), name)
        if isinstance(command, LazyGroup):
            yield from (f"{name} {inner}" for inner in leaves(command))
        else:
            yield name


LEAVES = list(leaves(root))

HEAVY = ("networkx", "boto3", "botocore", "rich", "jsonschema", "sqlite3", "asyncio", "starlette", "uvicorn", "jsonata", "jsonatapy")


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys; from engine.cli.main import invoke; code = invoke(['--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, env=environment(), check=True)
    assert done.stderr == "[] 0\n"


def test_help_names_every_command(shell: Shell) -> None:
    told = shell("--help")
    assert told.code == Exit.DONE
    for name, entry in COMMANDS.items():
        assert f"  {name} " in told.out
        assert entry.help in " ".join(told.out.split())


@pytest.mark.parametrize("name", [*LEAVES, "db"])
def test_every_command_explains_itself_with_an_example(shell: Shell, name: str) -> None:
    told = shell(*name.split(), "--help")
    assert told.code == Exit.DONE
    assert "Example" in told.out
    assert f"swfgraph {name}" in told.out.split("Example")[1]


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_takes_json_and_verbosity(shell: Shell, name: str) -> None:
    told = shell(*name.split(), "--help").out
    assert "--json" in told
    assert "--verbose" in told


def test_without_a_command_the_help_is_shown(shell: Shell) -> None:
    told = shell()
    assert told.code == Exit.USAGE
    assert "Usage: swfgraph" in told.err


def test_an_unknown_command_is_told_apart_from_its_neighbour(shell: Shell) -> None:
    told = shell("chekc")
    assert told.code == Exit.USAGE
    assert "did you mean 'check'?" in told.err


def test_an_unknown_option_says_where_to_read_on(shell: Shell) -> None:
    told = shell("check", "--no-such-option")
    assert told.code == Exit.USAGE
    assert "--no-such-option" in told.err
    assert "swfgraph check --help" in told.err


def test_wrong_usage_is_json_where_json_is_asked_for(shell: Shell) -> None:
    told = shell("check", "--json", "no-such-file.json")
    assert told.code == Exit.USAGE
    error = json.loads(told.err)["error"]
    assert error["type"] == "UsageError"
    assert "no-such-file.json" in error["message"]
    assert error["exitCode"] == Exit.USAGE


def test_the_version_is_shown(shell: Shell) -> None:
    told = shell("--version")
    assert told.code == Exit.DONE
    assert told.out.startswith("swfgraph ")


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    assert run_process("--help", cwd=tmp_path).code == Exit.DONE


def test_a_bug_shows_its_traceback_and_says_that_it_is_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(COMMANDS, "check", COMMANDS["check"].__class__(module="engine.errors", help=""))
    assert invoke(["check", "x"]) == Exit.BUG
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "a bug in swfgraph (AttributeError)" in told
