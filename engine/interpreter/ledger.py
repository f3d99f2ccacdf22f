"""What has been asked of SWF and what SWF made of it: activity tasks and timers, from the wish to the end, and the intents.

A decision is sent before its events are seen, and other events may come between the two. So a wish that is withdrawn is remembered
until the next decision task starts (the events of a decision come before that): should its event come after all, the task or timer
is an orphan that is asked to cancel. Answers are found by id, never by position in the history.

Every method that takes an event checks it against the tables of `states` before it changes anything, and raises HistoryError where
the event can't follow. Knows nothing of edges and joins. Imports `errors`, `events`, `intents`, `states`, `spec.model`; imported by
`course` and `run`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from engine.errors import HistoryError
from engine.interpreter import events as e
from engine.interpreter import intents as i
from engine.interpreter.states import IMPOSSIBLE, TASK, TIMER, TaskState, TaskTrigger, TimerState, TimerTrigger
from engine.spec.model import ABSENT, Absent

MORE: Final = "swfgraph.more."
"""Prefix of the timers of zero seconds that ask for another decision task (see `decisions`)."""


class Purpose(StrEnum):
    """What a timer is for; the middle part of its id."""

    WAIT = "wait"
    RETRY = "retry"
    THROTTLE = "throttle"
    GRACE = "cancel"
    CLOSE = "close"


@dataclass(slots=True, kw_only=True)
class Task:
    """One activity task: `live` while its node waits for it, otherwise an orphan whose answer changes nothing."""

    node: str
    intent: i.ScheduleActivity
    state: TaskState = TaskState.WANTED
    event: int = 0
    live: bool = True
    cancel_asked: bool = False


@dataclass(slots=True, kw_only=True)
class Timer:
    node: str
    """Empty: the run's own."""
    purpose: Purpose
    intent: i.Start
    state: TimerState = TimerState.WANTED
    live: bool = True
    cancel_asked: bool = False


ByActivityId: TypeAlias = e.ActivityTaskScheduled | e.ScheduleActivityTaskFailed
Answer: TypeAlias = e.ActivityTaskCompleted | e.ActivityTaskFailed | e.ActivityTaskTimedOut | e.ActivityTaskCanceled
TimerAnswer: TypeAlias = e.TimerFired | e.TimerCanceled


