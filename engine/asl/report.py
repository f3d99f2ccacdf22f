"""What an import or an export could not carry over: every loss and every remark, with its place. Values only.

A *loss*: the result differs from the original there, or fails there on purpose. A *note*: the result does the same, by other means that
one should know of. What can't be done at all is refused: `AslError`, with the losses found so far no longer of interest.
Imports nothing; imported by the rest of `asl` and the CLI.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Weight(StrEnum):
    LOSS = "loss"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Where (a JSON pointer into the original), how grave, what, and why."""

    pointer: str
    weight: Weight
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.weight} at {self.pointer or '/'}: {self.what}: {self.why}"


class NotExpressible(Exception):
    """Never leaves this package: a part that has no counterpart; whoever meets it says where, and reports a loss or refuses."""


@dataclass(slots=True)
class Report:
    """Collects remarks while a document is translated; each is kept once."""

    remarks: list[Remark] = field(default_factory=list)

    def loss(self, pointer: str, what: str, why: str) -> None:
        self._add(Remark(pointer=pointer, weight=Weight.LOSS, what=what, why=why))

    def note(self, pointer: str, what: str, why: str) -> None:
        self._add(Remark(pointer=pointer, weight=Weight.NOTE, what=what, why=why))

    def _add(self, remark: Remark) -> None:
        if remark not in self.remarks:
            self.remarks.append(remark)
