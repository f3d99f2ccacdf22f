"""Removes payloads that nobody needs any more.

A payload stays if it was stored, for the first time or again, within `older_than`; or if the history of an open execution refers to it,
or of a closed one that the endpoint still has (with `retention`: that closed within so many seconds). What runs stores a payload again
whenever it sends a reference to it, so one that comes into use while we look counts as stored just now, and stays. One store must
belong to one endpoint: what the executions of another one refer to can't be seen from here. Every history is looked at before anything
is removed; any error on the way, and nothing is. Imports `claims`, `store`, `swf`; imported by the command.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from engine.runtime.payloads.claims import references_in
from engine.runtime.payloads.directory import DirectoryStore
from engine.runtime.payloads.store import Kept, Store
from engine.swf.client import Client
from engine.swf.paging import history, paged

_EVER: Final = {"oldestDate": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    older_than: float
    """Seconds since a payload was stored last."""
    retention: float = float("inf")
    """Seconds since an execution closed, after which it needs its payloads no more."""
    dry: bool = False
    """Only say what would be removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    payloads: int
    """That the store had."""
    young: int
    referred: int
    executions: int
    """Whose histories were read."""
    removed: tuple[Kept, ...]
    """Or would be."""
    unfinished: int
    """Files that killed processes had left."""


def sweep(client: Client, store: Store, terms: Terms, now: float) -> Swept:
    """Raises: PayloadStoreUnusable, SwfFault, EndpointError."""
    kept = list(store.kept())
    old = {one.sha256: one for one in kept if one.stored < now - terms.older_than}
    candidates, executions = dict(old), 0
    for domain, workflow_id, run_id in _executions(client, now - terms.retention) if candidates else ():
        executions += 1
        for digest in references_in(history(client, domain, workflow_id, run_id)):
            candidates.pop(digest, None)
    removed = tuple(one for one in candidates.values() if terms.dry or store.remove(one))
    unfinished = store.forget_unfinished(now) if isinstance(store, DirectoryStore) and not terms.dry else 0
    return Swept(
        payloads=len(kept),
        young=len(kept) - len(old),
        referred=len(old) - len(candidates),
        executions=executions,
        removed=removed,
        unfinished=unfinished,
    )


def _executions(client: Client, closed_after: float) -> Iterator[tuple[str, str, str]]:
    """Domain, workflowId, runId of those that count. Open ones first: one that closes meanwhile comes up twice, not never."""
    for domain in _domains(client):
        open_ones = paged(client, "ListOpenWorkflowExecutions", {"domain": domain, "startTimeFilter": _EVER}, "executionInfos")
        closed = paged(client, "ListClosedWorkflowExecutions", {"domain": domain, "startTimeFilter": _EVER}, "executionInfos")
        for info in list(open_ones):
            yield _address(domain, info)
        for info in closed:
            if info["closeTimestamp"] >= closed_after:
                yield _address(domain, info)


def _domains(client: Client) -> list[str]:
    return [
        str(info["name"])
        for status in ("REGISTERED", "DEPRECATED")
        for info in paged(client, "ListDomains", {"registrationStatus": status}, "domainInfos")
    ]


def _address(domain: str, info: Any) -> tuple[str, str, str]:
    return domain, info["execution"]["workflowId"], info["execution"]["runId"]
