"""Claims about the options that commands share, and about what an --input stands for."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import COMMANDS
from engine.cli.options import as_value, read_text
from engine.errors import UsageError
from tests.cli import specs
from tests.cli.command import Shell


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": [1]}', {"a": [1]}), ("7", 7), ('"b"', "b"), ("null", None), ("apple", "apple"), ("apple pie\n", "apple pie"), ("", "")],
)
def test_input_is_json_and_what_is_none_is_text(text: str, value: Any) -> None:
    assert as_value(text) == value


@pytest.mark.parametrize("text", ['{"a": }', "[1,", '"open', " {", "NaN", "[Infinity]"])
def test_what_was_meant_to_be_json_has_to_be_it(text: str) -> None:
    with pytest.raises(UsageError):
        as_value(text)


def test_input_comes_from_a_file_or_from_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.json").write_text('{"from": "file"}', encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("from stdin"))
    assert read_text(f"@{tmp_path / 'in.json'}") == '{"from": "file"}'
    assert read_text("-") == "from stdin"
    with pytest.raises(UsageError, match=r"nowhere\.json"):
        read_text("@nowhere.json")


def test_the_url_comes_from_the_environment_unless_given(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SWFGRAPH_URL", "sqlite:///env.db")
    assert shell("register", specs.echo(tmp_path), "-q").code == 0
    assert (tmp_path / "env.db").exists()
    assert shell("register", specs.echo(tmp_path), "--url", "sqlite:///given.db").code == 0
    assert (tmp_path / "given.db").exists()


def test_db_is_short_for_the_url_of_a_file_and_goes_before_the_environment(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SWFGRAPH_URL", "sqlite:///env.db")
    assert shell("run", specs.echo(tmp_path), "--workflow-id", "W", "--db", "given é.db", "-q").code == 0
    assert not (tmp_path / "env.db").exists()
    assert shell("status", "W", "--db", "given é.db").code == 0
    assert shell("status", "W", "--url", "sqlite:///given é.db").code == 0


def test_db_and_url_exclude_each_other(shell: Shell) -> None:
    told = shell("list", "--db", "here.db", "--url", "sqlite:///there.db")
    assert (told.code, "exclude each other" in told.err) == (2, True)


def test_whatever_takes_a_url_takes_a_database_file(shell: Shell) -> None:
    commands = [[name] for name in COMMANDS if name not in {"schedule", "alerts", "payloads", "db"}]
    commands += [["schedule", name] for name in ("run", "list", "now", "pause", "resume", "backfill")]
    commands += [["alerts", "run"], ["alerts", "list"], ["payloads", "sweep"]]
    helps = [shell(*command, "--help").out for command in commands]
    assert [command for command, told in zip(commands, helps, strict=True) if "--url URL" in told and "--db FILE" not in told] == []
    assert sum("--url URL" in told for told in helps) > 20


def test_the_domain_comes_from_the_spec_unless_given(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    assert "domain\tTEST\t\tcreated" in shell("register", spec).out
    assert "domain\tOther\t\tcreated" in shell("register", spec, "--domain", "Other").out


def test_where_there_are_several_domains_one_has_to_be_named(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = specs.echo(tmp_path)
    shell("register", spec)
    assert shell("list").code == 0
    shell("register", spec, "--domain", "Other")
    told = shell("list")
    assert told.code == 2
    assert "Other, TEST" in told.err
    assert shell("list", "--domain", "Other").code == 0
    monkeypatch.setenv("SWFGRAPH_DOMAIN", "TEST")
    assert shell("list").code == 0
