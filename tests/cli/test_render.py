from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell, run_process

BEGINNINGS = {"f.dot": b"digraph", "f.gv": b"digraph", "f.svg": b"<", "f.png": b"\x89PNG", "f.pdf": b"%PDF", "f.mmd": b"flowchart"}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_the_suffix_says_the_format(shell: Shell, tmp_path: Path, name: str) -> None:
    told = shell("render", specs.echo(tmp_path), "-o", name)
    assert (told.code, told.out) == (Exit.DONE, "")
    assert (tmp_path / name).read_bytes().startswith(BEGINNINGS[name])


def test_text_goes_to_stdout_where_no_file_is_named(shell: Shell, tmp_path: Path) -> None:
    told = shell("render", specs.echo(tmp_path), "--format", "mermaid")
    assert told.code == Exit.DONE
    assert told.out.startswith("flowchart")


def test_a_picture_goes_through_a_pipe(tmp_path: Path) -> None:
    assert run_process("render", specs.echo(tmp_path), "--format", "svg", cwd=tmp_path).out.lstrip().startswith("<")


def test_what_it_wrote_is_json_on_request(shell: Shell, tmp_path: Path) -> None:
    told = shell("render", specs.echo(tmp_path), "-o", "f.dot", "--json")
    assert json.loads(told.out) == {"file": "f.dot", "format": "dot", "bytes": (tmp_path / "f.dot").stat().st_size}


def test_a_picture_is_not_thrown_at_a_terminal(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = specs.echo(tmp_path)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    told = shell("render", spec, "--format", "png")
    assert told.code == Exit.USAGE
    assert "-o" in told.err


@pytest.mark.parametrize(
    ("arguments", "words"), [([], "--format"), (["-o", "f.gif"], "no format has the suffix '.gif'"), (["-o", "a/b.svg"], "a/b.svg")]
)
def test_what_can_not_be_drawn_is_wrong_usage(shell: Shell, tmp_path: Path, arguments: list[str], words: str) -> None:
    told = shell("render", specs.echo(tmp_path), *arguments)
    assert told.code == Exit.USAGE
    assert words in told.err


def test_what_should_be_known_of_a_drawing_is_said_beside_it(shell: Shell, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(260)]
    nodes = {
        "begin": {"type": "pass", "next": names},
        **{name: {"type": "pass", "next": "done"} for name in names},
        "done": {"type": "terminal", "status": "completed"},
    }
    spec = specs.write(tmp_path, nodes)
    assert "Mermaid draws at most 500 arrows" in shell("render", spec, "-o", "f.mmd").err
    assert shell("render", spec, "-o", "f.mmd", "-q").err == ""
