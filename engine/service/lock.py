"""One owner per database file: a lock that the operating system holds, so that it ends with the process, however that ends.

Here: taking the lock, saying in its file who has it (pid, and the URL that it serves, if any), telling that to the second one that
comes. Never: the database itself. The lock lives in a file of its own beside it (`<database>.lock`), which stays: removing it
would let two processes lock two files of one name. Imports errors.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from engine.errors import DatabaseInUse, DatabaseUnusable

if sys.platform == "win32":
    import msvcrt

    LOCKED_BYTE = 1 << 30
    """Windows' locks keep others from reading what is locked: so not the text, but a byte far behind it."""

    def _try_lock(descriptor: int) -> None:
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who has the file, as the lock's file says."""

    pid: int
    url: str
    """What it serves over HTTP; empty where nothing."""


NOBODY = Owner(pid=0, url="")
MOST_TEXT = 4096


class Lock(Protocol):
    """The right to use one database."""

    def announce(self, url: str) -> None: ...

    def release(self) -> None: ...


class Unlocked:
    """The right to a database that nobody else can reach."""

    def announce(self, url: str) -> None:
        """There is nobody to tell."""

    def release(self) -> None:
        """There is nobody to come next."""


class FileLock:
    """The right to use one database file. Held from `take` to `release`, or to the end of the process."""

    def __init__(self, descriptor: int, url: str) -> None:
        self._descriptor = descriptor
        self.url = url
        """The database's own: sqlite:///path."""

    @classmethod
    def take(cls, database: Path) -> FileLock:
        """Lock the database of that path, whose folder is made where it is missing.

        Raises: DatabaseInUse (the message says who has it and what to do), DatabaseUnusable (it is a folder, or its own can't be written).
        """
        url = f"sqlite:///{database}"
        if database.is_dir():
            raise DatabaseUnusable(url, "it is a folder; name a file in it")
        path = database.with_name(database.name + ".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            message = (
                f"the folder {path.parent} can't be written ({error.strerror}), and the database needs its lock and its journal there; "
                "name a file in a folder that this user may write, or change the folder's permissions"
            )
            raise DatabaseUnusable(url, message) from error
        try:
            _try_lock(descriptor)
        except (BlockingIOError, PermissionError) as error:  # how POSIX and Windows say: somebody has it
            owner = _read_owner(descriptor)
            os.close(descriptor)
            raise DatabaseInUse(url, _whom_to_ask(owner), owner.url) from error
        except OSError as error:
            os.close(descriptor)
            message = f"{path} can't be locked ({error.strerror}): its file system knows no locks; keep the database on a local disk"
            raise DatabaseUnusable(url, message) from error
        lock = cls(descriptor, url)
        lock.announce("")
        return lock

    def announce(self, url: str) -> None:
        """Say in the lock's file that this process has it, and what it serves."""
        text = msgspec.json.encode(Owner(pid=os.getpid(), url=url))
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, text)
        os.ftruncate(self._descriptor, len(text))

    def release(self) -> None:
        """Let the next one have it. The text stays, which is right: nobody reads it but who is refused."""
        os.close(self._descriptor)


def _read_owner(descriptor: int) -> Owner:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        return msgspec.json.decode(os.read(descriptor, MOST_TEXT), type=Owner)
    except (OSError, msgspec.DecodeError):
        return NOBODY  # read while it was being written: it is locked all the same


def _whom_to_ask(owner: Owner) -> str:
    if owner.url:
        return f"in use by process {owner.pid}, which serves it: use --url {owner.url} instead, or stop that process"
    who = f"process {owner.pid}" if owner.pid else "another process"
    return f"in use by {who}, and one process at a time can have it: stop that one, or let `swfgraph serve` own the file and share it"
