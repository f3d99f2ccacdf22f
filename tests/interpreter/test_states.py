from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from engine.interpreter.board import LIVE
from engine.interpreter.states import (
    IMPOSSIBLE,
    NODE,
    TIMER,
    WORK,
    NodeState,
    NodeTrigger,
    TimerState,
    TimerTrigger,
    WorkState,
    WorkTrigger,
)

TABLES: list[tuple[Mapping[Any, Mapping[Any, Any]], type[StrEnum], type[StrEnum]]] = [
    (NODE, NodeState, NodeTrigger),
    (WORK, WorkState, WorkTrigger),
    (TIMER, TimerState, TimerTrigger),
]


@pytest.mark.parametrize(("table", "states", "triggers"), TABLES)
def test_every_state_answers_every_trigger(table: Mapping[Any, Mapping[Any, Any]], states: type[StrEnum], triggers: type[StrEnum]) -> None:
    assert set(table) == set(states)
    for row in table.values():
        assert set(row) == set(triggers)
        assert all(step is IMPOSSIBLE or step in set(states) for step in row.values())


@pytest.mark.parametrize(("table", "first"), [(NODE, NodeState.IDLE), (WORK, WorkState.WANTED), (TIMER, TimerState.WANTED)])
def test_every_state_can_be_reached_from_the_first(table: Mapping[Any, Mapping[Any, Any]], first: Any) -> None:
    reached: set[StrEnum] = {first}
    seen: set[StrEnum] = set()
    while reached - seen:
        state = (reached - seen).pop()
        seen.add(state)
        reached |= {step for step in table[state].values() if step is not IMPOSSIBLE}
    assert reached == set(table)


def test_what_is_closed_stays_closed() -> None:
    assert set(WORK[WorkState.CLOSED].values()) == set(TIMER[TimerState.CLOSED].values()) == {IMPOSSIBLE}


def test_going_back_is_possible_from_everywhere() -> None:
    assert {row[NodeTrigger.RESET] for row in NODE.values()} == {NodeState.IDLE}


def test_only_what_is_live_can_be_stopped() -> None:
    assert {state for state in NodeState if NODE[state][NodeTrigger.STOP] is not IMPOSSIBLE} == LIVE
