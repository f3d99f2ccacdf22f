"""All pages of an answer, one after the other. Imports the client contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.swf.client import Client


def pages(client: Client, operation: str, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The responses, each asked for once the one before has been used. A request with a nextPageToken goes on from there."""
    token: Mapping[str, Any] = {}
    while True:
        response = client.call(operation, {**request, **token})
        yield response
        if not response.get("nextPageToken"):
            return
        token = {"nextPageToken": response["nextPageToken"]}


def paged(client: Client, operation: str, request: Mapping[str, Any], member: str) -> Iterator[Any]:
    """What the pages list: `events`, `executionInfos`, `typeInfos`, `domainInfos` (that is `member`)."""
    for page in pages(client, operation, request):
        yield from page.get(member, ())


def history(client: Client, domain: str, workflow_id: str, run_id: str) -> Iterator[Mapping[str, Any]]:
    """The events of an execution, the first one first."""
    execution = {"workflowId": workflow_id, "runId": run_id}
    return paged(client, "GetWorkflowExecutionHistory", {"domain": domain, "execution": execution}, "events")
