"""The HTTP face, as an ASGI application: POST / is the SWF API, GET / says what this is, GET /healthz whether it works,
GET /metrics what it has done.

Here: reading a body, waiting for an answer or for the client to hang up. Never: how a request is written (wire), what it means
(core), listening (serve). Imports sessions, wire, tally and metrics.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from time import perf_counter
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import EndpointError
from engine.service.clock import Clock
from engine.service.faults import Fault
from engine.service.metrics import Metrics
from engine.service.parking import POLLS
from engine.service.sessions import Session
from engine.service.tally import GONE, Tally
from engine.service.wire import (
    MOST_BYTES,
    Access,
    Asked,
    Headers,
    Response,
    answer,
    check_name,
    is_from_here,
    read_request,
    refusal,
    too_large,
)

log = logging.getLogger(__name__)
requests = logging.getLogger("engine.service.requests")
"""A line for each request, at level INFO."""

UNREADABLE = Asked(operation="", request={})
"""What a request asks for that could not be read."""

READING = frozenset({"GET", "HEAD"})
"""The methods by which people and probes ask for pages; whatever else comes is meant for the API, and is answered in its form."""

PATIENCE = 16 * MOST_BYTES
"""How much of a body that is too large is read before the connection is dropped: a client that is still sending reads no answer."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>swfgraph: Amazon SWF API</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>swfgraph serve</h1>
<p>This address speaks the Amazon Simple Workflow Service API (2012-01-25, AWS JSON 1.0). It is for programs, which POST to it:</p>
<pre>swfgraph list --url URL
aws swf list-domains --registration-status REGISTERED --endpoint-url URL
boto3.client("swf", endpoint_url="URL")</pre>
<p>URL is the address of this page. Where the service was started without --credentials, any will do.
<a href="/healthz">Is it well?</a> <a href="/metrics">Its numbers</a></p>
</html>
"""


Pages: TypeAlias = Mapping[str, ASGIApp]
"""Applications of others that are served beside the API: path -> application, which holds the names and people it answers itself.
The first one is where a browser that asks for / is sent."""


class Gone(Exception):
    """The client hung up; there is nobody to answer."""


class SwfApplication:
    """The ASGI application over one session."""

    def __init__(self, session: Session, access: Access, clock: Clock, tally: Tally, metrics: Metrics, pages: Pages) -> None:
        """`tally` is written, `metrics` shows it."""
        self._session = session
        self._access = access
        self._clock = clock
        self._tally = tally
        self._metrics = metrics
        self._request_ids = _request_ids()
        self._further = pages
        home = Route("/", RedirectResponse(f"{next(iter(pages))}/") if pages else _page)
        self._pages: ASGIApp = Starlette(routes=[home, Route("/healthz", self._health), Route("/metrics", self._show_numbers)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        for path, application in self._further.items():
            if scope["path"].startswith(f"{path}/"):
                await application(scope, receive, send)
                return
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]):
            headers = _joined(scope["headers"])
        try:
            check_name(self._access, headers)
        except Fault as fault:
            self._tally.request("", fault.code)
            await _send(send, refusal(fault, next(self._request_ids)))
            return
        if scope["method"] == "POST" and scope["path"] == "/":
            await self._answer(headers, scope, receive, send)
        elif scope["method"] in READING:
            await self._pages(scope, receive, send)
        else:
            unasked = Fault("UnknownOperationException", f"The API is asked by POST /, not by {scope['method']} {scope['path']}")
            self._tally.request("", unasked.code)
            await _send(send, refusal(unasked, next(self._request_ids)))

    async def _answer(self, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = next(self._request_ids)
        began = perf_counter()
        asked = UNREADABLE
        try:
            asked = await self._read(headers, scope, receive)
            response = answer(await self._ask(asked, receive), request_id)
        except Gone:
            self._note(asked.operation, GONE, began, request_id)
            return
        except Exception as error:  # noqa: BLE001  the outermost frame of a request: what is no fault is logged, and told as one
            fault = _as_fault(error, request_id)
            self._note(asked.operation, fault.code, began, request_id)
            response = refusal(fault, request_id)
        else:
            self._note(asked.operation, "", began, request_id)
        await _send(send, response)

    def _note(self, operation: str, fault: str, began: float, request_id: str) -> None:
        """Count the request that comes to its end, and log it where that is wanted."""
        self._tally.request(operation, fault)
        if operation in POLLS:
            self._tally.poll(operation, perf_counter() - began)
        if requests.isEnabledFor(logging.INFO):
            milliseconds = round((perf_counter() - began) * 1000, 3)
            fields = {"operation": operation, "fault": fault, "milliseconds": milliseconds, "request_id": request_id}
            requests.info("%s %s in %.1f ms", operation or "unreadable request:", fault or "answered", milliseconds, extra=fields)

    async def _read(self, headers: Headers, scope: Scope, receive: Receive) -> Asked:
        body = await _body(receive)
        if scope["query_string"]:
            raise Fault("UnknownOperationException", "The API is asked by POST / without a query string")
        return read_request(self._access, headers, body, self._clock.now())

    async def _ask(self, asked: Asked, receive: Receive) -> Mapping[str, Any]:
        visit = self._session.admit(asked.operation, asked.request)
        if not visit.parked:
            await visit.settled()
        else:
            hung_up = asyncio.ensure_future(receive())  # the body has been read: what comes next is the end of the connection
            try:
                if not await visit.settled_before(hung_up):
                    raise Gone
            finally:
                hung_up.cancel()
        return self._session.answer(visit)

    async def _health(self, _request: Request) -> JSONResponse:
        try:
            await self._session.acall("ListDomains", {"registrationStatus": "REGISTERED", "maximumPageSize": 1})
        except EndpointError as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def _show_numbers(self, request: Request) -> PlainTextResponse:
        """They name domains and task lists, and scrapers can't sign: with credentials, they are for this machine only."""
        if self._access.keys and not is_from_here(request.client.host if request.client else "", request.headers.get("host", "")):
            return PlainTextResponse("With credentials, the numbers are shown to programs on the same machine only.\n", status_code=403)
        page = self._metrics.page(request.headers.get("accept", ""))
        return PlainTextResponse(page.body, headers={"content-type": page.content_type})


def _as_fault(error: Exception, request_id: str) -> Fault:
    """What the client is told of an error; what is not the client's is logged."""
    match error:
        case Fault():
            return error
        case EndpointError():
            log.error("request %s: %s", request_id, error, extra={"request_id": request_id})
            return Fault("ServiceUnavailable", str(error))
        case _:
            log.error(
                "request %s met an internal error; nothing of it is kept", request_id, exc_info=error, extra={"request_id": request_id}
            )
            message = f"The service met an internal error; its log says which, at request {request_id}. Nothing of the request is kept"
            return Fault("InternalFailure", message)


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """What a header says that was sent several times (RFC 9110, 5.3): so none of them goes unseen, and unsigned."""
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b"," + value if name in joined else value
    return joined


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises: Fault RequestEntityTooLargeException, Gone."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more and size <= PATIENCE:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size <= MOST_BYTES:
            chunks.append(chunk)
    if size > MOST_BYTES:
        raise too_large()
    return b"".join(chunks)


def _request_ids() -> Iterator[str]:
    """UUIDs that no other process gives out: the last group counts."""
    prefix = str(uuid.uuid4()).rpartition("-")[0]
    return (f"{prefix}-{number:012x}" for number in count(1))


async def _send(send: Send, response: Response) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    await send({"type": "http.response.body", "body": response.body})
