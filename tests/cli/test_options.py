"""Claims about the options that commands share, and about what an --input stands for."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

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
