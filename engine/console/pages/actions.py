"""What can be done to an execution: signal, cancel, terminate, retry from failure, start again. Each asks first, then says what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from engine.console.desk import Desk, desk_of, to
from engine.errors import UsageError
from engine.runtime.reading.executions import Execution, Overview, overview
from engine.runtime.start import signal_input
from engine.spec.model import ABSENT, WaitNode, WaitSignal


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What the page that asks says, and the fields that it has."""

    word: str
    title: str
    what: str
    danger: bool = False
    fields: tuple[tuple[str, str, str], ...] = ()
    """Name, label, kind (text or json)."""


ACTIONS: Final[Mapping[str, Action]] = {
    "signal": Action(
        word="Send the signal",
        title="Signal",
        what="The workflow gets a signal: a name, with data if you like. What it does with it is the flowchart's business.",
        fields=(("signalName", "Name of the signal", "text"), ("input", "Input (JSON or text; empty: none)", "json")),
    ),
    "cancel": Action(
        word="Ask it to cancel",
        title="Cancel",
        what="The workflow is asked to cancel: what is open is stopped, what has been done is undone where the flowchart says how, "
        "then it closes as canceled.",
        danger=True,
    ),
    "terminate": Action(
        word="Terminate it",
        title="Terminate",
        what="The execution ends at once. Nothing is stopped or undone first, and nobody is asked: cancel it instead, unless it hangs.",
        danger=True,
        fields=(("reason", "Reason (for those who look at it later)", "text"), ("details", "Details", "text")),
    ),
}


def ask(request: Request) -> Response:
    desk = desk_of(request)
    action = _action(request)
    execution = _execution(request)
    seen = _still_open(overview(desk.client, execution))
    plan = desk.shelf.plan(seen.info.type_name, seen.info.type_version)
    nodes = () if plan is ABSENT else tuple(plan.nodes.values())
    signals = [node.on.signal for node in nodes if isinstance(node, WaitNode) and isinstance(node.on, WaitSignal)]
    return desk.page(
        request,
        "action.html",
        action=action,
        info=seen.info,
        back=desk.root + _path(execution),
        here=request.url.path,
        signals=list(dict.fromkeys(signals)),
    )


async def act(request: Request) -> Response:
    desk = desk_of(request)
    form = await desk.form(request)
    execution = _execution(request)
    _action(request)
    said = await run_in_threadpool(_DONE[request.path_params["action"]], desk, execution, form)
    return desk.done(request, said, _path(execution))


def _signal(desk: Desk, execution: Execution, form: Mapping[str, str]) -> str:
    asked = _asked(execution) | {"signalName": form.get("signalName", "")}
    if form.get("input"):
        asked["input"] = signal_input(asked["signalName"], form["input"], desk.claims)
    desk.client.call("SignalWorkflowExecution", asked)
    return f"{execution.workflow_id} has got the signal {asked['signalName']}."


def _cancel(desk: Desk, execution: Execution, _form: Mapping[str, str]) -> str:
    desk.client.call("RequestCancelWorkflowExecution", _asked(execution))
    return f"{execution.workflow_id} is asked to cancel."


def _terminate(desk: Desk, execution: Execution, form: Mapping[str, str]) -> str:
    given = {name: form[name] for name in ("reason", "details") if form.get(name)}
    desk.client.call("TerminateWorkflowExecution", _asked(execution) | given)
    return f"{execution.workflow_id} is terminated."


_DONE: Final = {"signal": _signal, "cancel": _cancel, "terminate": _terminate}


def again(request: Request) -> Response:
    """Leads to the start form, filled in with what this execution was started with."""
    desk = desk_of(request)
    execution = _execution(request)
    info = overview(desk.client, execution).info
    query = {"type": info.type_name, "version": info.type_version, **execution.wire}
    return RedirectResponse(f"{desk.root}{to('d', execution.domain, 'start')}?{urlencode(query)}", status_code=303)


def _still_open(seen: Overview) -> Overview:
    if seen.info.closed:
        raise UsageError(f"{seen.info.workflow_id} is closed ({seen.info.status}): there is nothing left to be stopped or told")
    return seen


def _action(request: Request) -> Action:
    name = request.path_params["action"]
    if name not in ACTIONS:
        raise HTTPException(404)
    return ACTIONS[name]


def _execution(request: Request) -> Execution:
    where = request.path_params
    return Execution(domain=where["domain"], workflow_id=where["workflow_id"], run_id=where["run_id"])


def _asked(execution: Execution) -> dict[str, Any]:
    return {"domain": execution.domain, **execution.wire}


def _path(execution: Execution) -> str:
    return to("d", execution.domain, "executions", execution.workflow_id, execution.run_id)


_ONE: Final = "/d/{domain:part}/executions/{workflow_id:part}/{run_id:part}"
ROUTES: Final = (
    Route(f"{_ONE}/again", again, methods=["GET"]),
    Route(f"{_ONE}/{{action}}", ask, methods=["GET"]),
    Route(f"{_ONE}/{{action}}", act, methods=["POST"]),
)
