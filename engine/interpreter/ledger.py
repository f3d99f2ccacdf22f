"""What has been asked of SWF and what SWF made of it: work and timers, from the wish to the end, and the intents.

A decision is sent before its events are seen, and other events may come between the two. So a wish that is withdrawn is remembered
until the next decision task starts (the events of a decision come before that): should its event come after all, the work or timer
is an orphan that is asked to cancel. Answers are found by id, never by position in the history.

Every method that takes an event checks it against the tables of `states` before it changes anything, and raises HistoryError where
the event can't follow. Knows nothing of edges and joins. Imports `errors`, `events`, `intents`, `states`, `wishes`, `work`, `spec.model`;
imported by `course` and what it is made of, and by `run`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final, Literal, TypeAlias

from engine.errors import HistoryError
from engine.interpreter import events as e
from engine.interpreter import intents as i
from engine.interpreter.states import TimerState, TimerTrigger, WorkState, WorkTrigger
from engine.interpreter.wishes import Purpose, Timer, Work
from engine.interpreter.work import MOST_OPEN, WorkKind
from engine.spec.model import ABSENT, Absent

__all__ = ["MORE", "Ledger", "Purpose", "Timer", "Work"]

MORE: Final = "swfgraph.more."
"""Prefix of the timers of zero seconds that ask for another decision task (see `decisions`)."""

TimerAnswer: TypeAlias = e.TimerFired | e.TimerCanceled


class Ledger:
    """Part of a run: `course` wishes and withdraws, `run` confirms."""

    __slots__ = ("_busy", "_more", "_more_open", "_open", "_open_kinds", "_pending", "_ticking", "_timers",
                 "_withdrawn", "_works", "held", "holding", "now")  # fmt: skip

    def __init__(self) -> None:
        self._pending: dict[str, i.Intent] = {}
        self.held: dict[str, i.Intent] = {}
        """What would begin something, while nothing is to begin. Only this class changes it."""
        self.holding = False
        """Nothing is to begin. Only `hold` and `release` change it."""
        self._works: dict[str, Work] = {}
        """By key, from the wish to the end."""
        self._open: dict[int, Work] = {}
        self._open_kinds: Counter[WorkKind] = Counter()
        self._timers: dict[str, Timer] = {}
        self._withdrawn: list[Work | Timer] = []
        self._busy = 0
        self._ticking = 0
        """Timers that are running, those for more decisions too."""
        self._more = 0
        self._more_open: set[str] = set()
        self.now = 0.0
        """The time of the event that is applied."""

    # What is so.

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
        """No work is open, orphans included, nor can any be by a decision that is on its way."""
        return not self._open and not any(isinstance(wish, Work) for wish in self._withdrawn)

    @property
    def ticking(self) -> bool:
        """A timer is running."""
        return self._ticking > 0

    @property
    def room(self) -> bool:
        """Whether one more piece of work would be within SWF's limit: what is wanted, waits to be repeated or is parked counts as open."""
        return self._busy < MOST_OPEN

    def is_open(self, kind: WorkKind) -> bool:
        """Some work of this kind is open, orphans included."""
        return self._open_kinds[kind] > 0

    def works(self) -> Collection[Work]:
        """All that is wanted, withdrawn or open, in the order of the wishes."""
        return self._works.values()

    def timers(self) -> Collection[Timer]:
        """All that are wanted, withdrawn or running, the run's own too, in the order of the wishes."""
        return self._timers.values()

    # Wishes.

    def want_marker(self, marker: i.RecordMarker) -> None:
        self._pending[f"marker {marker.marker}"] = marker

    def want_work(self, work: Work) -> None:
        self._count(work, 1)
        self._works[work.key] = work
        self._wish(work.key, work.intent)

    def want_timer(self, timer: Timer) -> None:
        self._count(timer, timer.weight)
        timer.since = self.now
        self._timers[timer.intent.timer_id] = timer
        if timer.address is ABSENT:
            self._pending[timer.key] = timer.intent
        else:
            self._wish(timer.key, timer.intent)

    def want_again(self, wish: Work | Timer) -> None:
        """After a refusal: the same once more."""
        if isinstance(wish, Work):
            wish.step(WorkTrigger.WISH, 0)
            self.want_work(wish)
        else:
            wish.step(TimerTrigger.WISH, 0)
            self.want_timer(wish)

    def keep_place(self, wish: Work | Timer) -> None:
        """It was refused and will be wanted again: nobody else may take its place."""
        self._count(wish, 1 if isinstance(wish, Work) else wish.weight)

    def hold(self) -> None:
        """From now on nothing begins: what would is still wanted, and not asked for. The run's own timers are."""
        self.holding = True
        own = {timer.key for timer in self._timers.values() if timer.address is ABSENT}
        for key, intent in list(self._pending.items()):
            if isinstance(intent, i.BEGINNINGS) and key not in own:
                self.held[key] = self._pending.pop(key)

    def release(self) -> None:
        """What was held is asked for, and more may begin."""
        self.holding = False
        self._pending.update(self.held)
        self.held.clear()

    def drop(self, wish: Work | Timer) -> None:
        """Nobody waits for it any more: it is not asked for, or asked to cancel."""
        wish.live = False
        if isinstance(wish, Work):
            self._stop_work(wish)
        else:
            self._stop_timer(wish)

    def drop_all(self) -> None:
        """The execution closes: nothing is waited for any more."""
        for work in list(self._works.values()):
            self.drop(work)
        for timer in list(self._timers.values()):
            self.drop(timer)

    def cancel_all(self) -> set[str]:
        """The execution was asked to cancel: open work may still answer, and its nodes (returned) hear it; all else stops."""
        for work in list(self._works.values()):
            work.live = work.live and work.state is not WorkState.WANTED
            self._stop_work(work)
        for timer in list(self._timers.values()):
            self.drop(timer)
        return {work.address.node for work in self._open.values() if work.live}

    def _wish(self, key: str, intent: i.Intent) -> None:
        (self.held if self.holding else self._pending)[key] = intent

    def _unwish(self, key: str) -> None:
        self._pending.pop(key, None)
        self.held.pop(key, None)

    def _count(self, wish: Work | Timer, weight: int) -> None:
        self._busy += weight - wish.counted
        wish.counted = weight

    def _stop_work(self, work: Work) -> None:
        if work.state is WorkState.WANTED:
            work.step(WorkTrigger.WITHDRAW, 0)
            self._unwish(work.key)
            self._withdrawn.append(work)
            self._count(work, 0)
        elif work.state is WorkState.REFUSED:
            self._count(work, 0)
        elif work.event and not work.cancel_asked:
            work.cancel_asked = True
            self._ask_to_cancel(work)

    def _ask_to_cancel(self, work: Work) -> None:
        cancel = work.cancel()
        if cancel is not ABSENT:
            self._pending[f"cancel {work.key}"] = cancel

    def _stop_timer(self, timer: Timer) -> None:
        if timer.state is TimerState.WANTED:
            timer.step(TimerTrigger.WITHDRAW, 0)
            self._unwish(timer.key)
            self._withdrawn.append(timer)
        elif timer.state is TimerState.RUNNING and not timer.cancel_asked:
            timer.cancel_asked = True
            self._pending[f"cancel {timer.key}"] = i.CancelTimer(timer_id=timer.intent.timer_id)
        self._count(timer, 0)

    def forget_withdrawn(self) -> None:
        """A decision task started: whatever the decisions before it caused has been seen."""
        for wish in self._withdrawn:
            if isinstance(wish, Work) and wish.state is WorkState.WITHDRAWN:
                del self._works[wish.key]
            elif isinstance(wish, Timer) and wish.state is TimerState.WITHDRAWN:
                del self._timers[wish.intent.timer_id]
        self._withdrawn.clear()

    def close(self) -> None:
        """The execution is closed: nothing is wanted, nothing is open."""
        for table in (self._pending, self.held, self._works, self._open, self._open_kinds, self._timers):
            table.clear()

    # Work.

    def work_scheduled(self, event: e.WorkScheduled) -> Work:
        work = self._works.get(f"{event.kind} {event.key}")
        if work is None:
            raise HistoryError(event.id, f"the {event.kind} {event.name} is none that this spec wants here")
        if event.name != work.intent.name:
            raise HistoryError(event.id, f"the {event.kind} is called {event.name}, this spec says {work.intent.name}")
        if event.type != work.intent.type:
            raise HistoryError(event.id, f"{event.name} is of the type {event.type}, this spec says {work.intent.type}")
        work.step(WorkTrigger.SCHEDULE, event.id)
        work.event = event.id
        self._open[event.id] = work
        self._open_kinds[event.kind] += 1
        self._count(work, 1)
        self._unwish(work.key)
        if not work.live:
            self._stop_work(work)
        return work

    def work_refused(self, event: e.WorkRefused) -> Work:
        work = self._opened(event) if event.opened else self._works.get(f"{event.kind} {event.key}")
        if work is None:
            raise HistoryError(event.id, f"the {event.kind} {event.name} is none that this spec wants here")
        work.step(WorkTrigger.REVOKE if event.opened else WorkTrigger.REFUSE, event.id)
        self._gone(work)
        return work

    def work_started(self, event: e.WorkStarted) -> Work:
        work = self._opened(event)
        work.step(WorkTrigger.START, event.id)
        work.run_id = event.run_id
        if work.cancel_asked and event.kind is WorkKind.CHILD:
            self._ask_to_cancel(work)
        return work

    def work_closed(self, event: e.Answer) -> Work:
        work = self._opened(event)
        work.step(WorkTrigger.CLOSE, event.id)
        self._gone(work)
        return work

    def cancel_requested(self, event: e.CancelRequested) -> None:
        """There is nothing more to ask."""
        self._pending.pop(f"cancel {event.kind} {event.key}", None)

    def cancel_refused(self, event: e.CancelRefused) -> None:
        """The work is closed, or we may not. A child may be asked again: later, or, if it has continued as new, whatever run it is in."""
        self._pending.pop(f"cancel {event.kind} {event.key}", None)
        work = self._works.get(f"{event.kind} {event.key}")
        if work is not None and work.may_be_asked_again(event.cause):
            self._ask_to_cancel(work)

    def _gone(self, work: Work) -> None:
        if work.event:
            del self._open[work.event]
            self._open_kinds[work.kind] -= 1
            work.event = 0
        del self._works[work.key]
        self._unwish(work.key)
        self._pending.pop(f"cancel {work.key}", None)
        self._count(work, 0)

    def _opened(self, event: e.WorkStarted | e.WorkRefused | e.Answer) -> Work:
        work = self._open.get(event.opened)
        if work is None or work.kind is not event.kind:
            raise HistoryError(event.id, f"event {event.opened} has scheduled no {event.kind} that is open")
        return work

    # Timers.

    def timer_started(self, event: e.TimerStarted) -> Timer | Literal[Absent.ABSENT]:
        """The timer; absent for one that only asks for another decision task."""
        if event.timer_id.startswith(MORE):
            self._ticking += 1
            self._more += 1
            self._more_open.add(event.timer_id)
            return ABSENT
        timer = self._timer(event)
        timer.step(TimerTrigger.START, event.id)
        timer.since = event.time
        self._ticking += 1
        self._unwish(timer.key)
        if not timer.live:
            self._stop_timer(timer)
        return timer

    def timer_refused(self, event: e.StartTimerFailed) -> Timer | Literal[Absent.ABSENT]:
        """The timer; absent for one that only asked for another decision task: the refusal itself brings that."""
        if event.timer_id.startswith(MORE):
            return ABSENT
        timer = self._timer(event)
        timer.step(TimerTrigger.REFUSE, event.id)
        self._timer_gone(timer)
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
        timer.step(TimerTrigger.CLOSE, event.id)
        self._ticking -= 1
        self._timer_gone(timer)
        return timer

    def timer_not_canceled(self, event: e.CancelTimerFailed) -> None:
        """It has fired meanwhile, or we may not: there is nothing more to ask, and when it fires nobody listens."""
        self._pending.pop(f"cancel timer {event.timer_id}", None)

    def _timer_gone(self, timer: Timer) -> None:
        del self._timers[timer.intent.timer_id]
        self._unwish(timer.key)
        self._pending.pop(f"cancel {timer.key}", None)
        self._count(timer, 0)

    def _timer(self, event: e.TimerStarted | e.StartTimerFailed | TimerAnswer) -> Timer:
        timer = self._timers.get(event.timer_id)
        if timer is None:
            raise HistoryError(event.id, f"the timer {event.timer_id} is none that this spec wants here")
        return timer

    # Markers.

    def marker_answered(self, marker: str) -> None:
        self._pending.pop(f"marker {marker}", None)
