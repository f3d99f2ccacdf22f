"""A payload store in a directory: one file per payload, `ab/abcdef...`, named by its digest.

Written beside its place, synced, then renamed, so that a name never stands for half a payload; the directory's entry is synced before
`put` returns. The modification time is when it was stored last. A lock file keeps a sweep from removing what is stored again in that
very moment: storing shares it, removing has it alone. Works on whatever has POSIX renames and locks, NFS included.
Imports `errors` and `store`; imported by `opening` and `sweep`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from engine.errors import PayloadMissing, PayloadStoreUnusable
from engine.runtime.payloads.store import MOST, Kept

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_SHELF: Final = re.compile(r"[0-9a-f]{2}")
_UNFINISHED: Final = ".part"
_STALE: Final = 86_400.0
"""Seconds after which a file that was never finished belongs to nobody who is still alive."""


class DirectoryStore:
    """A Store. The directory is made when the first payload is put."""

    longest: Final = MOST

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def where(self) -> str:
        return str(self._root)

    def put(self, sha256: str, content: bytes) -> None:
        path = self._path(sha256)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked(fcntl.LOCK_SH):
                if not _touched(path, len(content)):
                    _write(path, content)
            for folder in (path.parent, self._root, self._root.parent):
                _sync(folder)
        except OSError as error:
            raise self._unusable("can't be written to", error) from error

    def get(self, sha256: str) -> bytes:
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise PayloadMissing(sha256, self.where, "is not there") from None
        except OSError as error:
            raise self._unusable("can't be read", error) from error

    def kept(self) -> Iterator[Kept]:
        try:
            for shelf in sorted(self._root.iterdir()) if self._root.is_dir() else ():
                if _SHELF.fullmatch(shelf.name):
                    yield from _kept(shelf)
        except OSError as error:
            raise self._unusable("can't be read", error) from error

    def remove(self, kept: Kept) -> bool:
        path = self._path(kept.sha256)
        try:
            with self._locked(fcntl.LOCK_EX):
                if path.stat().st_mtime > kept.stored:
                    return False
                path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unusable("can't be swept", error) from error
        return True

    def forget_unfinished(self, now: float) -> int:
        """Remove what processes that were killed while storing have left; how many files."""
        count = 0
        for path in self._root.glob(f"[0-9a-f][0-9a-f]/*{_UNFINISHED}"):
            with contextlib.suppress(FileNotFoundError):  # its writer has finished it meanwhile
                if path.stat().st_mtime < now - _STALE:
                    path.unlink()
                    count += 1
        return count

    def _path(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no digest")
        return self._root / sha256[:2] / sha256

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self._root / ".lock").open("ab") as file:
            fcntl.flock(file, how)
            yield

    def _unusable(self, what: str, error: OSError) -> PayloadStoreUnusable:
        return PayloadStoreUnusable(self.where, f"{what}: {error.strerror or error}")


def _touched(path: Path, size: int) -> bool:
    """Mark it as stored just now, if it is there; half a file, which only a broken disk leaves, is as good as none."""
    try:
        os.utime(path)
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}{_UNFINISHED}")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    """The names in it: without this a power cut may take a file that was renamed before."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _kept(shelf: Path) -> Iterator[Kept]:
    for path in sorted(shelf.iterdir()):
        if _NAME.fullmatch(path.name):
            with contextlib.suppress(FileNotFoundError):  # another sweep was quicker
                found = path.stat()
                yield Kept(sha256=path.name, bytes=found.st_size, stored=found.st_mtime)
