"""A text that is too long for SWF's hands, as markers: cut into portions, wanted, recorded, put together again.

    swfgraph.carried.0 .. n-1     of a history that another one goes on from: the state, at its end; the latest of each number counts
    swfgraph.taken.0 .. n-1       of the one that goes on: the same once more, so that it can be folded when the first one is forgotten

Nothing is compressed: what two machines make of one text has to be the same, to the character. Imports `intents`, `ledger`, `texts`,
`spec.model`; imported by `draining`, `envelope`, `run` and those who read histories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, Literal

from msgspec import Struct

from engine.interpreter.intents import RecordMarker
from engine.interpreter.ledger import Ledger
from engine.interpreter.texts import LONGEST_DATA
from engine.spec.model import ABSENT, Absent

CARRIED: Final = "swfgraph.carried."
TAKEN: Final = "swfgraph.taken."

MOST_PORTIONS: Final = 1_000
"""Of one state: 32 million characters. Each is an event, twice, of the 25,000 that SWF allows."""


class Means(Struct, frozen=True, kw_only=True):
    """By which a state may travel."""

    inline: int | Literal[Absent.ABSENT] = ABSENT
    """Characters of one that is in the input; absent: as many as any payload may have."""
    portion: int = LONGEST_DATA
    most: int = MOST_PORTIONS
    """Portions; none, where histories are not kept once they are closed."""


ANY: Final = Means()


class Whole(Struct, frozen=True, kw_only=True):
    """What a text in portions is known by."""

    portions: int
    sha256: str
    characters: int

    def put_together(self, portions: Mapping[int, str]) -> str | Literal[Absent.ABSENT]:
        """The text, if these are its portions."""
        if any(number not in portions for number in range(self.portions)):
            return ABSENT
        text = "".join(portions[number] for number in range(self.portions))
        return text if digest_of(text) == self.sha256 else ABSENT


class Portions:
    """Those that this history is to have in markers, and those that it has. Part of a run."""

    __slots__ = ("_kind", "_ledger", "_recorded", "missing")

    def __init__(self, ledger: Ledger, kind: str) -> None:
        self._ledger = ledger
        self._kind = kind
        self._recorded: dict[int, str] = {}
        """Digests, by number."""
        self.missing: dict[int, str] = {}
        """Those that are wanted and not recorded."""

    def want(self, texts: Sequence[str]) -> None:
        """From now on these, in the place of any others; what is recorded as it should be is not asked for again."""
        self.give_up()
        for number, text in enumerate(texts):
            digest = digest_of(text)
            if self._recorded.get(number) != digest:
                self.missing[number] = digest
                self._ledger.want_marker(RecordMarker(marker=f"{self._kind}{number}", details=text))

    def give_up(self) -> None:
        """They are not wanted any more."""
        for number in list(self.missing):
            self._drop(number)

    def recorded(self, marker: str, details: str) -> None:
        """A marker is in the history, of these or another one."""
        number = number_of(marker, self._kind)
        if number is ABSENT:
            return
        self._recorded[number] = digest_of(details)
        if self.missing.get(number) == self._recorded[number]:
            self._drop(number)

    def refused(self, marker: str) -> bool:
        """SWF does not take a marker: it is not asked for again. Whether it was wanted here."""
        number = number_of(marker, self._kind)
        if number is ABSENT or number not in self.missing:
            return False
        self._drop(number)
        return True

    def _drop(self, number: int) -> None:
        del self.missing[number]
        self._ledger.marker_answered(f"{self._kind}{number}")


def cut_up(text: str, longest: int) -> list[str]:
    return [text[first : first + longest] for first in range(0, len(text), longest)]


def number_of(marker: str, kind: str) -> int | Literal[Absent.ABSENT]:
    """Which portion the marker has, if it has one of this kind."""
    number = marker.removeprefix(kind)
    return int(number) if marker.startswith(kind) and number.isascii() and number.isdecimal() else ABSENT


def digest_of(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
