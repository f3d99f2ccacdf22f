"""How an execution ended, from the event that closed it: status, output, reason. Pure. Imported by status, start and run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.spec.payload import decode
from engine.swf.wire import event_attributes

STATUS = {
    "WorkflowExecutionCompleted": "COMPLETED",
    "WorkflowExecutionFailed": "FAILED",
    "WorkflowExecutionCanceled": "CANCELED",
    "WorkflowExecutionTerminated": "TERMINATED",
    "WorkflowExecutionTimedOut": "TIMED_OUT",
    "WorkflowExecutionContinuedAsNew": "CONTINUED_AS_NEW",
}
"""SWF's close statuses, by the event that stands last in the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    status: str
    at: float
    output: Any
    """The value of the result; None where there is none."""
    reason: str
    """Of what SWF terminated by itself, its cause."""
    details: Any
    """JSON if it parses, else the text; None where there is none."""
    new_run_id: str = ""
    """Of an execution that was continued as a new one."""

    @property
    def completed(self) -> bool:
        return self.status == "COMPLETED"


def parse_closing(event: Mapping[str, Any]) -> Closing:
    kind = event["eventType"]
    attributes = event_attributes(event)
    details = value_of(attributes.get("details"))
    return Closing(
        status=STATUS[kind],
        at=event["eventTimestamp"],
        output=value_of(attributes.get("result")),
        reason=attributes.get("reason") or attributes.get("cause", ""),
        details=details,
        new_run_id=attributes.get("newExecutionRunId", ""),
    )


def closing_lines(closing: Closing) -> list[str]:
    """What to tell a person of an execution that did not complete: the reason, then what is known of it."""
    lines = [closing.reason] if closing.reason else []
    match closing.details:
        case None:
            return lines
        case {"error": str(error), "message": str(message), **rest}:
            attempts = rest.get("attempts", 1)
            tried = f" (after {attempts} attempts)" if isinstance(attempts, int) and attempts > 1 else ""
            node = f"{rest['node']}: " if "node" in rest else ""
            head = [] if closing.reason else [f"{node}{error}"]
            return [*lines, *head, *(message.strip() + tried).splitlines()]
        case str(text):
            return [*lines, *text.splitlines()]
        case other:
            return [*lines, json.dumps(other, ensure_ascii=False)]


def value_of(text: str | None) -> Any:
    return None if text is None else decode(text)
