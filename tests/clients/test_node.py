"""A decider, a worker and a caller in Node, with the AWS SDK for JavaScript."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.clients.serving import KEY, SECRET, Server
from tests.scenarios.processes import PATIENCE

pytestmark = pytest.mark.timeout(600)
"""The SDK may have to be installed first."""

PROGRAMS = Path(__file__).parent / "node"
INPUT = 'Grüße, 世界 🎈 \u202eright to left\u202c \t"quoted"\\'

Run: TypeAlias = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def node(node_sdk: Path, service: Server, tmp_path: Path) -> Iterator[Run]:
    """Starts a program, copied to where the SDK can be imported from."""
    (tmp_path / "node_modules").symlink_to(node_sdk / "node_modules")
    for program in PROGRAMS.glob("*.mjs"):
        shutil.copy(program, tmp_path)
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "NODE_NO_WARNINGS": "1"}
    with ExitStack() as running:

        def run(program: str, *arguments: str) -> subprocess.Popen[str]:
            argv = ["node", program, service.url, *arguments]
            process = subprocess.Popen(argv, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            running.callback(process.communicate)
            running.callback(process.kill)
            return process

        yield run


def printed(process: subprocess.Popen[str]) -> str:
    text, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, text
    return text


@pytest.mark.parametrize("service", ["open", "signed"], indirect=True)
def test_a_workflow_in_node_runs_to_its_end(node: Run, service: Server) -> None:
    caller = node("start.mjs", INPUT)
    assert caller.stdout is not None
    line = caller.stdout.readline()
    assert line == "started\n", line + printed(caller)
    decider, worker = node("decider.mjs"), node("worker.mjs")
    seen = json.loads(printed(caller))
    service.stop()
    assert seen["faults"] == [
        ["DomainAlreadyExistsFault", 400, "client", True],
        ["WorkflowExecutionAlreadyStartedFault", 400, "client", True],
        ["ValidationException", 400, "client", True],
        ["UnknownResourceFault", 400, "client", True],
    ]
    assert (seen["executionInfo"]["closeStatus"], seen["executionInfo"]["tagList"]) == ("COMPLETED", ["node"])
    assert (seen["count"], seen["truncated"], seen["latestExecutionContext"]) == (1, False, "1")
    assert seen["took"] > 0
    assert_history(seen["events"])
    assert printed(decider).splitlines() == [*["ScheduleActivityTask"] * 3, "CompleteWorkflowExecution"]
    assert printed(worker).splitlines() == [f"greet: {INPUT}", "ask: break", "again: fine"]


def assert_history(events: list[dict[str, Any]]) -> None:
    turn = ["DecisionTaskScheduled", "DecisionTaskStarted", "DecisionTaskCompleted"]
    work = ["ActivityTaskScheduled", "ActivityTaskStarted"]
    assert [event["eventType"] for event in events] == [
        "WorkflowExecutionStarted",
        *(*turn, *work, "ActivityTaskCompleted"),
        *(*turn, *work, "ActivityTaskFailed"),
        *(*turn, *work, "ActivityTaskCompleted"),
        *turn,
        "WorkflowExecutionCompleted",
    ]
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["workflowExecutionStartedEventAttributes"]["input"] == INPUT
    assert events[5]["activityTaskStartedEventAttributes"] == {"identity": "node worker", "scheduledEventId": 5}
    failed = events[12]["activityTaskFailedEventAttributes"]
    assert failed == {"reason": "Broken", "details": "as asked", "scheduledEventId": 11, "startedEventId": 12}
    assert events[-1]["workflowExecutionCompletedEventAttributes"]["result"] == f"{INPUT} + fine"
