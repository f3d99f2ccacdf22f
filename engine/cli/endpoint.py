"""The client of a command: opened from --url, closed whatever happens. Imports `engine.swf`; imported by the commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.cli.executions import Execution, domain_for, find
from engine.cli.options import Common
from engine.swf.client import Client
from engine.swf.connect import connect


@contextmanager
def endpoint(common: Common) -> Iterator[Client]:
    client = connect(common.url)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def on_execution(common: Common, workflow_id: str, run_id: str) -> Iterator[tuple[Client, Execution]]:
    """For the commands that look at one execution."""
    with endpoint(common) as client:
        yield client, find(client, domain_for(client, common), workflow_id, run_id)
