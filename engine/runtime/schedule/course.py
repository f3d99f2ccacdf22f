"""What a schedule does next. Pure: the schedule, its state, what has happened since and the time in; the new state and what to do out.

One execution at a time: the schedule's own times wait, are skipped or have the open one canceled as `overlap` says; what somebody asked
for (run now, backfill) waits for room, behind the schedule's own times. No time is started twice: it leaves `waiting` in the same
answer to SWF that starts it.

    times pass (advance) --> waiting --room--> Start --> open --its end--> room
                        '--> skipped, missed, passed over while paused

Imports `actions`, `cron`, `events`, `names`, `state` and `spec.model`; imported by `asking` and `scheduler`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from engine.runtime.schedule.actions import Action, Cancel, Continue, SetTimer, Start, StopTimer
from engine.runtime.schedule.cron import next_time, times_after
from engine.runtime.schedule.events import Asked, Ended, Happening, NotContinued, Paused, Refused, Resumed, TimerOver
from engine.runtime.schedule.names import execution_id, lateness, shown
from engine.runtime.schedule.state import CONTINUE_AT, Open, State, Waiting
from engine.spec.model import Overlap, Schedule

LEAST_CATCH_UP: Final = 10
"""Seconds: a scheduler may be restarted, a timer may be late, without a time being missed."""
MOST_WAITING: Final = 1000
"""Times: the state must fit into an executionContext (32,768 characters)."""
LONGEST_TIMER: Final = 30 * 86_400
"""So that an execution of a year, SWF's longest, is continued as new in good time."""
LOOK_TOLD: Final = 3600
LOOK_UNTOLD: Final = 30
"""Seconds after which an open execution is looked at, where its end will be told and where it won't."""
FIRST_HOLD: Final = 15
LONGEST_HOLD: Final = 900
LONGEST_PROBLEM: Final = 500
KEPT: Final = 20
"""Of the latest starts."""
MANY_EVENTS: Final = 10_000
"""SWF takes 25,000. Before, it is continued as new between two executions only, so that the ends of open ones are told."""
OLDEST: Final = 300 * 86_400

TRANSIENT: Final = frozenset(
    {"OPEN_CHILDREN_LIMIT_EXCEEDED", "OPEN_WORKFLOWS_LIMIT_EXCEEDED", "CHILD_CREATION_RATE_EXCEEDED", "OPERATION_NOT_PERMITTED"}
)
"""Causes of StartChildWorkflowExecutionFailed after which it is tried again."""
TAKEN: Final = "WORKFLOW_ALREADY_RUNNING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    state: State
    actions: tuple[Action, ...]
    notes: tuple[str, ...]
    """For the log."""


class World(Protocol):
    """What may be asked meanwhile."""

    def is_open(self, workflow_id: str) -> bool:
        """Whether an execution of that workflowId is open."""
        ...

    def refusal(self, start: Start) -> str:
        """Why that can't or mustn't be started; empty: nothing is against it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and where in the history it is decided."""

    now: float
    events: int
    """So many the history has."""


def decide(workflow: str, schedule: Schedule, state: State, happened: Sequence[Happening], moment: Moment, world: World) -> Step:
    """The next step. Asks the world only about what it is about to start, and about open executions when it has woken."""
    course = _Course(workflow, schedule, state, moment.now)
    course.begin()
    for happening in happened:
        course.advance(happening.at)
        course.apply(happening)
    course.look(world)
    course.advance(moment.now)
    course.tell_passed()
    course.start(world)
    course.set_timer()
    course.shorten(moment)
    return Step(state=course.state, actions=tuple(course.actions), notes=tuple(course.notes))


