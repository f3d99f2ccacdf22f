"""What a decision's handler works on, and what the handlers of all decision types share.

Handlers record events through the ledger; what reaches other executions waits in `deliveries` until all decisions of the task have been
processed, as in the histories recorded from AWS, where the events of one response stand together. Imports events, execution,
ledger, registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.service.events import Attributes
from engine.service.execution import Execution
from engine.service.ledger import Ledger
from engine.service.registry import Registry


@dataclass(slots=True, kw_only=True)
class Deciding:
    """One RespondDecisionTaskCompleted under way."""

    ledger: Ledger
    registry: Registry
    execution: Execution
    completed_id: int
    """Of the DecisionTaskCompleted event."""
    now: float
    unseen: bool
    """Events came while the decider decided: closing must wait for another decision task (API reference, Decision, UnhandledDecision)."""
    decide_again: bool = False
    """A decision had a consequence that the decider must see: one that failed, or a task canceled on the spot."""
    deliveries: list[Callable[[], None]] = field(default_factory=list)

    def record(self, event_type: str, attributes: Mapping[str, Any]) -> int:
        """Write an event of this execution that a decision led to; its id."""
        return self.ledger.record(self.execution, event_type, {**attributes, "decisionTaskCompletedEventId": self.completed_id}, self.now)

    def fail(self, event_type: str, attributes: Mapping[str, Any], cause: str) -> None:
        """Write that a decision failed, and have the decider look at it."""
        self.record(event_type, {**attributes, "cause": cause})
        self.decide_again = True


Handler: TypeAlias = Callable[[Deciding, Attributes], None]
