"""A scope for the tests of `spec`: fixed data at a fixed time."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.spec.expression import References
from engine.spec.model import Json
from tests.spec.expressions import DATA, NOW


@dataclass(slots=True)
class FixedScope:
    """Gives all of its data, whatever is asked for; `asked` remembers what was."""

    data: dict[str, Json] = field(default_factory=lambda: DATA)
    now: float = NOW
    asked: list[References] = field(default_factory=list)

    def root(self, references: References) -> dict[str, Json]:
        self.asked.append(references)
        return self.data
