"""From a URL to a client: `sqlite:///path` is the embedded service, `http(s)://` any SWF endpoint, `aws://region` AWS itself.

Here: reading the URL, choosing the client. What is behind a client is imported when the first URL asks for it, in this one place:
botocore costs a tenth of a second that the embedded service does not need, and the other way round. Imports errors, the service's
clock and the client contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, Literal, TypeAlias, cast
from urllib.parse import urlsplit

from engine.errors import UsageError
from engine.service.clock import Clock, SystemClock
from engine.swf.client import Client

Durability: TypeAlias = Literal["full", "process"]
"""full: what is acknowledged survives a power cut; process: it survives the end of the process, not a power cut."""

MEMORY: Final = ":memory:"
SQLITE: Final = "sqlite:"
FORMS: Final = "sqlite:///relative/path, sqlite:////absolute/path, http://host:port, https://host or aws://region"
REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
SYSTEM: Final = SystemClock()

Function: TypeAlias = Callable[[Any, Any], Any]
"""A Lambda function: `handler(event, context)`, as AWS Lambda's Python runtime calls it."""

NO_FUNCTIONS: Final[Mapping[str, Function]] = {}


def connect(
    url: str, *, clock: Clock = SYSTEM, durability: Durability = "full", functions: Mapping[str, Function] = NO_FUNCTIONS
) -> Client:
    """A client of the endpoint behind the URL.

    `clock`, `durability` and `functions`, the Lambda functions that deciders can schedule by name, are the embedded service's: other
    endpoints have their own.
    Raises: UsageError (no such kind of URL, functions for another endpoint), DatabaseUnusable, CredentialsMissing, EndpointError.
    """
    if url.startswith(SQLITE):
        return _opener("inprocess")(database_of(url), clock=clock, durability=durability, functions=functions)
    if functions:
        raise UsageError(f"{url!r} runs its own Lambda functions: only the embedded service (sqlite:) takes them from here")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is no URL ({error}): write {FORMS}") from error
    if parts.scheme in {"http", "https"} and parts.hostname:
        return _opener("boto")(url)
    if parts.scheme == "aws" and parts.path in {"", "/"} and (not parts.netloc or REGION.fullmatch(parts.netloc)):
        return _opener("boto")(url)
    raise UsageError(f"{url!r} names no SWF endpoint: write {FORMS}")


def database_of(url: str) -> str:
    """The path in an `sqlite:` URL, or `:memory:`. Raises: UsageError."""
    rest = url.removeprefix(SQLITE)
    if rest in {f"//{MEMORY}", f"///{MEMORY}"}:
        return MEMORY
    path = rest.removeprefix("///")
    if path == rest or not path or path.endswith("/"):
        raise UsageError(f"{url!r} names no file: write sqlite:///relative/path or sqlite:////absolute/path")
    return path


def _opener(module: str) -> Callable[..., Client]:
    return cast("Callable[..., Client]", import_module(f"engine.swf.{module}").open_client)
