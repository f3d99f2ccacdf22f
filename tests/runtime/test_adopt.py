"""A decider with a changed spec takes over the executions that agree with it, if it is told to, and leaves the others alone."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from engine.runtime.decider import Decider, DeciderSettings
from engine.service.clock import VirtualClock
from engine.swf.client import Client
from tests.runtime.world import begin, chain, decider, plan_of, result_of, stop, types_of, worker


@pytest.mark.parametrize("adopt", [True, False])
def test_what_agrees_with_a_changed_spec_is_taken_over_only_where_that_is_asked_for(client: Client, tmp_path: Path, *, adopt: bool) -> None:
    old = plan_of(tmp_path / "old", chain("a", "b"))
    execution = begin(client, old, 1)
    works = worker(client, old)
    decider(client, old).step()
    works.step()
    changed = chain("a", "b")
    changed["nodes"]["b"]["input"] = "{% results.a * 100 %}"
    new = Decider(client, [plan_of(tmp_path / "new", changed)], DeciderSettings(adopt=adopt))
    new.step()
    if not adopt:
        assert types_of(client, execution)[-1] == "DecisionTaskStarted"
        return
    works.step()
    new.step()
    stop(works)
    assert result_of(client, execution) == 201


def test_what_parts_from_it_is_left_alone_and_it_is_said_where(
    client: Client, clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = plan_of(tmp_path / "old", chain("a", "b"))
    execution = begin(client, old, 1)
    works = worker(client, old)
    decider(client, old).step()
    works.step()
    changed = chain("a", "b")
    changed["nodes"]["a"]["input"] = "{% input + 1 %}"
    caplog.set_level(logging.ERROR, "engine.runtime")
    Decider(client, [plan_of(tmp_path / "new", changed)], DeciderSettings(adopt=True)).step()
    assert types_of(client, execution)[-1] == "DecisionTaskStarted"
    (record,) = caplog.records
    assert "ScheduleActivityTask a with input 1; this spec would: input 2" in record.getMessage()
    clock.advance(31)
    decider(client, old).step()
    works.step()
    decider(client, old).step()
    stop(works)
    assert result_of(client, execution) == 3


def test_a_spec_that_has_not_changed_is_not_held_against_anything(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    works = worker(client, plan)
    for _ in range(2):
        Decider(client, [plan], DeciderSettings(adopt=True)).step()
        if types_of(client, execution)[-1] == "ActivityTaskScheduled":
            works.step()
    stop(works)
    assert result_of(client, execution) == 2
