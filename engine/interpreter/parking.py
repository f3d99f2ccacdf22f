"""Wishes that SWF refuses for now: they wait for room, or for time, and are then wished for again.

Room: where too many tasks (or timers) of the execution are open, each one that closes lets one in. Time: where they are asked for too
fast, one timer for all of them, the longer the less gets through. A refusal is no attempt of the node. Imports `failure`, `intents`,
`ledger`, `spec.model`; imported by `closing`, `course`, `run`.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from engine.interpreter.failure import share, throttle
from engine.interpreter.intents import StartTimer
from engine.interpreter.ledger import Ledger, Purpose, Task, Timer
from engine.spec.model import ABSENT

ROOM: Final = frozenset({"OPEN_ACTIVITIES_LIMIT_EXCEEDED", "OPEN_TIMERS_LIMIT_EXCEEDED"})
RATE: Final = frozenset({"ACTIVITY_CREATION_RATE_EXCEEDED", "TIMER_CREATION_RATE_EXCEEDED"})
TRANSIENT: Final = ROOM | RATE
"""Causes of ScheduleActivityTaskFailed and StartTimerFailed that pass by themselves."""


class Parking:
    """Part of a run."""

    __slots__ = ("_ledger", "_rounds", "_run_id", "_started", "_tasks", "_timers", "_waiting")

    def __init__(self, ledger: Ledger, run_id: str) -> None:
        self._ledger = ledger
        self._run_id = run_id
        self._tasks: deque[Task] = deque()
        self._timers: deque[Timer] = deque()
        self._waiting: list[Task | Timer] = []
        """For time to pass."""
        self._rounds = 0
        """Timers in a row between which nothing got through."""
        self._started = 0
        """Timers for time, ever."""

    def park(self, wish: Task | Timer, cause: str) -> None:
        """Wish for it again later; `cause` is one of TRANSIENT."""
        if cause in ROOM and isinstance(wish, Task) and not self._ledger.quiet:
            self._tasks.append(wish)
        elif cause in ROOM and isinstance(wish, Timer) and self._ledger.ticking:
            self._timers.append(wish)
        else:
            if not self._waiting:
                self._start_timer()
            self._waiting.append(wish)

    def room_for_task(self) -> None:
        """An activity task has closed."""
        if self._tasks:
            self._let_in(self._tasks)

    def room_for_timer(self) -> None:
        """A timer has fired or was canceled."""
        if self._timers:
            self._let_in(self._timers)

    def got_through(self) -> None:
        """SWF has scheduled a task or started a timer of a node."""
        self._rounds = 0

    def time_is_up(self) -> None:
        """The timer has fired."""
        waiting, self._waiting = self._waiting, []
        for wish in waiting:
            if wish.live:
                self._ledger.want_again(wish)

    def give_up(self) -> list[Task | Timer]:
        """The timer itself is refused: what has waited for it in vain."""
        waiting, self._waiting = self._waiting, []
        return [wish for wish in waiting if wish.live]

    def clear(self) -> None:
        """Nothing new begins any more."""
        for queue in (self._tasks, self._timers, self._waiting):
            queue.clear()

    def _let_in(self, queue: deque[Task] | deque[Timer]) -> None:
        while queue:
            wish = queue.popleft()
            if wish.live:
                self._ledger.want_again(wish)
                return

    def _start_timer(self) -> None:
        self._rounds += 1
        self._started += 1
        seconds = throttle(self._rounds, share(self._run_id, "", self._started, self._rounds))
        intent = StartTimer(timer_id=f"swfgraph.{Purpose.THROTTLE}.{self._started}", control=ABSENT, seconds=seconds)
        self._ledger.want_timer(Timer(node="", purpose=Purpose.THROTTLE, intent=intent))
