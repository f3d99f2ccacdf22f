"""Page tokens: opaque text that says where the next page of one query begins, and holds across a restart of the service.

A token bears a digest of itself and of the query it belongs to (operation and arguments), so one that is damaged, or used with other
arguments, is refused rather than answered with a wrong page; it also expires, as AWS's do. It is no secret and needs no key: one that
somebody has made up to fit leads somewhere or is refused, by the kinds of what it holds.
Imports faults.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.service.faults import invalid

MAX_PAGE: Final = 1000
"""API reference, maximumPageSize: the most, and what 0 or nothing means."""

_LIFETIME: Final = 24 * 3600
"""API reference, nextPageToken: "Each pagination token expires after 24 hours." """

_POSITIONS: Final[Mapping[str, tuple[type, ...]]] = {
    "GetWorkflowExecutionHistory": (int,),
    "ListActivityTypes": (str, str),
    "ListClosedWorkflowExecutions": (float, int),
    "ListDomains": (str,),
    "ListOpenWorkflowExecutions": (float, int),
    "ListWorkflowTypes": (str, str),
    "PollForDecisionTask": (int, int, int, int, str, int, int, str, str),
}
"""What the position of a page is made of, by operation."""

_LARGEST: Final = 2**53
"""The largest number that the store and a float alike can hold."""

_NOT_OF_THE_QUERY: Final = frozenset({"nextPageToken", "maximumPageSize"})


def page_size(request: Mapping[str, Any]) -> int:
    """How many results a page of this request holds."""
    return int(request.get("maximumPageSize", 0)) or MAX_PAGE


def page_token(operation: str, request: Mapping[str, Any], position: Sequence[str | float], now: float) -> str:
    """The token of the page of this request that begins after `position` (whatever the query is ordered by: JSON scalars).

    Names are written in UTF-8, for escaped they might not fit: API reference, nextPageToken, "Maximum length of 2048".
    """
    content = json.dumps([_digest(operation, request, now, position), now, *position], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(content.encode()).decode()


def page_position(operation: str, request: Mapping[str, Any], now: float) -> Sequence[Any]:
    """Where the page that the request asks for begins: the position its token was made with, or nothing for the first page.

    Raises: Fault ValidationException for a token that is damaged, expired or of another query.
    """
    token = request.get("nextPageToken", "")
    if not token:
        return ()
    try:
        digest, issued, *position = json.loads(urlsafe_b64decode(token))
        kinds = (float, *_POSITIONS[operation])
        if not all(_fits(part, kind) for part, kind in zip((issued, *position), kinds, strict=True)):
            raise ValueError(position)
    except (ValueError, TypeError, RecursionError):  # not base64, not JSON, not a list, or nested a thousand deep
        raise invalid("Invalid token: it is not one that this service gave out") from None
    if digest != _digest(operation, request, issued, position):
        raise invalid(f"Invalid token: it was given out for other arguments or for another operation than this {operation}, or is damaged")
    if now - issued > _LIFETIME:
        raise invalid("Specified token has exceeded its maximum lifetime")
    return tuple(position)


def _fits(part: object, kind: type) -> bool:
    """Raises: ValueError for a text that nothing can be written in."""
    match part:
        case str():
            part.encode()
            return kind is str
        case bool():
            return False
        case int():
            return kind is not str and abs(part) <= _LARGEST
        case float():
            return kind is float and abs(part) <= _LARGEST
        case _:
            return False


def _digest(operation: str, request: Mapping[str, Any], issued: float, position: Sequence[str | float]) -> str:
    query = {key: value for key, value in request.items() if key not in _NOT_OF_THE_QUERY}
    return hashlib.blake2b(_json([operation, query, issued, list(position)]), digest_size=8).hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
