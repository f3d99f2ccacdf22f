"""What the templates of an activity's `run` may name: the task's own data. Pure. Imports `spec` and `runtime.task`."""

from __future__ import annotations

import time

from engine.runtime.task import Job
from engine.spec.expression import References
from engine.spec.model import Json, Template
from engine.spec.payload import decode, encode
from engine.spec.template import render


class TaskScope:
    """Root names: `input` (left out where the task has none), `activityId`, `workflowId`, `runId`; `taskToken` where others answer."""

    def __init__(self, job: Job, now: float) -> None:
        self.now = now
        self._job = job
        self._root: dict[str, Json] = {"activityId": job.activity_id, "workflowId": job.workflow_id, "runId": job.run_id}
        if job.token:
            self._root["taskToken"] = job.token

    def root(self, references: References) -> dict[str, Json]:  # noqa: ARG002 - all of it costs as much as a part
        """The input is decoded when the first expression asks: it may be long, and most arguments are plain text."""
        if self._job.input and "input" not in self._root:
            self._root["input"] = decode(self._job.input)
        return self._root


def render_value(template: Template, job: Job) -> Json:
    """Raises: ExpressionError."""
    return render(template, TaskScope(job, time.time()))


def render_text(template: Template, job: Job) -> str:
    """One argument or path: text as it is, anything else as compact JSON. Raises: ExpressionError."""
    value = render_value(template, job)
    return value if isinstance(value, str) else encode(value)
