"""One execution, folded from its events: everything that the service must know to go on with it.

`Execution.apply(event)` is its only writer, live and at load alike (and `beat` for heartbeats, which are no events): so what is in memory
is always what a restart would rebuild. `apply` either folds the event or raises and changes nothing. Never here: deciding what
happens next, queues, the clock, disk. Imports errors, archive's words, events, limits, tasks, timeouts' words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from engine.errors import HistoryError
from engine.service.archive import ABSENT, Absent
from engine.service.events import ATTRIBUTES, CLOSE_STATUS, Attributes, Event
from engine.service.limits import YEAR
from engine.service.queues import DECISION, QueueKey
from engine.service.tasks import (
    NO_DECISION,
    ActivityTask,
    Child,
    DecisionTask,
    FunctionTask,
    Timer,
    open_activity,
    read_priority,
    read_seconds,
)
from engine.service.timeouts import Due


class Execution:
    """The folded state. Ids are event ids, 0 where there is none; texts are "" where there is none."""

    __slots__ = (
        "activities", "activity_ids", "cancel_requested", "children", "close_status", "closed_at", "context", "domain", "function_ids",
        "functions", "last_event_at", "last_event_id", "latest_activity_at", "override_list", "override_timeout", "previous_started_id",
        "run", "run_id", "running", "started", "started_at", "tail", "task_list", "timer_ids", "timers", "waiting", "workflow_id",
    )  # fmt: skip

    def __init__(self, *, run: int, domain: str, workflow_id: str, run_id: str) -> None:
        self.run = run
        self.domain = domain
        self.workflow_id = workflow_id
        self.run_id = run_id
        self.started: Attributes = {}
        """The attributes of WorkflowExecutionStarted: type, configuration, input, parent."""
        self.started_at = 0.0
        self.last_event_id = 0
        self.last_event_at = 0.0
        self.close_status = ""
        self.closed_at = 0.0
        self.cancel_requested = False
        self.context: str | Absent = ABSENT
        """The latest executionContext, once a decider gave one."""
        self.latest_activity_at = 0.0
        self.task_list = ""
        """Where decision tasks go, but for the override."""
        self.override_list = ""
        self.override_timeout = "NONE"
        self.waiting: DecisionTask = NO_DECISION
        """The decision task that is scheduled; it can be had once none is running."""
        self.running: DecisionTask = NO_DECISION
        """The decision task that a decider has."""
        self.previous_started_id = 0
        """The DecisionTaskStarted event of the last decision task that a decider completed."""
        self.tail: list[Event] = []
        """The events from `previous_started_id` on: what a sticky decider reads."""
        self.activities: dict[int, ActivityTask] = {}
        self.activity_ids: dict[str, int] = {}
        self.functions: dict[int, FunctionTask] = {}
        self.function_ids: dict[str, int] = {}
        self.timers: dict[int, Timer] = {}
        self.timer_ids: dict[str, int] = {}
        self.children: dict[int, Child] = {}

    @property
    def is_open(self) -> bool:
        return not self.close_status

    @property
    def reference(self) -> dict[str, str]:
        """The WorkflowExecution structure."""
        return {"workflowId": self.workflow_id, "runId": self.run_id}

    def apply(self, event: Event) -> None:
        """Fold one event. Raises: HistoryError where it can't follow, with nothing changed."""
        event_id: int = event["eventId"]
        if event_id != self.last_event_id + 1:
            raise HistoryError(event_id, f"the history of {self.workflow_id} (run {self.run}) goes on with event {self.last_event_id + 1}")
        if self.close_status:
            raise HistoryError(event_id, f"the history of {self.workflow_id} (run {self.run}) ended with event {self.last_event_id}")
        event_type = event["eventType"]
        at: float = event["eventTimestamp"]
        fold = FOLDS.get(event_type)
        if fold is not None:
            try:
                fold(self, event_id, at, event[ATTRIBUTES[event_type]])
            except KeyError as missing:
                message = f"{event_type} of {self.workflow_id} (run {self.run}) refers to {missing}, which is not open"
                raise HistoryError(event_id, message) from missing
        self.last_event_id = event_id
        self.last_event_at = at
        self.tail.append(event)
        if event_type in CLOSE_STATUS:
            self._close(CLOSE_STATUS[event_type], at)

    def beat(self, scheduled_id: int, at: float, details: str) -> None:
        """A heartbeat of a started activity task."""
        task = self.activities[scheduled_id]
        task.beat_at = at
        task.beat_details = details

    def due(self, kind: int, key: int) -> float:
        """When that falls due; math.inf where it is closed or unlimited."""
        if kind == Due.ACTIVITY:
            return self.activities[key].due() if key in self.activities else math.inf
        if kind == Due.TIMER:
            return self.timers[key].fires_at if key in self.timers else math.inf
        if kind == Due.FUNCTION:
            return self.functions[key].due() if key in self.functions else math.inf
        if kind == Due.DECISION:
            if key == self.running.scheduled_id:
                return self.running.due()
            return self.waiting.due() if key == self.waiting.scheduled_id else math.inf
        return self.times_out_at() if self.is_open else math.inf

    def times_out_at(self) -> float:
        """When the execution as a whole does."""
        return self.started_at + min(read_seconds(self.started["executionStartToCloseTimeout"]), YEAR)

    def decision_queue(self) -> QueueKey:
        """The list that `waiting` belongs to."""
        return (DECISION, self.domain, self.waiting.task_list)

    def _close(self, status: str, at: float) -> None:
        self.close_status = status
        self.closed_at = at


