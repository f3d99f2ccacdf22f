"""The executions of a domain: open and closed, by status, type, workflowId, tag and time, a page at a time, counted, live."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.desk import desk_of, to
from engine.console.live import mark, watch
from engine.console.words import STATUS_WORDS
from engine.errors import UsageError
from engine.runtime.reading.executions import Info
from engine.runtime.reading.searching import Wanted, count, search_page
from engine.spec.model import ABSENT
from engine.swf.paging import paged

SIZE: Final = 50
FIELDS: Final = ("status", "type", "workflowId", "tag", "from", "to")
"""Of the filter form, as they stand in the address."""


def show(request: Request) -> Response:
    desk = desk_of(request)
    domain = request.path_params["domain"]
    asked = {name: value.strip() for name, value in request.query_params.items() if name in FIELDS and value.strip()}
    wanted = wanted_of(asked)
    after = request.query_params.get("after", "")
    found = search_page(desk.client, domain, wanted, SIZE, after)
    counted = count(desk.client, domain, wanted)
    infos = paged(desk.client, "ListWorkflowTypes", {"domain": domain, "registrationStatus": "REGISTERED"}, "typeInfos")
    here = f"{desk.root}{to('d', domain, 'executions')}"
    return desk.page(
        request,
        "executions.html",
        rows=found.infos,
        counted="" if counted is ABSENT else counted,
        asked={name: asked.get(name, "") for name in FIELDS} | {name: _in_field(asked.get(name, "")) for name in ("from", "to")},
        filtered=bool(asked),
        statuses=STATUS_WORDS,
        types=sorted({f"{info['workflowType']['name']}:{info['workflowType']['version']}" for info in infos}),
        here=here,
        first=f"{here}?{urlencode(asked)}" if after else "",
        next=f"{here}?{urlencode({**asked, 'after': found.next})}" if found.next else "",
        live="" if after else f"{desk.root}/live{to('d', domain, 'executions')}?{urlencode({**asked, 'seen': mark(_looks(found.infos))})}",
    )


async def live(request: Request) -> Response:
    """Says `changed` when the first page has."""
    desk = desk_of(request)
    domain = request.path_params["domain"]
    wanted = wanted_of({name: value for name, value in request.query_params.items() if name in FIELDS})

    def seen() -> tuple[object, bool]:
        return _looks(search_page(desk.client, domain, wanted, SIZE).infos), False

    return watch(seen, request.query_params.get("seen", ""))


def _looks(infos: Sequence[Info]) -> list[tuple[str, str, bool]]:
    """What of executions a row shows, and time changes."""
    return [(info.run_id, info.status, info.cancel_requested) for info in infos]


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """What the filter form asks for. Raises: UsageError (a time that is none)."""
    name, _, version = asked.get("type", "").partition(":")
    status = asked.get("status", "")
    which: dict[str, Any] = {"which": status} if status in ("open", "closed") else {"status": status}
    return Wanted(
        **which,
        type_name=name,
        type_version=version,
        workflow_id=asked.get("workflowId", ""),
        tag=asked.get("tag", ""),
        since=_time(asked.get("from", ""), otherwise=0.0),
        until=_time(asked.get("to", ""), otherwise=math.inf),
    )


def _time(text: str, otherwise: float) -> float:
    return _moment(text).timestamp() if text else otherwise


def _in_field(text: str) -> str:
    """As a date field has it: without a zone, in UTC."""
    return _moment(text).replace(tzinfo=None).isoformat(timespec="minutes") if text else ""


def _moment(text: str) -> datetime:
    """A time in ISO 8601, in UTC unless it says otherwise. Raises: UsageError."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time: write 2026-11-22 or 2026-11-22T18:30") from None


ROUTES: Final = (
    Route("/d/{domain:part}/executions", show),
    Route("/live/d/{domain:part}/executions", live),
)
