"""The state that a long run goes on from, where it is too long for an input: read from the markers of the history before, or from the
copies that the run itself has recorded at its beginning, once they are there.

Whoever folds a history from its first event asks here first. Also: whether a domain keeps histories for long enough. Imports `errors`,
`interpreter`, `spec.model`, `swf`; imported by all who fold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from engine.errors import StateMissing, SwfFault
from engine.interpreter.envelope import whole_of
from engine.interpreter.portions import ANY, CARRIED, TAKEN, Means, Whole, number_of
from engine.spec.model import ABSENT, Absent
from engine.swf.client import Client
from engine.swf.paging import paged

_STARTED: Final = "workflowExecutionStartedEventAttributes"
_ENDED: Final = "workflowExecutionContinuedAsNewEventAttributes"
_MARKER: Final = "markerRecordedEventAttributes"

_BESIDE: Final = 10
"""Events among the last ones that are no portions, or some."""
_PAUSES: Final = (0.1, 0.3, 1.0, 3.0)
"""Seconds. API reference, GetWorkflowExecutionHistory: "This operation is eventually consistent"."""


def with_state(
    client: Client,
    address: tuple[str, str, str],
    events: Sequence[Mapping[str, Any]],
    pause: Callable[[float], object] = time.sleep,
) -> Sequence[Mapping[str, Any]]:
    """The same events; the first of a history with all of its input. `address` is domain, workflowId, runId.

    Raises: StateMissing, SwfFault, EndpointError.
    """
    whole = _stood_for(events)
    if whole is ABSENT:
        return events
    text = _put_together(whole, events, TAKEN)
    if text is ABSENT:
        text = _read(client, address, run_before(events), whole, pause)
    return _given(events, text)


def with_state_from(events: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The same, where the history before is at hand. Raises: StateMissing."""
    whole = _stood_for(events)
    if whole is ABSENT:
        return events
    text = _put_together(whole, reversed(before), CARRIED)
    if text is ABSENT:
        raise _missing(run_before(events), whole)
    return _given(events, text)


def run_before(events: Sequence[Mapping[str, Any]]) -> str:
    """The runId that this one goes on from; empty: none."""
    return str(events[0][_STARTED].get("continuedExecutionRunId", ""))


def means_in(client: Client, domain: str) -> Means:
    """How states may travel there: where closed executions are not kept, not in their markers. Raises: SwfFault, EndpointError."""
    kept = client.call("DescribeDomain", {"name": domain})["configuration"]["workflowExecutionRetentionPeriodInDays"]
    return NOT_KEPT if kept in ("0", "NONE") else ANY


NOT_KEPT: Final = Means(most=0)


def _stood_for(events: Sequence[Mapping[str, Any]]) -> Whole | Literal[Absent.ABSENT]:
    return whole_of(events[0][_STARTED].get("input", ABSENT)) if events and _STARTED in events[0] else ABSENT


def _given(events: Sequence[Mapping[str, Any]], text: str) -> Sequence[Mapping[str, Any]]:
    return [{**events[0], _STARTED: {**events[0][_STARTED], "input": text}}, *events[1:]]


def _missing(run_id: str, whole: Whole) -> StateMissing:
    return StateMissing(run_id, f"its history has not the {whole.portions} markers {CARRIED}* that make it")


def _read(client: Client, address: tuple[str, str, str], before: str, whole: Whole, pause: Callable[[float], object]) -> str:
    domain, workflow_id, run_id = address
    request = {
        "domain": domain,
        "execution": {"workflowId": workflow_id, "runId": before},
        "reverseOrder": True,
        "maximumPageSize": min(1000, whole.portions + _BESIDE),
    }
    for seconds in (*_PAUSES, None):
        latest = _Latest()
        try:
            text = _put_together(whole, latest.of(paged(client, "GetWorkflowExecutionHistory", request, "events")), CARRIED)
        except SwfFault as fault:
            if fault.code != "UnknownResourceFault":
                raise
            raise StateMissing(before, "SWF does not know that run any more") from fault
        if text is not ABSENT:
            return text
        if seconds is None or latest.leads_to(run_id):
            break
        pause(seconds)
    raise _missing(before, whole)


class _Latest:
    """The last event of a history that is read backwards."""

    def __init__(self) -> None:
        self._event: Mapping[str, Any] = {}

    def of(self, events: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
        for event in events:
            self._event = self._event or event
            yield event

    def leads_to(self, run_id: str) -> bool:
        """There is no later one."""
        return bool(self._event.get(_ENDED, {}).get("newExecutionRunId") == run_id)


def _put_together(whole: Whole, events: Iterable[Mapping[str, Any]], kind: str) -> str | Literal[Absent.ABSENT]:
    """The first of each number counts; not more events are read than are needed."""
    found: dict[int, str] = {}
    for event in events:
        marker = event.get(_MARKER)
        number = ABSENT if marker is None else number_of(marker["markerName"], kind)
        if marker is not None and number is not ABSENT and number < whole.portions:
            found.setdefault(number, marker.get("details", ""))
            if len(found) == whole.portions:
                break
    return whole.put_together(found)
