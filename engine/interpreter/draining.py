"""When a long run goes on in a new execution, and with what: SWF ends an execution whose history has 25,000 events.

    --`most_events`--> holding: nothing begins, what is open is awaited --quiet--> ContinueAsNew is wanted, with the state in its input
                          ^                                                           | too large, or refused
                          '--------------- 1,000 events later ------------------------'

What happens meanwhile is applied as ever (a signal, a request to cancel, a timer), and the state is taken anew. A run that is on its way
to its end is left alone, but for undoing, which may be long. A state that is longer than what can be carried, or that SWF does not want to
continue from, is no reason to stop: the run goes on in this history, and its context says so. Imports `closing`, `envelope`, `intents`,
`packing`, `parts`, `terms`, `spec`; imported by `run`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from engine.interpreter.closing import UNHANDLED, Phase
from engine.interpreter.envelope import sealed
from engine.interpreter.intents import ContinueExecution
from engine.interpreter.packing import packed
from engine.interpreter.parts import Chain, Parts
from engine.interpreter.terms import Terms
from engine.spec.model import ABSENT, Absent, Json

MOST_EVENTS: Final = 9_000
"""Of one history, until it is drained. Amazon SWF Developer Guide, "Amazon SWF Quotas": 25,000 events; it gets slow long before."""

FEWEST_EVENTS: Final = 5
"""A run that goes on as a new one sooner might never get anywhere."""

PAUSE: Final = 1_000
"""Events until carrying is tried again."""


class Carry(StrEnum):
    """What the context says; nothing: the run is not long enough."""

    DRAINING = "draining"
    TOO_LARGE = "too large"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Luggage:
    """What goes along beside the state."""

    input: Json | Literal[Absent.ABSENT]
    """The user's."""
    terms: Terms
    chain: Chain


class Draining:
    """Part of a run."""

    __slots__ = ("_luggage", "_parts", "at", "intent", "said")

    def __init__(self, parts: Parts, luggage: Luggage, most_events: int) -> None:
        self._parts = parts
        self._luggage = luggage
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
            return False
        luggage = self._luggage
        text = sealed(luggage.input, packed(self._parts, luggage.chain))
        if len(text) > self._parts.data.longest:
            return self._put_off(event_id, Carry.TOO_LARGE)
        self.intent = ContinueExecution(input=text, terms=luggage.terms, deadline=luggage.chain.deadline)
        return False

    def refused(self, event_id: int, cause: str) -> bool:
        """SWF does not want to continue the execution. Whether what was held begins again."""
        return cause != UNHANDLED and self._put_off(event_id, Carry.REFUSED)

    def _put_off(self, event_id: int, said: Carry) -> bool:
        self.at = event_id + PAUSE
        self.said = said
        self.intent = ABSENT
        return self._release()

    def _release(self) -> bool:
        held = self._parts.ledger.holding
        if held:
            self._parts.ledger.release()
        return held
