"""What a shell offers where a command line names a spec or an execution.

Asked is what answers at once: the folder, a database file (read only: its owner is not disturbed), a server on this machine. AWS is
not asked. What can't be read offers nothing, quietly: a prompt is no place for errors. Loaded by `options`, when a shell asks.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
from click.shell_completion import CompletionItem

from engine.cli.options import DEFAULT_URL
from engine.errors import SwfgraphError
from engine.swf.connect import SQLITE, connect, database_of

MOST: Final = 200
"""Candidates; more are of no use at a prompt."""

NO_SPECS: Final = (".test.json", ".schema.json")
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def specs(_ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
    """JSON files that may be specs, and folders to look into; where there is no such file, whatever the shell itself would offer."""
    head, tail = os.path.split(incomplete)
    try:
        entries = sorted(entry for entry in Path(head).iterdir() if entry.name.startswith(tail or entry.name.lstrip(".")))
    except OSError:
        entries = []
    files = [entry.name for entry in entries if entry.suffix == ".json" and not entry.name.endswith(NO_SPECS) and entry.is_file()]
    if not files:
        return [CompletionItem(incomplete, type="file")]
    folders = [f"{entry.name}/" for entry in entries if entry.is_dir()]
    return [CompletionItem(os.path.join(head, name)) for name in sorted(files + folders)]  # noqa: PTH118 - "./" stays as it was typed


def workflow_ids(ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
    """Open executions first, then the latest closed ones."""
    database = ctx.params.get("database")
    url = f"{SQLITE}///{database}" if database else ctx.params.get("url") or os.environ.get("SWFGRAPH_URL") or DEFAULT_URL
    try:
        found = _in_file(database_of(url), incomplete) if url.startswith(SQLITE) else _at_server(url, ctx.params.get("domain") or "")
        names = [name for name in dict.fromkeys(found) if name.startswith(incomplete)]
    except (SwfgraphError, sqlite3.Error, OSError):
        return []
    return [CompletionItem(name) for name in names[:MOST]]


def _in_file(database: str, beginning: str) -> list[str]:
    if not Path(database).is_file():
        return []
    query = (
        "SELECT workflow_id FROM executions WHERE substr(workflow_id, 1, ?) = ? "
        "GROUP BY workflow_id ORDER BY min(closed IS NOT NULL), max(started) DESC LIMIT ?"
    )
    with closing(sqlite3.connect(f"{Path(database).absolute().as_uri()}?mode=ro", uri=True, timeout=0.2)) as connection:
        return [name for (name,) in connection.execute(query, (len(beginning), beginning, MOST))]


def _at_server(url: str, domain: str) -> Iterator[str]:
    if urlsplit(url).hostname not in HERE:
        return
    client = connect(url)
    try:
        known = client.call("ListDomains", {"registrationStatus": "REGISTERED"})["domainInfos"]
        for name in [domain] if domain else [one["name"] for one in known]:
            for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
                request = {"domain": name, "startTimeFilter": {"oldestDate": 0.0}, "maximumPageSize": MOST}
                yield from islice((info["execution"]["workflowId"] for info in client.call(operation, request)["executionInfos"]), MOST)
    finally:
        client.close()
