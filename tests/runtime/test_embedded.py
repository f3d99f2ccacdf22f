"""Claims about running everything in one process. (What the command makes of it: tests/cli/test_run.py.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.interpreter.view import RunView
from engine.runtime.decider import DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, resume_here, run_here
from engine.runtime.start import Started, StartOptions
from engine.runtime.worker import WorkerSettings
from engine.spec.model import ABSENT
from engine.swf.client import Client
from engine.swf.paging import history
from tests.runtime.world import PATIENCE, activity, begin, plan_of, spec


def settings(workflow_id: str = "") -> EmbeddedSettings:
    return EmbeddedSettings(
        options=StartOptions(workflow_id=workflow_id), decider=DeciderSettings(), worker=WorkerSettings(concurrency=4), grace=PATIENCE
    )


def sleeper() -> dict[str, Any]:
    nodes = {
        "nap": {"type": "activity", "activity": "Nap", "input": "{% input %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    return spec(nodes, {"Nap": activity({"command": ["sleep", "{% $string(input) %}"]})})


def test_the_end_of_ours_leaves_the_tasks_of_another_execution_time_to_finish(live_client: Client, tmp_path: Path) -> None:
    """Ours ends when the other's task runs, and that one when ours has ended."""
    waiting = "touch {% input.begun %}; until test -e {% input.until %}; do sleep 0.02; done"
    nodes = sleeper()["nodes"]
    plan = plan_of(tmp_path, spec(nodes, {"Nap": activity({"command": ["sh", "-c", waiting]})}))
    other = begin(live_client, plan, {"begun": "other", "until": "over"}, "other")

    def watch(_started: Started, view: RunView) -> None:
        if view.outcome is not ABSENT:
            (tmp_path / "over").touch()

    run_here(live_client, plan, {"begun": "ours", "until": "other"}, settings("ours"), watch)
    kinds = [event["eventType"] for event in history(live_client, other.domain, other.workflow_id, other.run_id)]
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
