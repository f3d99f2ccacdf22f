"""A real HTTP server that takes what json:// channels send. It can be told to fail, or to hang."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.runtime.world import PATIENCE


class Receiver:
    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.requests = 0
        self.status = 200
        self.arrived = threading.Condition()
        self.hang = threading.Event()
        self.hang.set()
        """Clear it: requests hang until it is set."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/?rto=30"

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.messages]

    def await_messages(self, count: int, seconds: float = PATIENCE) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.messages) >= count, seconds), self.titles

    def await_requests(self, count: int, seconds: float = PATIENCE) -> None:
        """Of those that hang, too."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: self.requests >= count, seconds), self.requests

    def close(self) -> None:
        self.hang.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with receiver.arrived:
                    receiver.requests += 1
                    receiver.arrived.notify_all()
                receiver.hang.wait(2 * PATIENCE)
                if receiver.status == 200:
                    with receiver.arrived:
                        receiver.messages.append(message)
                        receiver.arrived.notify_all()
                with suppress(ConnectionError):
                    self.send_response(receiver.status)
                    self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the server's way to name it
                pass

        return Handler


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()
