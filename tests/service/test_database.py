"""Claims about engine.service.database: files that can't be used say why and what to do, and stay as they were."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from engine.errors import DatabaseUnusable
from engine.service.database import SCHEMA_VERSION, Durability, connect, explain, statements
from engine.service.store import Store

URL = "sqlite:///here"


def complaint(path: Path) -> str:
    with pytest.raises(DatabaseUnusable) as caught:
        connect(str(path), URL, Durability.FULL)
    assert caught.value.url == URL
    return str(caught.value)


def made(path: Path) -> Path:
    connect(str(path), URL, Durability.FULL).close()
    return path


def test_a_new_file_gets_the_schema_and_an_old_one_keeps_it(tmp_path: Path) -> None:
    path = made(tmp_path / "swf.db")
    connection = connect(str(path), URL, Durability.FULL)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    connection.execute("INSERT INTO domains VALUES ('shop', 'REGISTERED', '', 1, '{}')")
    connection.close()
    again = connect(str(path), URL, Durability.FULL)
    assert again.execute("SELECT name FROM domains").fetchall() == [("shop",)]
    again.close()


def test_the_tables_are_strict_and_sound(tmp_path: Path) -> None:
    connection = connect(str(tmp_path / "swf.db"), URL, Durability.FULL)
    tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'").fetchall()
    assert {name for name, strict in tables if not strict} == {"sqlite_schema", "sqlite_sequence"}
    assert {name for name, _ in tables} >= {"domains", "types", "executions", "events", "heartbeats"}
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_file_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = made(tmp_path / "swf.db")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    assert "a newer swfgraph wrote this file (its schema is version 2, this swfgraph knows 1)" in complaint(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE places (url)")
    connection.close()
    before = path.read_bytes()
    assert "this is a SQLite database, but not one of swfgraph's" in complaint(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("buy apples\n" * 100)
    assert "this is not a SQLite database" in complaint(path)
    assert path.read_text() == "buy apples\n" * 100


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    path = made(tmp_path / "swf.db")
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(bytes(content))
    with pytest.raises(DatabaseUnusable, match=r"the file is damaged; nothing more was written to it\. Put a backup in its place"):
        Store.open(str(path), URL).archive.domains()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "it can't be opened: is it a folder" in complaint(tmp_path)


def test_a_folder_that_can_not_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "can't be made" in complaint(tmp_path / "file" / "swf.db")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_or_folder_that_is_read_only_says_so_when_it_is_opened(tmp_path: Path, what: str) -> None:
    path = made(tmp_path / "folder" / "swf.db")
    closed = path if what == "file" else path.parent
    closed.chmod(0o400 if what == "file" else 0o500)
    try:
        assert "Name another file" in complaint(path) or "name another file" in complaint(path)
    finally:
        closed.chmod(0o700)


def raised(connection: sqlite3.Connection, statement: str) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as caught:
        connection.execute(statement)
    connection.close()
    return caught.value


def test_an_error_of_a_read_only_database_says_what_to_do(tmp_path: Path) -> None:
    reader = sqlite3.connect(f"file:{made(tmp_path / 'swf.db')}?mode=ro", uri=True, isolation_level=None)
    told = explain(raised(reader, "INSERT INTO domains VALUES ('a', 'REGISTERED', '', 1, '{}')"), URL)
    assert isinstance(told, DatabaseUnusable)
    assert "it is read-only for this user" in str(told)


def test_an_error_of_a_database_that_another_program_has_locked_says_what_to_do(tmp_path: Path) -> None:
    path = made(tmp_path / "swf.db")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    told = explain(raised(sqlite3.connect(path, timeout=0, isolation_level=None), "BEGIN IMMEDIATE"), URL)
    holder.close()
    assert "another program has it locked" in str(told)


def test_a_mistake_of_ours_stays_what_sqlite_calls_it(tmp_path: Path) -> None:
    connection = connect(str(tmp_path / "swf.db"), URL, Durability.FULL)
    error = raised(connection, "SELECT nothing FROM nowhere")
    assert explain(error, URL) is error


def test_every_statement_has_a_name_and_no_comment_left() -> None:
    assert {"write", "events_ascending", "executions", "filter_tag"} <= statements().keys()
    assert all(text and "--" not in text for text in statements().values())
