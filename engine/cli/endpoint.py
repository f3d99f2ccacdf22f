"""The client of a command: opened from --url, closed whatever happens. Imports `engine.swf`; imported by the commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from engine.cli.options import Common
from engine.errors import DatabaseUnusable, UsageError
from engine.runtime.payloads.claims import Claims
from engine.runtime.payloads.opening import open_claims
from engine.runtime.reading.executions import Execution, find
from engine.swf.client import Client
from engine.swf.connect import MEMORY, NO_FUNCTIONS, SQLITE, Function, connect, database_of


@contextmanager
def endpoint(common: Common, functions: Mapping[str, Function] = NO_FUNCTIONS) -> Iterator[Client]:
    """For the commands that begin something: a database that isn't there is made. `functions` are the Lambda functions that it runs."""
    client = connect(common.url, functions=functions)
    try:
        yield client
    finally:
        client.close()


def claims_of(common: Common) -> Claims:
    """The payload store of --payloads, else the one that belongs to --url. Raises: UsageError, PayloadStoreUnusable."""
    return open_claims(common.payloads, common.url)


@contextmanager
def existing(common: Common) -> Iterator[Client]:
    """For the commands that look at what is there. Raises: DatabaseUnusable where the file isn't."""
    if common.url.startswith(SQLITE):
        database = database_of(common.url)
        if database != MEMORY and not Path(database).exists():
            raise DatabaseUnusable(
                common.url, "there is no such file; `swfgraph run`, `start` and `serve` make one, --db, --url or $SWFGRAPH_URL name another"
            )
    with endpoint(common) as client:
        yield client


@contextmanager
def on_execution(common: Common, workflow_id: str, run_id: str) -> Iterator[tuple[Client, Execution]]:
    """For the commands that look at one execution."""
    with existing(common) as client:
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
