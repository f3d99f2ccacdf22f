"""Claims about engine.service.upkeep: what a copy of a database in use holds, and what vacuuming gives back."""

from __future__ import annotations

import http.client
import os
import sqlite3
import stat
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from engine.errors import DatabaseUnusable
from engine.service.checking import check_database
from engine.service.sessions import Session
from engine.service.snapshot import looking_at
from engine.service.upkeep import back_up, vacuum
from tests.service.serving import served_apart
from tests.service.test_serve import Remote
from tests.service.world import COMPLETE, DOMAIN, PATIENCE, decide, furnish, hosting, schedule, start, timer

BACKUPS = 5


def test_a_copy_of_a_database_under_load_is_whole_and_has_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def work(url: str, name: str) -> None:
        remote = Remote(url)
        with suppress(OSError, http.client.HTTPException):
            for number in range(1_000_000):
                if stop.is_set():
                    break
                workflow_id = f"{name}.{number}"
                start(remote.call, workflow_id)
                acknowledged.append(workflow_id)
                decide(remote.call, *([schedule("a"), timer(60)] if number % 2 else [COMPLETE]))
        remote.hang_up()

    with served_apart(tmp_path / "swf.db") as (_, url):
        first = Remote(url)
        furnish(first.call)
        workers = [threading.Thread(target=work, args=(url, name)) for name in "abcd"]
        for worker in workers:
            worker.start()
        before: list[set[str]] = []
        for number in range(BACKUPS):
            while len(acknowledged) < 50 * (number + 1):
                stop.wait(0.001)
            before.append(set(acknowledged))
            back_up(tmp_path / "swf.db", tmp_path / f"copy{number}.db")
        first.call("ListDomains", {"registrationStatus": "REGISTERED"})
        assert check_database(tmp_path / "swf.db").flaws == (), "the file in use can be checked too"
        stop.set()
        for worker in workers:
            worker.join(PATIENCE)
        first.hang_up()
    for number, there in enumerate(before):
        copy = tmp_path / f"copy{number}.db"
        assert check_database(copy).flaws == ()
        with looking_at(copy) as snapshot:
            assert there <= {one.workflow_id for one in snapshot.executions()}


def test_a_copy_is_served_like_any_other_database(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        furnish(Session(host).call)
        start(Session(host).call, "w")
        assert back_up(tmp_path / "swf.db", tmp_path / "copy.db") == (tmp_path / "copy.db").stat().st_size
        with hosting(tmp_path / "copy.db") as other:
            assert decide(Session(other).call, COMPLETE)["workflowExecution"]["workflowId"] == "w"
        assert decide(Session(host).call, COMPLETE)["workflowExecution"]["workflowId"] == "w"


def test_a_copy_may_be_read_by_whoever_may_read_the_database(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db"):
        pass
    (tmp_path / "swf.db").chmod(0o640)
    back_up(tmp_path / "swf.db", tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "swf.db", "swf.db.lock"]


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db"):
        pass
    (tmp_path / "copy.db").write_text("mine", encoding="utf-8")
    with pytest.raises(DatabaseUnusable, match=r"copy\.db: it is there already"):
        back_up(tmp_path / "swf.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text(encoding="utf-8") == "mine"


def test_a_target_that_can_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db"):
        pass
    with pytest.raises(DatabaseUnusable, match="the copy can't be written"):
        back_up(tmp_path / "swf.db", tmp_path / "nowhere" / "copy.db")
    assert not (tmp_path / "nowhere").exists()


def test_only_a_database_of_ours_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="there is no such file"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")
    (tmp_path / "text.db").write_text("no database" * 100, encoding="utf-8")
    with pytest.raises(DatabaseUnusable, match="not a SQLite database"):
        back_up(tmp_path / "text.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(DatabaseUnusable, match="not one of swfgraph's"):
        back_up(tmp_path / "other.db", tmp_path / "copy.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(DatabaseUnusable, match="schema is version 0"):
        back_up(tmp_path / "empty.db", tmp_path / "copy.db")


def test_vacuuming_gives_back_what_is_free(tmp_path: Path) -> None:
    path = tmp_path / "swf.db"
    with hosting(path) as host:
        call = Session(host).call
        furnish(call)
        for number in range(20):
            request = {"domain": DOMAIN, "workflowId": f"w{number}", "workflowType": {"name": "Workflow", "version": "1"}}
            call("StartWorkflowExecution", {**request, "input": "x" * 30_000})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM executions WHERE run > 1")
        connection.commit()
    sizes = vacuum(path)
    assert sizes.after == path.stat().st_size < sizes.before / 4
    assert check_database(path).executions == 1


def test_a_database_in_use_is_not_vacuumed_and_its_owner_is_told(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db"), pytest.raises(DatabaseUnusable, match=f"in use by process {os.getpid()}"):
        vacuum(tmp_path / "swf.db")
    with pytest.raises(DatabaseUnusable, match="there is no such file"):
        vacuum(tmp_path / "none.db")
    assert not (tmp_path / "none.db.lock").exists()
