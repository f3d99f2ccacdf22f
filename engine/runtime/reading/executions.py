"""An execution as a person names it (a workflowId, perhaps a runId) -> the execution, and what SWF says of it, as frozen values.

Asks the client and parses its answers; prints nothing. Imports `engine.swf.client` and `engine.errors`; imported by the commands
on executions and by the console.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import ExecutionMissing, SwfFault
from engine.spec.payload import decode
from engine.swf.client import Client

ANY_TIME = {"oldestDate": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    domain: str
    workflow_id: str
    run_id: str

    @property
    def wire(self) -> dict[str, str]:
        return {"workflowId": self.workflow_id, "runId": self.run_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """A WorkflowExecutionInfo of the API."""

    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started: float
    closed: float
    """0.0 while it is open."""
    close_status: str
    """Empty while it is open; else COMPLETED, FAILED, CANCELED, TERMINATED, CONTINUED_AS_NEW, TIMED_OUT."""
    cancel_requested: bool
    tags: tuple[str, ...]
    wire: Mapping[str, Any]

    @property
    def status(self) -> str:
        """One word: the close status, else OPEN."""
        return self.close_status or "OPEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNode:
    node: str
    state: str
    """open or retrying."""
    visit: int
    attempt: int
    since: float
    items: Mapping[str, int] = field(default_factory=dict)
    """Of a node with items: `total`, `done`, `failed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The summary that swfgraph's decider leaves in the executionContext. `open` and `failed` name the first 20."""

    nodes: int
    done: int
    skipped: int
    running: int
    failed: tuple[str, ...]
    open: tuple[OpenNode, ...]
    phase: str
    """running, canceling, closing or closed."""
    carry: str
    """Where the history is to be left for a new one: what it waits for, or why it can't be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoProgress:
    """No decision was made yet, or another decider than swfgraph's makes them."""

    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """DescribeWorkflowExecution, parsed."""

    info: Info
    counts: Mapping[str, int]
    configuration: Mapping[str, Any]
    progress: Progress | NoProgress
    wire: Mapping[str, Any]


def parse_info(wire: Mapping[str, Any]) -> Info:
    return Info(
        workflow_id=wire["execution"]["workflowId"],
        run_id=wire["execution"]["runId"],
        type_name=wire["workflowType"]["name"],
        type_version=wire["workflowType"]["version"],
        started=wire["startTimestamp"],
        closed=wire.get("closeTimestamp", 0.0),
        close_status=wire.get("closeStatus", ""),
        cancel_requested=wire.get("cancelRequested", False),
        tags=tuple(wire.get("tagList", ())),
        wire=wire,
    )


def parse_progress(context: str) -> Progress | NoProgress:
    """What is not swfgraph's own summary (version 1) stays text."""
    summary = decode(context)
    if not isinstance(summary, dict) or summary.get("v") != 1:
        return NoProgress(context=context)
    try:
        return Progress(
            nodes=summary["nodes"],
            done=summary["done"],
            skipped=summary["skipped"],
            running=summary["running"],
            failed=tuple(summary["failed"]),
            open=tuple(_open_node(one) for one in summary["open"]),
            phase=summary["phase"],
            carry=summary.get("carry", ""),
        )
    except (KeyError, TypeError):  # another decider's, which also calls its version 1
        return NoProgress(context=context)


def _open_node(told: Mapping[str, Any]) -> OpenNode:
    return OpenNode(**{name: told[name] for name in ("node", "state", "visit", "attempt", "since")}, items=told.get("items", {}))


def find(client: Client, domain: str, workflow_id: str, run_id: str) -> Execution:
    """The open execution of that workflowId, else the one closed last; with a runId, that one.

    Raises: ExecutionMissing.
    """
    if run_id:
        return Execution(domain=domain, workflow_id=workflow_id, run_id=run_id)
    request = {"domain": domain, "executionFilter": {"workflowId": workflow_id}, "startTimeFilter": ANY_TIME, "maximumPageSize": 1}
    for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
        infos = client.call(operation, request)["executionInfos"]
        if infos:
            found = parse_info(infos[0])
            return Execution(domain=domain, workflow_id=workflow_id, run_id=found.run_id)
    raise ExecutionMissing(f"there is no execution {workflow_id!r} in the domain {domain}; `swfgraph list --domain {domain}` shows them")


def overview(client: Client, execution: Execution) -> Overview:
    """Raises: ExecutionMissing, SwfFault, EndpointError."""
    try:
        wire = client.call("DescribeWorkflowExecution", {"domain": execution.domain, "execution": execution.wire})
    except SwfFault as fault:
        if fault.code != "UnknownResourceFault":
            raise
        raise ExecutionMissing(
            f"there is no execution {execution.workflow_id!r} with the runId {execution.run_id!r} in the domain {execution.domain}"
        ) from None
    return Overview(
        info=parse_info(wire["executionInfo"]),
        counts=wire["openCounts"],
        configuration=wire["executionConfiguration"],
        progress=parse_progress(wire.get("latestExecutionContext", "")),
        wire=wire,
    )


def last_events(client: Client, execution: Execution, count: int) -> Sequence[Mapping[str, Any]]:
    """The latest one first: of a closed execution that which closed it, with its result or reason."""
    request = {"domain": execution.domain, "execution": execution.wire, "reverseOrder": True, "maximumPageSize": count}
    events: Sequence[Mapping[str, Any]] = client.call("GetWorkflowExecutionHistory", request)["events"]
    return events


def run_before(client: Client, execution: Execution) -> str:
    """The runId of the execution that this one is the continuation of; empty where there is none. One event is read."""
    request = {"domain": execution.domain, "execution": execution.wire, "maximumPageSize": 1}
    event = client.call("GetWorkflowExecutionHistory", request)["events"][0]
    attributes: Mapping[str, Any] = event["workflowExecutionStartedEventAttributes"]
    return str(attributes.get("continuedExecutionRunId", ""))
