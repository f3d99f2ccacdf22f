"""Actions of a schedule as decisions of SWF, and what must be known to start an execution: its input, whether it was there before.

Imports `actions`, `names`, `state`, the runtime's `start`, `spec`, `swf.client`; imported by `asking` and `scheduler`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, assert_never

from engine.errors import ExpressionError, InputError, PayloadStoreUnusable, UsageError
from engine.runtime.payloads.claims import Claims
from engine.runtime.schedule.actions import Action, Cancel, Continue, SetTimer, Start, StopTimer
from engine.runtime.schedule.names import TYPE_VERSION, schedule_id, shown
from engine.runtime.schedule.state import write_state
from engine.runtime.start import StartOptions, start_request
from engine.spec.expression import References
from engine.spec.model import ABSENT, Absent, Json, Schedule, Spec
from engine.spec.template import render
from engine.swf.client import Client
from engine.swf.wire import decision_of

YEAR: Final = 365 * 86_400
"""SWF's longest execution (API reference, StartWorkflowExecution: "This cannot exceed a year")."""

SETTINGS: Final[Mapping[str, Any]] = {
    "executionStartToCloseTimeout": str(YEAR),
    "taskStartToCloseTimeout": "30",
    "childPolicy": "ABANDON",
}
"""Of the execution that holds a schedule. ABANDON: whoever ends the schedule does not end what it has started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """What the expressions of a schedule's input read (see engine.spec.expression.Scope)."""

    now: float
    time: str

    def root(self, references: References) -> dict[str, Json]:  # noqa: ARG002  (it is little: it gets it all)
        return {"schedule": {"time": self.time}}


def input_for(schedule: Schedule, time: int) -> Json | Literal[Absent.ABSENT]:
    """Raises: ExpressionError."""
    if schedule.input is ABSENT:
        return ABSENT
    return render(schedule.input, At(now=float(time), time=shown(time, schedule.time_zone)))


class Executions:
    """The World of one decision: looks executions up, and makes the requests of those that are to be started."""

    def __init__(self, client: Client, spec: Spec, schedule: Schedule, claims: Claims) -> None:
        self._client = client
        self._spec = spec
        self._schedule = schedule
        self._claims = claims
        self._requests: dict[str, Mapping[str, Any]] = {}

    def is_open(self, workflow_id: str) -> bool:
        return self._listed("ListOpenWorkflowExecutions", workflow_id)

    def refusal(self, start: Start) -> str:
        """What somebody asked for is looked up: it may have been run long ago."""
        if start.waiting.asked and self.exists(start.workflow_id):
            return "there is such an execution already"
        try:
            value = input_for(self._schedule, start.waiting.time)
            options = StartOptions(workflow_id=start.workflow_id)
            self._requests[start.workflow_id] = start_request(self._spec, value, options, self._claims)
        except (ExpressionError, InputError, UsageError, PayloadStoreUnusable) as error:
            return str(error)
        return ""

    def exists(self, workflow_id: str) -> bool:
        """Open, or closed and not yet forgotten."""
        return self.is_open(workflow_id) or self._listed("ListClosedWorkflowExecutions", workflow_id)

    def request(self, workflow_id: str) -> Mapping[str, Any]:
        """Of an execution for which `refusal` found nothing."""
        return self._requests[workflow_id]

    def schedule_id(self) -> str:
        return schedule_id(self._spec.name)

    def _listed(self, operation: str, workflow_id: str) -> bool:
        request = {
            "domain": self._spec.domain,
            "executionFilter": {"workflowId": workflow_id},
            "startTimeFilter": {"oldestDate": 0.0},
            "maximumPageSize": 1,
        }
        return bool(self._client.call(operation, request)["executionInfos"])


def decisions_of(actions: Iterable[Action], executions: Executions) -> list[dict[str, Any]]:
    return list(_decisions(actions, executions))


def _decisions(actions: Iterable[Action], executions: Executions) -> Iterator[dict[str, Any]]:
    for action in actions:
        match action:
            case Start(workflow_id=workflow_id):
                request = executions.request(workflow_id)
                yield decision_of("StartChildWorkflowExecution", {name: value for name, value in request.items() if name != "domain"})
            case Cancel(workflow_id=workflow_id):
                yield decision_of("RequestCancelExternalWorkflowExecution", {"workflowId": workflow_id})
            case SetTimer(timer_id=timer_id, seconds=seconds):
                yield decision_of("StartTimer", {"timerId": timer_id, "startToFireTimeout": str(seconds)})
            case StopTimer(timer_id=timer_id):
                yield decision_of("CancelTimer", {"timerId": timer_id})
            case Continue(state=state):
                own = {**SETTINGS, "taskList": {"name": executions.schedule_id()}, "workflowTypeVersion": TYPE_VERSION}
                yield decision_of("ContinueAsNewWorkflowExecution", {"input": write_state(state), **own})
            case _:
                assert_never(action)
