"""Jobs for the handlers' tests."""

from __future__ import annotations

from engine.runtime.task import Job


def job(given: str = "", *, activity: str = "Greet", activity_id: str = "greet", token: str = "") -> Job:
    return Job(
        activity=activity,
        version="1.0",
        activity_id=activity_id,
        domain="TEST",
        task_list="tasks",
        workflow_id="greeting-1",
        run_id="run-1",
        input=given,
        token=token,
    )
