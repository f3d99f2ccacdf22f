"""What a schedule knows: a value, and its JSON. It travels as the executionContext of each decision, so that whoever decides next finds
it in the history, whole, whatever has happened to whoever decided before. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

FORMAT: Final = 1
KEY: Final = "schedule"
"""Of the executionContext and the input: {"schedule": {...}}."""
CONTINUE_AT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A time whose execution is to be started when there is room."""

    time: int
    asked: bool = False
    """By somebody, not by the schedule: it is started while paused too."""
    at_once: bool = False
    """For no time of the schedule: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An execution that was started for a time, and has not ended as far as is known."""

    workflow_id: str
    time: int
    asked: bool = False
    at_once: bool = False
    told: bool = True
    """Its end will stand in this history, since it was started from here. Else somebody must look."""
    canceling: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    through: float
    """Times of the schedule up to this one have been seen to."""
    rule: str = ""
    """cron and time zone by which that was; other ones begin anew."""
    paused: bool = False
    reason: str = ""
    open: tuple[Open, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    held_until: float = 0.0
    """SWF refused a start for now: none is tried before."""
    refusals: int = 0
    timer: int = 0
    """The number of the timer that runs; 0: none does."""
    timer_at: float = 0.0
    timers: int = 0
    """How many there have been."""
    last: tuple[str, ...] = ()
    """workflowIds of the latest starts, oldest first."""
    started: int = 0
    skipped: int = 0
    missed: int = 0
    problem: str = ""
    """Why the last time could not be started; empty: it could."""
    look_at: float = 0.0
    """When to see whether what is open still is."""
    since: float = 0.0
    """When this history began."""
    continue_at: int = CONTINUE_AT
    """Events of the history from which on it is continued as new."""


def write_state(state: State) -> str:
    """JSON; the parts that are as usual are left out."""
    fields = {name: value for name, value in msgspec.to_builtins(state).items() if value != _USUAL.get(name)}
    return msgspec.json.encode({KEY: {"v": FORMAT, **fields}}).decode()


class UnknownState(Exception):
    """A state that is none, or one of another version of swfgraph."""


def read_state(text: str) -> State:
    """Raises: UnknownState."""
    try:
        kept = msgspec.json.decode(text, type=dict[str, Any]).get(KEY)
        if isinstance(kept, Mapping) and kept.get("v") == FORMAT:
            return msgspec.convert({name: value for name, value in kept.items() if name != "v"}, State)
    except msgspec.MsgspecError as error:
        raise UnknownState(f"this is no state of a schedule: {text[:100]!r} ({error})") from error
    raise UnknownState(f"this is no state of a schedule that this version of swfgraph knows, is another one at work? {text[:100]!r}")


_USUAL: Final[Mapping[str, Any]] = {name: value for name, value in msgspec.to_builtins(State(through=0.0)).items() if name != "through"}
