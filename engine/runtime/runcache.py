"""What a decider remembers between tasks: the Runs it folded last, and what it has complained about. Imports `interpreter.run`."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.interpreter.run import Run


class RunCache:
    """The most recently used Runs. A Run is either in here or in one thread's hands, never both."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, run_id: str) -> Run | None:
        """It is the caller's now. None: fold it anew."""
        with self._lock:
            return self._runs.pop(run_id, None)

    def give_back(self, run_id: str, run: Run) -> None:
        """Where two threads folded the same execution, the one that got further stays."""
        with self._lock:
            other = self._runs.pop(run_id, run)
            self._runs[run_id] = max(run, other, key=lambda one: one.last_event_id)
            if len(self._runs) > self._size:
                self._runs.popitem(last=False)


class Said:
    """What was said already, so that it is said once. Forgets, rather than grow without end."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._subjects: set[str] = set()
        self._lock = threading.Lock()

    def first(self, subject: str) -> bool:
        """Whether this is the first time."""
        with self._lock:
            if subject in self._subjects:
                return False
            if len(self._subjects) >= self._size:
                self._subjects.clear()
            self._subjects.add(subject)
            return True
