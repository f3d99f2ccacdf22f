"""Plain HTTP/1.1 to one host and port, over sockets of our own: what botocore's client sends through where there is no TLS and no proxy.

Why not urllib3, which botocore brings: it doubles the CPU time of a call, and a poll under way can't be ended through it.
Here: connections kept open and used again, one request at a time on each, one answer read. Never: retries, redirects, TLS.
Imports botocore's exceptions, httptools; imported by boto.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httptools
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from urllib3.util.wait import wait_for_read

CHUNK: Final = 1 << 16


class Transport:
    """Connections to one server. Safe to use from many threads at once."""

    def __init__(self, endpoint: str, *, connect_timeout: float, read_timeout: float, headers: Mapping[str, str]) -> None:
        """`headers` go with every request, besides its own."""
        parts = urlsplit(endpoint)
        self._endpoint = endpoint
        self._address = (parts.hostname or "", parts.port or 80)
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._headers = {"Host": parts.netloc.rpartition("@")[2], **headers}
        self._idle: deque[socket.socket] = deque()
        self._busy: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False

    def send(self, request: AWSPreparedRequest, **_event: Any) -> AWSResponse:
        """One request, one answer: a handler of botocore's `before-send` event. Raises: botocore's transport errors."""
        connection = self._take()
        with self._lock:
            self._busy.add(connection)
        answer = _Answer()
        try:
            connection.sendall(_text(request, self._headers))
            answer.read_from(connection)
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=self._endpoint, error=error) from error
        except (OSError, httptools.HttpParserError) as error:
            raise ConnectionClosedError(endpoint_url=self._endpoint, error=error) from error
        finally:
            with self._lock:
                self._busy.discard(connection)
                kept = answer.keeps_connection and not self._closed
                if kept:
                    self._idle.append(connection)
            if not kept:
                connection.close()
        return answer.response(request.url)

    def hang_up(self) -> None:
        """Tell the server that nobody waits for the answers that are outstanding. What is on its way already still arrives."""
        with self._lock:
            for connection in self._busy:
                _stop_sending(connection)

    def close(self) -> None:
        """Close what is open: at once, or when the answer that is read from it has come."""
        with self._lock:
            self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> socket.socket:
        """The connection that was used last, for it is the least likely to have been closed by the server; else a new one."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._connect()
            if not wait_for_read(connection, timeout=0.0):
                return connection
            connection.close()  # there is something to read, though nothing was asked: it is the end

    def _connect(self) -> socket.socket:
        try:
            connection = socket.create_connection(self._address, timeout=self._connect_timeout)
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self._endpoint, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=self._endpoint, error=error) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(self._read_timeout)
        return connection


class _Answer:
    """An HTTP response while it is read."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._complete = False
        self.keeps_connection = False
        """It has been read whole, and the server will take another request on this connection."""

    def read_from(self, connection: socket.socket) -> None:
        while not self._complete:
            data = connection.recv(CHUNK)
            if not data:
                self._end()
                return
            self._parser.feed_data(data)

    def _end(self) -> None:
        """The server closed the connection, which is how some end an answer of unknown length."""
        if not self._headers or "content-length" in self._headers or "transfer-encoding" in self._headers:
            raise ConnectionResetError("the server closed the connection before its answer was complete")

    def response(self, url: str) -> AWSResponse:
        headers: Any = self._headers  # AWSResponse makes its own mapping of them; its stubs ask for one that is ten times slower to make
        return AWSResponse(url, self._parser.get_status_code(), headers, _Body(b"".join(self._body)))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._complete = True
        self.keeps_connection = self._parser.should_keep_alive()


class _Body:
    """What AWSResponse reads a body from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


def _text(request: AWSPreparedRequest, headers: Mapping[str, str]) -> bytes:
    lines = [f"{request.method} {urlsplit(request.url).path or '/'} HTTP/1.1"]
    for name, value in (*headers.items(), *request.headers.items()):
        lines.append(f"{name}: {value.decode('latin-1') if isinstance(value, bytes) else value}")
    body: Any = request.body  # bytes: the JSON protocol has no streams
    return b"".join(("\r\n".join([*lines, "", ""]).encode("latin-1"), body))


def _stop_sending(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return  # it is closed already
