"""A disk whose power can fail: a file layer (VFS) under SQLite that knows what has been synced and what has only been written.

`Disks` lets SQLite work on real files, and keeps beside each what a power cut would leave of it: the content at its last xSync, and
the writes since, in order. Now and then (by its dice) it takes a picture of all files as they might be found after a cut at that very
moment: of the writes that no sync followed, each is whole, missing, or torn at a sector, in any combination, as a disk that reorders
them may do. With each picture goes what had been acknowledged by then.

What this proves rests on these: xSync keeps its promise (the real disk does what fsync says); a file is created and deleted at once
(SQLite syncs the directory itself, below this layer); sectors of 512 bytes are written whole or not at all, and what has been synced
is not harmed by a later torn write elsewhere. It is the SQLite of apsw that runs here, not that of Python's sqlite3: what is shown is
that the service syncs when it must, not that any one build of SQLite is free of errors.
"""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import apsw

SECTOR = 512
KEPT = ("", "-wal", "-journal")
"""What outlives a machine, of the files that belong to a database: its shared memory (-shm) does not."""

_Fact = TypeVar("_Fact")


@dataclass(slots=True)
class _File:
    durable: bytes = b""
    pending: list[tuple[int, bytes] | int] = field(default_factory=list)
    """Since the last sync: (offset, data), or the length that it was cut to."""


@dataclass(frozen=True, slots=True)
class Picture(Generic[_Fact]):
    """What a power cut leaves, and what had been promised."""

    files: Mapping[str, bytes]
    """Suffix -> content."""
    promised: frozenset[_Fact]
    lost_writes: int

    def put(self, path: Path) -> None:
        """Write the files where a service can be started on them."""
        for suffix, content in self.files.items():
            path.with_name(path.name + suffix).write_bytes(content)


class Disks(Generic[_Fact]):
    """One database's files. `promise` notes what has been acknowledged; `pictures` are what cuts would have left."""

    _made = 0

    def __init__(self, seed: int, *, every: int) -> None:
        """One picture in so many writes and syncs."""
        Disks._made += 1
        self.name = f"powerloss-{Disks._made}"
        self.pictures: list[Picture[_Fact]] = []
        self._dice = random.Random(seed)
        self._every = every
        self._lock = threading.Lock()
        self._files: dict[str, _File] = {}
        self._promised: set[_Fact] = set()
        self._vfs = _Vfs(self)

    def promise(self, fact: _Fact) -> None:
        with self._lock:
            self._promised.add(fact)

    def open(self, path: str) -> sqlite3.Connection:
        """An `Opener` over this disk."""
        return cast("sqlite3.Connection", _Connection(path, self.name))

    def cut(self) -> None:
        """A picture of this moment."""
        with self._lock:
            self._picture()

    def _picture(self) -> None:
        files, lost = {}, 0
        for name, file in self._files.items():
            suffix = next(suffix for suffix in reversed(KEPT) if name.endswith(suffix))
            files[suffix], missing = self._survivor(file)
            lost += missing
        self.pictures.append(Picture(files, frozenset(self._promised), lost))

    def _survivor(self, file: _File) -> tuple[bytes, int]:
        content, lost = bytearray(file.durable), 0
        for write in file.pending:
            match self._dice.choice(("whole", "missing", "torn")), write:
                case "missing", _:
                    lost += 1
                case "torn", (int(offset), bytes(data)) if len(data) > SECTOR:
                    lost += 1
                    for start in range(0, len(data), SECTOR):
                        if self._dice.random() < 0.5:
                            _apply(content, (offset + start, data[start : start + SECTOR]))
                case _:
                    _apply(content, write)
        return bytes(content), lost

    # What the file layer tells.

    def opened(self, name: str) -> None:
        with self._lock:
            if name.endswith((*KEPT[1:], ".db")):
                self._files.setdefault(name, _File(durable=Path(name).read_bytes() if Path(name).exists() else b""))

    def deleted(self, name: str) -> None:
        with self._lock:
            self._files.pop(name, None)

    def changed(self, name: str, change: tuple[int, bytes] | int) -> None:
        self._step(name, lambda file: file.pending.append(change))

    def synced(self, name: str) -> None:
        self._step(name, _settle)

    def _step(self, name: str, step: Callable[[_File], None]) -> None:
        with self._lock:
            file = self._files.get(name)
            if file is None:
                return
            if self._dice.randrange(self._every) == 0:
                self._picture()
            step(file)


def _settle(file: _File) -> None:
    content = bytearray(file.durable)
    for write in file.pending:
        _apply(content, write)
    file.durable = bytes(content)
    file.pending.clear()


def _apply(content: bytearray, write: tuple[int, bytes] | int) -> None:
    match write:
        case int(length):
            del content[length:]
            content.extend(bytes(length - len(content)))
        case offset, data:
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data


class _Vfs(apsw.VFS):
    def __init__(self, disks: Disks[Any]) -> None:
        super().__init__(disks.name, "")
        self._disks = disks

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  apsw's name
        return _VfsFile(self._disks, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001  apsw's
        super().xDelete(filename, syncdir)
        self._disks.deleted(filename)


class _VfsFile(apsw.VFSFile):
    def __init__(self, disks: Disks[Any], name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disks = disks
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        disks.opened(self._name)
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  apsw's name
        super().xWrite(data, offset)
        self._disks.changed(self._name, (offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  apsw's name
        super().xTruncate(newsize)
        self._disks.changed(self._name, newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802, ARG002  apsw's; the real files need no sync
        self._disks.synced(self._name)


class _Connection:
    """As much of sqlite3.Connection as the store uses, over apsw."""

    def __init__(self, path: str, vfs: str) -> None:
        self._connection = apsw.Connection(path, vfs=vfs)
        self._connection.set_busy_timeout(5_000)

    def execute(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> _Rows:
        return _Rows(self._connection.execute(sql, values).fetchall())

    def executescript(self, script: str) -> None:
        self._connection.execute(script).fetchall()

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.in_transaction)

    def close(self) -> None:
        self._connection.close()


class _Rows:
    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def fetchall(self) -> list[Any]:
        return self._rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None
