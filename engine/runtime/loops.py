"""Threads that take turns until they are told to stop: what decider and worker have in common. A turn that raises ends them all;
the error is kept for whoever started them. Knows neither tasks nor clients. Imports `errors`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from engine.errors import EndpointUnavailable

_LOOK: Final = 0.1
"""Seconds between two looks at how much time is left: a signal may have cut it short."""


class Grace:
    """How long what is under way may go on. `cut` is all that a signal handler does: it raises nothing into code that is winding up."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self.cuts = 0

    def cut(self) -> None:
        """No more time. The second time: no patience either."""
        self.cuts += 1

    def remaining(self) -> float:
        return 0.0 if self.cuts else self._deadline - time.monotonic()


class Loops:
    """Daemon threads, so that a python activity that won't end can't keep the process from ending."""

    def __init__(self, name: str) -> None:
        self.stopping = threading.Event()
        """Set: no new turns."""
        self._name = name
        self._threads: list[threading.Thread] = []
        self._ends: list[threading.Event] = []
        self._failure: list[BaseException] = []
        self._on_end: Callable[[], None] = _nothing

    def start(self, turns: Sequence[Callable[[], object]], on_end: Callable[[], None]) -> None:
        """One thread per turn. `on_end` is called from the thread that ends first by itself, i.e. by an error."""
        self._on_end = on_end
        self._ends = [threading.Event() for _ in turns]
        self._threads = [
            threading.Thread(target=self._loop, args=(turn, end), name=f"{self._name}-{number}", daemon=True)
            for number, (turn, end) in enumerate(zip(turns, self._ends, strict=True), start=1)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> bool:
        return not all(end.is_set() for end in self._ends)

    def stop(self) -> None:
        self.stopping.set()

    def join(self, remaining: Callable[[], float]) -> bool:
        """Wait for all to end as long as `remaining` says that there are seconds left; whether they have."""
        for end in self._ends:
            while not end.wait(min(_LOOK, max(0.0, remaining()))):
                if remaining() <= 0:
                    return False
        for thread in self._threads:
            thread.join()
        return True

    def check(self) -> None:
        """Raises: what a turn raised, if one did."""
        if self._failure:
            raise self._failure[0]

    def _loop(self, turn: Callable[[], object], end: threading.Event) -> None:
        try:
            while not self.stopping.is_set():
                turn()
        except EndpointUnavailable as error:
            if not self.stopping.is_set():
                self._fail(error)
        except BaseException as error:  # noqa: BLE001 - the outermost frame of the thread: check() raises it again
            self._fail(error)
        finally:
            end.set()

    def _fail(self, error: BaseException) -> None:
        self._failure.append(error)
        self.stopping.set()
        self._on_end()


def _nothing() -> None:
    return
