"""What is open inside one execution: decision and activity tasks, Lambda functions, timers, children. The parts of the folded state.

Values that only execution.py changes, and only when it folds an event (or, for `beat_...`, a heartbeat). Ids are event ids; 0 says
"not yet", as in the API's own startedEventId. Never here: what any of it leads to. Imports events and queues' words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.service.events import Attributes
from engine.service.queues import ACTIVITY, QueueKey


def read_seconds(duration: str) -> float:
    """A DurationInSeconds of the API; NONE is math.inf."""
    return math.inf if duration == "NONE" else float(duration)


def read_priority(attributes: Attributes) -> int:
    """A taskPriority; 0 where there is none (API reference, RegisterActivityType, defaultTaskPriority)."""
    return int(attributes["taskPriority"]) if "taskPriority" in attributes else 0


@dataclass(slots=True)
class DecisionTask:
    """A decision task that is scheduled (`started_id` 0) or started."""

    scheduled_id: int
    scheduled_at: float
    task_list: str
    priority: int
    start_to_close: float
    schedule_to_start: float
    started_id: int = 0
    started_at: float = 0.0

    def due(self) -> float:
        if self.started_id:
            return self.started_at + self.start_to_close
        return self.scheduled_at + self.schedule_to_start


NO_DECISION = DecisionTask(0, 0.0, "", 0, math.inf, math.inf)
"""Where no decision task is."""


@dataclass(slots=True)
class ActivityTask:
    """An open activity task."""

    scheduled_id: int
    scheduled_at: float
    attributes: Attributes
    """Of its ActivityTaskScheduled event."""
    queue: QueueKey
    priority: int
    schedule_to_start: float
    schedule_to_close: float
    start_to_close: float
    heartbeat: float
    started_id: int = 0
    started_at: float = 0.0
    cancel_requested_id: int = 0
    beat_at: float = 0.0
    """0.0: no heartbeat was recorded."""
    beat_details: str = ""

    def deadlines(self) -> tuple[tuple[float, str], ...]:
        """What it may time out on, and when (API reference, ActivityTaskTimedOutEventAttributes, timeoutType)."""
        to_close = (self.scheduled_at + self.schedule_to_close, "SCHEDULE_TO_CLOSE")
        if not self.started_id:
            return (self.scheduled_at + self.schedule_to_start, "SCHEDULE_TO_START"), to_close
        alive = max(self.started_at, self.beat_at)
        return (alive + self.heartbeat, "HEARTBEAT"), (self.started_at + self.start_to_close, "START_TO_CLOSE"), to_close

    def due(self) -> float:
        if not self.started_id:
            return self.scheduled_at + min(self.schedule_to_start, self.schedule_to_close)
        alive = max(self.started_at, self.beat_at)
        return min(alive + self.heartbeat, self.started_at + self.start_to_close, self.scheduled_at + self.schedule_to_close)


def open_activity(domain: str, event_id: int, at: float, attributes: Attributes) -> ActivityTask:
    """The task that an ActivityTaskScheduled event opens."""
    return ActivityTask(
        scheduled_id=event_id,
        scheduled_at=at,
        attributes=attributes,
        queue=(ACTIVITY, domain, attributes["taskList"]["name"]),
        priority=read_priority(attributes),
        schedule_to_start=read_seconds(attributes["scheduleToStartTimeout"]),
        schedule_to_close=read_seconds(attributes["scheduleToCloseTimeout"]),
        start_to_close=read_seconds(attributes["startToCloseTimeout"]),
        heartbeat=read_seconds(attributes["heartbeatTimeout"]),
    )


@dataclass(slots=True)
class FunctionTask:
    """A Lambda function that is to be invoked (`started_id` 0) or was."""

    scheduled_id: int
    scheduled_at: float
    attributes: Attributes
    """Of its LambdaFunctionScheduled event."""
    start_to_close: float
    started_id: int = 0
    started_at: float = 0.0

    def due(self) -> float:
        """Nothing bounds the time until it is invoked, but its execution's own."""
        return self.started_at + self.start_to_close if self.started_id else math.inf


@dataclass(slots=True)
class Timer:
    """A timer that runs."""

    timer_id: str
    started_id: int
    fires_at: float


@dataclass(slots=True)
class Child:
    """A child execution that was asked for (`started_id` 0) or runs."""

    initiated_id: int
    workflow_id: str
    workflow_type: Attributes
    run_id: str = ""
    started_id: int = 0
