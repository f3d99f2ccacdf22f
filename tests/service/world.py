"""A small world to ask a running service about: one domain, one workflow type, one activity type, and the usual requests.

`Call` is what Session.call and Client.call have in common.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from engine.service.clock import Clock, SystemClock
from engine.service.database import Durability
from engine.service.disk import Disk
from engine.service.host import Host

Call: TypeAlias = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]

PATIENCE: Final = 150.0
"""Seconds until a test gives up waiting for a thread or a process: of something that stands still, not of a busy machine."""

DOMAIN = "World"
LIST = {"name": "list"}
WORKFLOW = {"name": "Workflow", "version": "1"}
ACTIVITY = {"name": "Activity", "version": "1"}

POLL = {"domain": DOMAIN, "taskList": LIST}
NO_TASK = {"taskToken": "", "startedEventId": 0}


def furnish(call: Call) -> None:
    """Register what there is."""
    call("RegisterDomain", {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"})
    call(
        "RegisterWorkflowType",
        {
            "domain": DOMAIN,
            **WORKFLOW,
            "defaultTaskList": LIST,
            "defaultChildPolicy": "TERMINATE",
            "defaultExecutionStartToCloseTimeout": "3600",
            "defaultTaskStartToCloseTimeout": "60",
        },
    )
    call("RegisterActivityType", {"domain": DOMAIN, **ACTIVITY})


def start(call: Call, workflow_id: str) -> str:
    """The runId."""
    run_id: str = call("StartWorkflowExecution", {"domain": DOMAIN, "workflowId": workflow_id, "workflowType": WORKFLOW})["runId"]
    return run_id


def schedule(activity_id: str) -> dict[str, Any]:
    """The decision to run an activity."""
    attributes: dict[str, Any] = {"activityType": ACTIVITY, "activityId": activity_id, "taskList": LIST}
    for name in ("scheduleToStartTimeout", "scheduleToCloseTimeout", "startToCloseTimeout", "heartbeatTimeout"):
        attributes[name] = "NONE"
    return {"decisionType": "ScheduleActivityTask", "scheduleActivityTaskDecisionAttributes": attributes}


def timer(seconds: int) -> dict[str, Any]:
    """The decision to start a timer."""
    return {"decisionType": "StartTimer", "startTimerDecisionAttributes": {"timerId": "timer", "startToFireTimeout": str(seconds)}}


def schedule_function(function_id: str, name: str, **options: str) -> dict[str, Any]:
    """The decision to invoke a Lambda function."""
    return {
        "decisionType": "ScheduleLambdaFunction",
        "scheduleLambdaFunctionDecisionAttributes": {"id": function_id, "name": name, **options},
    }


COMPLETE = {"decisionType": "CompleteWorkflowExecution", "completeWorkflowExecutionDecisionAttributes": {}}


def decide(call: Call, *decisions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Poll for a decision task and complete it; the task."""
    task = call("PollForDecisionTask", POLL)
    call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": list(decisions)})
    return task


def event_types(call: Call, workflow_id: str, run_id: str) -> list[str]:
    request = {"domain": DOMAIN, "execution": {"workflowId": workflow_id, "runId": run_id}}
    return [event["eventType"] for event in call("GetWorkflowExecutionHistory", request)["events"]]


class Bystander(threading.Thread):
    """A thread that makes one call; `outcome()` is what came of it."""

    def __init__(self, call: Call, operation: str, request: Mapping[str, Any]) -> None:
        super().__init__(daemon=True)
        self._ask: Callable[[], Mapping[str, Any]] = lambda: call(operation, request)
        self._outcome: list[Mapping[str, Any]] = []
        self._error: list[Exception] = []
        self.start()

    def run(self) -> None:
        try:
            self._outcome.append(self._ask())
        except Exception as error:  # noqa: BLE001  handed to whoever asks for the outcome
            self._error.append(error)

    def outcome(self) -> Mapping[str, Any]:
        """Raises: what the call raised."""
        self.join(PATIENCE)
        assert not self.is_alive(), "the call never came back"
        if self._error:
            raise self._error[0]
        return self._outcome[0]


@contextmanager
def hosting(path: Path, clock: Clock | None = None) -> Iterator[Host]:
    """A service over the file, for as long as the block lasts."""
    disk = Disk.open(path, durability=Durability.FULL)
    try:
        host = Host(disk=disk, clock=clock or SystemClock())
        try:
            yield host
        finally:
            host.close()
    finally:
        disk.close()
