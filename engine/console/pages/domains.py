"""Domains: listed, registered, deprecated and undeprecated; and the way in, which leads to the executions of
the domain looked at last, or of the first one."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from engine.console.desk import desk_of, to
from engine.console.security import visitor_of
from engine.swf.paging import paged

STATUSES: Final = ("REGISTERED", "DEPRECATED")


def home(request: Request) -> Response:
    desk = desk_of(request)
    names = desk.domains()
    last = visitor_of(desk.access, request).domain
    name = last if last in names else names[0] if names else ""
    return RedirectResponse(desk.root + (to("d", name, "executions") if name else "/domains"), status_code=303)


def go(request: Request) -> Response:
    """From the domain list at the top of every page."""
    domain = request.query_params.get("domain", "")
    return RedirectResponse(desk_of(request).root + (to("d", domain, "executions") if domain else "/"), status_code=303)


def show(request: Request) -> Response:
    """All domains, those that are deprecated last, with their retention in days."""
    desk = desk_of(request)
    infos = [info for status in STATUSES for info in paged(desk.client, "ListDomains", {"registrationStatus": status}, "domainInfos")]
    described = [desk.client.call("DescribeDomain", {"name": info["name"]}) for info in infos]
    return desk.page(request, "domains.html", rows=described)


async def register(request: Request) -> Response:
    desk = desk_of(request)
    form = await desk.form(request)
    asked: dict[str, Any] = {"name": form.get("name", ""), "workflowExecutionRetentionPeriodInDays": form.get("retention", "")}
    if "description" in form:
        asked["description"] = form["description"]
    await run_in_threadpool(desk.client.call, "RegisterDomain", asked)
    return desk.done(request, f"The domain {asked['name']} is registered.", "/domains")


async def deprecate(request: Request) -> Response:
    return await _set(request, "DeprecateDomain", "is deprecated: nothing new can be started in it; what runs goes on")


async def undeprecate(request: Request) -> Response:
    return await _set(request, "UndeprecateDomain", "is in use again")


async def _set(request: Request, operation: str, what: str) -> Response:
    desk = desk_of(request)
    name = (await desk.form(request)).get("name", "")
    await run_in_threadpool(desk.client.call, operation, {"name": name})
    return desk.done(request, f"The domain {name} {what}.", "/domains")


ROUTES: Final = (
    Route("/", home),
    Route("/go", go),
    Route("/domains", show, methods=["GET"]),
    Route("/domains", register, methods=["POST"]),
    Route("/domains/deprecate", deprecate, methods=["POST"]),
    Route("/domains/undeprecate", undeprecate, methods=["POST"]),
)