def _execution_started(self: Execution, _event_id: int, at: float, attributes: Attributes) -> None:
    self.started = attributes
    self.started_at = at
    self.task_list = attributes["taskList"]["name"]


def _decision_scheduled(self: Execution, event_id: int, at: float, attributes: Attributes) -> None:
    self.waiting = DecisionTask(
        scheduled_id=event_id,
        scheduled_at=at,
        task_list=attributes["taskList"]["name"],
        priority=read_priority(attributes),
        start_to_close=read_seconds(attributes["startToCloseTimeout"]),
        schedule_to_start=read_seconds(attributes.get("scheduleToStartTimeout", "NONE")),
    )


def _decision_started(self: Execution, event_id: int, at: float, attributes: Attributes) -> None:
    task = self.waiting
    if task.scheduled_id != attributes["scheduledEventId"] or self.running is not NO_DECISION:
        raise KeyError(attributes["scheduledEventId"])
    self.waiting = NO_DECISION
    self.running = task
    task.started_id = event_id
    task.started_at = at


def _decision_completed(self: Execution, _event_id: int, _at: float, attributes: Attributes) -> None:
    started_id = attributes["startedEventId"]
    if self.running.started_id != started_id:
        raise KeyError(started_id)
    self.running = NO_DECISION
    self.previous_started_id = started_id
    del self.tail[: started_id - self.tail[0]["eventId"]]
    if "executionContext" in attributes:
        self.context = attributes["executionContext"]
    if "taskList" in attributes:
        # RespondDecisionTaskCompleted, taskListScheduleToStartTimeout: without it the override is permanent.
        self.override_list = attributes["taskList"]["name"]
        self.override_timeout = attributes.get("taskListScheduleToStartTimeout", "NONE")
        if self.override_timeout == "NONE":
            self.task_list, self.override_list = self.override_list, ""


def _decision_timed_out(self: Execution, _event_id: int, _at: float, attributes: Attributes) -> None:
    if attributes["timeoutType"] == "SCHEDULE_TO_START":
        self.waiting = NO_DECISION
    else:
        self.running = NO_DECISION
    # RespondDecisionTaskCompleted, taskListScheduleToStartTimeout: either timeout reverts the override.
    self.override_list, self.override_timeout = "", "NONE"


def _activity_scheduled(self: Execution, event_id: int, at: float, attributes: Attributes) -> None:
    self.activities[event_id] = open_activity(self.domain, event_id, at, attributes)
    self.activity_ids[attributes["activityId"]] = event_id
    self.latest_activity_at = at


def _activity_started(self: Execution, event_id: int, at: float, attributes: Attributes) -> None:
    task = self.activities[attributes["scheduledEventId"]]
    task.started_id = event_id
    task.started_at = at
    self.latest_activity_at = at


def _activity_closed(self: Execution, _event_id: int, at: float, attributes: Attributes) -> None:
    task = self.activities.pop(attributes["scheduledEventId"])
    del self.activity_ids[task.attributes["activityId"]]
    self.latest_activity_at = at


def _activity_cancel_requested(self: Execution, event_id: int, _at: float, attributes: Attributes) -> None:
    self.activities[self.activity_ids[attributes["activityId"]]].cancel_requested_id = event_id


