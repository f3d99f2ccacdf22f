"""The console as an ASGI application: `console_app(client, shelf, access)`, mounted below a root path.

Here: the table of routes, and what becomes of errors. Pages are in `pages`, rules for browsers in `security`. Imports all of these and
starlette; imported by the CLI.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from engine.console.desk import FOLDER, Desk, desk_of, environment
from engine.console.histories import Histories
from engine.console.pages import actions, domains, execution, executions, login, retrying, schedules, specs, start, tasks, types
from engine.console.security import Access, Guard
from engine.console.shelf import Shelf
from engine.errors import EndpointError, ExecutionMissing, InputError, SwfFault, UsageError
from engine.runtime.payloads.claims import NO_CLAIMS, Claims
from engine.swf.client import Client

ROOT: Final = "/console"

ROUTES: Final[Sequence[BaseRoute]] = (
    *login.ROUTES,
    *domains.ROUTES,
    *executions.ROUTES,
    *execution.ROUTES,
    *retrying.ROUTES,
    *actions.ROUTES,
    *start.ROUTES,
    *tasks.ROUTES,
    *specs.ROUTES,
    *schedules.ROUTES,
    *types.ROUTES,
)
"""Every page below the root; each page's module says its own."""


class Assets(StaticFiles):
    """Kept by browsers for good: pages name them with a mark of what is in them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def console_app(client: Client, shelf: Shelf, access: Access, *, claims: Claims = NO_CLAIMS, root: str = ROOT) -> ASGIApp:
    """The application, answering below `root`; "" mounts it at the top. `client` is the caller's to close."""
    static = Mount("/static", Assets(directory=FOLDER / "static"), name="static")
    app = Starlette(
        routes=[Mount(root, routes=[*ROUTES, static])],
        middleware=[Middleware(Guard, access=access, root=root)],
        exception_handlers={
            SwfFault: _refused,
            EndpointError: _unreachable,
            ExecutionMissing: _unknown,
            UsageError: _wrong,
            InputError: _wrong,
            404: _missing,
            500: _bug,
        },
    )
    app.state.desk = Desk(
        client=client,
        shelf=shelf,
        histories=Histories(client, claims),
        claims=claims,
        access=access,
        root=root,
        templates=environment(),
    )
    return app


def _refused(request: Request, error: Exception) -> Response:
    fault = error if isinstance(error, SwfFault) else SwfFault("", type(error).__name__, str(error))
    missing = fault.code == "UnknownResourceFault"
    title = "There is no such thing" if missing else "SWF refused this"
    return desk_of(request).page(request, "error.html", status=404 if missing else 400, title=title, message=fault.message, code=fault.code)


def _unreachable(request: Request, error: Exception) -> Response:
    """Without the endpoint there is no list of domains either: this page asks for nothing."""
    page = desk_of(request).templates.get_template("unreachable.html").render(root=desk_of(request).root, message=str(error))
    return Response(page, status_code=503, media_type="text/html")


def _unknown(request: Request, error: Exception) -> Response:
    return desk_of(request).page(request, "error.html", status=404, title="There is no such execution", message=str(error), code="")


def _wrong(request: Request, error: Exception) -> Response:
    return desk_of(request).page(request, "error.html", status=400, title="That can't be done", message=str(error), code="")


def _bug(request: Request, _error: Exception) -> Response:
    """Starlette raises the error again behind this page: the server logs it."""
    page = desk_of(request).templates.get_template("bug.html").render(root=desk_of(request).root)
    return Response(page, status_code=500, media_type="text/html")


def _missing(request: Request, _error: Exception) -> Response:
    message = f"Nothing is at {request.url.path}."
    return desk_of(request).page(request, "error.html", status=404, title="There is no such page", message=message, code="")
