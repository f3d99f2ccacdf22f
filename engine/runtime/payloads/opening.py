"""From what `--payloads` says to the store: a directory, or `s3://bucket/prefix`.

What a store is made of is imported when somebody asks for it, in this one place: boto3 costs a tenth of a second that directories do not
need. Imports `errors`, `claims`, `store`, `swf.connect`; imported by the commands.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from engine.errors import UsageError
from engine.runtime.payloads.claims import Claims
from engine.runtime.payloads.directory import DirectoryStore
from engine.runtime.payloads.store import NoStore, Store
from engine.swf.connect import MEMORY, SQLITE, database_of

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
NONE: Final = "none"


def open_claims(given: str, url: str) -> Claims:
    """As `--payloads` says; where it says nothing, the directory that belongs to the endpoint's database, if it has one.

    Raises: UsageError, PayloadStoreUnusable.
    """
    return Claims(store=open_store(given) if given else default_store(url))


def open_store(given: str) -> Store:
    """Raises: UsageError where it is neither of the two; PayloadStoreUnusable."""
    if given == NONE:
        return NoStore()
    if not _SCHEME.match(given):
        return DirectoryStore(Path(given))
    parts = urlsplit(given)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise UsageError(f"--payloads {given}: write a directory, s3://BUCKET/PREFIX, or {NONE}")
    store: Store = import_module("engine.runtime.payloads.s3").S3Store(parts.netloc, parts.path)
    return store


def default_store(url: str) -> Store:
    """`swf.db` has `swf.db.payloads` beside it: a directory of its own, so that sweeping it asks one endpoint only."""
    if not url.startswith(SQLITE):
        return NoStore()
    database = database_of(url)
    return NoStore() if database == MEMORY else DirectoryStore(Path(f"{database}.payloads"))
