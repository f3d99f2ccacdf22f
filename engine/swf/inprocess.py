"""The embedded service as a client: no HTTP and no botocore in the way.

Several clients of one file in one process share one service; it stops when the last of them is closed. Each client of `:memory:` has
a service of its own. Here: that sharing, and the translation of faults. Imports errors, the service's host, the client contract.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.errors import EndpointError, EndpointUnavailable, SwfFault, SwfgraphError
from engine.service.clock import Clock
from engine.service.database import MEMORY, Durability
from engine.service.disk import Disk
from engine.service.faults import Fault
from engine.service.host import Host
from engine.service.lambdas import Functions, Lambdas
from engine.service.sessions import Session
from engine.swf.client import Answered, Request, Told


@dataclass(slots=True)
class _Shared:
    """A running service, and how many have it."""

    disk: Disk
    host: Host
    lambdas: Lambdas
    functions: Functions
    clock: Clock
    durability: Durability
    clients: int = 0

    @classmethod
    def start(cls, disk: Disk, clock: Clock, durability: Durability, functions: Functions) -> _Shared:
        try:
            host = Host(disk=disk, clock=clock)
            return cls(disk, host, Lambdas(host, clock, functions), functions, clock, durability)
        except BaseException:
            disk.close()
            raise

    def stop(self) -> None:
        self.lambdas.close()
        self.host.close()
        self.disk.close()


_running: dict[Path, _Shared] = {}
_registry = threading.Lock()


class SessionClient:
    """One connection to a service in this process, which somebody else runs."""

    def __init__(self, session: Session, url: str) -> None:
        self._session = session
        self._url = url

    @property
    def url(self) -> str:
        return self._url

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """See Client.call."""
        try:
            return self._session.call(operation, request)
        except Fault as fault:
            raise self._translated(operation, fault) from fault

    def exchange(self, answers: Sequence[Told], poll: Request, most: int) -> Sequence[Mapping[str, Any]]:
        """See Exchanging."""
        try:
            return self._session.exchange([(request, partial(self._tell, request[0], told)) for request, told in answers], poll, most)
        except Fault as fault:
            raise self._translated(poll[0], fault) from fault

    def _tell(self, operation: str, told: Callable[[Answered], None], outcome: Answered) -> None:
        told(partial(self._outcome, operation, outcome))

    def _outcome(self, operation: str, outcome: Answered) -> Mapping[str, Any]:
        try:
            return outcome()
        except Fault as fault:
            raise self._translated(operation, fault) from fault

    def _translated(self, operation: str, fault: Fault) -> SwfgraphError:
        if fault.status >= 500:
            return EndpointUnavailable(self.url, str(fault))
        return SwfFault(operation, fault.code, fault.message)

    def interrupt(self) -> None:
        """See Client.interrupt: polls of this client end at once."""
        self._session.interrupt()

    def close(self) -> None:
        """See Client.close: the service goes on."""
        self._session.interrupt()


class InProcessClient(SessionClient):
    """One connection to a service that runs as long as it has connections."""

    def __init__(self, shared: _Shared) -> None:
        super().__init__(Session(shared.host), shared.host.url)
        self._shared = shared
        self._closed = False

    def close(self) -> None:
        """See Client.close. A second call does nothing."""
        with _registry:
            if self._closed:
                return
            self._closed = True
            self._session.interrupt()
            self._shared.clients -= 1
            if self._shared.clients:
                return
            for path in [path for path, shared in _running.items() if shared is self._shared]:
                del _running[path]
            self._shared.stop()


NO_FUNCTIONS: Functions = {}


def open_client(database: str, *, clock: Clock, durability: str = Durability.FULL, functions: Functions = NO_FUNCTIONS) -> InProcessClient:
    """A client of the service over the database, which is started if this process does not run it already.

    Raises: DatabaseUnusable (in use elsewhere, read-only, corrupt, from a newer version).
    """
    wanted = Durability(durability)
    with _registry:
        shared = _memory(clock, functions) if database == MEMORY else _file(Path(database).resolve(), clock, wanted, functions)
        shared.clients += 1
        return InProcessClient(shared)


def _memory(clock: Clock, functions: Functions) -> _Shared:
    return _Shared.start(Disk.in_memory(runs_functions=bool(functions)), clock, Durability.PROCESS, functions)


def _file(path: Path, clock: Clock, durability: Durability, functions: Functions) -> _Shared:
    found = _running.get(path)
    if found is None:
        found = _running[path] = _start(path, clock, durability, functions)
    elif found.durability is not durability or found.clock is not clock:
        raise EndpointError(found.host.url, f"open in this process already, with another clock or with durability {found.durability}")
    elif functions and dict(functions) != dict(found.functions):
        raise EndpointError(found.host.url, "open in this process already, with other Lambda functions")
    return found


def _start(path: Path, clock: Clock, durability: Durability, functions: Functions) -> _Shared:
    return _Shared.start(Disk.open(path, durability=durability, runs_functions=bool(functions)), clock, durability, functions)
