"""Claims about `swfgraph db`: what each of its commands says, and its exit code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from engine.service.sessions import Session
from tests.cli.command import Shell
from tests.cli.processes import await_line, running
from tests.service.world import COMPLETE, decide, furnish, hosting, start


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        start(call, "w")
        decide(call, COMPLETE)
    return tmp_path / "swf.db"


def test_a_backup_says_how_large_it_is_and_is_not_written_over(shell: Shell, database: Path) -> None:
    told = shell("db", "backup", "swf.db", "copy.db", "--json")
    assert (told.code, json.loads(told.out)) == (Exit.DONE, {"target": "copy.db", "bytes": database.stat().st_size})
    again = shell("db", "backup", "swf.db", "copy.db")
    assert again.code == Exit.ENDPOINT
    assert "copy.db: it is there already" in again.err


def test_a_check_counts_what_it_looked_at_and_names_what_is_wrong(shell: Shell, database: Path) -> None:
    told = shell("db", "check", "swf.db")
    assert (told.code, told.out, told.err) == (Exit.DONE, "", "1 execution, 5 events: no flaws\n")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DELETE FROM events WHERE event_id = 2")
        connection.commit()
    told = shell("db", "check", "swf.db")
    assert told.code == Exit.FAILED
    assert told.out.startswith("swf.db: w (runId ")
    assert "event 2 is missing" in told.out
    as_json = json.loads(shell("db", "check", "swf.db", "--json").out)
    assert (as_json["executions"], as_json["flaws"][0]["workflow_id"]) == (1, "w")


def test_what_is_exported_can_be_imported_elsewhere_and_only_once(shell: Shell, database: Path) -> None:
    assert shell("db", "export", "swf.db", "-o", "all.jsonl").code == Exit.DONE
    told = shell("db", "import", "other.db", "all.jsonl")
    assert (told.code, told.err) == (Exit.DONE, "1 execution imported; 1 domain and 2 types\n")
    again = shell("db", "import", "other.db", "all.jsonl")
    assert again.code == Exit.USAGE
    assert "all.jsonl:5: w" in again.err
    assert shell("db", "export", "other.db").out == (database.parent / "all.jsonl").read_text(encoding="utf-8")


def test_an_export_of_what_is_not_there_is_wrong_usage(shell: Shell, database: Path) -> None:
    told = shell("db", "export", "swf.db", "nobody", "-o", "out.jsonl")
    assert told.code == Exit.USAGE
    assert "'nobody'" in told.err
    assert not (database.parent / "out.jsonl").exists()


def test_a_vacuum_says_what_it_gave_back(shell: Shell, database: Path) -> None:
    told = shell("db", "vacuum", "swf.db", "--json")
    assert told.code == Exit.DONE
    assert json.loads(told.out)["after"] == database.stat().st_size


def test_a_file_that_is_served_is_copied_checked_and_exported_and_its_owner_named_for_the_rest(shell: Shell, tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--db", "swf.db") as process:
        await_line(process, "serving")
        assert shell("db", "backup", "swf.db", "copy.db").code == Exit.DONE
        assert shell("db", "check", "swf.db").code == Exit.DONE
        assert shell("db", "export", "swf.db", "-o", "all.jsonl").code == Exit.DONE
        for told in (shell("db", "import", "swf.db", "all.jsonl"), shell("db", "vacuum", "swf.db")):
            assert told.code == Exit.ENDPOINT
            assert f"in use by process {process.pid}" in told.err


def test_a_file_that_is_not_there_is_wrong_usage(shell: Shell) -> None:
    for command in ("check", "export", "vacuum"):
        assert shell("db", command, "none.db").code == Exit.USAGE
    assert shell("db", "nonsense").code == Exit.USAGE
