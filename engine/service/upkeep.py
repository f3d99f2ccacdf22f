"""Looking after a database file as a whole: a copy of it while it is in use, and giving its free space back.

Never: what is in it. Imports errors, database, lock, store.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DatabaseUnusable
from engine.service.database import Durability, connect_to_look, explained
from engine.service.lock import FileLock
from engine.service.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """Sizes in bytes."""

    before: int
    after: int


def back_up(database: Path, target: Path) -> int:
    """Copy the database as it is at one moment, in one read transaction: whoever owns it goes on. The copy's size in bytes.

    The target appears when it is whole and on disk. Raises: DatabaseUnusable (the target is there already, too).
    """
    url = f"sqlite:///{target}"
    if target.exists():
        raise DatabaseUnusable(url, "it is there already, and is left as it is; name a file that is not, or remove it first")
    partial = target.with_name(target.name + ".partial")
    with closing(connect_to_look(database, f"sqlite:///{database}")) as source:
        try:
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600)
            with explained(url), closing(sqlite3.connect(partial, isolation_level=None)) as copy:
                source.backup(copy)  # all pages in one step: a writer can't come between two, and is not kept waiting
            shutil.copymode(database, partial)
            _sync(partial)
            partial.rename(target)
            _sync(target.parent)
        except OSError as error:
            raise DatabaseUnusable(url, f"the copy can't be written ({error.strerror}); name a file where this user may write") from error
        finally:
            partial.unlink(missing_ok=True)
    return target.stat().st_size


def vacuum(database: Path) -> Vacuumed:
    """Write the file anew without what is free in it. Raises: DatabaseUnusable (it has an owner, too: the message says which)."""
    if not database.is_file():
        raise DatabaseUnusable(f"sqlite:///{database}", "there is no such file; name the database of an embedded service")
    lock = FileLock.take(database)
    try:
        before = database.stat().st_size
        with closing(Store.open(str(database), lock.url, Durability.FULL)) as store:
            store.vacuum()
        return Vacuumed(before=before, after=database.stat().st_size)
    finally:
        lock.release()


def _sync(path: Path) -> None:
    """Have what was done to a file or a folder on disk. (Windows opens no folders, and needs no such thing.)"""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
