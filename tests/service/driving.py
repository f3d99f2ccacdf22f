"""A service core over a real store in memory, under virtual time: what the core's tests drive.

Every response is held against its shape in the API's model, so each test also claims that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine.service.archive import ByWorkflowId, ExecutionQuery, ExecutionRecord, Page, TimeField
from engine.service.core import Core, Later, Limits, Parked, Reply
from engine.service.events import ATTRIBUTES
from engine.service.invoking import EndInvocation, Errand, Invocation, Outcome, TakeInvocation
from engine.service.model import operations, shape
from engine.service.store import Store

START = 1_700_000_000.0
DOMAIN = "test"
WORKFLOW = {"name": "Flow", "version": "1.0"}
ACTIVITY = {"name": "Work", "version": "1.0"}
URL = "sqlite://:memory:"
ROLE = "arn:aws:iam::123456789012:role/lambda"


class Service:
    """One service, with a domain, a workflow type and an activity type that have all defaults."""

    def __init__(self, limits: Limits | None = None, seed: str = "", *, runs_functions: bool = True) -> None:
        self.limits = limits if limits is not None else Limits()
        self.seed = seed
        self.runs_functions = runs_functions
        self.store = Store.open(":memory:", URL)
        self.now = START
        self.core = self._load()
        self.call("RegisterDomain", name=DOMAIN, workflowExecutionRetentionPeriodInDays="10")
        self.call(
            "RegisterWorkflowType",
            domain=DOMAIN,
            **WORKFLOW,
            defaultTaskList={"name": "decisions"},
            defaultChildPolicy="TERMINATE",
            defaultTaskStartToCloseTimeout="300",
            defaultExecutionStartToCloseTimeout="3600",
        )
        self.call(
            "RegisterActivityType",
            domain=DOMAIN,
            **ACTIVITY,
            defaultTaskList={"name": "work"},
            defaultTaskHeartbeatTimeout="NONE",
            defaultTaskScheduleToStartTimeout="300",
            defaultTaskScheduleToCloseTimeout="3900",
            defaultTaskStartToCloseTimeout="600",
        )

    def _load(self) -> Core:
        core = Core(self.store.archive, self.limits, seed=self.seed, runs_functions=self.runs_functions)
        core.load()
        return core

    def restart(self) -> None:
        """Drop what is in memory and go on from what is on disk."""
        self.core = self._load()

    def call(self, operation: str, **request: Any) -> Mapping[str, Any]:
        """One request at the present time. Raises: Fault."""
        try:
            answer = self.core.handle(operation, request, self.now)
        finally:
            self.store.write(self.core.take_changes())
        match answer:
            case Reply():
                body = answer.body
            case Later():
                body = answer.build()
            case Parked():
                return self.core.empty_poll(operation)
        output = operations()[operation].output_shape
        assert shape(output).accepts(body) if output else body == {}, (operation, body)
        return body

    def attend(self, errand: Errand) -> Mapping[str, Any]:
        """One errand of the service itself; empty where there is nothing to do."""
        answer = self.core.attend(errand, self.now)
        self.store.write(self.core.take_changes())
        return answer.body if isinstance(answer, Reply) else {}

    def invoke(self) -> Invocation:
        """Take the next Lambda function that waits."""
        invocation = self.attend(TakeInvocation())["invocation"]
        assert isinstance(invocation, Invocation)
        return invocation

    def end(self, invocation: Invocation, outcome: Outcome) -> None:
        self.attend(EndInvocation(invocation=invocation, outcome=outcome))

    def pass_time(self, seconds: float) -> None:
        """Time passes, and whatever falls due does so at its own time."""
        until = self.now + seconds
        while (due := self.core.next_due()) <= until:
            self.now = max(self.now, due)
            self.core.tick(self.now)
            self.store.write(self.core.take_changes())
        self.now = until

    # Requests that tests make often.

    def start(self, workflow_id: str = "flow", **options: Any) -> str:
        body = self.call("StartWorkflowExecution", domain=DOMAIN, workflowId=workflow_id, **{"workflowType": WORKFLOW, **options})
        return str(body["runId"])

    def poll_decision(self, task_list: str = "decisions", **options: Any) -> Mapping[str, Any]:
        return self.call("PollForDecisionTask", domain=DOMAIN, taskList={"name": task_list}, **options)

    def decide(self, task: Mapping[str, Any], *decisions: Mapping[str, Any], **options: Any) -> None:
        self.call("RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=list(decisions), **options)

    def decide_next(self, *decisions: Mapping[str, Any]) -> None:
        self.decide(self.poll_decision(), *decisions)

    def poll_activity(self, task_list: str = "work", **options: Any) -> Mapping[str, Any]:
        return self.call("PollForActivityTask", domain=DOMAIN, taskList={"name": task_list}, **options)

    def complete(self, task: Mapping[str, Any], **options: Any) -> None:
        self.call("RespondActivityTaskCompleted", taskToken=task["taskToken"], **options)

    def history(self, workflow_id: str = "flow", run_id: str = "") -> Sequence[Mapping[str, Any]]:
        """All events of an execution, by default of the latest of that workflowId."""
        run_id = run_id or self.latest(workflow_id)
        execution = {"workflowId": workflow_id, "runId": run_id}
        events: Sequence[Mapping[str, Any]] = self.call("GetWorkflowExecutionHistory", domain=DOMAIN, execution=execution)["events"]
        return events

    def types(self, workflow_id: str = "flow") -> list[str]:
        return [event["eventType"] for event in self.history(workflow_id)]

    def last(self, event_type: str, workflow_id: str = "flow") -> Mapping[str, Any]:
        """The attributes of the last event of that type."""
        found = [event for event in self.history(workflow_id) if event["eventType"] == event_type]
        assert found, f"no {event_type} in {self.types(workflow_id)}"
        attributes: Mapping[str, Any] = found[-1][ATTRIBUTES[event_type]]
        return attributes

    def describe(self, workflow_id: str = "flow", run_id: str = "") -> Mapping[str, Any]:
        execution = {"workflowId": workflow_id, "runId": run_id or self.latest(workflow_id)}
        return self.call("DescribeWorkflowExecution", domain=DOMAIN, execution=execution)

    def open_counts(self, workflow_id: str = "flow") -> Mapping[str, int]:
        counts: Mapping[str, int] = self.describe(workflow_id)["openCounts"]
        return counts

    def latest(self, workflow_id: str) -> str:
        """The runId of the latest execution of that workflowId."""
        found: list[ExecutionRecord] = []
        for is_open in (True, False):
            query = ExecutionQuery(
                domain=DOMAIN,
                is_open=is_open,
                time=TimeField.STARTED,
                oldest=0.0,
                latest=math.inf,
                filter=ByWorkflowId(workflow_id=workflow_id),
            )
            found.extend(self.store.archive.executions(query, Page(limit=1)))
        return max(found, key=lambda record: record.run).run_id


def schedule(activity_id: str = "task", **options: Any) -> Mapping[str, Any]:
    return _decision("ScheduleActivityTask", {"activityType": ACTIVITY, "activityId": activity_id, **options})


def cancel_activity(activity_id: str = "task") -> Mapping[str, Any]:
    return _decision("RequestCancelActivityTask", {"activityId": activity_id})


def schedule_function(function_id: str = "function", name: str = "double", **options: Any) -> Mapping[str, Any]:
    return _decision("ScheduleLambdaFunction", {"id": function_id, "name": name, **options})


def timer(timer_id: str = "timer", seconds: int = 60, **options: Any) -> Mapping[str, Any]:
    return _decision("StartTimer", {"timerId": timer_id, "startToFireTimeout": str(seconds), **options})


def cancel_timer(timer_id: str = "timer") -> Mapping[str, Any]:
    return _decision("CancelTimer", {"timerId": timer_id})


def marker(name: str = "marker", **options: Any) -> Mapping[str, Any]:
    return _decision("RecordMarker", {"markerName": name, **options})


def complete(**options: Any) -> Mapping[str, Any]:
    return _decision("CompleteWorkflowExecution", options)


def fail(**options: Any) -> Mapping[str, Any]:
    return _decision("FailWorkflowExecution", options)


def cancel(**options: Any) -> Mapping[str, Any]:
    return _decision("CancelWorkflowExecution", options)


def continue_as_new(**options: Any) -> Mapping[str, Any]:
    return _decision("ContinueAsNewWorkflowExecution", options)


def start_child(workflow_id: str = "child", **options: Any) -> Mapping[str, Any]:
    return _decision("StartChildWorkflowExecution", {"workflowType": WORKFLOW, "workflowId": workflow_id, **options})


def signal_external(workflow_id: str, **options: Any) -> Mapping[str, Any]:
    return _decision("SignalExternalWorkflowExecution", {"workflowId": workflow_id, "signalName": "go", **options})


def cancel_external(workflow_id: str, **options: Any) -> Mapping[str, Any]:
    return _decision("RequestCancelExternalWorkflowExecution", {"workflowId": workflow_id, **options})


def _decision(decision_type: str, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"decisionType": decision_type, f"{decision_type[0].lower()}{decision_type[1:]}DecisionAttributes": attributes}
