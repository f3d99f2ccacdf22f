"""What a schedule wants done: values. Imports `state`; made by `course`, turned into decisions of SWF by `decisions`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from engine.runtime.schedule.state import State, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    workflow_id: str
    waiting: Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Ask an execution to cancel."""

    workflow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    timer_id: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTimer:
    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue:
    """Begin a new history with this state."""

    state: State


Action: TypeAlias = Start | Cancel | SetTimer | StopTimer | Continue
