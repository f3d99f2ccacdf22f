"""The SQLite file itself: opening it, bringing its schema up to date, its statements, and what its failures mean.

Never here: what is written or read (store, archive). Imports errors.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeAlias

from engine.errors import DatabaseUnusable

MEMORY: Final = ":memory:"

_MIGRATIONS: Final = ("schema.sql",)
"""The script that leads to schema version n is the n-th; a new file goes through all of them."""

SCHEMA_VERSION: Final = len(_MIGRATIONS)
_APPLICATION_ID: Final = 0x73776667

_OLDEST_SQLITE: Final = (3, 37, 0)
"""The first that knows STRICT tables."""

_BUSY_SECONDS: Final = 5.0
_WAL_BYTES_KEPT: Final = 64 * 2**20


class Durability(StrEnum):
    """What has been acknowledged survives ..."""

    FULL = "full"
    """... power loss: the disk is synced at every commit."""
    PROCESS = "process"
    """... the end of the process, however it ends; a power loss may take the last commits, and leaves the file sound."""


_SYNCHRONOUS: Final = {Durability.FULL: "FULL", Durability.PROCESS: "NORMAL"}


@cache
def statements() -> Mapping[str, str]:
    """queries.sql by the names that it gives."""
    text = (files("engine.service") / "queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)[1:]
    code = (re.sub(r"--[^\n]*", "", part).strip() for part in parts[1::2])
    return dict(zip(parts[::2], code, strict=True))


Opener: TypeAlias = Callable[[str], sqlite3.Connection]
"""From a path to a bare connection, in autocommit mode and usable from any thread."""


def open_sqlite(path: str) -> sqlite3.Connection:
    """The `Opener` that is used."""
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=300)


def connect(path: str, url: str, durability: Durability, opener: Opener = open_sqlite) -> sqlite3.Connection:
    """The connection that writes: the file made where it is missing, its schema brought up to date.

    Raises: DatabaseUnusable.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        message = f"Python's SQLite is {sqlite3.sqlite_version}, and 3.37 or newer is needed; use a Python that brings its own"
        raise DatabaseUnusable(url, message)
    with explained(url):
        if path != MEMORY:
            _make_folder(path, url)
        connection = opener(path)
        try:
            _prepare(connection, path, url, durability)
        except BaseException:
            connection.close()
            raise
        return connection


def connect_to_read(path: str, url: str, opener: Opener = open_sqlite) -> sqlite3.Connection:
    """A further connection to a file that `connect` has prepared. Raises: DatabaseUnusable."""
    with explained(url):
        connection = opener(path)
        connection.execute("PRAGMA query_only = ON")
        return connection


def connect_to_look(path: Path, url: str) -> sqlite3.Connection:
    """A connection to a file that is there and is not changed by it, whoever owns it. Raises: DatabaseUnusable."""
    if not path.is_file():
        raise DatabaseUnusable(url, "there is no such file; name the database of an embedded service")
    with explained(url):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=_BUSY_SECONDS, isolation_level=None, uri=True)
        try:
            version = _recognise(connection, url)
            if version < SCHEMA_VERSION:
                message = f"its schema is version {version}, and this swfgraph's is {SCHEMA_VERSION}: start `swfgraph serve` on it once"
                raise DatabaseUnusable(url, f"{message}, which brings it up to date")
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _make_folder(path: str, url: str) -> None:
    folder = Path(path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder {folder} can't be made ({error.strerror}); name a file in a folder that this user may write"
        raise DatabaseUnusable(url, message) from error


def _prepare(connection: sqlite3.Connection, path: str, url: str, durability: Durability) -> None:
    found = _recognise(connection, url)
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only has an effect on a file that is still empty
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal" and path != MEMORY:
        message = f"its file system knows no shared memory (journal mode {mode} instead of WAL); keep the database on a local disk"
        raise DatabaseUnusable(url, message)
    connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
    connection.execute("PRAGMA foreign_keys = ON")
    _migrate(connection, found)
    connection.execute("BEGIN IMMEDIATE")  # a file or folder that is read-only says so here, not at the first request
    connection.execute("ROLLBACK")


def _recognise(connection: sqlite3.Connection, url: str) -> int:
    """The schema version of the file, 0 for a new one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != _APPLICATION_ID and (application, version, tables) != (0, 0, 0):
        message = "this is a SQLite database, but not one of swfgraph's; nothing in it was touched. Name another file"
        raise DatabaseUnusable(url, message)
    if version > SCHEMA_VERSION:
        message = (
            f"a newer swfgraph wrote this file (its schema is version {version}, this swfgraph knows {SCHEMA_VERSION}); nothing in it "
            "was touched. Upgrade swfgraph, or name another file"
        )
        raise DatabaseUnusable(url, message)
    return int(version)


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """One transaction for each step: a step that fails leaves the file at the version it had."""
    for step, name in enumerate(_MIGRATIONS[version:], version + 1):
        script = (files("engine.service") / name).read_text(encoding="utf-8")
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {step};\nCOMMIT;")
        except BaseException:
            roll_back(connection)
            raise


def roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction that failed; SQLite may have ended it already."""
    if connection.in_transaction:
        with suppress(sqlite3.Error):  # what made the transaction fail is what the caller is told
            connection.execute("ROLLBACK")


@contextmanager
def explained(url: str) -> Iterator[None]:
    """What SQLite raises in the block, as an error that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, url) from error


DAMAGED: Final = (
    "the file is damaged; nothing more was written to it. Put a backup in its place, or save what can be read with `sqlite3 FILE .recover`"
)
_SAFE: Final = "nothing that was acknowledged is lost"

_MEANINGS: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_BUSY: "another program has it locked; close that one (a database browser, a backup?) and try again",
    sqlite3.SQLITE_LOCKED: "another program has it locked; close that one (a database browser, a backup?) and try again",
    sqlite3.SQLITE_READONLY: "it is read-only for this user; make the file and its folder writable, or name another file",
    sqlite3.SQLITE_PERM: "this user may not open it; change the file's permissions, or name another file",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened: is it a folder, or are the file or its folder closed to this user? Name another file",
    sqlite3.SQLITE_NOTADB: "this is not a SQLite database; nothing in it was touched. Name another file",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: f"the disk is full; {_SAFE}. Make room, then start again",
    sqlite3.SQLITE_IOERR: f"the disk failed to read or write; {_SAFE}. Look at the disk and its cables, mounts or quota, then start again",
}


def explain(error: sqlite3.Error, url: str) -> Exception:
    """What went wrong, as an error that says what to do. What is a bug of ours (a constraint that fails, a wrong statement) stays what
    it is."""
    code = getattr(error, "sqlite_errorcode", 0)  # errors that the sqlite3 module raises by itself have none
    meaning = _MEANINGS.get(code & 0xFF)
    return error if meaning is None else DatabaseUnusable(url, f"{meaning} ({error})")
