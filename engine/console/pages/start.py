"""Starting an execution: choose the type, fill in the input, and under "more" what else SWF takes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.desk import Desk, desk_of, to
from engine.console.forms import WHOLE, fields_of, input_of
from engine.errors import InputError, SwfFault, UsageError
from engine.graph.plan import Plan
from engine.runtime.carried import with_state
from engine.runtime.reading.beginning import beginning_of
from engine.runtime.start import StartOptions, check_reserved, start_request
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.payload import encode
from engine.swf.paging import history, paged
from engine.swf.wire import event_attributes

MORE: Final[Mapping[str, str]] = {
    "executionStartToCloseTimeout": "The execution may take, in seconds",
    "taskStartToCloseTimeout": "A decision may take, in seconds, or NONE",
    "taskList": "Task list of the decisions",
    "taskPriority": "Task priority",
    "childPolicy": "Child policy",
    "lambdaRole": "Lambda role",
}
"""Members of the request, and what a person calls them."""
POLICIES: Final = ("TERMINATE", "REQUEST_CANCEL", "ABANDON")


def show(request: Request) -> Response:
    """The form; with workflowId and runId in the address, filled in with that execution's input and tags."""
    desk = desk_of(request)
    query = dict(request.query_params)
    domain = request.path_params["domain"]
    given, tags = _of_execution(desk, domain, query) if "runId" in query else (ABSENT, "")
    kept = {"workflowId": _proposed(query.get("type", "")), "tags": tags}
    return _form(desk, request, (query.get("type", ""), query.get("version", "")), given=given, kept=kept)


async def begin(request: Request) -> Response:
    desk = desk_of(request)
    form = await desk.form(request)
    return await run_in_threadpool(_begin, desk, request, form)


def _begin(desk: Desk, request: Request, form: Mapping[str, str]) -> Response:
    domain = request.path_params["domain"]
    name, version = form.get("type", ""), form.get("version", "")
    plan = _plan(desk, domain, name, version)
    given: Json | Literal[Absent.ABSENT] = ABSENT
    try:
        given = input_of(ABSENT if plan is ABSENT else plan.spec.input_schema, form)
        asked = _request(desk, domain, plan, form, given)
        started = desk.client.call("StartWorkflowExecution", asked)
    except (UsageError, InputError, SwfFault) as error:
        return _form(desk, request, (name, version), given=given, kept=form, wrong=_said(error))
    return desk.done(request, f"{asked['workflowId']} is started.", to("d", domain, "executions", asked["workflowId"], started["runId"]))


def _said(error: UsageError | InputError | SwfFault) -> str:
    if isinstance(error, SwfFault) and error.code == "WorkflowExecutionAlreadyStartedFault":
        return "An execution with this workflowId is open: give this one another."
    return error.message if isinstance(error, SwfFault) and error.message else str(error)


def _request(
    desk: Desk, domain: str, plan: Plan | Literal[Absent.ABSENT], form: Mapping[str, str], given: Json | Literal[Absent.ABSENT]
) -> dict[str, Any]:
    workflow_id = form.get("workflowId", "").strip()
    tags = tuple(tag.strip() for tag in form.get("tags", "").split(",") if tag.strip())
    if plan is ABSENT:
        asked: dict[str, Any] = {
            "domain": domain,
            "workflowId": workflow_id,
            "workflowType": _type(form),
        }
        asked |= {"tagList": list(tags)} if tags else {}
        if given is not ABSENT:
            check_reserved(given, "the input")
            asked["input"] = desk.claims.kept(encode(given))
    else:
        options = StartOptions(workflow_id=workflow_id, tags=tuple(tag for tag in tags if tag not in plan.spec.tags))
        asked = start_request(plan.spec, given, options, desk.claims)
    asked |= {member: form[member].strip() for member in MORE if form.get(member, "").strip()}
    if isinstance(asked.get("taskList"), str):
        asked["taskList"] = {"name": asked["taskList"]}
    return asked


def _type(form: Mapping[str, str]) -> dict[str, str]:
    return {"name": form.get("type", ""), "version": form.get("version", "")}


def _form(
    desk: Desk,
    request: Request,
    of: tuple[str, str],
    *,
    given: Json | Literal[Absent.ABSENT] = ABSENT,
    kept: Mapping[str, str],
    wrong: str = "",
) -> Response:
    """The page; `of` is the type's name and version, empty where none is chosen yet."""
    domain = request.path_params["domain"]
    name, version = of
    infos = paged(desk.client, "ListWorkflowTypes", {"domain": domain, "registrationStatus": "REGISTERED"}, "typeInfos")
    types = sorted((info["workflowType"]["name"], info["workflowType"]["version"]) for info in infos)
    plan = _plan(desk, domain, name, version)
    schema = ABSENT if plan is ABSENT else plan.spec.input_schema
    query = {key: value for key, value in request.query_params.items() if key != "as"} or {"type": name, "version": version}
    possible = fields_of(schema, given)
    fields = () if request.query_params.get("as") == "json" or WHOLE in kept else possible
    return desk.page(
        request,
        "start.html",
        status=400 if wrong else 200,
        types=types,
        name=name,
        version=version,
        known=plan is not ABSENT,
        description="" if plan is ABSENT else plan.spec.description,
        schema="" if schema is ABSENT or fields else encode(schema),
        fields=fields,
        as_json=urlencode({**query, "as": "json"}),
        as_form=urlencode(query) if possible and not fields else "",
        text="" if given is ABSENT else encode(given),
        kept=kept,
        tags=kept.get("tags", "") or ("" if plan is ABSENT else ", ".join(plan.spec.tags)),
        more=MORE,
        policies=POLICIES,
        wrong=wrong,
    )


def _plan(desk: Desk, domain: str, name: str, version: str) -> Plan | Literal[Absent.ABSENT]:
    """A spec of another domain is not this type's."""
    plan = desk.shelf.plan(name, version)
    return plan if plan is not ABSENT and plan.spec.domain == domain else ABSENT


def _proposed(name: str) -> str:
    return f"{name[:200]}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}" if name else ""


def _of_execution(desk: Desk, domain: str, query: Mapping[str, str]) -> tuple[Json | Literal[Absent.ABSENT], str]:
    address = (domain, query.get("workflowId", ""), query["runId"])
    [first] = with_state(desk.client, address, [next(iter(history(desk.client, *address)))])  # with its input, however long that is
    beginning = beginning_of(event_attributes(desk.claims.shown(first)))
    return beginning.input, ", ".join(beginning.tags)


ROUTES: Final = (
    Route("/d/{domain:part}/start", show, methods=["GET"]),
    Route("/d/{domain:part}/start", begin, methods=["POST"]),
)
