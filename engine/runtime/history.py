"""Reads what an execution's history has beyond an event, as cheaply as the API allows. Imports `swf.client` and `swf.paging`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from engine.swf.client import Client
from engine.swf.paging import history, paged

_PAGE: Final = 1000
"""API reference, GetWorkflowExecutionHistory, maximumPageSize: the most and the default."""


def events_after(
    client: Client, address: tuple[str, str, str], last: int, *, until: int = sys.maxsize, expected: int = _PAGE
) -> Sequence[Mapping[str, Any]]:
    """The events whose ids are above `last` and at most `until`, in order. `address` is domain, workflowId, runId.

    From the start it reads forwards. Else it reads backwards from the end, where the new ones are, in pages of `expected`.
    Raises: SwfFault, EndpointError.
    """
    domain, workflow_id, run_id = address
    if last == 0:
        return list(takewhile(lambda event: event["eventId"] <= until, history(client, domain, workflow_id, run_id)))
    request = {
        "domain": domain,
        "execution": {"workflowId": workflow_id, "runId": run_id},
        "reverseOrder": True,
        "maximumPageSize": max(1, min(_PAGE, expected)),
    }
    newer = takewhile(lambda event: event["eventId"] > last, paged(client, "GetWorkflowExecutionHistory", request, "events"))
    return [event for event in newer if event["eventId"] <= until][::-1]