class _Course:
    """One decision in the making."""

    def __init__(self, workflow: str, schedule: Schedule, state: State, now: float) -> None:
        self.state = state
        self.actions: list[Action] = []
        self.notes: list[str] = []
        self._workflow = workflow
        self._schedule = schedule
        self._now = now
        self._passed: dict[str, list[int]] = {}
        """Times for which nothing is started, by the reason."""

    def begin(self) -> None:
        """Another rule holds from now on; times that are long gone are not gone through one by one."""
        schedule = self._schedule
        rule = f"{schedule.cron} {schedule.time_zone}"
        if not self.state.since:
            self._become(since=self._now)
        if rule != self.state.rule:
            self._become(rule=rule, through=max(self.state.through, self._now) if self.state.rule else self.state.through)
        horizon = int(self._now - max(schedule.catch_up, LEAST_CATCH_UP) - schedule.jitter - 1)
        first = self._next()
        if first is not None and first <= horizon:
            if not self.state.paused:
                self._note(f"passed over the times from {self._shown(first)} to {self._shown(horizon)}: they are longer ago than catchUp")
                self._become(missed=self.state.missed + 1)
            self._become(through=float(horizon))

    def advance(self, to: float) -> None:
        """The schedule's times up to that moment come."""
        schedule = self._schedule
        for time in times_after(schedule.cron, schedule.time_zone, self.state.through):
            due = time + lateness(self._workflow, time, schedule.jitter)
            if due > to:
                return
            self._become(through=float(time))
            if not self.state.paused:
                self._comes(time, due)

    def apply(self, happening: Happening) -> None:
        match happening:
            case Ended(workflow_id=workflow_id):
                self._become(open=tuple(one for one in self.state.open if one.workflow_id != workflow_id), refusals=0)
            case Refused():
                self._refused(happening)
            case TimerOver(timer_id=timer_id):
                if timer_id == _timer_id(self.state.timer):
                    self._become(timer=0, timer_at=0.0)
            case Paused(reason=reason):
                self._become(paused=True, reason=reason)
                self._note(f"paused{': ' if reason else ''}{reason}")
            case Resumed():
                self._become(paused=False, reason="")
                self._note("resumed")
            case Asked():
                self._asked(happening)
            case NotContinued(cause=cause):
                if cause != "UNHANDLED_DECISION":
                    self._become(continue_at=self.state.continue_at + 1000)
                    self._note(f"the history could not be continued as new: {cause}; trying again later")

    def look(self, world: World) -> None:
        """Forget what has ended without our being told."""
        if self.state.open and self._now >= self.state.look_at:
            self._become(open=tuple(one for one in self.state.open if world.is_open(one.workflow_id)))
            self._look_later()

    def tell_passed(self) -> None:
        for why, times in self._passed.items():
            several = f" and {len(times) - 1} more up to {self._shown(times[-1])}" if len(times) > 1 else ""
            self._note(f"passed over {self._shown(times[0])}{several}: {why}")

    def start(self, world: World) -> None:
        """Start the first that waits, if there is room."""
        while not self.state.open and self._now >= self.state.held_until:
            found = next((one for one in self._in_turn() if one.asked or not self.state.paused), None)
            if found is None:
                return
            self._become(waiting=tuple(one for one in self.state.waiting if one != found))
            start = Start(workflow_id=self._id(found), waiting=found)
            refusal = world.refusal(start)
            if refusal:
                self._become(problem=f"{start.workflow_id}: {refusal}"[:LONGEST_PROBLEM])
                self._note(f"{start.workflow_id} is not started: {refusal}")
                continue
            self._become(
                open=(Open(workflow_id=start.workflow_id, time=found.time, asked=found.asked, at_once=found.at_once),),
                last=(*self.state.last, start.workflow_id)[-KEPT:],
                started=self.state.started + 1,
                problem="",
            )
            self._look_later()
            self.actions.append(start)

    def set_timer(self) -> None:
        """Wake at the next moment at which there may be something to do. A timer that wakes us earlier is left alone."""
        wanted = min(self._wakings())
        if self.state.timer and self.state.timer_at <= wanted:
            return
        if self.state.timer:
            self.actions.append(StopTimer(timer_id=_timer_id(self.state.timer)))
        seconds = max(1, -int(-(wanted - self._now) // 1))
        number = self.state.timers + 1
        self._become(timer=number, timers=number, timer_at=self._now + seconds)
        self.actions.append(SetTimer(timer_id=_timer_id(number), seconds=seconds))

    def shorten(self, moment: Moment) -> None:
        """Continue as new instead of setting a timer, where the history has become long or old."""
        if any(isinstance(action, Start | Cancel) for action in self.actions):
            return
        must = moment.events >= max(MANY_EVENTS, self.state.continue_at) or moment.now - self.state.since >= OLDEST
        may = moment.events >= self.state.continue_at and not self.state.open
        if must or may:
            untold = tuple(replace(one, told=False) for one in self.state.open)
            carried = replace(self.state, open=untold, timer=0, timer_at=0.0, timers=0, look_at=0.0, since=0.0, continue_at=CONTINUE_AT)
            self.actions = [Continue(state=carried)]
            self._become(timer=0, timer_at=0.0)

    def _comes(self, time: int, due: float) -> None:
        """A time of the schedule is due."""
        overlap = self._schedule.overlap
        in_the_way = [one for one in self.state.open if not one.asked]
        if overlap is Overlap.SKIP and in_the_way:
            self._skip(time, f"{in_the_way[0].workflow_id} is still open")
            return
        if self._now - due > max(self._schedule.catch_up, LEAST_CATCH_UP):
            self._become(missed=self.state.missed + 1)
            self._passed.setdefault("longer ago than catchUp", []).append(time)
            return
        if overlap is not Overlap.QUEUE:
            for waiting in self.state.waiting:
                if not waiting.asked:
                    self._skip(waiting.time, "the next time has come before it could start")
            self._become(waiting=tuple(one for one in self.state.waiting if one.asked))
        self._wait(Waiting(time=time))
        if overlap is Overlap.CANCEL:
            for one in in_the_way:
                self._cancel(one)

    def _cancel(self, one: Open) -> None:
        if not one.canceling:
            self._become(open=tuple(replace(other, canceling=True) if other == one else other for other in self.state.open))
            self._note(f"{one.workflow_id} is asked to cancel: the next time has come")
            self.actions.append(Cancel(workflow_id=one.workflow_id))

    def _asked(self, happening: Asked) -> None:
        there = {self._id(one) for one in self.state.waiting} | {one.workflow_id for one in self.state.open} | set(self.state.last)
        for time in happening.times:
            one = Waiting(time=time, asked=True, at_once=happening.at_once)
            if self._id(one) in there:
                self._note(f"asked for {self._id(one)}: it is there already")
            else:
                self._wait(one)

    def _wait(self, one: Waiting) -> None:
        if len(self.state.waiting) >= MOST_WAITING:
            self._skip(one.time, f"{MOST_WAITING} others wait already")
        else:
            self._become(waiting=(*self.state.waiting, one))

    def _skip(self, time: int, why: str) -> None:
        self._become(skipped=self.state.skipped + 1)
        self._passed.setdefault(why, []).append(time)

    def _refused(self, happening: Refused) -> None:
        found = next((one for one in self.state.open if one.workflow_id == happening.workflow_id), None)
        if found is None:
            return
        rest = tuple(one for one in self.state.open if one != found)
        if happening.cause == TAKEN:
            self._become(open=(*rest, replace(found, told=False)))
            self._look_later()
            self._note(f"{found.workflow_id} is open already, started by somebody else: it is taken for this time's")
            return
        self._become(open=rest, started=self.state.started - 1, problem=f"{found.workflow_id}: {happening.cause}")
        if happening.cause not in TRANSIENT:
            self._note(f"{found.workflow_id} could not be started: {happening.cause}")
            return
        hold = min(FIRST_HOLD * 2 ** min(self.state.refusals, 10), LONGEST_HOLD)
        again = Waiting(time=found.time, asked=found.asked, at_once=found.at_once)
        self._become(waiting=(again, *self.state.waiting), held_until=happening.at + hold, refusals=self.state.refusals + 1)
        self._note(f"{found.workflow_id} could not be started for now: {happening.cause}; trying again in {hold} s")

    def _in_turn(self) -> list[Waiting]:
        """The schedule's own times first, each kind in order."""
        return sorted(self.state.waiting, key=lambda one: one.asked)

    def _wakings(self) -> list[float]:
        state = self.state
        wakings = [self._now + LONGEST_TIMER]
        if state.open:
            wakings.append(state.look_at)
        elif state.held_until > self._now and any(one.asked or not state.paused for one in state.waiting):
            wakings.append(state.held_until)
        time = None if state.paused or (state.open and self._may_sleep()) else self._next()
        if time is not None:
            wakings.append(time + lateness(self._workflow, time, self._schedule.jitter))
        return wakings

    def _may_sleep(self) -> bool:
        """Whether nothing is to be done at the times that come while an execution is open: they are gone through at its end."""
        match self._schedule.overlap:
            case Overlap.SKIP:
                return True
            case Overlap.QUEUE:
                return len(self.state.waiting) >= MOST_WAITING
            case Overlap.CANCEL:
                return all(one.canceling for one in self.state.open)

    def _look_later(self) -> None:
        self._become(look_at=self._now + (LOOK_TOLD if all(one.told for one in self.state.open) else LOOK_UNTOLD))

    def _next(self) -> int | None:
        return next_time(self._schedule.cron, self._schedule.time_zone, self.state.through)

    def _id(self, one: Waiting) -> str:
        return execution_id(self._workflow, one.time, at_once=one.at_once)

    def _shown(self, time: float) -> str:
        return shown(time, self._schedule.time_zone)

    def _note(self, text: str) -> None:
        self.notes.append(text)

    def _become(self, **changes: object) -> None:
        change: Callable[..., State] = replace
        self.state = change(self.state, **changes)


def _timer_id(number: int) -> str:
    return f"wake.{number}"
