"""When a long run goes on in a new execution, and with what: SWF ends an execution whose history has 25,000 events.

    --`most_events`--> holding: nothing begins, what is open is awaited --quiet--> ContinueAsNew is wanted, with the state in its input
                          ^                      | not within 5 minutes               | too large, or refused
                          '--------------- 1,000 events later ------------------------'

What happens meanwhile is applied as ever (a signal, a request to cancel, a timer), and the state is taken anew. A run that is on its way
to its end is left alone, but for undoing, which may be long. Work that goes on for days keeps nobody waiting for so long: the others go
on too, and are held anew later; only when SWF's limit comes near are they held until all has answered. A state that is longer than what
can be carried, or that SWF does not want to continue from, is no reason to stop: the run goes on in this history, and its context says so.
Only when SWF's limit is near does a run whose state is too long fail, while it can still say why and undo what it has done: SWF would
terminate it.
Imports `closing`, `envelope`, `failure`, `intents`, `ledger`, `packing`, `parts`, `terms`, `spec`; imported by `run`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct

from engine.interpreter.closing import UNHANDLED, Phase
from engine.interpreter.envelope import sealed
from engine.interpreter.failure import Failure
from engine.interpreter.intents import ContinueExecution, StartTimer
from engine.interpreter.ledger import Purpose, Timer
from engine.interpreter.packing import packed
from engine.interpreter.parts import Chain, Parts
from engine.interpreter.terms import Terms
from engine.spec.model import ABSENT, Absent, Json

MOST_EVENTS: Final = 9_000
"""Of one history, until it is drained. Amazon SWF Developer Guide, "Amazon SWF Quotas": 25,000 events; it gets slow long before."""

FEWEST_EVENTS: Final = 5
"""A run that goes on as a new one sooner might never get anywhere."""

PATIENCE: Final = 300
"""Seconds for which open work is awaited while others are held."""

LAST_EVENTS: Final = 20_000
"""From here on it is awaited however long it takes, and there is no other try: SWF's 25,000 are near, and undoing takes some."""

PREFIX: Final = "swfgraph.drain."
"""Of the ids of the timers that say so."""

PAUSE: Final = 1_000
"""Events until carrying is tried again."""


class Carry(StrEnum):
    """What the context says; nothing: the run is not long enough."""

    DRAINING = "draining"
    TOO_LARGE = "too large"
    REFUSED = "refused"
    BUSY = "busy"
    """Open work took too long."""


class Luggage(Struct, frozen=True, kw_only=True):
    """What goes along beside the state."""

    input: Json | Literal[Absent.ABSENT]
    """The user's."""
    terms: Terms
    chain: Chain


class Draining:
    """Part of a run."""

    __slots__ = ("_impatient", "_parts", "_timer", "_timers", "at", "intent", "luggage", "said")

    def __init__(self, parts: Parts, most_events: int) -> None:
        self._parts = parts
        self.luggage: Luggage | Literal[Absent.ABSENT] = ABSENT
        """There, once the execution has started."""
        self._impatient = False
        self._timer: Timer | Literal[Absent.ABSENT] = ABSENT
        self._timers = 0
        self.at = max(most_events, FEWEST_EVENTS)
        """From this event on."""
        self.intent: ContinueExecution | Literal[Absent.ABSENT] = ABSENT
        """The close decision to send now."""
        self.said: Carry | Literal[Absent.ABSENT] = ABSENT

    def look(self, event_id: int) -> bool:
        """After an event, from `at` on: hold, or go on as a new execution if that can be now. Whether what was held begins again."""
        closing, ledger = self._parts.closing, self._parts.ledger
        self.intent = ABSENT
        if closing.phase is not Phase.RUNNING and (closing.phase is not Phase.COMPENSATING or closing.waiting):
            self.said = ABSENT
            return self._release()
        if not ledger.holding:
            ledger.hold()
        self.said = Carry.DRAINING
        if not ledger.quiet:
            return self._wait(event_id)
        luggage = self.luggage
        if luggage is ABSENT:
            raise AssertionError("the execution has not started")
        text = sealed(luggage.input, packed(self._parts, luggage.chain))
        if len(text) > self._parts.data.longest:
            if event_id >= LAST_EVENTS and closing.phase is Phase.RUNNING:
                self._parts.nodes.fail_execution("", _too_long(event_id, len(text)), 0, ledger.now)
            return self._put_off(event_id, Carry.TOO_LARGE)
        self.intent = ContinueExecution(input=text, terms=luggage.terms, deadline=luggage.chain.deadline)
        return False

    def refused(self, event_id: int, cause: str) -> bool:
        """SWF does not want to continue the execution. Whether what was held begins again."""
        return cause != UNHANDLED and self._put_off(event_id, Carry.REFUSED)

    def is_strange(self, timer_id: str) -> bool:
        """Whether this is the timer of a decider that drains sooner than this one does."""
        return timer_id.startswith(PREFIX) and not any(timer.intent.timer_id == timer_id for timer in self._parts.ledger.timers())

    def lose_patience(self) -> None:
        """What is open takes too long."""
        self._impatient = True

    def _wait(self, event_id: int) -> bool:
        if self._impatient:
            return self._put_off(event_id, Carry.BUSY)
        held = self._parts.ledger.held or self._parts.nodes.fanouts.hungry
        if held and self._timer is ABSENT and event_id < LAST_EVENTS:
            self._timers += 1
            start = StartTimer(timer_id=f"{PREFIX}{self._timers}", control=ABSENT, seconds=PATIENCE)
            self._timer = Timer(purpose=Purpose.DRAIN, intent=start)
            self._parts.ledger.want_timer(self._timer)
        return False

    def _put_off(self, event_id: int, said: Carry) -> bool:
        self.at = event_id + PAUSE
        self.said = said
        self.intent = ABSENT
        return self._release()

    def _release(self) -> bool:
        ledger = self._parts.ledger
        self._impatient = False
        if self._timer is not ABSENT:
            ledger.drop(self._timer)
            self._timer = ABSENT
        held = ledger.holding
        if held:
            ledger.release()
        return held


def _too_long(events: int, characters: int) -> Failure:
    message = (
        f"the history has {events:,} events, SWF ends it at 25,000, and what the run knows is {characters:,} characters, more than a new "
        "execution can be given: with a payload store (--payloads) for deciders and workers it could go on"
    )
    return Failure(name="History.TooLong", message=message, final=True)
