"""`swfgraph serve`: one database, listening, until it is told to stop.

The order: own the file, take the port, read the file, listen, say so. On SIGTERM or Ctrl-C: stop listening, answer every parked
poll with nothing, finish what is under way, let go of the file. A second Ctrl-C doesn't wait.
Never: printing (the caller is told what there is to say). Imports http and what it serves; imported by the command.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.errors import UsageError
from engine.service.clock import Clock, SystemClock
from engine.service.database import Durability
from engine.service.disk import Disk
from engine.service.host import Host
from engine.service.http import Pages, SwfApplication
from engine.service.lambdas import Functions, Lambdas
from engine.service.listening import Server, in_url, listen
from engine.service.loopback import LOOPBACK_NAMES, is_loopback
from engine.service.metrics import Metrics
from engine.service.sessions import Session
from engine.service.tally import Tally
from engine.service.wire import Access

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)
"""What an operator wants to know of, at level INFO."""

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 4510

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
    pages: Callable[[Session, str, Access], Pages] = lambda _session, _url, _access: {}
    """Makes what is served beside the API, given a session of its own, the service's URL and whom it answers."""


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
    with closing(_own(settings)) as disk, closing(listen(settings.host, settings.port)) as listener:
        url = f"http://{in_url(settings.host)}:{listener.getsockname()[1]}"
        disk.announce(url)
        tally = Tally()
        disk.on_commit = tally.commit
        with closing(Host(disk=disk, clock=time)) as host, closing(Lambdas(host, time, settings.functions)):
            session = Session(host)
            names = LOOPBACK_NAMES | {in_url(settings.host).lower()} | {name.lower() for name in settings.names}
            metrics = Metrics(tally, host.census, settings.database.resolve())
            access = Access(keys=settings.keys, names=names)
            pages = settings.pages(Session(host), url, access)
            server = Server(SwfApplication(session, access, time, tally, metrics, pages), session.interrupt)
            serving = Serving(
                url=url, database=settings.database, durability=settings.durability, signed=bool(settings.keys), stop=server.stop
            )
            server.on_start = lambda: announce(serving)
            asyncio.run(server.serve(sockets=[listener]))
    log.info("stopped; %s is free for the next one", settings.database, extra={"event": "stopped", "database": str(settings.database)})
    return server.stopped_by


def _own(settings: Settings) -> Disk:
    return Disk.open(settings.database.resolve(), durability=settings.durability, runs_functions=bool(settings.functions))


def _allow_many_connections() -> None:
    """Each poller is an open file, and many systems allow a process 1,024 of them until it asks for more."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _refuse_strangers(settings: Settings) -> None:
    if settings.keys or is_loopback(settings.host):
        return
    raise UsageError(
        f"listening on {settings.host} lets other machines in, and without credentials everybody may do everything: name a file of "
        f"access keys with --credentials, or listen on {DEFAULT_HOST}"
    )
