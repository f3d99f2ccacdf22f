from __future__ import annotations

import json
from pathlib import Path

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell


def test_a_right_spec_has_no_findings(shell: Shell, tmp_path: Path) -> None:
    told = shell("check", specs.echo(tmp_path))
    assert (told.code, told.out, told.err) == (Exit.DONE, "", "1 spec: 0 errors, 0 warnings\n")


def test_every_mistake_is_a_line_with_its_place(shell: Shell, tmp_path: Path) -> None:
    told = shell("check", specs.broken(tmp_path))
    assert told.code == Exit.FAILED
    lines = told.out.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"{tmp_path}/broken.json:") for line in lines)
    assert any("Ehco" in line and "Echo" in line for line in lines)
    errors = sum(": error: " in line for line in lines)
    assert f"1 spec: {errors} errors" in told.err


def test_quietly_only_errors_are_shown(shell: Shell, tmp_path: Path) -> None:
    file = specs.broken(tmp_path)
    value = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(value | {"activities": value["activities"] | {"Spare": {"version": "1"}}}), encoding="utf-8")
    loud, quiet = shell("check", file), shell("check", file, "-q")
    assert ": warning: " in loud.out
    assert quiet.out.splitlines() == [line for line in loud.out.splitlines() if ": error: " in line]
    assert (quiet.code, quiet.err) == (Exit.FAILED, "")


def test_of_a_directory_every_spec_is_checked_and_nothing_else(shell: Shell, tmp_path: Path) -> None:
    specs.echo(tmp_path, file="right.json")
    specs.broken(tmp_path, "wrong.json")
    (tmp_path / "data.json").write_text("[]", encoding="utf-8")
    told = shell("check", ".", "--json")
    assert told.code == Exit.FAILED
    report = json.loads(told.out)
    assert report["specs"] == 2
    assert report["errors"] + report["warnings"] == len(report["findings"])
    assert {Path(finding["file"]).name for finding in report["findings"]} == {"wrong.json"}


def test_a_place_without_specs_is_wrong_usage(shell: Shell) -> None:
    told = shell("check", ".")
    assert told.code == Exit.USAGE
    assert "there is no spec in ." in told.err


def test_what_is_no_json_is_a_finding(shell: Shell, tmp_path: Path) -> None:
    spec = tmp_path / "bad.json"
    spec.write_text('{"nodes": {,}}', encoding="utf-8")
    told = shell("check", spec)
    assert told.code == Exit.FAILED
    assert f"{spec}:1:" in told.out


def test_a_wrong_spec_is_not_run_either(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", specs.broken(tmp_path))
    assert told.code == Exit.FAILED
    assert "broken.json:" in told.err
    assert not (tmp_path / ".swfgraph").exists()


def test_specs_that_are_checked_together_are_held_against_each_other(shell: Shell, tmp_path: Path) -> None:
    other = json.loads(specs.echo(tmp_path, file="child.json").read_text(encoding="utf-8"))
    child = {"type": "workflow", "workflow": {"name": other["name"], "version": "99"}, "next": "done"}
    parent = {key: other[key] for key in ("version", "domain", "taskList")} | {"name": "Parent"}
    nodes = {"child": child, "done": {"type": "terminal", "status": "completed"}}
    (tmp_path / "parent.json").write_text(json.dumps(parent | {"nodes": nodes}), encoding="utf-8")
    told = shell("check", ".")
    assert told.code == Exit.DONE
    assert "2 specs: 0 errors, 1 warning" in told.err
    assert "parent.json:1:" in told.out
    assert "unknown-version" in told.out
