"""Listening: a socket on an address of this machine, and an HTTP server on it that stops when it is told to.

Here: uvicorn, its settings, signals. Never: what is served. Imports errors and connection; imported by serve and by the console's command.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from engine.errors import AddressInUse, EndpointError
from engine.service.connection import Connection

log = logging.getLogger(__name__)
"""What an operator wants to know of, at level INFO."""

GRACE: Final = 10
"""Seconds that requests under way have to end once the service is told to stop."""

KEEP_ALIVE: Final = 3600
"""Seconds that an idle connection stays open: long, since a client that sends just as it is closed sees an error."""

BACKLOG: Final = 2048
"""Connections that wait to be accepted: a thousand pollers may come at once."""


class Server(uvicorn.Server):
    """uvicorn's server, which is told when to stop, and does not let a signal end the process that it has obeyed."""

    def __init__(self, application: ASGIApp, interrupt: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._interrupt = interrupt
        """Ends the long answers under way."""
        self.on_start: Callable[[], None] = lambda: None
        self.stopped_by = 0
        """The first signal."""

    def stop(self) -> None:
        """As SIGTERM does."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.stopped_by = self.stopped_by or sig
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        under_way = len(self.server_state.tasks)
        reason = signal.Signals(self.stopped_by).name if self.stopped_by else "asked to"
        log.info(
            "stopping (%s): %d requests under way are answered first, polls among them with nothing",
            reason,
            under_way,
            extra={"event": "stopping", "reason": reason, "requests": under_way},
        )
        self._interrupt()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0: any free one. Raises: AddressInUse, EndpointError (no such address)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    url = f"http://{in_url(host)}:{port}"
    # The protocol is named since asyncio turns Nagle's algorithm off only where it is: else each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # elsewhere it would let two processes listen on one port
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(url, "another process listens there; stop it, or choose another port with --port") from error
        reason = error.strerror or str(error)
        message = f"can't listen there ({reason}); choose an address of this machine with --host, and a port above 1023 with --port"
        raise EndpointError(url, message) from error
    return listener
