"""Taking over executions that were begun under another spec of the same name and version, where this one would have decided alike.

Imports `against`, `asif`, `payloads`, `errors`; imported by `decider`, for who asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import HistoryError
from engine.graph.plan import Plan
from engine.runtime.against import compare
from engine.runtime.asif import as_if_under
from engine.runtime.payloads.claims import Claims
from engine.runtime.start import Started


def adopted(plan: Plan, execution: Started, events: Sequence[Mapping[str, Any]], claims: Claims) -> Sequence[Mapping[str, Any]]:
    """A whole history, as if it had been begun under this plan. Raises: HistoryError where the two part; PayloadError."""
    compared = compare(plan, execution, events, claims)
    if compared.same_spec:
        return events
    if compared.parted is not None:
        parted = compared.parted
        raise HistoryError(parted.event_id, f"it was begun under another spec, and has {parted.had}; this spec would: {parted.would}")
    return [as_if_under(plan, event) for event in events]
