"""Long payloads through the commands: who reads and writes them, and how the store is swept."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.cli.command import Shell
from tests.cli.specs import echo

LONG = "x" * 100_000


def ran(shell: Shell, folder: Path) -> Path:
    spec = echo(folder)
    (folder / "input.json").write_text(json.dumps(LONG), encoding="utf-8")
    done = shell("run", spec, "--workflow-id", "w", "--input", "@input.json", "-q")
    assert (done.code, done.out) == (0, f"{LONG}\n")
    return spec


def test_run_keeps_what_is_too_long_beside_the_database(shell: Shell, tmp_path: Path) -> None:
    ran(shell, tmp_path)
    (payload,) = [path for path in (tmp_path / ".swfgraph" / "swf.db.payloads").rglob("*") if len(path.name) == 64]
    assert payload.read_text() == json.dumps(LONG)


def test_history_and_status_show_the_payloads_and_raw_shows_the_references(shell: Shell, tmp_path: Path) -> None:
    ran(shell, tmp_path)
    assert json.loads(shell("status", "w", "--json").out)["output"] == LONG
    first = json.loads(shell("history", "w", "--json").out)[0]["workflowExecutionStartedEventAttributes"]
    assert json.loads(first["input"]) == LONG
    raw = json.loads(shell("history", "w", "--json", "--raw").out)[0]["workflowExecutionStartedEventAttributes"]
    assert json.loads(raw["input"])["$swfgraph.payload"]["size"] == len(json.dumps(LONG))


def test_a_payload_that_is_gone_is_said_and_the_rest_is_shown(shell: Shell, tmp_path: Path) -> None:
    ran(shell, tmp_path)
    told = shell("history", "w", "--json", "--payloads", tmp_path / "elsewhere")
    assert told.code == 0
    assert json.loads(told.out)[0]["workflowExecutionStartedEventAttributes"]["input"].startswith('{"$swfgraph.payload"')
    assert str(tmp_path / "elsewhere") in told.err
    assert told.err.count("note:") == 1


def test_without_a_store_a_long_input_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    spec = echo(tmp_path)
    (tmp_path / "input.json").write_text(json.dumps(LONG), encoding="utf-8")
    told = shell("run", spec, "--input", "@input.json", "--payloads", "none")
    assert told.code == 2
    assert "--payloads" in told.err


def test_a_sweep_leaves_what_is_referred_to_and_removes_the_rest(shell: Shell, tmp_path: Path) -> None:
    ran(shell, tmp_path)
    swept = json.loads(shell("payloads", "sweep", "--older-than", "1s", "--dry-run", "--json").out)
    assert (swept["payloads"], swept["removed"]) == (1, [])
    orphan = tmp_path / ".swfgraph" / "swf.db.payloads" / "00" / ("0" * 64)
    orphan.parent.mkdir()
    orphan.write_text("nobody knows me")
    os.utime(orphan, (1.0, 1.0))
    assert json.loads(shell("payloads", "sweep", "--dry-run", "--json").out)["removed"] == [{"sha256": "0" * 64, "bytes": 15}]
    told = shell("payloads", "sweep")
    assert (told.code, told.out) == (0, f"{'0' * 64}\n")
    assert not orphan.exists()
    assert json.loads(shell("status", "w", "--json").out)["output"] == LONG


def test_a_sweep_of_no_store_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    ran(shell, tmp_path)
    assert shell("payloads", "sweep", "--payloads", "none").code == 2
    assert shell("payloads", "sweep", "--older-than", "soon").code == 2
    assert shell("payloads", "sweep", "--older-than", "none").code == 2
