"""When a long run goes on in a new execution, and with what: SWF ends an execution whose history has 25,000 events.

    --`most_events`--> holding: nothing begins, what is open is awaited --quiet--> ContinueAsNew is wanted, with the state in its input
                          ^                      | not within 5 minutes               | too large, or refused
                          '--------------- 1,000 events later ------------------------'

A state that is too long for an input is in markers before (see `portions`): ContinueAsNew is wanted once history has them all, since SWF
may refuse one. The next history has them too, from its beginning: this one is forgotten when its retention is over.

What happens meanwhile is applied as ever (a signal, a request to cancel, a timer), and the state is taken anew, with the next decision; of
its portions, those that are others now are recorded anew. A run that is on its way
to its end is left alone, but for undoing, which may be long. Work that goes on for days keeps nobody waiting for so long: the others go
on too, and are held anew later; only when SWF's limit comes near are they held until all has answered. A state that is longer than what
can be carried, or that SWF does not want to continue from, is no reason to stop: the run goes on in this history, and its context says so.
Only when SWF's limit is near does a run whose state is too long fail, while it can still say why and undo what it has done: SWF would
terminate it.
Imports `closing`, `envelope`, `events`, `failure`, `intents`, `ledger`, `packing`, `parts`, `portions`, `terms`, `spec`; imported by `run`.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct

from engine.interpreter.closing import UNHANDLED, Phase
from engine.interpreter.envelope import IN_PORTIONS, sealed, standing_for
from engine.interpreter.events import WorkRefused, WorkScheduled
from engine.interpreter.failure import Failure
from engine.interpreter.intents import ContinueExecution, StartTimer
from engine.interpreter.ledger import Purpose, Timer
from engine.interpreter.packing import packed
from engine.interpreter.parts import Chain, Parts
from engine.interpreter.portions import CARRIED, TAKEN, Means, Portions, cut_up
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

TOO_LONG: Final = "History.TooLong"
"""The error of a run that fails for that."""

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

    __slots__ = ("_carried", "_impatient", "_intent", "_means", "_most_events", "_parts", "_taken", "_timer", "_timers", "at",
                 "luggage", "said", "stale")  # fmt: skip

    def __init__(self, parts: Parts, most_events: int, means: Means) -> None:
        self._parts = parts
        self.luggage: Luggage | Literal[Absent.ABSENT] = ABSENT
        """There, once the execution has started."""
        self._impatient = False
        self._timer: Timer | Literal[Absent.ABSENT] = ABSENT
        self._timers = 0
        self._most_events = max(most_events, FEWEST_EVENTS)
        self._means = means
        self._carried = Portions(parts.ledger, CARRIED)
        self._taken = Portions(parts.ledger, TAKEN)
        self.at = self._most_events
        """From this event on."""
        self._intent: ContinueExecution | Literal[Absent.ABSENT] = ABSENT
        """The end, once all that it needs is in the history."""
        self.said: Carry | Literal[Absent.ABSENT] = ABSENT
        self.stale = True
        """Something has happened since the state was taken."""

    @property
    def intent(self) -> ContinueExecution | Literal[Absent.ABSENT]:
        """The close decision to send now."""
        return ABSENT if self._carried.missing else self._intent

    @property
    def recording(self) -> bool:
        """There is to be a decision after this one, whatever happens: it is the last."""
        return self._intent is not ABSENT and bool(self._carried.missing)

    def take(self, text: str) -> None:
        """This is what the run goes on from, and it has come in portions: before all else they are recorded once more."""
        self._taken.want(cut_up(text, self._means.portion))
        self.at = sys.maxsize

    def look(self, event_id: int, *, deciding: bool) -> bool:
        """After an event, from `at` on: hold, or go on as a new execution if that can be now. Whether what was held begins again.

        `deciding`: a decision follows this event.
        """
        closing, ledger = self._parts.closing, self._parts.ledger
        if self.stale:
            self._intent = ABSENT
        if closing.phase is not Phase.RUNNING and (closing.phase is not Phase.COMPENSATING or closing.waiting):
            self.said = ABSENT
            return self._release()
        if not ledger.holding:
            ledger.hold()
        self.said = Carry.DRAINING
        if not ledger.quiet:
            return self._wait(event_id)
        return deciding and self.stale and self._pack(event_id)

    def marker_recorded(self, event_id: int, marker: str, details: str) -> None:
        self._carried.recorded(marker, details)
        self._taken.recorded(marker, details)
        self._taken_up(event_id)

    def marker_refused(self, event_id: int, marker: str) -> bool:
        """Whether what was held begins again. What can't be recorded a second time is where it was."""
        if self._carried.refused(marker):
            return self._put_off(event_id, Carry.REFUSED)
        self._taken.refused(marker)
        self._taken_up(event_id)
        return False

    def refused(self, event_id: int, cause: str) -> bool:
        """SWF does not want to continue the execution. Whether what was held begins again."""
        return cause != UNHANDLED and self._put_off(event_id, Carry.REFUSED)

    def overtaken(self, event: WorkScheduled | WorkRefused) -> bool:
        """Something was begun, or was to be: by a decider that carries less than this one, maybe. Whether what was held begins again."""
        ledger, key = self._parts.ledger, f"{event.kind} {event.key}"
        return ledger.holding and all(work.key != key for work in ledger.works()) and self._put_off(event.id, Carry.BUSY)

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

    def _pack(self, event_id: int) -> bool:
        """Take the state, to go on with. Whether it is too long, so that what was held begins again."""
        luggage, means = self.luggage, self._means
        if luggage is ABSENT:
            raise AssertionError("the execution has not started")
        self.stale = False
        state = packed(self._parts, luggage.chain)
        text = sealed(luggage.input, state)
        if len(text) <= (self._parts.data.longest if means.inline is ABSENT else means.inline):
            self._carried.give_up()
        else:
            characters = len(text)
            if characters > means.most * means.portion:
                if event_id >= LAST_EVENTS and self._parts.closing.phase is Phase.RUNNING:
                    self._parts.nodes.fail_execution("", _too_long(event_id, characters), 0, self._parts.ledger.now)
                return self._put_off(event_id, Carry.TOO_LARGE)
            text = sealed(luggage.input, state, IN_PORTIONS)
            portions = cut_up(text, means.portion)
            self._carried.want(portions)
            text = standing_for(text, len(portions), luggage.input, means.portion)
        self._intent = ContinueExecution(input=text, terms=luggage.terms, deadline=luggage.chain.deadline)
        return False

    def _taken_up(self, event_id: int) -> None:
        if self.at == sys.maxsize and not self._taken.missing:
            self.at = event_id + self._most_events

    def _put_off(self, event_id: int, said: Carry) -> bool:
        self.at = event_id + PAUSE
        self.said = said
        return self._release()

    def _release(self) -> bool:
        ledger = self._parts.ledger
        self._intent = ABSENT
        self.stale = True
        self._carried.give_up()
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
        "execution can be given here: the decider has logged what would help"
    )
    return Failure(name=TOO_LONG, message=message, final=True)
