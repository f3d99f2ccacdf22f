"""A second SWF: small, in memory, written from the API's documentation, and as simple as it can be. The service has to agree with it.

It keeps histories and nothing else that could be got from them; what is open, which task is next and what is due, it finds by looking
through everything, every time. It knows executions, decision tasks, activity tasks, timers, markers, signals, cancel requests and
continue-as-new; not children, signals between executions or Lambda functions (test_laws.py and their own tests have those).
Imports nothing of the engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

EXECUTION_TIMEOUT = 200
DECISION_TIMEOUT = 20
NEVER = math.inf

Decision: TypeAlias = tuple[str, Mapping[str, Any]]
"""The kind and what it needs: ("schedule", {"activityId": "a", ...})."""

CLOSING = {
    "complete": "WorkflowExecutionCompleted",
    "fail": "WorkflowExecutionFailed",
    "cancel": "WorkflowExecutionCanceled",
    "continue": "WorkflowExecutionContinuedAsNew",
}
REFUSED = {
    "complete": "CompleteWorkflowExecutionFailed",
    "fail": "FailWorkflowExecutionFailed",
    "cancel": "CancelWorkflowExecutionFailed",
    "continue": "ContinueAsNewWorkflowExecutionFailed",
}
ACTIVITY_TIMEOUTS = ("scheduleToStartTimeout", "scheduleToCloseTimeout", "startToCloseTimeout", "heartbeatTimeout")


class Unknown(Exception):
    """UnknownResourceFault."""


class AlreadyStarted(Exception):
    """WorkflowExecutionAlreadyStartedFault."""


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    kind: str
    at: float
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Activity:
    """An open activity task; 0: not started yet."""

    scheduled: Event
    started: int = 0
    started_at: float = 0.0
    alive_at: float = 0.0
    cancel_requested: bool = False

    def limit(self, name: str) -> float:
        given = self.scheduled.facts[name]
        return NEVER if given == "NONE" else float(given)

    def deadlines(self) -> list[tuple[float, str]]:
        whole = (self.scheduled.at + self.limit("scheduleToCloseTimeout"), "SCHEDULE_TO_CLOSE")
        if not self.started:
            return [(self.scheduled.at + self.limit("scheduleToStartTimeout"), "SCHEDULE_TO_START"), whole]
        beat = (self.alive_at + self.limit("heartbeatTimeout"), "HEARTBEAT")
        return [beat, (self.started_at + self.limit("startToCloseTimeout"), "START_TO_CLOSE"), whole]


@dataclass(slots=True)
class Execution:
    order: int
    workflow_id: str
    events: list[Event] = field(default_factory=list)
    activities: dict[str, Activity] = field(default_factory=dict)
    timers: dict[str, Event] = field(default_factory=dict)
    scheduled: Event | None = None
    """The DecisionTaskScheduled that nobody has started."""
    deciding: Event | None = None
    """The DecisionTaskStarted that nobody has answered."""
    previous: int = 0
    status: str = "OPEN"

    def add(self, kind: str, at: float, **facts: Any) -> Event:
        event = Event(len(self.events) + 1, kind, at, facts)
        self.events.append(event)
        return event

    @property
    def is_open(self) -> bool:
        return self.status == "OPEN"

    def want_decision(self, at: float) -> None:
        if self.scheduled is None:
            self.scheduled = self.add("DecisionTaskScheduled", at)

    def close(self, kind: str, at: float) -> None:
        self.add(kind, at)
        self.status = kind.removeprefix("WorkflowExecution")
        self.activities.clear()
        self.timers.clear()
        self.scheduled = self.deciding = None

    def due(self) -> list[tuple[float, int, int, int, str]]:
        """Everything that will happen by itself: (when, order, kind, event, what)."""
        if not self.is_open:
            return []
        found = [(timer.at + timer.facts["seconds"], self.order, 0, timer.number, name) for name, timer in self.timers.items()]
        for name, task in self.activities.items():
            found.append((min(task.deadlines())[0], self.order, 1, task.scheduled.number, name))
        if self.deciding is not None:
            found.append((self.deciding.at + DECISION_TIMEOUT, self.order, 3, self.deciding.facts["scheduledEventId"], ""))
        found.append((self.events[0].at + EXECUTION_TIMEOUT, self.order, 4, 0, ""))
        return found


class Model:
    """The service as it should be."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.executions: list[Execution] = []

    def named(self, workflow_id: str) -> Execution:
        for execution in self.executions:
            if execution.is_open and execution.workflow_id == workflow_id:
                return execution
        raise Unknown

    # From outside.

    def start(self, workflow_id: str) -> Execution:
        if any(execution.is_open and execution.workflow_id == workflow_id for execution in self.executions):
            raise AlreadyStarted
        execution = Execution(len(self.executions), workflow_id)
        self.executions.append(execution)
        execution.add("WorkflowExecutionStarted", self.now)
        execution.want_decision(self.now)
        return execution

    def tell(self, workflow_id: str, kind: str) -> None:
        """A signal or a request to cancel."""
        execution = self.named(workflow_id)
        execution.add(kind, self.now)
        execution.want_decision(self.now)

    def terminate(self, workflow_id: str) -> None:
        self.named(workflow_id).close("WorkflowExecutionTerminated", self.now)

    # Decision tasks.

    def waiting_decisions(self) -> list[Execution]:
        """In the order in which deciders get them."""
        found = [(one.scheduled.at, one.order, one) for one in self.executions if one.scheduled is not None and one.deciding is None]
        return [execution for *_, execution in sorted(found, key=lambda entry: entry[:2])]

    def poll_decision(self) -> Execution:
        execution = self.waiting_decisions()[0]
        assert execution.scheduled is not None
        execution.deciding = execution.add("DecisionTaskStarted", self.now, scheduledEventId=execution.scheduled.number)
        execution.scheduled = None
        return execution

    def decide(self, execution: Execution, started: int, decisions: Sequence[Decision]) -> None:
        task = execution.deciding
        if task is None or task.number != started:
            raise Unknown
        unseen = execution.scheduled is not None
        execution.add("DecisionTaskCompleted", self.now, scheduledEventId=task.facts["scheduledEventId"], startedEventId=started)
        execution.deciding, execution.previous = None, started
        again = False
        for kind, facts in decisions:
            again = self._decision(execution, kind, facts, unseen=unseen) or again
        if execution.is_open and again:
            execution.want_decision(self.now)
        self.fire()

    def _decision(self, execution: Execution, kind: str, facts: Mapping[str, Any], *, unseen: bool) -> bool:
        """Whether the decider has to look at what came of it."""
        match kind:
            case "schedule":
                return self._schedule(execution, facts)
            case "cancel activity":
                return self._cancel_activity(execution, facts["activityId"])
            case "timer" if facts["timerId"] in execution.timers:
                execution.add("StartTimerFailed", self.now, timerId=facts["timerId"], cause="TIMER_ID_ALREADY_IN_USE")
            case "timer":
                execution.timers[facts["timerId"]] = execution.add("TimerStarted", self.now, **facts)
                return False
            case "cancel timer" if facts["timerId"] in execution.timers:
                timer = execution.timers.pop(facts["timerId"])
                execution.add("TimerCanceled", self.now, startedEventId=timer.number, **facts)
                return False
            case "cancel timer":
                execution.add("CancelTimerFailed", self.now, cause="TIMER_ID_UNKNOWN", **facts)
            case "marker":
                execution.add("MarkerRecorded", self.now)
                return False
            case _ if unseen:
                execution.add(REFUSED[kind], self.now, cause="UNHANDLED_DECISION")
            case _:
                execution.close(CLOSING[kind], self.now)
                if kind == "continue":
                    self.start(execution.workflow_id)
        return True

    def _schedule(self, execution: Execution, facts: Mapping[str, Any]) -> bool:
        name = facts["activityId"]
        if name in execution.activities:
            execution.add("ScheduleActivityTaskFailed", self.now, activityId=name, cause="ACTIVITY_ID_ALREADY_IN_USE")
            return True
        execution.activities[name] = Activity(execution.add("ActivityTaskScheduled", self.now, **facts))
        return False

    def _cancel_activity(self, execution: Execution, name: str) -> bool:
        task = execution.activities.get(name)
        if task is None:
            execution.add("RequestCancelActivityTaskFailed", self.now, activityId=name, cause="ACTIVITY_ID_UNKNOWN")
            return True
        execution.add("ActivityTaskCancelRequested", self.now, activityId=name)
        task.cancel_requested = True
        if task.started:
            return False
        execution.add("ActivityTaskCanceled", self.now, scheduledEventId=task.scheduled.number, startedEventId=0)
        del execution.activities[name]
        return True

    # Activity tasks.

    def waiting_activities(self) -> list[tuple[Execution, str]]:
        found = [
            (-int(task.scheduled.facts["taskPriority"]), task.scheduled.at, one.order, task.scheduled.number, one, name)
            for one in self.executions
            for name, task in one.activities.items()
            if not task.started
        ]
        return [(entry[4], entry[5]) for entry in sorted(found, key=lambda entry: entry[:4])]

    def poll_activity(self) -> tuple[Execution, str, int]:
        execution, name = self.waiting_activities()[0]
        task = execution.activities[name]
        event = execution.add("ActivityTaskStarted", self.now, scheduledEventId=task.scheduled.number)
        task.started, task.started_at, task.alive_at = event.number, self.now, self.now
        self.fire()
        return execution, name, event.number

    def started(self, execution: Execution, name: str, started: int) -> Activity:
        task = execution.activities.get(name)
        if task is None or task.started != started:
            raise Unknown
        return task

    def answer(self, execution: Execution, name: str, started: int, kind: str) -> None:
        task = self.started(execution, name, started)
        self._end(execution, name, kind, startedEventId=task.started)

    def beat(self, execution: Execution, name: str, started: int) -> bool:
        """Whether it shall cancel."""
        task = self.started(execution, name, started)
        task.alive_at = self.now
        cancel = task.cancel_requested
        self.fire()
        return cancel

    def _end(self, execution: Execution, name: str, kind: str, **facts: Any) -> None:
        execution.add(kind, self.now, scheduledEventId=execution.activities.pop(name).scheduled.number, **facts)
        execution.want_decision(self.now)

    # Time.

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.fire()

    def fire(self) -> None:
        while due := sorted(entry for execution in self.executions for entry in execution.due() if entry[0] <= self.now):
            _, order, kind, _, name = due[0]
            self._happen(self.executions[order], kind, name)

    def _happen(self, execution: Execution, kind: int, name: str) -> None:
        if kind == 0:
            execution.add("TimerFired", self.now, timerId=name, startedEventId=execution.timers.pop(name).number)
            execution.want_decision(self.now)
        elif kind == 1:
            task = execution.activities[name]
            which = min(task.deadlines(), key=lambda deadline: deadline[0])[1]
            self._end(execution, name, "ActivityTaskTimedOut", timeoutType=which, startedEventId=task.started)
        elif kind == 3:
            assert execution.deciding is not None
            told = {"scheduledEventId": execution.deciding.facts["scheduledEventId"], "startedEventId": execution.deciding.number}
            execution.add("DecisionTaskTimedOut", self.now, timeoutType="START_TO_CLOSE", **told)
            execution.deciding = None
            execution.want_decision(self.now)
        else:
            execution.close("WorkflowExecutionTimedOut", self.now)
