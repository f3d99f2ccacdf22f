"""The history of the tiny SWF, and the run that folds it: what `elsewhere` and `swf` build on."""

from __future__ import annotations

import json
import re
from typing import Any

from engine.graph.plan import Plan
from engine.interpreter.draining import MOST_EVENTS
from engine.interpreter.run import Run

ILLEGAL = re.compile(r"[:/|\u0000-\u001f\u007f-\u009f]")
T0 = 1_000_000.0


class Record:
    """One execution's history, and a run that has folded all of it."""

    def __init__(self, plan: Plan, *, workflow_id: str = "w", run_id: str = "r", most_events: int = MOST_EVENTS) -> None:
        self.plan = plan
        self.run = Run(plan, workflow_id=workflow_id, run_id=run_id, most_events=most_events)
        self.history: list[dict[str, Any]] = []
        self.now = T0
        self.unseen = False
        """Something has happened since the decision task that is under way was started."""
        self.due = False
        """SWF owes the decider a decision task."""
        self.controls: dict[str, dict[str, Any]] = {}
        self.causes: dict[str, list[str]] = {}

    def event(self, kind: str, /, **attributes: Any) -> int:
        number = len(self.history) + 1
        key = f"{kind[0].lower()}{kind[1:]}EventAttributes"
        raw = {"eventId": number, "eventTimestamp": self.now, "eventType": kind, key: attributes}
        self.history.append(raw)
        self.run.fold(raw)
        return number

    def news(self) -> None:
        self.unseen = self.due = True

    def refused(self, kind: str, **attributes: Any) -> bool:
        """Whether the test has asked for the next decision of this type to be refused; then it is."""
        causes = self.causes.get(kind)
        if not causes:
            return False
        self.event(f"{kind}Failed", **attributes, cause=causes.pop(0))
        self.due = True
        return True


def check_id(text: str) -> None:
    assert 1 <= len(text) <= 256
    assert text != "arn"
    assert not ILLEGAL.search(text)


def result_of(value: Any) -> dict[str, str]:
    """As an attribute: text as it is, other values as JSON, None left out."""
    return {} if value is None else {"result": value if isinstance(value, str) else json.dumps(value)}
