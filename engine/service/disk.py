"""One database with its owner's lock: opened together, closed together, and read into memory again whenever that is lost.

Here: the order of those steps. Never: SQL (store), what time it is, or threads (host). Imports core, lock and store; imported by host.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from engine.service.core import Core
from engine.service.database import MEMORY, Durability
from engine.service.limits import Limits
from engine.service.lock import FileLock, Lock, Unlocked
from engine.service.rows import Row
from engine.service.store import Store

LIMITS = Limits()


def _nobody_watches(_rows: int, _seconds: float) -> None:
    """Nobody has asked to be told of commits."""


@contextmanager
def _no_collections() -> Iterator[None]:
    """Loading makes much and drops little: looking for garbage again and again meanwhile takes a third of its time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class Disk:
    """What a service keeps, and the right to it."""

    def __init__(self, store: Store, lock: Lock, limits: Limits, *, runs_functions: bool = False) -> None:
        self.url = store.url
        self._store = store
        self._lock = lock
        self._limits = limits
        self._runs_functions = runs_functions
        self.on_commit: Callable[[int, float], None] = _nobody_watches
        """Told of every commit: how many rows, how many seconds."""

    @classmethod
    def open(cls, path: Path, *, durability: Durability, limits: Limits = LIMITS, runs_functions: bool = False) -> Disk:
        """Own the file of that (absolute) path. `runs_functions`: see Core. Raises: DatabaseUnusable."""
        lock = FileLock.take(path)
        try:
            return cls(Store.open(str(path), lock.url, durability), lock, limits, runs_functions=runs_functions)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def in_memory(cls, limits: Limits = LIMITS, *, runs_functions: bool = False) -> Disk:
        """What is kept for as long as the process runs."""
        url = f"sqlite://{MEMORY}"
        return cls(Store.open(MEMORY, url, Durability.PROCESS), Unlocked(), limits, runs_functions=runs_functions)

    def load(self) -> Core:
        """All that is on disk, in memory. Raises: DatabaseUnusable."""
        core = Core(self._store.archive, self._limits, seed=secrets.token_hex(8), runs_functions=self._runs_functions)
        with _no_collections():
            core.load()
        return core

    def write(self, rows: Sequence[Row]) -> None:
        """Make the rows durable, all or none. Raises: DatabaseUnusable."""
        began = perf_counter()
        self._store.write(rows)
        self.on_commit(len(rows), perf_counter() - began)

    def announce(self, url: str) -> None:
        """Tell whoever finds the file in use where it is served."""
        self._lock.announce(url)

    def close(self) -> None:
        """Let the next one have it."""
        self._store.close()
        self._lock.release()
