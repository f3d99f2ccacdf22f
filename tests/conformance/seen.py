"""What the cases have asked and been answered, in the words of the API's model: the coverage test compares it with all there is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.service.events import ATTRIBUTES


class Seen:
    """Sets of names. Causes and timeouts stand with the event that bears them, faults with the operation that was refused."""

    def __init__(self) -> None:
        self.operations: set[str] = set()
        self.decisions: set[str] = set()
        self.events: set[str] = set()
        self.faults: set[str] = set()
        self.causes: set[str] = set()
        self.timeouts: set[str] = set()

    def request(self, operation: str, request: Mapping[str, Any]) -> None:
        self.operations.add(operation)
        if operation == "RespondDecisionTaskCompleted":
            self.decisions.update(decision.get("decisionType", "") for decision in request.get("decisions", ()))

    def refusal(self, operation: str, code: str) -> None:
        self.faults.add(f"{operation}: {code}")

    def answer(self, body: Mapping[str, Any]) -> None:
        for event in body.get("events", ()):
            event_type = event["eventType"]
            told = event[ATTRIBUTES[event_type]]
            self.events.add(event_type)
            if "cause" in told:
                self.causes.add(f"{event_type}: {told['cause']}")
            if "timeoutType" in told:
                self.timeouts.add(f"{event_type}: {told['timeoutType']}")

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({name: sorted(found) for name, found in vars(self).items()}), encoding="utf-8")


SEEN = Seen()
"""Of this process."""
