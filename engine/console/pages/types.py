"""Workflow types and activity types of a domain: listed with their defaults, registered, deprecated and undeprecated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.desk import desk_of, to
from engine.console.pages.domains import STATUSES
from engine.errors import UsageError
from engine.swf.paging import paged


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Workflow or activity: the API treats their types alike, under different names."""

    word: str
    """workflow or activity."""
    name: str
    """As operations and members have it: Workflow or Activity."""
    defaults: tuple[tuple[str, str], ...]
    """The registration's default fields, and what a person calls them."""

    @property
    def member(self) -> str:
        return f"{self.word}Type"


KINDS: Final[Mapping[str, Kind]] = {
    "workflow": Kind(
        word="workflow",
        name="Workflow",
        defaults=(
            ("defaultTaskList", "Task list"),
            ("defaultExecutionStartToCloseTimeout", "Execution may take"),
            ("defaultTaskStartToCloseTimeout", "A decision may take"),
            ("defaultChildPolicy", "Child policy"),
            ("defaultTaskPriority", "Task priority"),
            ("defaultLambdaRole", "Lambda role"),
        ),
    ),
    "activity": Kind(
        word="activity",
        name="Activity",
        defaults=(
            ("defaultTaskList", "Task list"),
            ("defaultTaskScheduleToStartTimeout", "May wait for a worker"),
            ("defaultTaskStartToCloseTimeout", "May run"),
            ("defaultTaskScheduleToCloseTimeout", "May take in all"),
            ("defaultTaskHeartbeatTimeout", "Heartbeat at least every"),
            ("defaultTaskPriority", "Task priority"),
        ),
    ),
}


def show(request: Request) -> Response:
    desk = desk_of(request)
    kind = _kind(request)
    domain = request.path_params["domain"]
    operation = f"List{kind.name}Types"
    infos = [
        info for status in STATUSES for info in paged(desk.client, operation, {"domain": domain, "registrationStatus": status}, "typeInfos")
    ]
    return desk.page(request, "types.html", kind=kind, rows=infos)


def one(request: Request) -> Response:
    """One type with its defaults."""
    desk = desk_of(request)
    kind = _kind(request)
    asked = {
        "domain": request.path_params["domain"],
        kind.member: {"name": request.path_params["name"], "version": request.path_params["version"]},
    }
    found = desk.client.call(f"Describe{kind.name}Type", asked)
    return desk.page(request, "type.html", kind=kind, info=found["typeInfo"], configuration=found["configuration"])


async def register(request: Request) -> Response:
    desk = desk_of(request)
    kind = _kind(request)
    domain = request.path_params["domain"]
    form = await desk.form(request)
    asked: dict[str, Any] = {"domain": domain, "name": form.get("name", ""), "version": form.get("version", "")}
    asked |= {field: form[field] for field in ("description", *(field for field, _ in kind.defaults)) if field in form}
    if "defaultTaskList" in asked:
        asked["defaultTaskList"] = {"name": asked["defaultTaskList"]}
    await run_in_threadpool(desk.client.call, f"Register{kind.name}Type", asked)
    return desk.done(
        request, f"The {kind.word} type {asked['name']} {asked['version']} is registered.", to("d", domain, "types", kind.word)
    )


async def deprecate(request: Request) -> Response:
    return await _set(request, "Deprecate", "is deprecated: nothing new can be started with it; what runs goes on")


async def undeprecate(request: Request) -> Response:
    return await _set(request, "Undeprecate", "is in use again")


async def _set(request: Request, operation: str, what: str) -> Response:
    desk = desk_of(request)
    kind = _kind(request)
    domain = request.path_params["domain"]
    form = await desk.form(request)
    named = {"name": form.get("name", ""), "version": form.get("version", "")}
    await run_in_threadpool(desk.client.call, f"{operation}{kind.name}Type", {"domain": domain, kind.member: named})
    return desk.done(request, f"The {kind.word} type {named['name']} {named['version']} {what}.", to("d", domain, "types", kind.word))


def _kind(request: Request) -> Kind:
    try:
        return KINDS[request.path_params["kind"]]
    except KeyError:
        raise UsageError(f"types are of workflows or of activities, not of {request.path_params['kind']}") from None


ROUTES: Final = (
    Route("/d/{domain:part}/types/{kind}", show, methods=["GET"]),
    Route("/d/{domain:part}/types/{kind}", register, methods=["POST"]),
    Route("/d/{domain:part}/types/{kind}/deprecate", deprecate, methods=["POST"]),
    Route("/d/{domain:part}/types/{kind}/undeprecate", undeprecate, methods=["POST"]),
    Route("/d/{domain:part}/types/{kind}/{name:part}/{version:part}", one),
)
