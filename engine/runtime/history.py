"""Reads what an execution's history has beyond an event, as cheaply as the API allows. Imports `carried`, `swf.client` and `swf.paging`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from engine.runtime.carried import with_state
from engine.swf.client import Client
from engine.swf.paging import history, paged

_PAGE: Final = 1000
"""API reference, GetWorkflowExecutionHistory, maximumPageSize: the most and the default."""


def events_after(
    client: Client,
    address: tuple[str, str, str],
    last: int,
    *,
    until: int = sys.maxsize,
    expected: int = _PAGE,
    pause: Callable[[float], object] = time.sleep,
) -> Sequence[Mapping[str, Any]]:
    """The events whose ids are above `last` and at most `until`, in order. `address` is domain, workflowId, runId.

    From the start it reads forwards, and the first event has all of its input (see `carried`). Else it reads backwards from the end, where
    the new ones are, in pages of `expected`. Raises: StateMissing, SwfFault, EndpointError.
    """
    domain, workflow_id, run_id = address
    if last == 0:
        first = list(takewhile(lambda event: event["eventId"] <= until, history(client, domain, workflow_id, run_id)))
        return with_state(client, address, first, pause)
    request = {
        "domain": domain,
        "execution": {"workflowId": workflow_id, "runId": run_id},
        "reverseOrder": True,
        "maximumPageSize": max(1, min(_PAGE, expected)),
    }
    newer = takewhile(lambda event: event["eventId"] > last, paged(client, "GetWorkflowExecutionHistory", request, "events"))
    return [event for event in newer if event["eventId"] <= until][::-1]
