"""How an execution ended, from the event that closed it: status, output, reason, what was undone. Pure. Imported by status, start, run,
the alerts and the console.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

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


MARKER: Final = "swfgraph.compensation"
"""As `interpreter.compensation` names it, whose import would take as long as all else that `status` does."""

LAST_WORDS: Final = 20
"""Events at the end of a history among which the marker of the undoing is: it is recorded with the decision to close, which SWF may have
refused a few times for what had just happened."""

NOTHING_UNDONE: Final[Mapping[str, Any]] = {}


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
    compensation: Mapping[str, Any] = field(default_factory=dict)
    """What was `undone` and what `failed` to be, as its marker says it; empty where nothing was to be undone."""

    @property
    def completed(self) -> bool:
        return self.status == "COMPLETED"


def parse_closing(event: Mapping[str, Any], compensation: Mapping[str, Any] = NOTHING_UNDONE) -> Closing:
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
        compensation=compensation,
    )


def compensation_in(events: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the first marker of swfgraph's undoing says among these events: give them latest first. Empty where there is none."""
    for event in events:
        if event["eventType"] == "MarkerRecorded" and event_attributes(event)["markerName"] == MARKER:
            said = decode(event_attributes(event).get("details", ""))
            return said if isinstance(said, dict) else NOTHING_UNDONE
    return NOTHING_UNDONE


def closing_lines(closing: Closing) -> list[str]:
    """What to tell a person of an execution that did not complete: the reason, what is known of it, then what was undone."""
    return [*_why(closing), *_undoing(closing.compensation)]


def _why(closing: Closing) -> list[str]:
    lines = [closing.reason] if closing.reason else []
    details = closing.details
    if closing.compensation and isinstance(details, dict):
        details = {key: value for key, value in details.items() if key != "compensation"} or None
    match details:
        case None:
            return lines
        case {"error": str(error), "message": str(message), **rest}:
            attempts = rest.get("attempts", 1)
            tried = f" (after {attempts} attempts)" if isinstance(attempts, int) and attempts > 1 else ""
            node = f"{rest['node']}: " if "node" in rest else ""
            head = [] if closing.reason else [f"{node}{error}"]
            return [*lines, *head, *(message.strip() + tried).splitlines()]
        case {"canceled": [*names], **rest} if not rest:
            return [*lines, f"stopped: {', '.join(map(str, names))}"] if names else lines
        case str(text):
            return [*lines, *text.splitlines()]
        case other:
            return [*lines, json.dumps(other, ensure_ascii=False)]


def _undoing(said: Mapping[str, Any]) -> list[str]:
    undone, failed, omitted = said.get("undone", []), said.get("failed", []), said.get("omitted", {})
    lines = [f"undone: {', '.join(map(_undo, undone))}{_more(omitted.get('undone'))}"] if undone else []
    lines += [f"NOT undone: {_undo(one)}: {one['error']}: {' '.join(one['message'].split())}" for one in failed]
    return [*lines, f"NOT undone: {omitted['failed']:,} more"] if omitted.get("failed") else lines


def _undo(one: Mapping[str, Any]) -> str:
    return f"{one['node']}[{one['item']}]" if "item" in one else str(one["node"])


def _more(count: int | None) -> str:
    return f" and {count:,} more" if count else ""


def value_of(text: str | None) -> Any:
    return None if text is None else decode(text)
