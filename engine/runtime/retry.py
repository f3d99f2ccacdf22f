"""A closed execution, again, from where it failed: a new execution that is given the results of what had completed.

What had completed is read from the history, folded under the spec that it was begun with or, where only a changed one is at hand, under
that one as far as the two agree: what comes after that runs again. Never changes the old execution.
Imports `asif`, `history`, `start`, `payloads`, `interpreter`, `swf`; imported by the command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from engine.errors import HistoryError, UsageError
from engine.graph.plan import Plan
from engine.interpreter.carry import KNOWABLE, known_of
from engine.interpreter.run import Run
from engine.interpreter.states import NodeState
from engine.runtime.asif import as_if_under, digest_in
from engine.runtime.history import events_after
from engine.runtime.payloads.claims import Claims
from engine.runtime.start import Started, StartOptions, start_again
from engine.spec.inputs import check_input
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.payload import decode
from engine.swf.client import Client

_STARTED: Final = "workflowExecutionStartedEventAttributes"

_NOTHING_TO_RETRY: Final[Mapping[str, str]] = {
    "COMPLETED": "has completed: there is nothing to go on from; `swfgraph start` begins another one",
    "CONTINUED_AS_NEW": "went on as a new run: retry that one (without --run-id, the latest is taken)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A node whose result is taken over; `items`: of how many items, where it is not the whole result."""

    node: str
    items: int | Literal[Absent.ABSENT] = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What a retry would do."""

    plan: Plan
    execution: Started
    """The closed one."""
    value: Json | Literal[Absent.ABSENT]
    """The user's input."""
    known: Mapping[str, Json]
    tags: tuple[str, ...]
    taken: tuple[Taken, ...]
    repeated: tuple[str, ...]
    """Nodes that had been entered and begin anew."""
    dropped: tuple[str, ...]
    """Nodes with results for which the new spec has no use."""
    parted: str
    """Where history and spec part, if they do."""


def prepare(client: Client, plan: Plan, execution: Started, claims: Claims, old: Plan | None = None) -> Again:
    """`plan` is what the new execution will run, `old` what the closed one was begun under, where somebody has it.

    Raises: UsageError (it is open, or has completed, or is of another workflow), PayloadError, SwfFault, EndpointError.
    """
    events = claims.events(events_after(client, (execution.domain, execution.workflow_id, execution.run_id), 0))
    _check_closed(client, execution)
    began = events[0][_STARTED]
    if began["workflowType"]["name"] != plan.spec.name:
        named = f"{began['workflowType']['name']} {began['workflowType']['version']}"
        raise UsageError(f"{execution.workflow_id} is an execution of {named}, and {plan.spec.file} is the spec of {plan.spec.name}")
    run, parted = _folded(plan if old is None else old, events, execution, claims.longest)
    known = known_of(run)
    usable = {name: result for name, result in known.items() if isinstance(plan.nodes.get(name), KNOWABLE)}
    view = run.view()
    entered = [name for name, node in view.nodes.items() if node.visit and node.state not in (NodeState.IDLE, NodeState.SKIPPED)]
    return Again(
        plan=plan,
        execution=execution,
        value=_users(began.get("input")),
        known=usable,
        tags=tuple(began.get("tagList", ())),
        taken=tuple(_taken(name, result) for name, result in usable.items()),
        repeated=tuple(name for name in entered if isinstance(plan.nodes.get(name), KNOWABLE) and "result" not in usable.get(name, {})),
        dropped=tuple(name for name in known if name not in usable),
        parted=parted,
    )


def retry(client: Client, again: Again, options: StartOptions, claims: Claims) -> Started:
    """Start it. Raises: InputError (the spec's inputSchema refuses the input now), UsageError, PayloadError, SwfFault, EndpointError."""
    spec = again.plan.spec
    what = f"the workflow {spec.name} {spec.version}"
    if spec.input_schema is not ABSENT:
        check_input(spec.input_schema, None if again.value is ABSENT else again.value, what)
    given = {} if again.value is ABSENT else {"input": again.value}
    of = {"workflowId": again.execution.workflow_id, "runId": again.execution.run_id}
    envelope = {"$swfgraph": {"v": 1, **given, "known": again.known, "retryOf": of}}
    tagged = replace(spec, tags=again.tags, domain=again.execution.domain)
    workflow_id = options.workflow_id or again.execution.workflow_id
    return start_again(client, tagged, envelope, replace(options, workflow_id=workflow_id), claims)


def _folded(plan: Plan, events: Sequence[Mapping[str, Any]], execution: Started, longest: int) -> tuple[Run, str]:
    """The run, and where history and plan part: with the plan that it was begun under, nowhere."""
    run = Run(plan, workflow_id=execution.workflow_id, run_id=execution.run_id, longest=longest)
    digest = next(filter(None, map(digest_in, events)), plan.digest)
    for event in events:
        try:
            run.fold(as_if_under(plan, event))
        except HistoryError as error:
            if digest == plan.digest:
                raise
            return run, str(error)
    return run, ""


def _check_closed(client: Client, execution: Started) -> None:
    request = {"domain": execution.domain, "execution": {"workflowId": execution.workflow_id, "runId": execution.run_id}}
    info = client.call("DescribeWorkflowExecution", request)["executionInfo"]
    if info["executionStatus"] == "OPEN":
        raise UsageError(
            f"{execution.workflow_id} is open: what fails in it is for its spec to retry; `swfgraph cancel` or `terminate` ends it first"
        )
    refusal = _NOTHING_TO_RETRY.get(info["closeStatus"])
    if refusal:
        raise UsageError(f"{execution.workflow_id} {refusal}")


def _users(text: str | None) -> Json | Literal[Absent.ABSENT]:
    """The input that the user gave, maybe executions ago."""
    if text is None:
        return ABSENT
    value = decode(text)
    if isinstance(value, dict) and isinstance(value.get("$swfgraph"), dict):
        return value["$swfgraph"].get("input", ABSENT)
    return value


def _taken(name: str, known: Json) -> Taken:
    return Taken(node=name) if "result" in known else Taken(node=name, items=len(known["items"]))
