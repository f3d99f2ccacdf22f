"""Starting a closed execution again from where it failed: first what would be taken over and what would run again, then the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.desk import Desk, desk_of, to
from engine.errors import UsageError
from engine.runtime.reading.executions import Execution, overview
from engine.runtime.retry import Again, prepare, retry
from engine.runtime.start import Started, StartOptions
from engine.spec.model import ABSENT


def ask(request: Request) -> Response:
    desk = desk_of(request)
    again = _prepared(desk, request)
    return desk.page(request, "retry.html", again=again, back=desk.root + _path(again.execution), here=request.url.path)


async def act(request: Request) -> Response:
    desk = desk_of(request)
    form = await desk.form(request)

    def begin() -> Started:
        return retry(desk.client, _prepared(desk, request), StartOptions(workflow_id=form.get("workflowId", "").strip()), desk.claims)

    started = await run_in_threadpool(begin)
    said = f"{started.workflow_id} goes on from where {request.path_params['workflow_id']} ended."
    return desk.done(request, said, _path(started))


def _prepared(desk: Desk, request: Request) -> Again:
    """Raises: UsageError (the console has no spec of its type; it is open, or has completed)."""
    where = request.path_params
    execution = Execution(domain=where["domain"], workflow_id=where["workflow_id"], run_id=where["run_id"])
    info = overview(desk.client, execution).info
    plan = desk.shelf.plan(info.type_name, info.type_version)
    if plan is ABSENT:
        raise UsageError(
            f"this console was not given the spec of {info.type_name} {info.type_version}; `swfgraph retry` takes it as --spec"
        )
    plan = replace(plan, spec=replace(plan.spec, domain=execution.domain))
    closed = Started(domain=execution.domain, workflow_id=execution.workflow_id, run_id=execution.run_id)
    return prepare(desk.client, plan, closed, desk.claims)


def _path(execution: Started) -> str:
    return to("d", execution.domain, "executions", execution.workflow_id, execution.run_id)


_HERE: Final = "/d/{domain:part}/executions/{workflow_id:part}/{run_id:part}/retry"
ROUTES: Final = (
    Route(_HERE, ask, methods=["GET"]),
    Route(_HERE, act, methods=["POST"]),
)
"""Before the routes of the other actions: theirs would take it for an action that they don't have."""
