"""The book of all open executions, and the one place where events are written.

`record` builds an event, folds it and puts it among the changes to be made durable; the other methods keep queues and timeouts in step
with what was recorded. Times are epoch seconds in whole milliseconds; an execution's own time never goes backwards.
Never here: requests, rules of the API beyond "at most one decision task at a time". Imports archive's words, events,
execution, limits, queues, rows, tasks, timeouts, tokens.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from engine.service.archive import ABSENT, Absent
from engine.service.events import Attributes, build_event
from engine.service.execution import Execution
from engine.service.limits import Limits
from engine.service.queues import FUNCTIONS, QueueKey, Queues
from engine.service.rows import EventAppended, ExecutionClosed, ExecutionOpened, HeartbeatForgotten, Row
from engine.service.tasks import NO_DECISION, ActivityTask, DecisionTask, FunctionTask
from engine.service.timeouts import Due, Timeouts
from engine.service.tokens import TaskToken


class Ledger:
    """Open executions with their queues and timeouts, and the rows that are not durable yet."""

    def __init__(self, limits: Limits, seed: str, *, runs_functions: bool = False) -> None:
        self.limits = limits
        self.runs_functions = runs_functions
        """Whether Lambda functions can be scheduled at all."""
        self.open: dict[int, Execution] = {}
        self.queues = Queues()
        self.timeouts = Timeouts(self._due_of)
        self.overfull: list[Execution] = []
        """Executions whose history has just reached its limit."""
        self.closed_in: set[str] = set()
        """Domains in which executions have just closed."""
        self._seed = seed
        self._next_run = 1
        self._named: dict[tuple[str, str], Execution] = {}
        self._open_in: dict[str, int] = {}
        self._changes: list[Row] = []

    def take_changes(self) -> list[Row]:
        changes, self._changes = self._changes, []
        return changes

    def add_changes(self, rows: Iterable[Row]) -> None:
        self._changes.extend(rows)

    def named(self, domain: str, workflow_id: str) -> Execution | Absent:
        """The open execution of that workflowId; there is at most one."""
        return self._named.get((domain, workflow_id), ABSENT)

    def find(self, domain: str, workflow_id: str, run_id: str) -> Execution | Absent:
        """The open execution of that workflowId, if the runId is its own or empty."""
        execution = self.named(domain, workflow_id)
        return execution if execution is not ABSENT and run_id in ("", execution.run_id) else ABSENT

    def holder(self, token: TaskToken) -> Execution | Absent:
        """The open execution that the task of a token belongs to."""
        execution = self.open.get(token.run, ABSENT)
        return execution if execution is not ABSENT and token.of(execution.run_id) else ABSENT

    def count_open(self, domain: str) -> int:
        return self._open_in.get(domain, 0)

    def open_by_domain(self) -> dict[str, int]:
        """How many executions are open, in each domain that has had any."""
        return dict(self._open_in)

    def is_cancel_requested(self, run: int) -> bool:
        """Of an open execution. May be asked without the owner's mutex: one look-up, of what is never unset."""
        execution = self.open.get(run, ABSENT)
        return execution is not ABSENT and execution.cancel_requested

    # Executions begin, are loaded, and end.

    def begin(self, domain: str, workflow_id: str, started: Attributes, now: float) -> Execution:
        """A new execution with its first two events."""
        run = self._next_run
        self._next_run += 1
        execution = Execution(run=run, domain=domain, workflow_id=workflow_id, run_id=self.run_id(run))
        self._changes.append(
            ExecutionOpened(
                run=run,
                domain=domain,
                workflow_id=workflow_id,
                run_id=execution.run_id,
                type_name=started["workflowType"]["name"],
                type_version=started["workflowType"]["version"],
                started=now,
                tags=tuple(started.get("tagList", ())),
            )
        )
        self._keep(execution)
        self.record(execution, "WorkflowExecutionStarted", started, now)
        self.timeouts.arm(execution.times_out_at(), run, Due.EXECUTION, 0)
        self.schedule_decision(execution, now)
        return execution

    def run_id(self, run: int) -> str:
        """A function of the seed and the run number, so that the core needs no randomness."""
        return blake2b(f"{self._seed}/{run}".encode(), digest_size=16).hexdigest()

    def next_run_id(self) -> str:
        """The runId of the next execution that begins."""
        return self.run_id(self._next_run)

    def restore(self, execution: Execution) -> None:
        """An execution folded from disk: what waits waits again, what was due is due."""
        self._keep(execution)
        self.timeouts.arm(execution.times_out_at(), execution.run, Due.EXECUTION, 0)
        for task in (execution.running, execution.waiting):
            if task is not NO_DECISION:
                self.timeouts.arm(task.due(), execution.run, Due.DECISION, task.scheduled_id)
        if execution.running is NO_DECISION and execution.waiting is not NO_DECISION:
            self.offer_decision(execution)
        for activity in execution.activities.values():
            self.timeouts.arm(activity.due(), execution.run, Due.ACTIVITY, activity.scheduled_id)
            if not activity.started_id:
                self._offer_activity(execution, activity)
        for function in execution.functions.values():
            self.timeouts.arm(function.due(), execution.run, Due.FUNCTION, function.scheduled_id)
            if not function.started_id:
                self._offer_function(execution, function)
        for timer in execution.timers.values():
            self.timeouts.arm(timer.fires_at, execution.run, Due.TIMER, timer.started_id)

    def number_from(self, next_run: int) -> None:
        """Run numbers below this one have been used."""
        self._next_run = next_run

    def _keep(self, execution: Execution) -> None:
        self.open[execution.run] = execution
        self._named[execution.domain, execution.workflow_id] = execution
        self._open_in[execution.domain] = self._open_in.get(execution.domain, 0) + 1

    def close(self, execution: Execution, event_type: str, attributes: Attributes, now: float) -> None:
        """Record the event that closes the execution, and drop what was open in it."""
        self.record(execution, event_type, attributes, now)
        del self.open[execution.run]
        del self._named[execution.domain, execution.workflow_id]
        self._open_in[execution.domain] -= 1
        self.closed_in.add(execution.domain)
        if execution.waiting is not NO_DECISION:
            self.queues.withdraw(execution.decision_queue(), (execution.run, execution.waiting.scheduled_id))
        for task in execution.activities.values():
            self.settle_activity(execution, task)
        for scheduled_id in execution.functions:
            self.queues.withdraw(FUNCTIONS, (execution.run, scheduled_id))
        self._changes.append(
            ExecutionClosed(
                run=execution.run,
                closed=execution.closed_at,
                close_status=execution.close_status,
                cancel_requested=execution.cancel_requested,
                latest_activity=execution.latest_activity_at,
            )
        )

    # Events.

    def record(self, execution: Execution, event_type: str, attributes: Attributes, now: float) -> int:
        """Write one event; its id."""
        event_id = execution.last_event_id + 1
        event = build_event(event_id, max(now, execution.last_event_at), event_type, attributes)
        execution.apply(event)
        self._changes.append(EventAppended(run=execution.run, event_id=event_id, event=event))
        if event_id == self.limits.events - 1:
            self.overfull.append(execution)
        return event_id

    def schedule_decision(self, execution: Execution, now: float) -> None:
        """The decider has something new to see; one scheduled decision task is enough for all that is new.

        While a decision task is running the next one is scheduled at once (histories recorded from AWS have DecisionTaskScheduled before
        the DecisionTaskCompleted of the running one), but can't be had before that closes: developer guide, "Launching deciders".
        """
        if execution.waiting is not NO_DECISION or execution.last_event_id == self.limits.events - 1:
            # With room for one event more, that is the one by which the service terminates the execution.
            return
        started = execution.started
        attributes: dict[str, Any] = {"taskList": {"name": execution.override_list or execution.task_list}}
        if "taskPriority" in started:
            attributes["taskPriority"] = started["taskPriority"]
        attributes["startToCloseTimeout"] = started["taskStartToCloseTimeout"]
        if execution.override_list:
            attributes["scheduleToStartTimeout"] = execution.override_timeout
        self.record(execution, "DecisionTaskScheduled", attributes, now)
        waiting = execution.waiting
        if waiting.schedule_to_start != math.inf:
            self.timeouts.arm(waiting.due(), execution.run, Due.DECISION, waiting.scheduled_id)
        if execution.running is NO_DECISION:
            self.offer_decision(execution)

    def offer_decision(self, execution: Execution) -> None:
        """Let deciders have the scheduled decision task."""
        task = execution.waiting
        key = (execution.run, task.scheduled_id)
        self.queues.offer(execution.decision_queue(), priority=task.priority, at=task.scheduled_at, task=key)

    def start_decision(self, execution: Execution, identity: Attributes, now: float) -> DecisionTask:
        """A decider takes the scheduled decision task. `identity` is empty or {"identity": ...}."""
        scheduled_id = execution.waiting.scheduled_id
        self.record(execution, "DecisionTaskStarted", {**identity, "scheduledEventId": scheduled_id}, now)
        self.timeouts.arm(execution.running.due(), execution.run, Due.DECISION, scheduled_id)
        return execution.running

    # Activity tasks.

    def schedule_activity(self, execution: Execution, attributes: Attributes, now: float) -> None:
        scheduled_id = self.record(execution, "ActivityTaskScheduled", attributes, now)
        task = execution.activities[scheduled_id]
        self.timeouts.arm(task.due(), execution.run, Due.ACTIVITY, scheduled_id)
        self._offer_activity(execution, task)

    def _offer_activity(self, execution: Execution, task: ActivityTask) -> None:
        self.queues.offer(task.queue, priority=task.priority, at=task.scheduled_at, task=(execution.run, task.scheduled_id))

    def start_activity(self, execution: Execution, scheduled_id: int, identity: Attributes, now: float) -> ActivityTask:
        """A worker takes a scheduled activity task."""
        task = execution.activities[scheduled_id]
        reminder = task.due()
        self.record(execution, "ActivityTaskStarted", {**identity, "scheduledEventId": scheduled_id}, now)
        due = task.due()
        if due < reminder:
            self.timeouts.arm(due, execution.run, Due.ACTIVITY, scheduled_id)
        return task

    def close_activity(self, execution: Execution, task: ActivityTask, event_type: str, attributes: Attributes, now: float) -> None:
        """Record the event that closes an activity task, and tell the decider."""
        self.record(execution, event_type, attributes, now)
        self.settle_activity(execution, task)
        self.schedule_decision(execution, now)

    def settle_activity(self, execution: Execution, task: ActivityTask) -> None:
        """Take a closed activity task out of its list, and its heartbeat off the disk."""
        if not task.started_id:
            self.queues.withdraw(task.queue, (execution.run, task.scheduled_id))
        if task.beat_at:
            self._changes.append(HeartbeatForgotten(run=execution.run, scheduled_event_id=task.scheduled_id))

    # Lambda functions.

    def schedule_function(self, execution: Execution, attributes: Attributes, now: float) -> int:
        scheduled_id = self.record(execution, "LambdaFunctionScheduled", attributes, now)
        self._offer_function(execution, execution.functions[scheduled_id])
        return scheduled_id

    def _offer_function(self, execution: Execution, task: FunctionTask) -> None:
        self.queues.offer(FUNCTIONS, priority=0, at=task.scheduled_at, task=(execution.run, task.scheduled_id))

    def start_function(self, execution: Execution, scheduled_id: int, now: float) -> FunctionTask:
        """The service is about to invoke a Lambda function."""
        task = execution.functions[scheduled_id]
        self.record(execution, "LambdaFunctionStarted", {"scheduledEventId": scheduled_id}, now)
        self.timeouts.arm(task.due(), execution.run, Due.FUNCTION, scheduled_id)
        return task

    def close_function(self, execution: Execution, event_type: str, attributes: Attributes, now: float) -> None:
        """Record the event that closes a Lambda function that was invoked, and tell the decider."""
        self.record(execution, event_type, attributes, now)
        self.schedule_decision(execution, now)

    def next_task(self, queue: QueueKey) -> tuple[Execution, int] | Absent:
        """The first task of a list, no longer in it: its execution and the event that scheduled it."""
        taken = self.queues.take(queue)
        return (self.open[taken[0][0]], taken[0][1]) if taken else ABSENT

    def _due_of(self, run: int, kind: int, key: int) -> float:
        execution = self.open.get(run, ABSENT)
        return math.inf if execution is ABSENT else execution.due(kind, key)
