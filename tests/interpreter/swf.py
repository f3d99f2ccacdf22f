"""A tiny SWF for one execution, in memory, under the test's own time: decisions in, history out. Strict where SWF refuses.

    swf = Execution(plan_of(...)).start({"n": 1})
    swf.decide()                      # one decision task: the run's decisions are carried out
    swf.complete("fetch", result=7)   # what workers and time do
    swf.decide()

What SWF refuses as a request (ids that are taken, illegal or too long, more than 100 decisions, a close that is not last) is an
AssertionError here: a run must never ask for it. `refuse` makes a decision fail that SWF may refuse for reasons of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from engine.graph.plan import Plan
from engine.interpreter.draining import MOST_EVENTS
from tests.interpreter.elsewhere import Elsewhere
from tests.interpreter.record import T0, check_id, result_of

__all__ = ["T0", "Execution", "kinds"]

CLOSES = {
    "CompleteWorkflowExecution": "WorkflowExecutionCompleted",
    "FailWorkflowExecution": "WorkflowExecutionFailed",
    "CancelWorkflowExecution": "WorkflowExecutionCanceled",
    "ContinueAsNewWorkflowExecution": "WorkflowExecutionContinuedAsNew",
}


class Execution(Elsewhere):
    """One execution; what works elsewhere is in `elsewhere`."""

    def __init__(self, plan: Plan, *, workflow_id: str = "w", run_id: str = "r", most_events: int = MOST_EVENTS) -> None:
        super().__init__(plan, workflow_id=workflow_id, run_id=run_id, most_events=most_events)
        self.set_up()
        self.tasks: dict[str, int] = {}
        """Open activity tasks: activityId -> scheduledEventId."""
        self.begun: dict[str, int] = {}
        """Those that are started: activityId -> startedEventId."""
        self.timers: dict[str, tuple[int, float]] = {}
        """Open timers: timerId -> (startedEventId, when it fires)."""
        self.seen_ids: set[str] = set()
        self.markers: dict[str, str] = {}
        self.decisions: list[dict[str, Any]] = []
        """Of the last decision task."""
        self.closed = ""

    # What happens.

    def start(self, value: Any = None, **more: Any) -> Self:
        """`more`: other attributes of WorkflowExecutionStarted."""
        spec = self.plan.spec
        given = dict(more) if value is None else {"input": json.dumps(value), **more}
        kind = {"name": spec.name, "version": spec.version}
        terms = {"childPolicy": "TERMINATE", "taskList": {"name": spec.task_list}, "workflowType": kind}
        self.event("WorkflowExecutionStarted", **(terms | given))
        self.due = True
        return self

    def wait(self, seconds: float) -> Self:
        """Time passes, nothing happens."""
        self.now += seconds
        return self

    def begin(self, activity_id: str) -> Self:
        """A worker takes the task."""
        self.begun[activity_id] = self.event("ActivityTaskStarted", scheduledEventId=self.tasks[activity_id])
        return self

    def complete(self, activity_id: str, result: Any = None) -> Self:
        return self._answer("ActivityTaskCompleted", activity_id, **result_of(result))

    def fail(self, activity_id: str, reason: str = "", details: str = "") -> Self:
        given = ({"reason": reason} if reason else {}) | ({"details": details} if details else {})
        return self._answer("ActivityTaskFailed", activity_id, **given)

    def time_out(self, activity_id: str, timeout: str = "START_TO_CLOSE") -> Self:
        return self._answer("ActivityTaskTimedOut", activity_id, timeoutType=timeout)

    def cancel(self, activity_id: str, details: str = "") -> Self:
        return self._answer("ActivityTaskCanceled", activity_id, details=details)

    def _answer(self, kind: str, activity_id: str, **given: Any) -> Self:
        if activity_id not in self.begun and given.get("timeoutType") != "SCHEDULE_TO_START":
            self.begin(activity_id)
        self.news()
        begun = self.begun.pop(activity_id, 0)
        self.event(kind, scheduledEventId=self.tasks.pop(activity_id), startedEventId=begun, **given)
        return self

    def fire(self, timer_id: str) -> Self:
        started, due = self.timers.pop(timer_id)
        self.now = max(self.now, due)
        self.news()
        self.event("TimerFired", timerId=timer_id, startedEventId=started)
        return self

    def request_cancel(self) -> Self:
        self.news()
        self.event("WorkflowExecutionCancelRequested")
        return self

    def signal(self, name: str, value: Any = None) -> Self:
        self.news()
        self.event("WorkflowExecutionSignaled", signalName=name, **({} if value is None else {"input": json.dumps(value)}))
        return self

    def terminate(self) -> Self:
        self.event("WorkflowExecutionTerminated", childPolicy="TERMINATE", reason="enough")
        self.closed = "WorkflowExecutionTerminated"
        return self

    def expire(self) -> Self:
        """The execution's own timeout."""
        self.event("WorkflowExecutionTimedOut", childPolicy="TERMINATE", timeoutType="START_TO_CLOSE")
        self.closed = "WorkflowExecutionTimedOut"
        return self

    def control_of(self, wish_id: str) -> dict[str, Any]:
        """Of an activityId or a timerId: what its event's `control` says."""
        return self.controls[wish_id]

    # Decision tasks.

    def decide(self) -> Self:
        """One whole decision task; its decisions are in `decisions` afterwards."""
        self.take()
        return self.respond()

    def take(self) -> Self:
        """The decider gets a decision task and decides; what happens until `respond` it has not seen."""
        scheduled = self.event("DecisionTaskScheduled", taskList={"name": "d"})
        started = self.event("DecisionTaskStarted", scheduledEventId=scheduled)
        self.unseen = self.due = False
        self.decisions = self.run.decisions()
        self._task = (scheduled, started)
        return self

    def lose(self) -> Self:
        """The decider dies before it responds."""
        scheduled, started = self._task
        self.event("DecisionTaskTimedOut", scheduledEventId=scheduled, startedEventId=started, timeoutType="START_TO_CLOSE")
        self.due = True
        return self

    def respond(self) -> Self:
        assert len(self.decisions) <= 100
        closes = [number for number, decision in enumerate(self.decisions) if decision["decisionType"] in CLOSES]
        assert closes in ([], [len(self.decisions) - 1])
        scheduled, started = self._task
        self.event("DecisionTaskCompleted", scheduledEventId=scheduled, startedEventId=started)
        for decision in self.decisions:
            kind = decision["decisionType"]
            _DO[kind](self, kind, decision[f"{kind[0].lower()}{kind[1:]}DecisionAttributes"])
        if not self.closed:
            self.deliver()
        return self

    def refuse(self, decision: str, *causes: str) -> Self:
        """The next decisions of this type are refused for these causes, one each."""
        self.causes.setdefault(decision, []).extend(causes)
        return self

    def _schedule(self, kind: str, given: Mapping[str, Any]) -> None:
        activity_id = given["activityId"]
        check_id(activity_id)
        assert activity_id not in self.tasks
        assert len(given.get("input", "")) <= 32_768
        for timeout in ("scheduleToStartTimeout", "scheduleToCloseTimeout", "startToCloseTimeout", "heartbeatTimeout"):
            assert given[timeout] == "NONE" or 0 <= int(given[timeout]) <= 99_999_999
        if self.refused(kind, activityId=activity_id, activityType=given["activityType"]):
            return
        assert activity_id not in self.seen_ids
        self.seen_ids.add(activity_id)
        self.controls[activity_id] = json.loads(given["control"])
        self.tasks[activity_id] = self.event("ActivityTaskScheduled", **given)

    def _request_cancel(self, kind: str, given: Mapping[str, Any]) -> None:
        activity_id = given["activityId"]
        if self.refused(kind, activityId=activity_id):
            return
        if activity_id not in self.tasks:
            self.due = True
            self.event("RequestCancelActivityTaskFailed", activityId=activity_id, cause="ACTIVITY_ID_UNKNOWN")
            return
        self.asked.add(activity_id)
        self.event("ActivityTaskCancelRequested", activityId=activity_id)
        if activity_id not in self.begun:
            self.due = True
            self.event("ActivityTaskCanceled", scheduledEventId=self.tasks.pop(activity_id), startedEventId=0)

    def _start_timer(self, kind: str, given: Mapping[str, Any]) -> None:
        timer_id, seconds = given["timerId"], int(given["startToFireTimeout"])
        check_id(timer_id)
        assert timer_id not in self.timers
        assert 0 <= seconds <= 99_999_999
        if self.refused(kind, timerId=timer_id):
            return
        self.controls[timer_id] = json.loads(given.get("control", "{}"))
        self.timers[timer_id] = (self.event("TimerStarted", **given), self.now + seconds)

    def _cancel_timer(self, kind: str, given: Mapping[str, Any]) -> None:
        timer_id = given["timerId"]
        if self.refused(kind, timerId=timer_id):
            return
        if timer_id not in self.timers:
            self.due = True
            self.event("CancelTimerFailed", timerId=timer_id, cause="TIMER_ID_UNKNOWN")
            return
        started, _ = self.timers.pop(timer_id)
        self.event("TimerCanceled", timerId=timer_id, startedEventId=started)

    def _record_marker(self, kind: str, given: Mapping[str, Any]) -> None:
        if not self.refused(kind, markerName=given["markerName"]):
            self.markers[given["markerName"]] = given["details"]
            self.event("MarkerRecorded", **given)

    def _close(self, kind: str, given: Mapping[str, Any]) -> None:
        assert len(given.get("reason", "")) <= 256
        assert len(given.get("details", "")) <= 32_768
        assert len(given.get("result", "")) <= 32_768
        if self.refused(kind):
            return
        if self.unseen:
            self.event(f"{kind}Failed", cause="UNHANDLED_DECISION")
            self.due = True
            return
        self.closed = CLOSES[kind]
        self.event(self.closed, **given)


_DO = {
    "ScheduleActivityTask": Execution._schedule,
    "RequestCancelActivityTask": Execution._request_cancel,
    "StartChildWorkflowExecution": Execution.start_child,
    "RequestCancelExternalWorkflowExecution": Execution.cancel_child,
    "ScheduleLambdaFunction": Execution.schedule_function,
    "StartTimer": Execution._start_timer,
    "CancelTimer": Execution._cancel_timer,
    "RecordMarker": Execution._record_marker,
    **dict.fromkeys(CLOSES, Execution._close),
}


def kinds(decisions: Sequence[Mapping[str, Any]]) -> list[str]:
    return [decision["decisionType"] for decision in decisions]
