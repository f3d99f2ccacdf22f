"""Threads that take turns until they are told to stop: what decider and worker have in common. A turn that raises ends them all;
the error is kept for whoever started them. Knows neither tasks nor clients. Imports `errors`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from engine.errors import EndpointUnavailable


class Loops:
    """Daemon threads, so that a python activity that won't end can't keep the process from ending."""

    def __init__(self, name: str) -> None:
        self.stopping = threading.Event()
        """Set: no new turns."""
        self._name = name
        self._threads: list[threading.Thread] = []
        self._failure: list[BaseException] = []
        self._on_end: Callable[[], None] = _nothing

    def start(self, turns: Sequence[Callable[[], object]], on_end: Callable[[], None]) -> None:
        """One thread per turn. `on_end` is called from the thread that ends first by itself, i.e. by an error."""
        self._on_end = on_end
        self._threads = [
            threading.Thread(target=self._loop, args=(turn,), name=f"{self._name}-{number}", daemon=True)
            for number, turn in enumerate(turns, start=1)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        self.stopping.set()

    def join(self, seconds: float) -> bool:
        """Wait for all to end, at most so long; whether they have."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not self.running

    def check(self) -> None:
        """Raises: what a turn raised, if one did."""
        if self._failure:
            raise self._failure[0]

    def _loop(self, turn: Callable[[], object]) -> None:
        try:
            while not self.stopping.is_set():
                turn()
        except EndpointUnavailable as error:
            if not self.stopping.is_set():
                self._fail(error)
        except BaseException as error:  # noqa: BLE001 - the outermost frame of the thread: check() raises it again
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._failure.append(error)
        self.stopping.set()
        self._on_end()


def _nothing() -> None:
    return
