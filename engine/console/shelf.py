"""The specs that the console was given: read again when their files change, with every finding of `check`.

Imports `graph.check`, `graph.plan`; imported by `desk` and the pages.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.graph.check import Checked, check_file
from engine.graph.plan import Plan
from engine.spec.model import ABSENT, Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """One file: what check says of it, and its text at that time."""

    path: Path
    text: str
    checked: Checked
    stamp: tuple[int, int]


class Shelf:
    """Safe to use from many threads."""

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        self._paths = tuple(paths)
        self._held: dict[Path, Shelved] = {}
        self._lock = threading.Lock()

    def all(self) -> list[Shelved]:
        """Every spec that can be read, in the order given."""
        with self._lock:
            return [shelved for path in self._paths if (shelved := self._read(path)) is not ABSENT]

    def plan(self, name: str, version: str) -> Plan | Literal[Absent.ABSENT]:
        """The plan of that workflow type, if the console was given its spec and nothing is wrong with it."""
        for shelved in self.all():
            plan = shelved.checked.plan
            if plan is not ABSENT and (plan.spec.name, plan.spec.version) == (name, version):
                return plan
        return ABSENT

    def _read(self, path: Path) -> Shelved | Literal[Absent.ABSENT]:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            held = self._held.get(path)
            if held is None or held.stamp != stamp:
                text = path.read_text(encoding="utf-8", errors="replace")
                held = self._held[path] = Shelved(path=path, text=text, checked=check_file(path), stamp=stamp)
        except OSError:
            return ABSENT
        return held
