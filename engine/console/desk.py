"""What every page has at hand: the client, the specs, the templates, the visitor; how a page is answered, and an action.

`Desk.page` renders a template, `Desk.form` reads a posted form after checking its token, `Desk.done` sends the browser on with a word about
what was done. Imports `security`, `shelf`, `words`, starlette, jinja2; imported by the pages and `app`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.console.histories import Histories
from engine.console.security import Access, keep, visitor_of
from engine.console.shelf import Shelf
from engine.console.words import FILTERS
from engine.errors import UsageError
from engine.runtime.payloads.claims import Claims
from engine.spec.model import ABSENT
from engine.swf.client import Client
from engine.swf.paging import paged

FOLDER: Final = Path(__file__).parent
MOST_FORM_BYTES: Final = 4_000_000
MOST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    client: Client
    shelf: Shelf
    histories: Histories
    claims: Claims
    access: Access
    root: str
    """Where the console is mounted, such as "/console": links begin with it."""
    templates: Environment

    def page(self, request: Request, template: str, *, status: int = 200, **shown: Any) -> Response:
        """The template, with what it shows. All have: root, url, domains, domain, visitor, admitted, csrf, said, now, path, query."""
        visitor = visitor_of(self.access, request)
        admitted = self.access.admits(visitor)
        domains = self.domains() if admitted else []
        domain = request.path_params.get("domain", visitor.domain if visitor.domain in domains else "")
        text = self.templates.get_template(template).render(
            root=self.root,
            url=self.client.url,
            domains=domains,
            domain=domain,
            visitor=visitor,
            admitted=admitted,
            csrf=visitor.csrf(self.access),
            said=visitor.said,
            now=time.time(),
            path=request.url.path,
            query=dict(request.query_params),
            **shown,
        )
        response = HTMLResponse(text, status_code=status)
        if "x-refresh" not in request.headers:  # a page that is brought up to date shows nothing that was said since
            visitor = replace(visitor, said=("", ""), domain=domain if domain in domains else visitor.domain)
            keep(self.access, visitor, response, secure=request.url.scheme == "https")
        return response

    def domains(self) -> list[str]:
        """The names of the registered domains, in order."""
        infos = paged(self.client, "ListDomains", {"registrationStatus": "REGISTERED"}, "domainInfos")
        return sorted(info["name"] for info in infos)

    async def form(self, request: Request) -> Mapping[str, str]:
        """What a form of ours sends; empty fields are left out. Raises: UsageError (too large, no form, no page of this console)."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_FORM_BYTES:
                raise UsageError(f"the form is larger than {MOST_FORM_BYTES:,} bytes")
        try:
            fields = dict(parse_qsl(body.decode(), keep_blank_values=False, strict_parsing=False, errors="strict"))
        except (UnicodeDecodeError, ValueError) as error:
            raise UsageError(f"the form can't be read: {error}") from error
        if fields.pop("csrf", "") != visitor_of(self.access, request).csrf(self.access):
            raise UsageError(
                "the page was loaded before the console was restarted, or in another session: reload it, and send the form again"
            )
        return fields

    def done(self, request: Request, said: str, to: str, *, kind: str = "done") -> Response:
        """Carried out (or not: kind "failed"): go to that page (below the root), and say this there."""
        response = RedirectResponse(self.root + to, status_code=303)
        visitor = replace(visitor_of(self.access, request), said=(kind, said[:1_000]))
        keep(self.access, visitor, response, secure=request.url.scheme == "https")
        return response


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def number(request: Request, name: str, *, otherwise: int) -> int:
    """What the address says under that name, where it is a whole number of a size that makes sense."""
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < MOST_DIGITS else otherwise


def to(*parts: str) -> str:
    """A path of parts, each escaped: `to("d", domain, "executions")`. Routes take them as `{domain:part}`."""
    return "".join(f"/{quote(_PART.to_string(part), safe='')}" for part in parts)


class Part(Convertor[str]):
    """A part of a path that may be anything: `.` and `..`, which browsers resolve, escaped or not, travel behind a tilde."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return value.removeprefix("~")

    def to_string(self, value: str) -> str:
        return f"~{value}" if value in (".", "..") or value.startswith("~") else value


_PART: Final = Part()
register_url_convertor("part", _PART)


def environment() -> Environment:
    """Templates escape everything; a name that a page did not give is an error."""
    found = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters.update(FILTERS)
    found.tests["absent"] = lambda value: value is ABSENT
    found.globals["to"] = to
    marks = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in (FOLDER / "static").iterdir()}
    found.globals["asset"] = lambda name: f"/static/{name}?v={marks[name]}"  # another address with every change: browsers keep it
    return found
