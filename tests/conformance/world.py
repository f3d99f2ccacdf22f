"""What the cases say their claims with: a world of one domain, executions in it (`Flow`), decisions.

Every case has a world of its own within the endpoint's domain: its names bear a mark that no other case has, so that cases don't meet
(a domain per case would not do: AWS deletes none and allows a hundred). Whatever is asked and answered is noted in `SEEN`, and every
answer of ours is held against its shape in the API's model. Times: `wait` passes them, by hand where the endpoint is ours.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from engine.service.events import ATTRIBUTES
from engine.service.model import operations, shape
from tests.conformance.endpoints import OURS, Endpoint, Refused
from tests.conformance.seen import SEEN

DOMAIN = "swfgraph-conformance"
WORKFLOW = {"name": "Flow", "version": "1"}
"""Has all defaults but a task list."""
BARE_WORKFLOW = {"name": "BareFlow", "version": "1"}
"""Has no defaults."""
ACTIVITY = {"name": "Work", "version": "1"}
BARE_ACTIVITY = {"name": "BareWork", "version": "1"}
UNKNOWN = {"name": "Nothing", "version": "1"}

WORKFLOW_DEFAULTS = {
    "defaultChildPolicy": "TERMINATE",
    "defaultExecutionStartToCloseTimeout": "3600",
    "defaultTaskStartToCloseTimeout": "300",
}
ACTIVITY_DEFAULTS = {
    "defaultTaskHeartbeatTimeout": "3000",
    "defaultTaskScheduleToStartTimeout": "3000",
    "defaultTaskScheduleToCloseTimeout": "3000",
    "defaultTaskStartToCloseTimeout": "3000",
}
EVERYTHING = {"startTimeFilter": {"oldestDate": 0}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """An execution, for as long as a case looks at it."""

    world: World
    workflow_id: str
    run_id: str
    decisions: str
    """The task list that its decision tasks go to."""

    @property
    def execution(self) -> dict[str, str]:
        return {"workflowId": self.workflow_id, "runId": self.run_id}

    @property
    def named(self) -> dict[str, str]:
        """How operations name it that act on the open execution of a workflowId."""
        return {"domain": self.world.domain, **self.execution}

    def poll(self, task_list: str = "", **options: Any) -> Mapping[str, Any]:
        """Its next decision task, which must be there. `task_list`: where it isn't the usual one."""
        return self.world.poll_decision(task_list or self.decisions, **options)

    def answer(self, task: Mapping[str, Any], *decisions: Mapping[str, Any], **options: Any) -> None:
        self.world.respond(task, *decisions, **options)

    def decide(self, *decisions: Mapping[str, Any], **options: Any) -> None:
        """Answer the next decision task."""
        self.answer(self.poll(), *decisions, **options)

    def history(self) -> Sequence[Mapping[str, Any]]:
        """All of it, whatever the number of pages."""
        pages = self.world.pages("GetWorkflowExecutionHistory", "events", domain=self.world.domain, execution=self.execution)
        return [event for page in pages for event in page]

    def types(self) -> list[str]:
        return [event["eventType"] for event in self.history()]

    def all(self, event_type: str) -> list[Mapping[str, Any]]:
        """The attributes of its events of that type."""
        return [attributes(event) for event in self.history() if event["eventType"] == event_type]

    def last(self, event_type: str) -> Mapping[str, Any]:
        """The attributes of the last event of that type, which must be there."""
        found = self.all(event_type)
        assert found, f"no {event_type} in {self.types()}"
        return found[-1]

    def event_id(self, event_type: str) -> int:
        """Of the last event of that type."""
        found = [int(event["eventId"]) for event in self.history() if event["eventType"] == event_type]
        assert found, f"no {event_type} in {self.types()}"
        return found[-1]

    def describe(self) -> Mapping[str, Any]:
        return self.world.call("DescribeWorkflowExecution", domain=self.world.domain, execution=self.execution)

    def status(self) -> str:
        """OPEN, or how it closed."""
        info = self.describe()["executionInfo"]
        return str(info.get("closeStatus", info["executionStatus"]))

    def open_counts(self) -> Mapping[str, int]:
        counts: Mapping[str, int] = self.describe()["openCounts"]
        return counts

    def child(self, label: str = "child") -> Flow:
        """The child of that label, as it was started last."""
        started = [told["workflowExecution"] for told in self.all("ChildWorkflowExecutionStarted")]
        runs = [execution["runId"] for execution in started if execution["workflowId"] == self.world.name(label)]
        assert runs, f"no child {label} was started: {self.types()}"
        return self.world.flow(label, runs[-1])

    def continued(self) -> Flow:
        """The execution that it continued as."""
        return replace(self, run_id=self.last("WorkflowExecutionContinuedAsNew")["newExecutionRunId"])

    def signal(self, name: str = "go", **options: Any) -> None:
        self.world.call("SignalWorkflowExecution", **self.named, signalName=name, **options)

    def terminate(self, **options: Any) -> None:
        self.world.call("TerminateWorkflowExecution", **self.named, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One case's part of an endpoint."""

    endpoint: Endpoint
    domain: str = DOMAIN
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def call(self, operation: str, **request: Any) -> Mapping[str, Any]:
        """One request. Raises: Refused."""
        SEEN.request(operation, request)
        try:
            body = self.endpoint.call(operation, request)
        except Refused as refused:
            SEEN.refusal(operation, refused.code)
            raise
        if self.endpoint.kind in OURS and body.get("taskToken") != "":  # a poll that found nothing leaves out even what is required
            output = operations()[operation].output_shape
            assert shape(output).accepts(body) if output else body == {}, f"{operation} answered what its shape does not allow: {body}"
        SEEN.answer(body)
        return body

    def refuses(self, code: str, operation: str, **request: Any) -> str:
        """The message of the fault with which the request is refused: that code, and over HTTP status 400."""
        with pytest.raises(Refused) as refused:
            self.call(operation, **request)
        fault = refused.value
        assert fault.code == code, f"{operation} was refused with {fault.code}: {fault.message}"
        assert fault.status in {0, 400}
        return fault.message

    def name(self, label: str) -> str:
        """A name that no other case has."""
        return f"{label}-{self.mark}"

    def now(self) -> float:
        return self.endpoint.now()

    def wait(self, seconds: float) -> None:
        self.endpoint.wait(seconds)

    def pages(self, operation: str, member: str, **request: Any) -> Iterator[Sequence[Any]]:
        """The pages of a list, one after the other."""
        token: dict[str, str] = {}
        while True:
            body = self.call(operation, **request, **token)
            yield body.get(member, [])
            if "nextPageToken" not in body:
                return
            token = {"nextPageToken": body["nextPageToken"]}

    # What there is to act on.

    def register_domain(self, label: str, **options: Any) -> str:
        name = self.name(label)
        self.call("RegisterDomain", name=name, **{"workflowExecutionRetentionPeriodInDays": "1", **options})
        return name

    def register_workflow(self, label: str = "Workflow", **defaults: Any) -> dict[str, str]:
        named = {"name": self.name(label), "version": "1"}
        self.call("RegisterWorkflowType", domain=self.domain, **named, **defaults)
        return named

    def register_activity(self, label: str = "Activity", **defaults: Any) -> dict[str, str]:
        named = {"name": self.name(label), "version": "1"}
        self.call("RegisterActivityType", domain=self.domain, **named, **defaults)
        return named

    def start(self, label: str = "flow", **options: Any) -> Flow:
        """An execution with a task list of its own."""
        workflow_id, decisions = self.name(label), self.name(f"decisions-{label}")
        request = {"workflowType": WORKFLOW, "taskList": {"name": decisions}, **options}
        run_id = str(self.call("StartWorkflowExecution", domain=self.domain, workflowId=workflow_id, **request)["runId"])
        return Flow(world=self, workflow_id=workflow_id, run_id=run_id, decisions=decisions)

    def flow(self, label: str, run_id: str) -> Flow:
        return Flow(world=self, workflow_id=self.name(label), run_id=run_id, decisions=self.name(f"decisions-{label}"))

    def listed(self, operation: str, **options: Any) -> Sequence[Mapping[str, Any]]:
        request = options if "startTimeFilter" in options or "closeTimeFilter" in options else {**EVERYTHING, **options}
        found: Sequence[Mapping[str, Any]] = self.call(operation, domain=self.domain, **request)["executionInfos"]
        return found

    # Tasks.

    def poll_decision(self, task_list: str, **options: Any) -> Mapping[str, Any]:
        assert not self.endpoint.is_virtual or self.pending_decisions(task_list), f"no decision task is scheduled in {task_list}"
        task = self.call("PollForDecisionTask", domain=self.domain, taskList={"name": task_list}, **options)
        assert task.get("taskToken"), f"no decision task came from {task_list}"
        return task

    def respond(self, task: Mapping[str, Any], *decisions: Mapping[str, Any], **options: Any) -> None:
        self.call("RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=list(decisions), **options)

    def poll_activity(self, label: str = "work", **options: Any) -> Mapping[str, Any]:
        assert not self.endpoint.is_virtual or self.pending_activities(label), f"no activity task is scheduled in {label}"
        task = self.call("PollForActivityTask", domain=self.domain, taskList={"name": self.name(label)}, **options)
        assert task.get("taskToken"), f"no activity task came from {label}"
        return task

    def pending_decisions(self, task_list: str) -> int:
        return int(self.call("CountPendingDecisionTasks", domain=self.domain, taskList={"name": task_list})["count"])

    def pending_activities(self, label: str = "work") -> int:
        return int(self.call("CountPendingActivityTasks", domain=self.domain, taskList={"name": self.name(label)})["count"])

    def complete(self, task: Mapping[str, Any], **options: Any) -> None:
        self.call("RespondActivityTaskCompleted", taskToken=task["taskToken"], **options)

    # Decisions that name something of this world.

    def schedule(self, activity_id: str = "task", **options: Any) -> Mapping[str, Any]:
        work = {"activityType": ACTIVITY, "activityId": activity_id, "taskList": {"name": self.name("work")}}
        return decision("ScheduleActivityTask", **{**work, **options})

    def start_child(self, label: str = "child", **options: Any) -> Mapping[str, Any]:
        child = {"workflowType": WORKFLOW, "workflowId": self.name(label), "taskList": {"name": self.name(f"decisions-{label}")}}
        return decision("StartChildWorkflowExecution", **{**child, **options})

    def signal_external(self, label: str, **options: Any) -> Mapping[str, Any]:
        return decision("SignalExternalWorkflowExecution", workflowId=self.name(label), **{"signalName": "go", **options})

    def cancel_external(self, label: str, **options: Any) -> Mapping[str, Any]:
        return decision("RequestCancelExternalWorkflowExecution", workflowId=self.name(label), **options)


def attributes(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = event[ATTRIBUTES[event["eventType"]]]
    return found


def decision(decision_type: str, **options: Any) -> Mapping[str, Any]:
    return {"decisionType": decision_type, f"{decision_type[0].lower()}{decision_type[1:]}DecisionAttributes": options}


def without(members: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """All of them but those."""
    return {name: value for name, value in members.items() if name not in names}


def cancel_activity(activity_id: str = "task") -> Mapping[str, Any]:
    return decision("RequestCancelActivityTask", activityId=activity_id)


def timer(timer_id: str = "timer", seconds: int = 1, **options: Any) -> Mapping[str, Any]:
    return decision("StartTimer", timerId=timer_id, startToFireTimeout=str(seconds), **options)


def cancel_timer(timer_id: str = "timer") -> Mapping[str, Any]:
    return decision("CancelTimer", timerId=timer_id)


def marker(name: str = "marker", **options: Any) -> Mapping[str, Any]:
    return decision("RecordMarker", markerName=name, **options)


def complete(**options: Any) -> Mapping[str, Any]:
    return decision("CompleteWorkflowExecution", **options)


def fail(**options: Any) -> Mapping[str, Any]:
    return decision("FailWorkflowExecution", **options)


def cancel(**options: Any) -> Mapping[str, Any]:
    return decision("CancelWorkflowExecution", **options)


def continue_as_new(**options: Any) -> Mapping[str, Any]:
    return decision("ContinueAsNewWorkflowExecution", **options)


def furnish(world: World) -> None:
    """Register what every case finds in its domain. It may be there from another run."""
    there = {"DomainAlreadyExistsFault", "TypeAlreadyExistsFault"}
    for operation, request in (
        ("RegisterDomain", {"name": world.domain, "workflowExecutionRetentionPeriodInDays": "1"}),
        ("RegisterWorkflowType", {"domain": world.domain, **WORKFLOW, **WORKFLOW_DEFAULTS}),
        ("RegisterWorkflowType", {"domain": world.domain, **BARE_WORKFLOW}),
        ("RegisterActivityType", {"domain": world.domain, **ACTIVITY, **ACTIVITY_DEFAULTS}),
        ("RegisterActivityType", {"domain": world.domain, **BARE_ACTIVITY}),
    ):
        try:
            world.call(operation, **request)
        except Refused as refused:
            if refused.code not in there:
                raise