def _function_scheduled(self: Execution, event_id: int, at: float, attributes: Attributes) -> None:
    self.functions[event_id] = FunctionTask(
        scheduled_id=event_id, scheduled_at=at, attributes=attributes, start_to_close=read_seconds(attributes["startToCloseTimeout"])
    )
    self.function_ids[attributes["id"]] = event_id


def _function_started(self: Execution, event_id: int, at: float, attributes: Attributes) -> None:
    task = self.functions[attributes["scheduledEventId"]]
    task.started_id = event_id
    task.started_at = at


def _function_closed(self: Execution, _event_id: int, _at: float, attributes: Attributes) -> None:
    task = self.functions.pop(attributes["scheduledEventId"])
    del self.function_ids[task.attributes["id"]]


def _timer_started(self: Execution, event_id: int, at: float, attributes: Attributes) -> None:
    fires_at = at + read_seconds(attributes["startToFireTimeout"])
    self.timers[event_id] = Timer(timer_id=attributes["timerId"], started_id=event_id, fires_at=fires_at)
    self.timer_ids[attributes["timerId"]] = event_id


def _timer_closed(self: Execution, _event_id: int, _at: float, attributes: Attributes) -> None:
    timer = self.timers.pop(attributes["startedEventId"])
    del self.timer_ids[timer.timer_id]


def _child_initiated(self: Execution, event_id: int, _at: float, attributes: Attributes) -> None:
    self.children[event_id] = Child(
        initiated_id=event_id, workflow_id=attributes["workflowId"], workflow_type=attributes["workflowType"]
    )  # fmt: skip


def _child_started(self: Execution, event_id: int, _at: float, attributes: Attributes) -> None:
    child = self.children[attributes["initiatedEventId"]]
    child.started_id = event_id
    child.run_id = attributes["workflowExecution"]["runId"]


def _child_closed(self: Execution, _event_id: int, _at: float, attributes: Attributes) -> None:
    del self.children[attributes["initiatedEventId"]]


def _child_failed(self: Execution, _event_id: int, _at: float, attributes: Attributes) -> None:
    # initiatedEventId is 0 where the decision failed before anything was initiated.
    self.children.pop(attributes["initiatedEventId"], None)


def _cancel_requested(self: Execution, _event_id: int, _at: float, _attributes: Attributes) -> None:
    self.cancel_requested = True


FOLDS: Mapping[str, Callable[[Execution, int, float, Attributes], None]] = {
    "WorkflowExecutionStarted": _execution_started,
    "WorkflowExecutionCancelRequested": _cancel_requested,
    "DecisionTaskScheduled": _decision_scheduled,
    "DecisionTaskStarted": _decision_started,
    "DecisionTaskCompleted": _decision_completed,
    "DecisionTaskTimedOut": _decision_timed_out,
    "ActivityTaskScheduled": _activity_scheduled,
    "ActivityTaskStarted": _activity_started,
    "ActivityTaskCompleted": _activity_closed,
    "ActivityTaskFailed": _activity_closed,
    "ActivityTaskTimedOut": _activity_closed,
    "ActivityTaskCanceled": _activity_closed,
    "ActivityTaskCancelRequested": _activity_cancel_requested,
    "LambdaFunctionScheduled": _function_scheduled,
    "LambdaFunctionStarted": _function_started,
    "LambdaFunctionCompleted": _function_closed,
    "LambdaFunctionFailed": _function_closed,
    "LambdaFunctionTimedOut": _function_closed,
    "StartLambdaFunctionFailed": _function_closed,
    "TimerStarted": _timer_started,
    "TimerFired": _timer_closed,
    "TimerCanceled": _timer_closed,
    "StartChildWorkflowExecutionInitiated": _child_initiated,
    "StartChildWorkflowExecutionFailed": _child_failed,
    "ChildWorkflowExecutionStarted": _child_started,
    "ChildWorkflowExecutionCompleted": _child_closed,
    "ChildWorkflowExecutionFailed": _child_closed,
    "ChildWorkflowExecutionTimedOut": _child_closed,
    "ChildWorkflowExecutionCanceled": _child_closed,
    "ChildWorkflowExecutionTerminated": _child_closed,
}
"""Event type -> what it changes. An event that is not here (a marker, a signal, a failed decision) changes nothing but the tail."""
