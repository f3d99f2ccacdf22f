"""Who may use the console, and what a browser may do with its pages.

Every answer carries a strict Content-Security-Policy: nothing inline runs, nothing is loaded from elsewhere, nobody frames a page. A
request must name a host that is ours (DNS rebinding); one that changes something must come from a page of ours (Origin, and a token
that only our pages know). With tokens configured, nobody sees anything before logging in. A session is a signed cookie; the key is drawn
when the console starts, so that a restart ends all of them, and which have logged out is kept in memory. Imports starlette and
itsdangerous; imported by `app`, `desk` and the pages.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
COOKIE: Final = "swfgraph_console"
SESSION_SECONDS: Final = 12 * 3600
READING: Final = frozenset({"GET", "HEAD"})
OPEN_PATHS: Final = ("/login", "/static/")
"""Below the console's root: what is seen without logging in."""


class Ended:
    """The sessions that have logged out: a copy of their cookie lets nobody in. Kept until no cookie of theirs would be taken anyway."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def add(self, session: str) -> None:
        now = time.time()
        self._at = {one: at for one, at in self._at.items() if now - at < 2 * SESSION_SECONDS} | {session: now}

    def __contains__(self, session: str) -> bool:
        return session in self._at


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who is let in: hosts by name, and people by token."""

    names: frozenset[str] = LOOPBACK
    """Host names, without ports, under which it answers where nobody has to log in (a session's cookie belongs to its host)."""
    tokens: Mapping[str, str] = field(default_factory=dict)
    """Name -> token. Empty: whoever reaches it may use it (loopback only)."""
    key: str = field(default_factory=lambda: secrets.token_hex(32))
    ended: Ended = field(default_factory=Ended)

    @property
    def signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.key, salt="swfgraph console")

    def admits(self, visitor: Visitor) -> bool:
        """Whether this visitor may see what there is."""
        return not self.tokens or visitor.name in self.tokens

    def who(self, token: str) -> str:
        """The name that goes with a token; empty: nobody's. Takes as long for any token."""
        found = ""
        for name, known in self.tokens.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                found = name
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A browser session. `name` is empty while nobody has logged in, or nobody needs to."""

    id: str
    name: str = ""
    said: tuple[str, str] = ("", "")
    """What the last action has to say on the next page: kind (done, failed) and text."""
    domain: str = ""
    """The one looked at last: pages that are about none lead back to it."""

    def csrf(self, access: Access) -> str:
        return hmac.new(access.key.encode(), f"csrf {self.id}".encode(), "sha256").hexdigest()


def visitor_of(access: Access, connection: HTTPConnection) -> Visitor:
    try:
        value: Any = access.signer.loads(connection.cookies.get(COOKIE, ""), max_age=SESSION_SECONDS)
        found = Visitor(id=value["id"], name=value["name"], said=(value["said"][0], value["said"][1]), domain=value["domain"])
    except (BadData, KeyError, TypeError, IndexError):
        return Visitor(id=secrets.token_hex(16))
    return Visitor(id=secrets.token_hex(16)) if found.id in access.ended else found


def keep(access: Access, visitor: Visitor, response: Response, *, secure: bool) -> None:
    """Have the browser remember the visitor."""
    text = access.signer.dumps({"id": visitor.id, "name": visitor.name, "said": list(visitor.said), "domain": visitor.domain})
    response.set_cookie(COOKIE, text, max_age=SESSION_SECONDS, path="/", httponly=True, samesite="strict", secure=secure)


class Guard:
    """ASGI middleware: nothing gets by that is not allowed, and every answer gets HEADERS."""

    def __init__(self, app: ASGIApp, access: Access, root: str) -> None:
        self._app = app
        self._access = access
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(HTTPConnection(scope))
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        host = connection.headers.get("host", "")
        if not self._access.tokens and _name(host) not in self._access.names:
            return PlainTextResponse(f"This console does not answer to the name {_name(host)!r}: see --allow-host.\n", status_code=421)
        if connection.scope["method"] not in READING and not _same_origin(connection, host):
            return PlainTextResponse("This request came from another site's page, and was not carried out.\n", status_code=403)
        path = connection.scope["path"].removeprefix(self._root)
        if not path.startswith(OPEN_PATHS) and not self._access.admits(visitor_of(self._access, connection)):
            asked = f"{quote(path)}?{connection.url.query}".removesuffix("?") if connection.scope["method"] in READING else "/"
            return RedirectResponse(f"{self._root}/login?{urlencode({'next': asked})}", status_code=303)
        return None


def _name(host: str) -> str:
    """The name in a Host header: lower case, without the port; IPv6 addresses in brackets."""
    return host.lower().partition("]")[0] + "]" if host.startswith("[") else host.lower().partition(":")[0]


def _same_origin(connection: HTTPConnection, host: str) -> bool:
    """Browsers send Origin with every POST; whoever sends none is no browser, and has the page's token or not."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()
