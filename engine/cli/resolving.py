"""Events as people want to see them: with their payloads, as far as they can be had; of the others the reference stays, and it is said
why. Imports `payloads`, `output`; imported by history, status, retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cli.output import note
from engine.errors import PayloadError
from engine.runtime.payloads.claims import Claims


class Resolving:
    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._complaints: dict[str, None] = {}

    def shown(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The event with its payloads; where one can't be had, as it is."""
        try:
            return self._claims.shown(event)
        except PayloadError as error:
            self._complaints[str(error)] = None
            return event

    def tell(self) -> None:
        for complaint in self._complaints:
            note(f"note: {complaint}")
