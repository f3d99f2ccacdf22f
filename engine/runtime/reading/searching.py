"""Which executions: a question to SWF, with as many conditions as one likes.

SWF takes one filter per request: the most selective condition goes to the service, the others are held here, page by page. Imports the
client contract and `executions`; imported by `swfgraph list` and the console.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.runtime.reading.executions import Info, parse_info
from engine.spec.model import ABSENT, Absent
from engine.swf.client import Client
from engine.swf.paging import paged

OPEN, CLOSED = "open", "closed"
MOST_PAGES: Final = 20
"""Pages of SWF's that one page of ours may read: where few executions hold every condition, it has fewer rows, and a next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which executions; empty means whichever. Times are epoch seconds of the start."""

    which: str = "all"
    """open, closed or all."""
    status: str = ""
    """OPEN or a close status."""
    type_name: str = ""
    type_version: str = ""
    tag: str = ""
    workflow_id: str = ""
    since: float = 0.0
    until: float = math.inf

    @property
    def open(self) -> bool:
        return self.which != CLOSED and self.status in ("", "OPEN")

    @property
    def closed(self) -> bool:
        return self.which != OPEN and self.status != "OPEN"

    def holds(self, info: Info) -> bool:
        return (
            self.status in ("", info.status)
            and self.type_name in ("", info.type_name)
            and self.type_version in ("", info.type_version)
            and (not self.tag or self.tag in info.tags)
            and self.workflow_id in ("", info.workflow_id)
            and self.since <= info.started <= self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page. `next` leads to the one after it; empty: this is the last."""

    infos: tuple[Info, ...]
    next: str


def search(client: Client, domain: str, wanted: Wanted) -> Iterator[Info]:
    """All of them, newest first: the open ones, then the closed ones."""
    for kind, operation in _operations(wanted):
        request = _request(domain, wanted, kind)
        yield from filter(wanted.holds, map(parse_info, paged(client, operation, request, "executionInfos")))


def search_page(client: Client, domain: str, wanted: Wanted, size: int, after: str = "") -> Found:
    """The page after `after` (a `Found.next`; empty: the first one), of about `size` executions.

    Raises: SwfFault (also for an `after` that SWF has not given).
    """
    infos: list[Info] = []
    kind, _, token = after.partition(" ")
    left = [pair for pair in _operations(wanted) if kind != CLOSED or pair[0] == CLOSED]
    pages = 0
    while left and len(infos) < size and pages < MOST_PAGES:
        pages += 1
        kind, operation = left[0]
        request = _request(domain, wanted, kind) | {"maximumPageSize": size - len(infos)} | ({"nextPageToken": token} if token else {})
        response = client.call(operation, request)
        infos += filter(wanted.holds, map(parse_info, response["executionInfos"]))
        token = response.get("nextPageToken", "")
        left = left if token else left[1:]
    return Found(infos=tuple(infos), next=f"{left[0][0]} {token}" if left else "")


def count(client: Client, domain: str, wanted: Wanted) -> str | Literal[Absent.ABSENT]:
    """How many there are, as SWF counts them ("1,204", "10,000 or more"); absent where it can't: with more than one condition."""
    conditions = [wanted.status not in ("", "OPEN"), wanted.type_name, wanted.tag, wanted.workflow_id]
    if sum(map(bool, conditions)) > 1:
        return ABSENT
    total, more = 0, False
    for kind, operation in _operations(wanted):
        response = client.call(operation.replace("List", "Count"), _request(domain, wanted, kind))
        total += response["count"]
        more = more or response.get("truncated", False)
    return f"{total:,} or more" if more else f"{total:,}"


def _operations(wanted: Wanted) -> list[tuple[str, str]]:
    both = ((OPEN, "ListOpenWorkflowExecutions", wanted.open), (CLOSED, "ListClosedWorkflowExecutions", wanted.closed))
    return [(kind, operation) for kind, operation, asked in both if asked]


def _request(domain: str, wanted: Wanted, kind: str) -> dict[str, Any]:
    latest = {} if math.isinf(wanted.until) else {"latestDate": wanted.until}
    return {"domain": domain, "startTimeFilter": {"oldestDate": wanted.since, **latest}, **_filter(wanted, closed=kind == CLOSED)}


def _filter(wanted: Wanted, *, closed: bool) -> Mapping[str, Any]:
    if wanted.workflow_id:
        return {"executionFilter": {"workflowId": wanted.workflow_id}}
    if wanted.tag:
        return {"tagFilter": {"tag": wanted.tag}}
    if wanted.type_name:
        version = {"version": wanted.type_version} if wanted.type_version else {}
        return {"typeFilter": {"name": wanted.type_name} | version}
    if wanted.status and closed:
        return {"closeStatusFilter": {"status": wanted.status}}
    return {}
