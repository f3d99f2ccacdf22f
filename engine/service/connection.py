"""One HTTP connection of `swfgraph serve`: uvicorn's, with bounds on what a client may send, and plain about what it refuses.

Here: how long a request may take to arrive and how large its head may be; offers of another protocol, which are not taken up; what is
answered to bytes that are no HTTP; telling every request that waits on a connection when that ends. Never: what a request says.
Imports faults and wire; uvicorn makes one for each connection.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from engine.service.faults import Fault
from engine.service.wire import refusal

SLOWEST: Final = 60.0
"""Seconds that a request may take from its first byte to its last."""

LARGEST_HEAD: Final = 64 << 10
"""Bytes of a request line and headers, beyond those that came with the request's first (a chunk, 256 KiB at most)."""

_NOTHING, _HEAD, _BODY = range(3)
"""What of a request is arriving."""

_OFFERS: Final = frozenset({b"upgrade", b"http2-settings"})


class Connection(HttpToolsProtocol):
    """The parser calls on_message_begin, on_headers_complete, on_message_complete from within `feed_data`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving = _NOTHING
        self._head_bytes = 0
        self._too_late: asyncio.TimerHandle | None = None
        self._cycles: list[RequestResponseCycle] = []
        """Requests of this connection that have not been answered, in order: more than one where the client pipelines."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._wait_idly()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watch()
        self._unset_keepalive_if_required()
        for cycle in self._unanswered():  # uvicorn tells the last one only; a poll with a request behind it must know too
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        in_head = self._arriving == _HEAD
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            self._refuse(Fault("MalformedHttpRequestException", f"This is no HTTP/1.1 request: {error}"))
            return
        if self._arriving == _NOTHING:
            self._stop_watch()
            if not self._unanswered():
                self._wait_idly()
            return
        if self._too_late is None:
            self._too_late = self.loop.call_later(SLOWEST, self._give_up)
        if in_head and self._arriving == _HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(Fault("RequestEntityTooLargeException", f"The request's headers are larger than {LARGEST_HEAD} bytes"))

    def _feed(self, data: bytes) -> None:
        """Parse. The parser stops at an offer of another protocol, e.g. of HTTP/2 by Java's client: it starts again without the offer.

        RFC 9110, 7.8: "A server MAY ignore a received Upgrade header field".
        """
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                method = self.parser.get_method()
                if method == b"CONNECT":
                    raise httptools.HttpParserInvalidMethodError("CONNECT is for proxies") from None
                head = [method + b" " + self.url + b" HTTP/1.1"]
                head += [name + b": " + value for name, value in self.headers if name not in _OFFERS]
                data = b"\r\n".join([*head, b"", data[offer.args[0] :]])
                self.parser = httptools.HttpRequestParser(self)
            else:
                return

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arriving = _HEAD
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        self._arriving = _BODY
        self._cycles = [*self._unanswered(), self.cycle]

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self._arriving = _NOTHING

    def _unanswered(self) -> list[RequestResponseCycle]:
        return [cycle for cycle in self._cycles if not cycle.response_complete]

    def _wait_idly(self) -> None:
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _stop_watch(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None

    def _give_up(self) -> None:
        if self.flow.read_paused:  # it is not the client that is slow
            self._too_late = self.loop.call_later(SLOWEST, self._give_up)
            return
        self._refuse(Fault("RequestTimeoutException", f"The request did not arrive whole within {SLOWEST:.0f} seconds"))

    def _refuse(self, fault: Fault) -> None:
        """Say so, unless the client would take it for the answer to another request; then hang up."""
        waiting = self._unanswered()
        arriving = waiting.pop() if waiting and self._arriving == _BODY else None
        if not waiting and (self._arriving != _BODY or (arriving is not None and not arriving.response_started)):
            response = refusal(fault, str(uuid.uuid4()))
            headers = [name + b": " + value for name, value in (*response.headers, (b"connection", b"close"))]
            self.transport.write(STATUS_LINE[response.status] + b"\r\n".join([*headers, b"", response.body]))
        self.transport.close()
