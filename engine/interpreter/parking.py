"""Wishes that SWF refuses for now: they wait for room, or for time, and are then wished for again.

Room: where too many of a kind (activity tasks, children, functions, timers) are open in the execution, each one that closes lets one in.
Time: where they are asked for too fast, or the whole domain has too many, one timer for all of them, the longer the less gets through. A
refusal is no attempt of the node. Imports `failure`, `intents`, `ledger`, `work`, `spec.model`; imported by `closing`, `course`, `run`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Final

from engine.interpreter.failure import share, throttle
from engine.interpreter.intents import StartTimer
from engine.interpreter.ledger import Ledger, Purpose, Timer, Work
from engine.interpreter.work import WorkKind
from engine.spec.model import ABSENT

ROOM: Final = frozenset(
    {
        "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
        "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
        "OPEN_TIMERS_LIMIT_EXCEEDED",
    }
)
TIME: Final = frozenset(
    {
        "ACTIVITY_CREATION_RATE_EXCEEDED",
        "CHILD_CREATION_RATE_EXCEEDED",
        "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED",
        "TIMER_CREATION_RATE_EXCEEDED",
        "OPEN_WORKFLOWS_LIMIT_EXCEEDED",  # of the domain: nobody tells us when one of them closes
    }
)
TRANSIENT: Final = ROOM | TIME
"""Causes that pass by themselves, of decisions that begin something."""


class Parking:
    """Part of a run."""

    __slots__ = ("_ledger", "_rounds", "_run_id", "_started", "_timers", "_waiting", "_works")

    def __init__(self, ledger: Ledger, run_id: str) -> None:
        self._ledger = ledger
        self._run_id = run_id
        self._works: defaultdict[WorkKind, deque[Work]] = defaultdict(deque)
        self._timers: deque[Timer] = deque()
        self._waiting: list[Work | Timer] = []
        """For time to pass."""
        self._rounds = 0
        """Timers in a row between which nothing got through."""
        self._started = 0
        """Timers for time, ever."""

    def park(self, wish: Work | Timer, cause: str) -> None:
        """Wish for it again later; `cause` is one of TRANSIENT."""
        self._ledger.keep_place(wish)
        if cause in ROOM and isinstance(wish, Work) and self._ledger.is_open(wish.kind):
            self._works[wish.kind].append(wish)
        elif cause in ROOM and isinstance(wish, Timer) and self._ledger.ticking:
            self._timers.append(wish)
        else:
            if not self._waiting:
                self._start_timer()
            self._waiting.append(wish)

    def room_for(self, kind: WorkKind) -> None:
        """Work of this kind has closed."""
        if kind in self._works:
            self._let_in(self._works[kind])

    def room_for_timer(self) -> None:
        """A timer has fired or was canceled."""
        if self._timers:
            self._let_in(self._timers)

    def got_through(self) -> None:
        """SWF has begun some work or started a timer of a node."""
        self._rounds = 0

    def time_is_up(self) -> None:
        """The timer has fired."""
        waiting, self._waiting = self._waiting, []
        for wish in waiting:
            if wish.live:
                self._ledger.want_again(wish)

    def give_up(self) -> list[Work | Timer]:
        """The timer itself is refused: what has waited for it in vain."""
        waiting, self._waiting = self._waiting, []
        return [wish for wish in waiting if wish.live]

    def clear(self) -> None:
        """Nothing new begins any more: nobody waits for what is here, and its place is free."""
        waiting: list[Work | Timer] = [*self._timers, *self._waiting]
        for works in self._works.values():
            waiting += works
            works.clear()
        self._timers.clear()
        self._waiting.clear()
        for wish in waiting:
            self._ledger.drop(wish)

    def _let_in(self, queue: deque[Work] | deque[Timer]) -> None:
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
        self._ledger.want_timer(Timer(purpose=Purpose.THROTTLE, intent=intent))
