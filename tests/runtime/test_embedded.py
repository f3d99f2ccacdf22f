"""Claims about running everything in one process. (What the command makes of it: tests/cli/test_run.py.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.runtime.decider import DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, resume_here, run_here
from engine.runtime.start import StartOptions
from engine.runtime.worker import WorkerSettings
from engine.swf.client import Client
from engine.swf.paging import history
from tests.runtime.world import activity, begin, plan_of, spec


def settings(workflow_id: str = "") -> EmbeddedSettings:
    return EmbeddedSettings(
        options=StartOptions(workflow_id=workflow_id), decider=DeciderSettings(), worker=WorkerSettings(concurrency=4), grace=20.0
    )


def sleeper() -> dict[str, Any]:
    nodes = {
        "nap": {"type": "activity", "activity": "Nap", "input": "{% input %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    return spec(nodes, {"Nap": activity({"command": ["sleep", "{% $string(input) %}"]})})


def test_the_end_of_ours_leaves_the_tasks_of_another_execution_time_to_finish(live_client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, sleeper())
    other = begin(live_client, plan, 0.8, "other")
    run_here(live_client, plan, 0, settings("ours"), lambda _started, _view: None)
    kinds = [event["eventType"] for event in history(live_client, other.domain, other.workflow_id, other.run_id)]
    assert "ActivityTaskStarted" in kinds
    assert "ActivityTaskCompleted" in kinds


def test_an_execution_that_was_begun_before_is_taken_to_its_end(live_client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, sleeper())
    begun = begin(live_client, plan, 0, "begun")
    view = resume_here(live_client, plan, begun, settings(), lambda _started, _view: None)
    assert view.nodes["done"].state == "completed"


def test_a_closed_execution_is_shown_as_it_ended(live_client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, sleeper())
    begun = begin(live_client, plan, 0, "begun")
    first = resume_here(live_client, plan, begun, settings(), lambda _started, _view: None)
    assert resume_here(live_client, plan, begun, settings(), lambda _started, _view: None) == first
