"""The inputs that swfgraph itself gives an execution: the user's input, with what an earlier run has left for this one.

    {"$swfgraph": {"v": 1, "state": ..., "input": ...}}                       a long run goes on (see `carry`)
    {"$swfgraph": {"v": 1, "input": ..., "known": ..., "retryOf": {...}}}     a failed one is run again, without what had completed

A state that is too long for that is in markers of the history that the run goes on from (see `portions`), and so is the input with it:

    {"$swfgraph": {"v": 2, "state": {"portions": 18, "sha256": ..., "characters": ...}, "input": ...}}      what SWF has
    {"$swfgraph": {"v": 2, "state": ..., "input": ...}}                                                     what the portions make

SWF has the input there for whoever looks, if there is room. Whoever reads the history puts the whole in its place before it is folded.

Without `input` there is none. No user's input looks like this: `start` refuses it. Imports `errors`, `portions`, `spec`; imported by
`draining`, `run`, `terminal`, `works` and those who read histories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeGuard

import msgspec

from engine.errors import HistoryError
from engine.interpreter.portions import Whole, digest_of
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.payload import decode, encode

KEY: Final = "$swfgraph"
STORED: Final = "$swfgraph.payload"
VERSION: Final = 1
IN_PORTIONS: Final = 2
"""The version of those whose state is in markers: an older swfgraph leaves them alone."""
_BEGINNING: Final = f'{{"{KEY}":{{"v":{IN_PORTIONS},'
_FIELDS: Final = frozenset({"v", "input", "state", "known", "retryOf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What an execution is given."""

    input: str | Literal[Absent.ABSENT]
    """The text, as the user's."""
    value: Json
    """Of the text; without one: null."""
    state: Json | Literal[Absent.ABSENT] = ABSENT
    known: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """By node: see `carry`."""
    in_portions: bool = False
    """The state has come in portions."""


def carries(text: str | Literal[Absent.ABSENT]) -> bool:
    """Whether a run goes on with this input, or may do: one that is kept elsewhere can't be looked into here."""
    value = None if text is ABSENT else decode(text)
    if isinstance(value, Mapping) and value.keys() == {STORED}:
        return True
    return _is_envelope(value) and isinstance(value[KEY], Mapping) and "state" in value[KEY]


def opened(text: str | Literal[Absent.ABSENT], event_id: int) -> Envelope:
    """What this input says. Raises: HistoryError, where swfgraph's own can't be read."""
    value = None if text is ABSENT else decode(text)
    if not _is_envelope(value):
        return Envelope(input=text, value=value)
    inner: Json = value[KEY]
    if not isinstance(inner, Mapping) or inner.get("v") not in (VERSION, IN_PORTIONS) or not inner.keys() <= _FIELDS:
        message = f'its input has a "{KEY}" that this version of swfgraph does not know: a newer decider has to go on with it'
        raise HistoryError(event_id, message)
    if whole_of(text) is not ABSENT:
        raise HistoryError(event_id, "its state is in markers of the run that it goes on from, and was not read from there")
    known = inner.get("known", {})
    if not _is_known(known):
        raise HistoryError(event_id, f"what is known from an earlier run should be an object by node, of results or items, it is {known!r}")
    given = inner.get("input", ABSENT)
    return Envelope(
        input=ABSENT if given is ABSENT else encode(given),
        value=None if given is ABSENT else given,
        state=inner.get("state", ABSENT),
        known=known,
        in_portions=inner["v"] == IN_PORTIONS,
    )


def sealed(value: Json | Literal[Absent.ABSENT], state: Json, version: int = VERSION) -> str:
    """The input of the run that goes on from this state; `value` is the user's input, absent where there is none."""
    return encode({KEY: {"v": version, "state": state, **({} if value is ABSENT else {"input": value})}})


def standing_for(text: str, portions: int, value: Json | Literal[Absent.ABSENT], longest: int) -> str:
    """What is sent for a text that is `sealed` for portions: what it is known by, and the user's input if there is room for it."""
    whole = msgspec.to_builtins(Whole(portions=portions, sha256=digest_of(text), characters=len(text)))
    told = sealed(value, whole, IN_PORTIONS)
    return told if len(told) <= longest else sealed(ABSENT, whole, IN_PORTIONS)


def whole_of(text: str | Literal[Absent.ABSENT]) -> Whole | Literal[Absent.ABSENT]:
    """What the portions are to make, if this input stands for some."""
    if text is ABSENT or not text.startswith(_BEGINNING):
        return ABSENT
    value = decode(text)
    state = value[KEY].get("state") if _is_envelope(value) and isinstance(value[KEY], Mapping) else None
    if not isinstance(state, Mapping) or "portions" not in state:
        return ABSENT
    try:
        return msgspec.convert(state, Whole)
    except msgspec.ValidationError:
        return ABSENT


def seems_ours(value: Json) -> bool:
    """Whether an input that a template has made would be taken for swfgraph's own: data must not forge what is known of a run."""
    return isinstance(value, Mapping) and KEY in value


def _is_envelope(value: Json) -> TypeGuard[Mapping[str, Json]]:
    return isinstance(value, Mapping) and value.keys() == {KEY}


def _is_known(known: Json) -> bool:
    return isinstance(known, Mapping) and all(isinstance(entry, Mapping) and _is_entry(entry) for entry in known.values())


def _is_entry(entry: Mapping[str, Json]) -> bool:
    items = entry.get("items", {})
    return isinstance(items, Mapping) and all(isinstance(index, str) and index.isascii() and index.isdecimal() for index in items)
