"""A history -> what its execution waits for now: a decider, workers, timers, children. What a person asks when nothing moves.

Knows no spec: a wait for a signal stands in none of SWF's events. Pure. Imports `eventlines`, `works`, `swf.wire`; imported by the
console.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.runtime.reading.eventlines import Event
from engine.runtime.reading.works import Work, works_of
from engine.swf.wire import event_attributes

_DECISION: Final = "DecisionTask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision task that is open. `worker` is empty while no decider has taken it from the list."""

    task_list: str
    since: float
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    decisions: tuple[Decision, ...]
    """One at most: SWF has no more open."""
    works: tuple[Work, ...]
    """What is open, the oldest first."""


def waiting_for(events: Sequence[Event]) -> Waiting:
    return Waiting(decisions=_decision(events), works=tuple(work for work in works_of(events) if not work.closed))


def _decision(events: Sequence[Event]) -> tuple[Decision, ...]:
    """The last event of a decision task tells whether one is open."""
    last = next((event for event in reversed(events) if event["eventType"].startswith(_DECISION)), None)
    if last is None or last["eventType"] not in (f"{_DECISION}Scheduled", f"{_DECISION}Started"):
        return ()
    attributes = event_attributes(last)
    scheduled = events[attributes["scheduledEventId"] - 1] if "scheduledEventId" in attributes else last
    task_list = event_attributes(scheduled)["taskList"]["name"]
    worker = attributes.get("identity", "a decider") if scheduled is not last else ""
    return (Decision(task_list=task_list, since=last["eventTimestamp"], worker=worker),)
