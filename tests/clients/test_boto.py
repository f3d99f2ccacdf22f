"""The programs of boto's tutorial, with boto 2.49: they print what the tutorial prints, and leave the histories that it shows."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.serving import Server
from tests.clients.terminals import Desk, Terminal, desk
from tests.scenarios.processes import PATIENCE
from tests.tutorial import HELLO_HISTORY

pytestmark = pytest.mark.timeout(600)
"""The SDK may have to be installed first."""

TURN = ["DecisionTaskScheduled", "DecisionTaskStarted", "DecisionTaskCompleted"]
WORK = ["ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskCompleted"]


@pytest.fixture
def tutorial(boto_python: Path, service: Server, tmp_path: Path) -> Iterator[Desk]:
    """A desk in front of a service where the tutorial's types are registered."""
    with desk(boto_python, tmp_path, service) as opened:
        registered = opened.open("register.py").close().splitlines()
        assert registered == [f"{name} registered successfully" for name in NAMES]
        yield opened


NAMES = (
    "boto_tutorial", "HelloWorkflow", "SerialWorkflow", "ParallelWorkflow", "HelloWorld", "ActivityA", "ActivityB", "ActivityC",
)  # fmt: skip


def timeless(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "eventTimestamp"}


def started(terminal: Terminal, workflow: str, task_list: str = "default") -> None:
    terminal.type(
        f"execution = swf.WorkflowType(name='{workflow}', domain='boto_tutorial', version='1.0', task_list='{task_list}').start()"
    )


def closed(terminal: Terminal) -> list[dict[str, Any]]:
    """The history of the terminal's `execution`, once that has closed."""
    deadline = time.monotonic() + PATIENCE
    while terminal.value("execution.describe()['executionInfo']['executionStatus']") == "OPEN":
        assert time.monotonic() < deadline, terminal.value("execution.history()")
        time.sleep(0.05)
    history: list[dict[str, Any]] = terminal.value("execution.history()")
    return history


def test_what_is_registered_already_is_said_to_be(tutorial: Desk) -> None:
    kinds = ["Domain", *["WorkflowType"] * 3, *["ActivityType"] * 4]
    printed = tutorial.open("register.py").close().splitlines()
    assert printed == [f"{kind} {name} already exists" for kind, name in zip(kinds, NAMES, strict=True)]


@pytest.mark.parametrize("service", ["open", "signed"], indirect=True)
def test_hello(tutorial: Desk, service: Server) -> None:
    terminal = tutorial.open()
    started(terminal, "HelloWorkflow")
    decider = tutorial.loop("hello_decider.py", "HelloDecider")
    worker = tutorial.loop("hello_worker.py", "HelloWorker")
    history = closed(terminal)
    service.stop(polling=2)
    assert worker.close() == "Hello, World!"
    assert decider.close() == ""
    assert [timeless(event) for event in history] == [timeless(event) for event in HELLO_HISTORY]
    times = [event["eventTimestamp"] for event in history]
    assert times == sorted(times)
    assert all(type(stamp) is float for stamp in times)


def test_serial(tutorial: Desk, service: Server) -> None:
    terminal = tutorial.open()
    started(terminal, "SerialWorkflow", "default_tasks")
    decider = tutorial.loop("serial_decider.py", "SerialDecider")
    workers = {name: tutorial.loop("serial_worker.py", f"Worker{name.upper()}") for name in "abc"}
    history = closed(terminal)
    described = terminal.value("execution.describe()")
    service.stop(polling=4)
    assert [event["eventType"] for event in history] == [
        "WorkflowExecutionStarted",
        *(TURN + WORK) * 3,
        *TURN,
        "WorkflowExecutionCompleted",
    ]
    for name, worker in workers.items():
        assert re.fullmatch(rf"working on activity from tasklist {name}_tasks at \d+", worker.close())
    assert decider.close() == ""
    scheduled = [event["activityTaskScheduledEventAttributes"] for event in history if event["eventType"] == "ActivityTaskScheduled"]
    assert [(one["taskList"]["name"], one.get("input")) for one in scheduled] == [
        ("a_tasks", None), ("b_tasks", "Now don't be givin him sambuca!"), ("c_tasks", None),
    ]  # fmt: skip
    assert_described_as_the_tutorial_prints_it(described)


def assert_described_as_the_tutorial_prints_it(described: dict[str, Any]) -> None:
    info, counts = described["executionInfo"], described["openCounts"]
    assert described["executionConfiguration"] == {
        "childPolicy": "TERMINATE",
        "executionStartToCloseTimeout": "3600",
        "taskList": {"name": "default_tasks"},
        "taskStartToCloseTimeout": "300",
    }
    assert info["startTimestamp"] <= described["latestActivityTaskTimestamp"] <= info["closeTimestamp"]
    assert re.fullmatch(r"SerialWorkflow-1\.0-\d+", info["execution"]["workflowId"])
    assert (info["executionStatus"], info["closeStatus"], info["cancelRequested"]) == ("CLOSED", "COMPLETED", False)
    assert info["workflowType"] == {"name": "SerialWorkflow", "version": "1.0"}
    assert not any(counts.values())


def test_parallel(tutorial: Desk, service: Server) -> None:
    decider = tutorial.open("parallel_decider.py")
    started(decider, "ParallelWorkflow")
    workers = [tutorial.loop("parallel_worker.py", "ParallelWorker") for _ in range(2)]
    terminal = tutorial.open()
    decider.type("while ParallelDecider().run(): pass\n")
    await_closed(terminal)
    service.stop(polling=3)
    counted = decider.close().splitlines()
    assert counted == sorted(set(counted))
    assert set(counted) <= {f"{count}/5" for count in range(1, 6)}
    assert counted[-1] == "5/5"
    worked = [line for worker in workers for line in worker.close().splitlines()]
    assert sorted(worked) == [f"working on activity{number}" for number in range(5)]


def await_closed(terminal: Terminal) -> None:
    """Until the domain has a closed execution, as any terminal can see."""
    deadline = time.monotonic() + PATIENCE
    while not terminal.value("len(swf.Domain(name='boto_tutorial').executions(closed=True, start_oldest_date=0))"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
