"""`swfgraph serve`: one database, listening, until it is told to stop.

The order: own the file, take the port, read the file, listen, say so. On SIGTERM or Ctrl-C: stop listening, answer every parked
poll with nothing, finish what is under way, let go of the file. A second Ctrl-C doesn't wait.
Never: printing (the caller is told what there is to say). Imports http and what it serves; imported by the command.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from engine.errors import AddressInUse, EndpointError, UsageError
from engine.service.clock import Clock, SystemClock
from engine.service.connection import Connection
from engine.service.database import Durability
from engine.service.disk import Disk
from engine.service.host import Host
from engine.service.http import SwfApplication
from engine.service.lambdas import Functions, Lambdas
from engine.service.metrics import Metrics
from engine.service.sessions import Session
from engine.service.tally import Tally
from engine.service.wire import LOOPBACK_NAMES, Access

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)
"""What an operator wants to know of, at level INFO."""

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 4510

GRACE: Final = 10
"""Seconds that requests under way have to end once the service is told to stop."""

KEEP_ALIVE: Final = 3600
"""Seconds that an idle connection stays open: long, since a client that sends just as it is closed sees an error."""

BACKLOG: Final = 2048
"""Connections that wait to be accepted: a thousand pollers may come at once."""


OPEN_FILES: Final = 65_536
"""Files that it wants to be allowed to open, connections included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to serve, where, to whom."""

    database: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    """0: any free one."""
    durability: Durability = Durability.FULL
    keys: Mapping[str, str] = field(default_factory=dict)
    """Access key id -> secret access key. Empty: any signature is accepted, and only loopback addresses are listened on."""
    names: frozenset[str] = frozenset()
    """Further host names under which it answers (without keys), e.g. of a proxy on this machine."""
    functions: Functions = field(default_factory=dict)
    """The Lambda functions that deciders can schedule, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What is being served, for whoever announces it."""

    url: str
    database: Path
    durability: Durability
    signed: bool
    """Only requests that are signed with a configured key are answered."""
    stop: Callable[[], None]
    """Ends it as SIGTERM does; from any thread."""


def serve(settings: Settings, announce: Callable[[Serving], None], *, clock: Clock | None = None) -> int:
    """Serve until SIGTERM, SIGINT or `Serving.stop`: the signal's number, or 0. `announce` is called once, when it listens.

    Raises: UsageError (beyond loopback without credentials), DatabaseUnusable, AddressInUse, EndpointError (no such address).
    """
    _refuse_strangers(settings)
    _allow_many_connections()
    time = clock or SystemClock()
    with closing(_own(settings)) as disk, closing(_listen(settings)) as listener:
        url = f"http://{_in_url(settings.host)}:{listener.getsockname()[1]}"
        disk.announce(url)
        tally = Tally()
        disk.on_commit = tally.commit
        with closing(Host(disk=disk, clock=time)) as host, closing(Lambdas(host, time, settings.functions)):
            session = Session(host)
            names = LOOPBACK_NAMES | {_in_url(settings.host).lower()} | {name.lower() for name in settings.names}
            metrics = Metrics(tally, host.census, settings.database.resolve())
            server = _Server(SwfApplication(session, Access(keys=settings.keys, names=names), time, tally, metrics), session)
            serving = Serving(
                url=url, database=settings.database, durability=settings.durability, signed=bool(settings.keys), stop=server.stop
            )
            server.on_start = lambda: announce(serving)
            asyncio.run(server.serve(sockets=[listener]))
    log.info("stopped; %s is free for the next one", settings.database, extra={"event": "stopped", "database": str(settings.database)})
    return server.stopped_by


def _own(settings: Settings) -> Disk:
    return Disk.open(settings.database.resolve(), durability=settings.durability, runs_functions=bool(settings.functions))


class _Server(uvicorn.Server):
    """uvicorn's server, which is told when to stop, and does not let a signal end the process that it has obeyed."""

    def __init__(self, application: ASGIApp, session: Session) -> None:
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
        self._session = session
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
        self._session.interrupt()
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


def _allow_many_connections() -> None:
    """Each poller is an open file, and many systems allow a process 1,024 of them until it asks for more."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _refuse_strangers(settings: Settings) -> None:
    if settings.keys or _is_loopback(settings.host):
        return
    raise UsageError(
        f"listening on {settings.host} lets other machines in, and without credentials everybody may do everything: name a file of "
        f"access keys with --credentials, or listen on {DEFAULT_HOST}"
    )


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    url = f"http://{_in_url(settings.host)}:{settings.port}"
    # The protocol is named since asyncio turns Nagle's algorithm off only where it is: else each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # elsewhere it would let two processes listen on one port
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(url, "another process listens there; stop it, or choose another port with --port") from error
        reason = error.strerror or str(error)
        message = f"can't listen there ({reason}); choose an address of this machine with --host, and a port above 1023 with --port"
        raise EndpointError(url, message) from error
    return listener
