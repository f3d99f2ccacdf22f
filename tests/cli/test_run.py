"""Claims about `swfgraph run`: its output, its exit codes, its JSON; that it stops cleanly and goes on where it stopped."""

from __future__ import annotations

import json
import shlex
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from engine.cli.run import ECHO
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import PATIENCE, await_file, await_line, running


def test_the_output_alone_is_on_stdout_and_the_way_there_on_stderr(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", specs.echo(tmp_path), "--input", '{"a": 1}', "--workflow-id", "W")
    assert (told.code, told.out) == (Exit.DONE, '{"a":1}\n')
    lines = [line.split(" ", 1)[1] for line in told.err.splitlines()]
    assert lines[0].startswith("Flow 1.0: W (run ")
    assert any(line.startswith("say completed in ") and line.endswith(': {"a": 1}') for line in lines)
    assert "which completed: -> done" in lines
    assert "more skipped" in lines
    assert told.err.splitlines()[-1].startswith("Flow completed in ")


def test_text_is_printed_as_it_is(shell: Shell, tmp_path: Path) -> None:
    assert shell("run", specs.echo(tmp_path), "--input", "apple pie").out == "apple pie\n"


def test_quiet_leaves_the_output(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", specs.echo(tmp_path), "--input", "1", "-q")
    assert (told.out, told.err) == ("1\n", "")


def test_a_failed_execution_says_why_and_is_exit_code_1(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", specs.failing(tmp_path))
    assert (told.code, told.out) == (Exit.FAILED, "")
    *_, head, message = told.err.splitlines()
    assert head.startswith("Flow failed after ")
    assert head.endswith(": try: ExitCode.3")
    assert message == "  no luck (after 2 attempts)"


def test_on_a_terminal_a_failed_execution_says_what_goes_on_with_it(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    spec = specs.failing(tmp_path, file="my flow.json")
    told = shell("run", spec, "--workflow-id", "W", "--db", "a b.db").err.splitlines()[-1]
    again = shlex.join(["swfgraph", "retry", "W", "--spec", str(spec), "--domain", "TEST", "--db", "a b.db"])
    assert told == f"again, from where it failed: {again}"
    told = shell(*shlex.split(told.partition(": ")[2])[1:]).err.splitlines()[-1]
    assert told == f"next: {shlex.join(['swfgraph', 'run', '--resume', 'W', '--db', 'a b.db', str(spec)])}"
    assert shell(*shlex.split(told.partition(": ")[2])[1:]).code == Exit.FAILED


def test_what_was_undone_and_what_was_not_is_told_beside_a_terminals_own_details(shell: Shell, tmp_path: Path) -> None:
    spec = specs.undoing(tmp_path)
    expected = ["as planned", "undone: charge", "NOT undone: reserve: ExitCode.3: no luck"]
    told = shell("run", spec, "--workflow-id", "W")
    assert (told.code, [line.strip() for line in told.err.splitlines()[-3:]]) == (Exit.FAILED, expected)
    assert [line.removeprefix("why\t") for line in shell("status", "W").out.splitlines() if line.startswith("why")] == [
        "GivenUp",
        *expected,
    ]
    for command in (["run", spec], ["status", "W"]):
        said = json.loads(shell(*command, "--json").out)["compensation"]
        assert [one["node"] for one in said["undone"]] == ["charge"]
        assert [(one["node"], one["error"]) for one in said["failed"]] == [("reserve", "ExitCode.3")]


def test_json_is_one_object_with_all_of_it(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", specs.echo(tmp_path), "--input", '"odd"', "--workflow-id", "W", "--json")
    assert (told.code, told.err) == (Exit.DONE, "")
    result = json.loads(told.out)
    assert (result["domain"], result["workflowId"], result["status"], result["output"]) == ("TEST", "W", "COMPLETED", "odd")
    assert [(node["node"], node["state"], node["attempts"]) for node in result["nodes"]] == [
        ("say", "completed", 1),
        ("which", "completed", 1),
        ("more", "completed", 1),
        ("done", "completed", 1),
    ]


def test_json_of_a_failure_has_its_reason(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", specs.failing(tmp_path), "--json")
    assert told.code == Exit.FAILED
    result = json.loads(told.out)
    assert (result["status"], result["reason"], result["output"]) == ("FAILED", "try: ExitCode.3", None)
    assert result["details"]["error"] == "ExitCode.3"


def test_an_input_that_does_not_fit_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path, inputSchema={"type": "object", "required": ["order"]})
    told = shell("run", spec, "--input", "{}")
    assert told.code == Exit.USAGE
    assert "order" in told.err


def test_resume_takes_nothing_that_was_said_at_the_start(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", specs.echo(tmp_path), "--resume", "W", "--input", "1")
    assert told.code == Exit.USAGE
    assert "leave those options out" in told.err


def test_resume_of_what_never_was_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    shell("run", spec, "-q")
    told = shell("run", spec, "--resume", "W")
    assert told.code == Exit.USAGE
    assert "there is no execution 'W'" in told.err


def test_resume_of_a_closed_execution_shows_how_it_ended(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    shell("run", spec, "--workflow-id", "W", "--input", "7")
    told = shell("run", spec, "--resume", "W")
    assert (told.code, told.out) == (Exit.DONE, "7\n")


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Path]:
    """What still waits when the test ends is let go."""
    yield specs.waiting(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).touch()


def test_the_file_of_a_running_run_is_refused_to_others(shell: Shell, tmp_path: Path, waiting: Path) -> None:
    with running(tmp_path, "run", waiting) as process:
        await_line(process, "one running")
        told = shell("start", waiting)
    assert told.code == Exit.ENDPOINT
    assert f"in use by process {process.pid}" in told.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)])
def test_a_signal_lets_what_runs_finish_and_says_how_to_go_on(shell: Shell, tmp_path: Path, waiting: Path, number: int, code: Exit) -> None:
    with running(tmp_path, "run", waiting, "--workflow-id", "W", "--grace", str(PATIENCE)) as process:
        await_line(process, "one running")
        process.send_signal(number)
        await_line(process, "stopping")
        for name in ("one", "two"):
            (tmp_path / name).touch()
        rest = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == code
    assert "Traceback" not in rest
    assert rest.splitlines()[-1].strip() == f"swfgraph run --resume W {waiting}"
    kinds = [event["eventType"] for event in json.loads(shell("history", "W", "--json").out)]
    assert "ActivityTaskCompleted" in kinds
    assert "ActivityTaskFailed" not in kinds
    resumed = shell("run", "--resume", "W", waiting)
    assert (resumed.code, resumed.out) == (Exit.DONE, "rested\n")


def test_a_second_ctrl_c_ends_what_runs_and_its_retry_says_what_then(shell: Shell, tmp_path: Path) -> None:
    spec = specs.interruptible(tmp_path)
    with running(tmp_path, "run", spec, "--workflow-id", "W", "--grace", "300") as process:
        await_line(process, "work running")
        await_file(tmp_path / "begun")
        process.send_signal(signal.SIGINT)
        await_line(process, "Ctrl-C again")
        time.sleep(2 * ECHO)
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == Exit.INTERRUPTED
    assert "Traceback" not in rest
    assert "reason=Worker.Stopped" in shell("history", "W", "--type", "ActivityTaskFailed").out
    resumed = shell("run", "--resume", "W", spec, "--json")
    assert resumed.code == Exit.DONE
    assert [node["attempts"] for node in json.loads(resumed.out)["nodes"]] == [2, 1]


@pytest.mark.usefixtures("waiting")
def test_a_killed_run_goes_on_where_it_stopped(shell: Shell, tmp_path: Path) -> None:
    spec = specs.waiting(tmp_path, defaults={"timeouts": {"heartbeat": "2s"}})
    (tmp_path / "one").touch()
    with running(tmp_path, "run", spec, "--workflow-id", "W") as process:
        await_line(process, "one completed")
        process.kill()
        process.wait()
    (tmp_path / "two").touch()
    resumed = shell("run", "--resume", "W", spec)
    assert (resumed.code, resumed.out) == (Exit.DONE, "rested\n")
    assert "one running" not in resumed.err


def test_executions_that_are_still_open_are_mentioned(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    shell("register", spec)
    shell("start", spec, "--workflow-id", "before")
    told = shell("run", spec)
    assert "still open from before, and going on while this runs: before" in told.err
