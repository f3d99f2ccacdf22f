"""Claims about decider and worker: the walk in two terminals, JSON lines, and how they end."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import PATIENCE, await_line, running


@pytest.fixture
def spec(shell: Shell, tmp_path: Path) -> Path:
    path = specs.echo(tmp_path)
    shell("register", path)
    return path


def test_the_walk_in_two_terminals(shell: Shell, spec: Path) -> None:
    shell("start", spec, "--workflow-id", "Demo", "--input", '"b"')
    assert shell("decider", "--once", spec).out.splitlines() == [
        "Received a decision task: Flow 1.0, Demo",
        "Making the decision on what is next",
        "Decision made: schedule activity -- Echo",
    ]
    assert shell("worker", "--once", spec).out.splitlines() == [
        "Received an activity task: Echo 1.0, Demo",
        "Execute Echo with command: cat",
        'Echo succeeded with output: "b"',
    ]
    assert shell("decider", "--once", spec).out.splitlines() == [
        "Received a decision task: Flow 1.0, Demo",
        "Making the decision on what is next",
        "Echo succeeded",
        "Decision made: complete the workflow execution",
    ]


def test_the_walk_through_a_failure(shell: Shell, tmp_path: Path) -> None:
    spec = specs.failing(tmp_path)
    shell("register", spec)
    shell("start", spec)
    shell("decider", "--once", spec)
    assert shell("worker", "--once", spec).out.splitlines()[1:] == [
        "Execute Fail with command: sh -c 'echo no luck >&2; exit 3'",
        "Fail stderr: no luck",
        "Fail failed with ExitCode.3: no luck",
    ]
    assert shell("decider", "--once", spec).out.splitlines()[2:] == [
        "Fail failed: ExitCode.3",
        "Decision made: schedule activity -- Fail",
    ]


@pytest.mark.parametrize(("command", "what"), [("decider", "no decision task"), ("worker", "no activity task")])
def test_that_nothing_came_is_said_and_no_failure(shell: Shell, spec: Path, command: str, what: str) -> None:
    told = shell(command, "--once", "--timeout", "0.2", spec)
    assert (told.code, told.out, told.err) == (Exit.DONE, "", f"{what} on tasks (TEST) within 0.2 s\n")


def test_json_is_a_line_per_task(shell: Shell, spec: Path) -> None:
    shell("start", spec, "--workflow-id", "Demo", "--input", '"b"')
    decided = json.loads(shell("decider", "--once", spec, "--json").out)
    assert decided["workflowId"] == "Demo"
    assert [decision["decisionType"] for decision in decided["decisions"]] == ["RecordMarker", "ScheduleActivityTask"]
    done = json.loads(shell("worker", "--once", spec, "--json").out)
    assert (done["activityId"], done["outcome"], done["result"]) == ("say", "completed", '"b"')
    assert "taskToken" not in done


def test_a_worker_keeps_to_the_task_lists_that_it_is_given(shell: Shell, tmp_path: Path) -> None:
    nodes = {
        "one": {"type": "activity", "activity": "Echo", "input": 1, "taskList": "ones", "next": "two"},
        "two": {"type": "activity", "activity": "Echo", "input": 2, "taskList": "twos", "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    spec = specs.write(tmp_path, nodes)
    shell("register", spec)
    shell("start", spec)
    shell("decider", "--once", spec)
    assert "no activity task on twos" in shell("worker", "--once", "--timeout", "0.2", "--task-list", "twos", spec).err
    assert "succeeded with output: 1" in shell("worker", "--once", "--task-list", "ones", spec).out
    told = shell("worker", "--once", "--task-list", "threes", spec)
    assert told.code == Exit.USAGE
    assert "threes" in told.err


def test_a_domain_that_is_not_registered_is_said(shell: Shell, spec: Path) -> None:
    told = shell("decider", "--once", "--domain", "Nowhere", spec)
    assert told.code == Exit.USAGE
    assert "swfgraph register" in told.err


@pytest.mark.parametrize("command", ["decider", "worker"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.DONE)])
def test_a_signal_ends_it_cleanly(shell: Shell, tmp_path: Path, spec: Path, command: str, number: int, code: Exit) -> None:
    shell("start", spec, "--workflow-id", "W")
    if command == "worker":
        shell("decider", "--once", spec)
    with running(tmp_path, command, spec, "--json", "-v") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["workflowId"] == "W"
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in err


def test_what_it_does_is_logged(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    shell("register", spec)
    shell("start", spec)
    with running(tmp_path, "decider", spec) as process:
        await_line(process, "INFO Received a decision task: Flow")
        await_line(process, "INFO Decision made: ScheduleActivityTask -- Echo")


def test_a_reader_that_leaves_is_no_error(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    shell("run", spec, "--input", json.dumps("x" * 30_000), "--workflow-id", "W", "-q")
    with running(tmp_path, "history", "W", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=PATIENCE) == Exit.PIPE_CLOSED
