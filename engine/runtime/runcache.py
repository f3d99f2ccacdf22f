"""What a decider remembers between tasks: the Runs it folded last, and what it has complained about. Imports `interpreter.run`."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from engine.interpreter.run import Run

MOST_CHARACTERS: Final = 1 << 28
"""Of payloads that came from the store, in all cached Runs together (but the latest one is kept, however much it holds)."""


@dataclass(slots=True, kw_only=True)
class Held:
    """A Run, and how much it holds of what does not travel with its history."""

    run: Run
    characters: int = 0
    """Of the payloads that came from the store."""


class RunCache:
    """The most recently used Runs. A Run is either in here or in one thread's hands, never both."""

    def __init__(self, size: int, characters: int = MOST_CHARACTERS) -> None:
        self._size = size
        self._room = characters
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, run_id: str) -> Held | None:
        """It is the caller's now. None: fold it anew."""
        with self._lock:
            held = self._held.pop(run_id, None)
            if held is not None:
                self._room += held.characters
            return held

    def give_back(self, run_id: str, held: Held) -> None:
        """Where two threads folded the same execution, the one that got further stays."""
        with self._lock:
            other = self._held.pop(run_id, None)
            if other is not None:
                self._room += other.characters
                if other.run.last_event_id > held.run.last_event_id:
                    held = other
            self._held[run_id] = held
            self._room -= held.characters
            while len(self._held) > self._size or (self._room < 0 and len(self._held) > 1):
                self._room += self._held.popitem(last=False)[1].characters


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