class Ledger:
    """Part of a run: `course` wishes and withdraws, `run` confirms."""

    __slots__ = ("_more", "_more_open", "_pending", "_tasks", "_tasks_open", "_ticking", "_timers", "_withdrawn")

    def __init__(self) -> None:
        self._pending: dict[str, i.Intent] = {}
        self._tasks: dict[str, Task] = {}
        self._tasks_open: dict[int, Task] = {}
        self._timers: dict[str, Timer] = {}
        self._withdrawn: list[Task | Timer] = []
        self._ticking = 0
        """Timers that are running, those for more decisions too."""
        self._more = 0
        self._more_open: set[str] = set()

    @property
    def pending(self) -> Collection[i.Intent]:
        """What is wanted and unconfirmed, in the order of the wishes."""
        return self._pending.values()

    @property
    def more(self) -> i.Text:
        """The id for the next timer that asks for another decision task; absent while one is under way."""
        return ABSENT if self._more_open else f"{MORE}{self._more + 1}"

    @property
    def quiet(self) -> bool:
        """No activity task is open, orphans included."""
        return not self._tasks_open

    @property
    def ticking(self) -> bool:
        """A timer is running."""
        return self._ticking > 0

    def want_marker(self, marker: i.RecordMarker) -> None:
        self._pending[f"marker {marker.marker}"] = marker

    def want_task(self, task: Task) -> None:
        self._tasks[task.intent.activity_id] = task
        self._pending[f"task {task.intent.activity_id}"] = task.intent

    def want_timer(self, timer: Timer) -> None:
        self._timers[timer.intent.timer_id] = timer
        self._pending[f"timer {timer.intent.timer_id}"] = timer.intent

    def want_again(self, wish: Task | Timer) -> None:
        """After a refusal: the same once more."""
        if isinstance(wish, Task):
            wish.state = _task_step(wish, TaskTrigger.WISH, 0)
            self.want_task(wish)
        else:
            wish.state = _timer_step(wish, TimerTrigger.WISH, 0)
            self.want_timer(wish)

    def drop(self, wish: Task | Timer) -> None:
        """Nobody waits for it any more: it is not asked for, or asked to cancel."""
        wish.live = False
        if isinstance(wish, Task):
            self._stop_task(wish)
        else:
            self._stop_timer(wish)

    def drop_all(self) -> None:
        """The execution closes: nothing is waited for any more."""
        for task in list(self._tasks.values()):
            self.drop(task)
        for timer in list(self._timers.values()):
            self.drop(timer)

    def cancel_all(self) -> set[str]:
        """The execution was asked to cancel: open tasks may still answer, and their nodes (returned) hear it; all else stops."""
        for task in list(self._tasks.values()):
            task.live = task.live and task.state is not TaskState.WANTED
            self._stop_task(task)
        for timer in list(self._timers.values()):
            self.drop(timer)
        return {task.node for task in self._tasks_open.values() if task.live}

    def _stop_task(self, task: Task) -> None:
        activity_id = task.intent.activity_id
        if task.state is TaskState.WANTED:
            task.state = _task_step(task, TaskTrigger.WITHDRAW, 0)
            del self._pending[f"task {activity_id}"]
            self._withdrawn.append(task)
        elif task.event and not task.cancel_asked:
            task.cancel_asked = True
            self._pending[f"cancel task {activity_id}"] = i.RequestCancelActivity(activity_id=activity_id)

    def _stop_timer(self, timer: Timer) -> None:
        timer_id = timer.intent.timer_id
        if timer.state is TimerState.WANTED:
            timer.state = _timer_step(timer, TimerTrigger.WITHDRAW, 0)
            del self._pending[f"timer {timer_id}"]
            self._withdrawn.append(timer)
        elif timer.state is TimerState.RUNNING and not timer.cancel_asked:
            timer.cancel_asked = True
            self._pending[f"cancel timer {timer_id}"] = i.CancelTimer(timer_id=timer_id)

    def forget_withdrawn(self) -> None:
        """A decision task started: whatever the decisions before it caused has been seen."""
        for wish in self._withdrawn:
            if wish.state is TaskState.WITHDRAWN:
                del self._tasks[wish.intent.activity_id]
            elif wish.state is TimerState.WITHDRAWN:
                del self._timers[wish.intent.timer_id]
        self._withdrawn.clear()

    def close(self) -> None:
        """The execution is closed: nothing is wanted, nothing is open."""
        for table in (self._pending, self._tasks, self._tasks_open, self._timers):
            table.clear()

    # Activity tasks.

    def task_scheduled(self, event: e.ActivityTaskScheduled) -> Task:
        task = self._wished(event)
        if (event.activity, event.version) != (task.intent.activity, task.intent.version):
            ours = f"{task.intent.activity} {task.intent.version}"
            raise HistoryError(event.id, f"{event.activity_id} is of the type {event.activity} {event.version}, this spec says {ours}")
        task.state = _task_step(task, TaskTrigger.SCHEDULE, event.id)
        task.event = event.id
        self._tasks_open[event.id] = task
        self._pending.pop(f"task {event.activity_id}", None)
        if not task.live:
            self._stop_task(task)
        return task

    def task_refused(self, event: e.ScheduleActivityTaskFailed) -> Task:
        task = self._wished(event)
        task.state = _task_step(task, TaskTrigger.REFUSE, event.id)
        del self._tasks[event.activity_id]
        self._pending.pop(f"task {event.activity_id}", None)
        return task

    def task_started(self, event: e.ActivityTaskStarted) -> Task:
        task = self._opened(event)
        task.state = _task_step(task, TaskTrigger.START, event.id)
        return task

    def task_closed(self, event: Answer) -> Task:
        task = self._opened(event)
        task.state = _task_step(task, TaskTrigger.CLOSE, event.id)
        del self._tasks_open[event.scheduled]
        del self._tasks[task.intent.activity_id]
        self._pending.pop(f"cancel task {task.intent.activity_id}", None)
        return task

    def cancel_answered(self, event: e.ActivityTaskCancelRequested | e.RequestCancelActivityTaskFailed) -> None:
        """Asked, or refused (the task is closed, or we may not): either way there is nothing more to ask."""
        self._pending.pop(f"cancel task {event.activity_id}", None)

    # Timers.

    def timer_started(self, event: e.TimerStarted) -> Timer | Literal[Absent.ABSENT]:
        """The timer; absent for one that only asks for another decision task."""
        if event.timer_id.startswith(MORE):
            self._ticking += 1
            self._more += 1
            self._more_open.add(event.timer_id)
            return ABSENT
        timer = self._timer(event)
        timer.state = _timer_step(timer, TimerTrigger.START, event.id)
        self._ticking += 1
        self._pending.pop(f"timer {event.timer_id}", None)
        if not timer.live:
            self._stop_timer(timer)
        return timer

    def timer_refused(self, event: e.StartTimerFailed) -> Timer | Literal[Absent.ABSENT]:
        """The timer; absent for one that only asked for another decision task: the refusal itself brings that."""
        if event.timer_id.startswith(MORE):
            return ABSENT
        timer = self._timer(event)
        timer.state = _timer_step(timer, TimerTrigger.REFUSE, event.id)
        del self._timers[event.timer_id]
        self._pending.pop(f"timer {event.timer_id}", None)
        return timer

    def timer_closed(self, event: TimerAnswer) -> Timer | Literal[Absent.ABSENT]:
        """The timer that fired or was canceled; absent for one that only asked for another decision task."""
        if event.timer_id in self._more_open:
            self._more_open.remove(event.timer_id)
            self._ticking -= 1
            return ABSENT
        timer = self._timer(event)
        if isinstance(event, e.TimerCanceled) and not timer.cancel_asked:
            raise HistoryError(event.id, f"the timer {event.timer_id} is canceled, which this spec does not want here")
        timer.state = _timer_step(timer, TimerTrigger.CLOSE, event.id)
        self._ticking -= 1
        del self._timers[event.timer_id]
        self._pending.pop(f"cancel timer {event.timer_id}", None)
        return timer

    def timer_not_canceled(self, event: e.CancelTimerFailed) -> None:
        """It has fired meanwhile, or we may not: there is nothing more to ask, and when it fires nobody listens."""
        self._pending.pop(f"cancel timer {event.timer_id}", None)

    # Markers.

    def marker_answered(self, marker: str) -> None:
        self._pending.pop(f"marker {marker}", None)

    # Looking up.

    def _wished(self, event: ByActivityId) -> Task:
        task = self._tasks.get(event.activity_id)
        if task is None:
            raise HistoryError(event.id, f"the activity task {event.activity_id} is none that this spec wants here")
        return task

    def _opened(self, event: e.ActivityTaskStarted | Answer) -> Task:
        task = self._tasks_open.get(event.scheduled)
        if task is None:
            raise HistoryError(event.id, f"event {event.scheduled} has scheduled no activity task that is open")
        return task

    def _timer(self, event: e.TimerStarted | e.StartTimerFailed | TimerAnswer) -> Timer:
        timer = self._timers.get(event.timer_id)
        if timer is None:
            raise HistoryError(event.id, f"the timer {event.timer_id} is none that this spec wants here")
        return timer


def _task_step(task: Task, trigger: TaskTrigger, event: int) -> TaskState:
    state = TASK[task.state][trigger]
    if state is IMPOSSIBLE:
        raise HistoryError(event, f"the activity task {task.intent.activity_id} is {task.state}: it can't {trigger}")
    return state


def _timer_step(timer: Timer, trigger: TimerTrigger, event: int) -> TimerState:
    state = TIMER[timer.state][trigger]
    if state is IMPOSSIBLE:
        raise HistoryError(event, f"the timer {timer.intent.timer_id} is {timer.state}: it can't {trigger}")
    return state
