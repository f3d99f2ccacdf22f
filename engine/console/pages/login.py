"""Logging in with a token, on to the page that was asked for; and out. Only where the console was started with tokens."""

from __future__ import annotations

import re
import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from engine.console.desk import desk_of
from engine.console.security import Visitor, keep, visitor_of


def show(request: Request) -> Response:
    return desk_of(request).page(request, "login.html", wrong=False, next=request.query_params.get("next", ""))


async def enter(request: Request) -> Response:
    desk = desk_of(request)
    form = await desk.form(request)
    name, further = desk.access.who(form.get("token", "")), form.get("next", "")
    if not name:
        return desk.page(request, "login.html", status=403, wrong=True, next=further)
    response = RedirectResponse(desk.root + (further if _OURS.match(further) else "/"), status_code=303)
    fresh = Visitor(id=secrets.token_hex(16), name=name)  # another id: what was planted before the login is worth nothing
    keep(desk.access, fresh, response, secure=request.url.scheme == "https")
    return response


async def leave(request: Request) -> Response:
    desk = desk_of(request)
    await desk.form(request)
    desk.access.ended.add(visitor_of(desk.access, request).id)
    response = RedirectResponse(f"{desk.root}/login", status_code=303)
    keep(desk.access, Visitor(id=secrets.token_hex(16)), response, secure=request.url.scheme == "https")
    return response


_OURS: Final = re.compile(r"/(?![/\\])[!-~]*\Z")
"""A path below the root: not one that browsers take for another host's."""

ROUTES: Final = (
    Route("/login", show, methods=["GET"]),
    Route("/login", enter, methods=["POST"]),
    Route("/logout", leave, methods=["POST"]),
)
