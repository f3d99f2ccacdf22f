"""Signals and who waits for them: each goes to one node, the one that has waited longest; those that nobody waits for are kept, in order.

Which inputs there have been is the data's (`signals` in `scope`). Imports `spec.model`; imported by `nodes`.
"""

from __future__ import annotations

from collections import deque
from typing import Literal, TypeAlias

from engine.spec.model import ABSENT, Absent, Json

Waiter: TypeAlias = tuple[str, int]
"""A node, and in which visit it waits."""


class Signals:
    """Part of a run. A waiter that has stopped waiting stays in line until it would be its turn: whoever asks knows."""

    __slots__ = ("kept", "waiting")

    def __init__(self) -> None:
        self.kept: dict[str, deque[Json]] = {}
        """By name: inputs that no node has had."""
        self.waiting: dict[str, deque[Waiter]] = {}

    def take(self, name: str) -> tuple[Json] | Literal[Absent.ABSENT]:
        """The input of the first one that was kept."""
        kept = self.kept.get(name)
        return (kept.popleft(),) if kept else ABSENT

    def wait(self, name: str, node: str, visit: int) -> None:
        self.waiting.setdefault(name, deque()).append((node, visit))

    def next_waiter(self, name: str) -> Waiter | Literal[Absent.ABSENT]:
        """Who is first in line, and out of it now."""
        waiting = self.waiting.get(name)
        return waiting.popleft() if waiting else ABSENT

    def keep(self, name: str, value: Json) -> None:
        self.kept.setdefault(name, deque()).append(value)
