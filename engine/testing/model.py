"""A checked test file, as frozen values: scenarios, answers, expectations. No JSON here, no behaviour: `parse` makes these.

Durations are whole seconds. What the author may leave out and has no default is `ABSENT`.
Imports `spec`; imported by the rest of `testing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, TypeAlias

from engine.spec.model import ABSENT, Absent, Json
from engine.spec.source import Document

START: Final = 1_767_225_600.0
"""When a scenario begins that does not say: 2026-01-01T00:00:00Z."""

MOST_EVENTS: Final = 100_000
"""Of one scenario, over all its executions; `maxEvents` of a scenario says otherwise."""

MOST_YEARS: Final = 10
"""Virtual years that a scenario may take: one that takes longer will never end."""


class TimeoutKind(StrEnum):
    START_TO_CLOSE = "startToClose"
    HEARTBEAT = "heartbeat"
    SCHEDULE_TO_START = "scheduleToStart"
    SCHEDULE_TO_CLOSE = "scheduleToClose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`value` is a template over the task: `input`, `node`, `visit`, `attempt`, for an item also `index`."""

    value: Json
    templates: bool = True
    """Braces are braces where a Python function gave them."""
    delay: int = 0
    ignores_cancel: bool = False
    """It goes on when it is asked to cancel, as work does that can't be stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    name: str
    message: str = ""
    delay: int = 0
    ignores_cancel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOut:
    """Nobody answers, and the service times the task out, at its own time."""

    kind: TimeoutKind = TimeoutKind.START_TO_CLOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Canceled by whoever does the work, without having been asked to."""

    details: str = ""
    delay: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate:
    """A child execution that somebody terminates."""

    delay: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A Python function gives the answer: it is called with the input, what it raises is the failure."""

    function: Callable[[Json], object]


Answer: TypeAlias = Result | Fail | TimeOut | Cancel | Terminate | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The n-th is for the n-th time that a node (or its item) is asked, over attempts and visits."""

    answers: tuple[Answer, ...]
    always: bool = False
    """There is one answer, and it is for every time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByItem:
    """Of a node with forEach, by the item's index."""

    items: Mapping[int, Attempts]
    others: Attempts | Literal[Absent.ABSENT] = ABSENT


Answers: TypeAlias = Attempts | ByItem


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """So many seconds after the start."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A node has been entered for the visit-th time, and so many seconds have gone by since."""

    node: str
    visit: int = 1
    delay: int = 0


Moment: TypeAlias = At | When


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A signal from outside. `input` is a JSON value; absent: it has none."""

    name: str
    moment: Moment
    input: Json | Literal[Absent.ABSENT] = ABSENT


class Status(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    CONTINUED = "continued"
    TIMED_OUT = "timedOut"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Whatever is absent, or not in a mapping, may be as it likes."""

    status: Status = Status.COMPLETED
    output: Json | Literal[Absent.ABSENT] = ABSENT
    reason: str | Literal[Absent.ABSENT] = ABSENT
    details: Json | Literal[Absent.ABSENT] = ABSENT
    path: tuple[str, ...] | Literal[Absent.ABSENT] = ABSENT
    duration: int | Literal[Absent.ABSENT] = ABSENT
    runs: int | Literal[Absent.ABSENT] = ABSENT
    visits: Mapping[str, int] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, Json] = field(default_factory=dict)
    calls: Mapping[str, Json] = field(default_factory=dict)
    results: Mapping[str, Json] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    undone: tuple[str, ...] | Literal[Absent.ABSENT] = ABSENT
    not_undone: tuple[str, ...] | Literal[Absent.ABSENT] = ABSENT
    check: tuple[str, ...] = ()
    """JSONata conditions on all of the above as it came out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    description: str = ""
    start: float = START
    input: Json | Literal[Absent.ABSENT] = ABSENT
    activities: Mapping[str, Answers] = field(default_factory=dict)
    children: Mapping[str, Answers] = field(default_factory=dict)
    lambdas: Mapping[str, Answers] = field(default_factory=dict)
    signals: tuple[Sent, ...] = ()
    cancel: Moment | Literal[Absent.ABSENT] = ABSENT
    max_events: int = MOST_EVENTS
    expect: Expectation = Expectation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A test file."""

    file: Path
    document: Document
    spec: Path
    specs: tuple[Path, ...] | Literal[Absent.ABSENT]
    """Of children; absent: those beside the spec."""
    scenarios: tuple[Scenario, ...]
