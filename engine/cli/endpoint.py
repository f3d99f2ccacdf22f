"""The client of a command: opened from --url, closed whatever happens.

Imports `engine.swf`, and what copies a database when a command asks for a copy; imported by the commands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from engine.cli.options import Common
from engine.errors import DatabaseInUse, DatabaseUnusable, UsageError
from engine.runtime.payloads.claims import Claims
from engine.runtime.payloads.opening import open_claims
from engine.runtime.reading.executions import Execution, find
from engine.swf.client import Client
from engine.swf.connect import MEMORY, NO_FUNCTIONS, SQLITE, Function, connect, database_of

PATIENCE: Final = 2.0
"""Seconds for whoever has the file to be done with it."""


@contextmanager
def endpoint(common: Common, functions: Mapping[str, Function] = NO_FUNCTIONS, patience: float = PATIENCE) -> Iterator[Client]:
    """For the commands that begin something: a database that isn't there is made. `functions` are the Lambda functions that it runs.

    A file that another process serves is reached at that process; one that is in use, perhaps by a command like this one, is waited for
    a little. Raises: DatabaseInUse where another process keeps it to itself.
    """
    client = _connected(common.url, functions, patience)
    try:
        yield client
    finally:
        client.close()


def _connected(url: str, functions: Mapping[str, Function], patience: float) -> Client:
    deadline = time.monotonic() + patience
    while True:
        try:
            return connect(url, functions=functions)
        except DatabaseInUse as error:
            if error.served_at and not functions:
                return connect(error.served_at)
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.05)


def claims_of(common: Common) -> Claims:
    """The payload store of --payloads, else the one that belongs to --url. Raises: UsageError, PayloadStoreUnusable."""
    return open_claims(common.payloads, common.url)


@contextmanager
def existing(common: Common, patience: float = PATIENCE) -> Iterator[Client]:
    """For the commands that look at what is there. Raises: DatabaseUnusable where the file isn't."""
    if common.url.startswith(SQLITE):
        database = database_of(common.url)
        if database != MEMORY and not Path(database).exists():
            raise DatabaseUnusable(
                common.url, "there is no such file; `swfgraph run`, `start` and `serve` make one, --db, --url or $SWFGRAPH_URL name another"
            )
    with endpoint(common, patience=patience) as client:
        yield client


@contextmanager
def looking(common: Common) -> Iterator[Client]:
    """For the commands that look once, and change nothing: where another process keeps the file to itself, at a copy of it as it is now."""
    with ExitStack() as stack:
        try:
            client = stack.enter_context(existing(common, patience=0))
        except DatabaseInUse:
            copy = Path(stack.enter_context(TemporaryDirectory(prefix="swfgraph-"))) / "copy.db"
            import_module("engine.service.upkeep").back_up(Path(database_of(common.url)), copy)
            client = stack.enter_context(endpoint(replace(common, url=f"{SQLITE}///{copy}")))
        yield client


@contextmanager
def on_execution(
    common: Common, workflow_id: str, run_id: str, reach: Callable[[Common], AbstractContextManager[Client]] = existing
) -> Iterator[tuple[Client, Execution]]:
    """For the commands on one execution."""
    with reach(common) as client:
        yield client, find(client, domain_for(client, common), workflow_id, run_id)


def domain_for(client: Client, common: Common) -> str:
    """--domain, else $SWFGRAPH_DOMAIN, else the only registered one. Raises: UsageError where that is not one."""
    given = common.domain or common.domain_in_environment
    if given:
        return given
    answer = client.call("ListDomains", {"registrationStatus": "REGISTERED"})
    names = sorted(info["name"] for info in answer["domainInfos"])
    match names:
        case [only]:
            return str(only)
        case []:
            raise UsageError(f"{client.url} has no domain yet: `swfgraph run SPEC` or `swfgraph register SPEC` makes the spec's")
        case _:
            raise UsageError(f"say which domain, with --domain NAME or $SWFGRAPH_DOMAIN: {', '.join(names)}")
