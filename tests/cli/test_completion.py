from __future__ import annotations

import os
import pty
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.cli.main import COMMANDS
from tests.cli import specs
from tests.cli.command import ROOT, Shell, environment, run_process
from tests.cli.processes import PATIENCE
from tests.clients.serving import serving


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which `swfgraph` is on the PATH, and bash finds what completes it in $COMPLETION."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "swfgraph"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m engine.cli.main "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (folder / "completion").write_text(run_process("completion", "bash", cwd=folder).out, encoding="utf-8")
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return environment(PATH=path, PYTHONPATH=str(ROOT), COMPLETION=str(folder / "completion"))


def offered(installed: dict[str, str], cwd: Path, *words: str) -> list[str]:
    """What bash's own completion function has found for the last word."""
    quoted = " ".join(map(shlex.quote, words))
    script = (
        '. "$COMPLETION"; compopt() { echo "compopt $*"; }; '
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _swfgraph_completion swfgraph; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=cwd, env=installed, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands_without_importing_them(installed: dict[str, str], tmp_path: Path) -> None:
    assert offered(installed, tmp_path, "swfgraph", "") == list(COMMANDS)
    assert offered(installed, tmp_path, "swfgraph", "ren") == ["render"]


def test_bash_completes_options_and_their_values(installed: dict[str, str], tmp_path: Path) -> None:
    assert "--resume" in offered(installed, tmp_path, "swfgraph", "run", "--")
    assert offered(installed, tmp_path, "swfgraph", "render", "--format", "p") == ["png", "pdf"]


def test_bash_completes_specs_and_the_folders_beside_them(installed: dict[str, str], tmp_path: Path) -> None:
    specs.echo(tmp_path)
    for name in ("spec.test.json", "notes.txt", ".hidden.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    (tmp_path / "more").mkdir()
    assert offered(installed, tmp_path, "swfgraph", "check", "") == ["more/", "spec.json"]
    assert offered(installed, tmp_path, "swfgraph", "run", "./s") == ["./spec.json"]


def test_where_no_spec_is_the_shell_completes_files_as_ever(installed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    assert offered(installed, tmp_path, "swfgraph", "check", "mo") == ["compopt", "-o", "default"]


def test_bash_completes_the_workflow_ids_of_a_database(shell: Shell, installed: dict[str, str], tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    for name in ("monday", "tuesday"):
        assert shell("run", "-q", spec, "--workflow-id", name).code == 0
    assert shell("start", spec, "--workflow-id", "wednesday").code == 0
    assert offered(installed, tmp_path, "swfgraph", "status", "") == ["wednesday", "tuesday", "monday"]
    assert offered(installed, tmp_path, "swfgraph", "history", "mo") == ["monday"]
    assert offered(installed, tmp_path, "swfgraph", "history", "--url", "sqlite:///none.db", "") == []
    assert not (tmp_path / "none.db").exists()


def test_bash_completes_the_workflow_ids_of_a_server_on_this_machine(shell: Shell, installed: dict[str, str], tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    with serving(tmp_path / "service") as server:
        url = server.url
        for name in ("monday", "tuesday"):
            assert shell("run", "-q", spec, "--workflow-id", name, "--url", url).code == 0
        assert offered({**installed, "SWFGRAPH_URL": url}, tmp_path, "swfgraph", "terminate", "m") == ["monday"]
        assert offered(installed, tmp_path, "swfgraph", "status", "--url", url, "") == ["tuesday", "monday"]


@pytest.mark.parametrize("url", ["sqlite:///noise.db", "http://127.0.0.1:9", "aws://eu-west-1", "nonsense"])
def test_an_endpoint_that_can_not_be_read_offers_nothing_and_says_nothing(installed: dict[str, str], tmp_path: Path, url: str) -> None:
    (tmp_path / "noise.db").write_text("no database", encoding="utf-8")
    assert offered({**installed, "SWFGRAPH_URL": url}, tmp_path, "swfgraph", "status", "") == []


def test_in_an_interactive_bash_the_tab_key_completes(installed: dict[str, str], tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    bash = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"], cwd=tmp_path, env={**installed, "TERM": "dumb", "PS1": "ready> "},
        stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    try:
        os.write(leader, b'eval "$(swfgraph completion bash)"; echo lo""aded\n')
        read_until(leader, "loaded\r\n")
        os.write(leader, b"swfgraph regi\t")
        read_until(leader, "swfgraph register ")
    finally:
        bash.kill()
        bash.wait()
        os.close(leader)


def read_until(leader: int, words: str) -> None:
    seen, deadline = "", time.monotonic() + PATIENCE
    while words not in seen:
        ready, _, _ = select.select([leader], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"no {words!r} in {seen!r}"
        seen += os.read(leader, 4096).decode(errors="replace")


@pytest.mark.parametrize(("name", "mark"), [("bash", "complete -o"), ("zsh", "#compdef swfgraph"), ("fish", "complete --no-files")])
def test_each_shell_has_its_script(shell: Shell, name: str, mark: str) -> None:
    told = shell("completion", name)
    assert mark in told.out
    assert f"_SWFGRAPH_COMPLETE={name}_complete" in told.out
