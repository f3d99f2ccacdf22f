"""What people and commands do to a schedule: see to it that it is there, look at it, pause it, ask for executions.

All of it is calls of the SWF API on the one execution that holds the schedule, so it holds for every scheduler of the endpoint, and
stays while none runs. Imports `events`, `names`, `state`, `decisions`, `spec.model`, `swf.client`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final, Literal

from engine.errors import SwfFault, UsageError
from engine.runtime.schedule.course import MOST_WAITING
from engine.runtime.schedule.cron import times_after
from engine.runtime.schedule.decisions import SETTINGS
from engine.runtime.schedule.events import ASK, LOOK, PAUSE, RESUME
from engine.runtime.schedule.names import TYPE, TYPE_VERSION, schedule_id, time_of
from engine.runtime.schedule.state import State, UnknownState, read_state
from engine.spec.model import ABSENT, Absent, Schedule, Spec
from engine.swf.client import Client
from engine.swf.paging import paged

_TYPE: Final = {"name": TYPE, "version": TYPE_VERSION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A schedule as it is kept."""

    run_id: str
    state: State | Literal[Absent.ABSENT]
    """Absent: no scheduler has made a decision yet."""


def ensure(client: Client, spec: Spec) -> bool:
    """See to it that the schedule is there; whether it was not.

    Raises: UsageError (the domain or the workflow type is not registered), SwfFault, EndpointError.
    """
    request = {
        "domain": spec.domain,
        "workflowId": schedule_id(spec.name),
        "workflowType": _TYPE,
        "taskList": {"name": schedule_id(spec.name)},
        **SETTINGS,
    }
    try:
        client.call("StartWorkflowExecution", request)
    except SwfFault as fault:
        if fault.code == "WorkflowExecutionAlreadyStartedFault":
            return False
        if fault.code != "UnknownResourceFault":
            raise
    else:
        return True
    _register(client, spec)
    return ensure(client, spec)


def _register(client: Client, spec: Spec) -> None:
    """The type of our own. The spec's types are the business of `swfgraph register`."""
    try:
        client.call("DescribeWorkflowType", {"domain": spec.domain, "workflowType": {"name": spec.name, "version": spec.version}})
    except SwfFault as fault:
        if fault.code != "UnknownResourceFault":
            raise
        raise UsageError(f"{fault.message or fault.code}: `swfgraph register {spec.file}` makes it known") from fault
    about = "Holds the schedule of a workflow: each decision says which times have been seen to."
    try:
        client.call("RegisterWorkflowType", {"domain": spec.domain, **_TYPE, "description": about})
    except SwfFault as fault:
        if fault.code != "TypeAlreadyExistsFault":
            raise


def look_again(client: Client, spec: Spec) -> None:
    """Have the schedule decided upon now: the spec may be another one."""
    _signal(client, spec, LOOK, {})


def pause(client: Client, spec: Spec, reason: str) -> None:
    ensure(client, spec)
    _signal(client, spec, PAUSE, {"reason": reason})


def resume(client: Client, spec: Spec) -> None:
    ensure(client, spec)
    _signal(client, spec, RESUME, {})


def ask(client: Client, spec: Spec, times: Sequence[int], *, at_once: bool) -> None:
    """Have executions started for these times, in turn."""
    ensure(client, spec)
    _signal(client, spec, ASK, {"times": list(times), "atOnce": at_once})


def standing(client: Client, spec: Spec) -> Standing | Literal[Absent.ABSENT]:
    """Absent: there is no such schedule (yet). Raises: UsageError (another version of swfgraph keeps it), SwfFault, EndpointError."""
    found = _open(client, spec)
    if found is None:
        return ABSENT
    described = client.call("DescribeWorkflowExecution", {"domain": spec.domain, "execution": found})
    text = described.get("latestExecutionContext", "")
    try:
        return Standing(run_id=found["runId"], state=read_state(text) if text else ABSENT)
    except UnknownState as error:
        raise UsageError(f"{schedule_id(spec.name)}: {error}") from error


def taken_up(client: Client, spec: Spec) -> bool:
    """Whether no decision of the schedule waits for a scheduler."""
    request = {"domain": spec.domain, "taskList": {"name": schedule_id(spec.name)}}
    return not client.call("CountPendingDecisionTasks", request)["count"]


def times_between(schedule: Schedule, first: float, last: float) -> list[int]:
    """The schedule's times from `first` to `last`, both included. Raises: UsageError (too many to ask for at once)."""
    times = list(takewhile(lambda time: time <= last, _limited(times_after(schedule.cron, schedule.time_zone, first - 1))))
    if len(times) > MOST_WAITING:
        raise UsageError(f"these are more than {MOST_WAITING:,} times: ask for a part of them, and for the next part when it is done")
    return times


def known_times(client: Client, spec: Spec, since: float) -> set[int]:
    """The times for which there are executions, open or closed, that were started since then."""
    request = {"domain": spec.domain, "typeFilter": {"name": spec.name}, "startTimeFilter": {"oldestDate": max(0.0, since)}}
    found: set[int] = set()
    for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
        for info in paged(client, operation, request, "executionInfos"):
            workflow_id: str = info["execution"]["workflowId"]
            time = None if workflow_id.endswith(".now") else time_of(spec.name, workflow_id)
            if time is not None:
                found.add(time)
    return found


def _limited(times: Iterator[int]) -> Iterator[int]:
    for count, time in enumerate(times):
        if count > MOST_WAITING:
            return
        yield time


def _open(client: Client, spec: Spec) -> Mapping[str, Any] | None:
    request = {
        "domain": spec.domain,
        "executionFilter": {"workflowId": schedule_id(spec.name)},
        "startTimeFilter": {"oldestDate": 0.0},
        "maximumPageSize": 1,
    }
    infos = client.call("ListOpenWorkflowExecutions", request)["executionInfos"]
    return infos[0]["execution"] if infos else None


def _signal(client: Client, spec: Spec, name: str, value: Mapping[str, Any]) -> None:
    request = {"domain": spec.domain, "workflowId": schedule_id(spec.name), "signalName": name, "input": json.dumps(value)}
    client.call("SignalWorkflowExecution", request)
