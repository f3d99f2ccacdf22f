"""Random runs: workers, time and trouble, chosen by hypothesis, until the execution is closed.

What is done is recorded as actions (a method of the tiny SWF and its arguments), so that the same can be done once more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from tests.interpreter.swf import Execution
from tests.strategies import SIGNALS

Action: TypeAlias = tuple[str, tuple[Any, ...]]

MOST_ACTIONS = 3_000
"""A run of a small spec that has done this much will never end."""

REASONS = ("", "Broken", "ExitCode.1", "Other")
TIMEOUTS = ("START_TO_CLOSE", "HEARTBEAT", "SCHEDULE_TO_CLOSE")
RESULTS: tuple[Any, ...] = (None, 1, "text", {"n": 2}, [])
REFUSALS = (
    ("ScheduleActivityTask", "ACTIVITY_CREATION_RATE_EXCEEDED"),
    ("ScheduleActivityTask", "OPEN_ACTIVITIES_LIMIT_EXCEEDED"),
    ("ScheduleActivityTask", "ACTIVITY_TYPE_DEPRECATED"),
    ("StartTimer", "TIMER_CREATION_RATE_EXCEEDED"),
    ("StartTimer", "OPERATION_NOT_PERMITTED"),
    ("CancelTimer", "OPERATION_NOT_PERMITTED"),
    ("RequestCancelActivityTask", "OPERATION_NOT_PERMITTED"),
    ("StartChildWorkflowExecution", "OPEN_CHILDREN_LIMIT_EXCEEDED"),
    ("StartChildWorkflowExecution", "CHILD_CREATION_RATE_EXCEEDED"),
    ("StartChildWorkflowExecution", "WORKFLOW_TYPE_DEPRECATED"),
    ("RequestCancelExternalWorkflowExecution", "OPERATION_NOT_PERMITTED"),
    ("ScheduleLambdaFunction", "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"),
    ("ScheduleLambdaFunction", "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"),
    ("RecordMarker", "OPERATION_NOT_PERMITTED"),
    ("CompleteWorkflowExecution", "OPERATION_NOT_PERMITTED"),
    ("FailWorkflowExecution", "OPERATION_NOT_PERMITTED"),
    ("CancelWorkflowExecution", "OPERATION_NOT_PERMITTED"),
)


@dataclass(slots=True)
class Driver:
    """`trouble`: decisions are refused and lost, the execution is asked to cancel, somebody signals."""

    swf: Execution
    random: Random
    trouble: bool = False
    done: list[Action] = field(default_factory=list)
    deciding: bool = False
    refusals: int = 0

    def step(self) -> None:
        """One thing happens."""
        options = self._options() or self._last_resort()
        assert options, f"nothing can happen any more, and the execution is open: {self.swf.run.context()}"
        self.do(self.random.choice(options))

    def do(self, action: Action) -> None:
        self.done.append(action)
        name, arguments = action
        self.deciding = name == "take" or (self.deciding and name not in {"respond", "lose"})
        getattr(self.swf, name)(*arguments)

    def finish(self) -> None:
        while not self.swf.closed:
            assert len(self.done) < MOST_ACTIONS
            self.step()

    def _options(self) -> list[Action]:
        options = [*self._tasks(), *self._children(), *self._functions(), *(("fire", (timer,)) for timer in self.swf.timers)]
        if self.deciding:
            options += [("respond", ())] * 3
        elif self.swf.due:
            options += [("take", ())] * 3
        if options and self.trouble:
            options += self._troubles()
        return options

    def _last_resort(self) -> list[Action]:
        """A close that was refused is tried again later, by a timer; where SWF refuses that too, the execution times out."""
        refused = {arguments[0] for name, arguments in self.done if name == "refuse"}
        closes = {"CompleteWorkflowExecution", "FailWorkflowExecution", "CancelWorkflowExecution"}
        closing = json.loads(self.swf.run.context())["phase"] == "closing"
        return [("expire", ())] if closing and "StartTimer" in refused and refused & closes else []

    def _tasks(self) -> list[Action]:
        options: list[Action] = []
        for activity_id in self.swf.tasks:
            if activity_id not in self.swf.begun:
                options += [("begin", (activity_id,))] * 4 + [("time_out", (activity_id, "SCHEDULE_TO_START"))]
                continue
            options += [("complete", (activity_id, self.random.choice(RESULTS)))] * 6
            options += [("fail", (activity_id, self.random.choice(REASONS), "because"))]
            options += [("time_out", (activity_id, self.random.choice(TIMEOUTS)))]
            if activity_id in self.swf.asked:
                options += [("cancel", (activity_id,))] * 2
        return options

    def _children(self) -> list[Action]:
        options: list[Action] = []
        for workflow_id in self.swf.children:
            options += [("end_child", (workflow_id, "Completed", self.random.choice(RESULTS)))] * 6
            options += [("end_child", (workflow_id, how)) for how in ("Failed", "Terminated", "TimedOut")]
            options += [("continue_child", (workflow_id,))]
            if workflow_id in self.swf.asked:
                options += [("end_child", (workflow_id, "Canceled"))] * 2
        return options

    def _functions(self) -> list[Action]:
        options: list[Action] = []
        for name in self.swf.functions:
            if name not in self.swf.invoked:
                options += [("invoke", (name,))] * 4 + [("no_role_for", (name,))]
                continue
            options += [("end_function", (name, "Completed", self.random.choice(RESULTS)))] * 6
            options += [("end_function", (name, how)) for how in ("Failed", "TimedOut")]
        return options

    def _troubles(self) -> list[Action]:
        heard = self.random.choice(("hello", *SIGNALS))
        options: list[Action] = [("signal", (heard, self.random.choice(RESULTS))), ("wait", (self.random.choice((0.5, 30.0)),))]
        if self.deciding:
            options.append(("lose", ()))
        if self.refusals < 5:
            self.refusals += 1
            options.append(("refuse", self.random.choice(REFUSALS)))
        if self.random.random() < 0.02:
            options.append(("request_cancel", ()))
        return options
