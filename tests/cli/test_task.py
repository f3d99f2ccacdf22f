"""Claims about tasks that are answered later: who has the token answers, from another process, whatever became of the worker."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import await_file, await_line, running

HAND_ON = 'echo $$ > pid; printf %s "$SWFGRAPH_TASK_TOKEN" > token.new; mv token.new token; echo said'


def asking(folder: Path, script: str = HAND_ON, **node: object) -> Path:
    nodes = {
        "ask": {"type": "activity", "activity": "Ask", "catch": [{"errors": ["Refused"], "next": "refused"}], "next": "done", **node},
        "refused": {"type": "terminal", "status": "completed", "output": {"refused": "{% errors.ask.message %}"}},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.ask %}"},
    }
    ask = {"version": "1.0", "answer": "later", "run": {"command": ["sh", "-c", script]}, "timeouts": {"startToClose": "1h"}}
    return specs.write(folder, nodes, activities={"Ask": ask})


@pytest.fixture
def spec(shell: Shell, tmp_path: Path) -> Path:
    """Its task has been handed on: the token is in the file `token`."""
    path = asking(tmp_path)
    shell("register", path)
    shell("start", path, "--workflow-id", "W")
    shell("decider", "--once", path)
    assert shell("worker", "--once", path).out.splitlines()[-1] == "Ask has handed its task on: whoever has the token answers it"
    return path


def outcome(shell: Shell, spec: Path) -> object:
    assert shell("decider", "--once", spec).code == Exit.DONE
    return json.loads(shell("status", "W", "--json").out)["output"]


def test_a_task_that_was_handed_on_is_open_until_somebody_completes_it(shell: Shell, spec: Path) -> None:
    assert json.loads(shell("status", "W", "--json").out)["openCounts"]["openActivityTasks"] == 1
    assert shell("task", "complete", "@token", "--result", '{"by": "ann"}').err == "the task is completed\n"
    assert outcome(shell, spec) == {"by": "ann"}


def test_the_token_comes_from_the_environment_too(shell: Shell, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWFGRAPH_TASK_TOKEN", (tmp_path / "token").read_text())
    assert json.loads(shell("task", "complete", "--json").out) == {"operation": "RespondActivityTaskCompleted"}
    assert outcome(shell, spec) is None


def test_a_task_may_be_failed_with_an_error_that_the_spec_catches(shell: Shell, spec: Path) -> None:
    assert shell("task", "fail", "@token", "--reason", "Refused", "--details", "too dear").code == Exit.DONE
    assert outcome(shell, spec) == {"refused": "too dear"}


def test_a_heartbeat_says_that_the_task_is_to_be_given_up_and_cancel_does_it(shell: Shell, spec: Path) -> None:
    assert shell("task", "heartbeat", "@token", "--details", "at it").out == "cancelRequested\tfalse\n"
    shell("cancel", "W")
    shell("decider", "--once", spec)
    assert json.loads(shell("task", "heartbeat", "@token", "--json").out) == {"cancelRequested": True}
    assert shell("task", "cancel", "@token").code == Exit.DONE
    shell("decider", "--once", spec)
    assert json.loads(shell("status", "W", "--json").out)["status"] == "CANCELED"


def test_a_token_is_good_for_one_answer(shell: Shell, spec: Path) -> None:
    assert spec.exists()
    shell("task", "complete", "@token")
    told = shell("task", "fail", "@token", "--reason", "Late")
    assert told.code == Exit.USAGE
    assert "nobody waits for that task any more: it was answered already, has timed out, or its execution is closed" in told.err


def test_what_is_no_token_is_said_to_be_none(shell: Shell, spec: Path) -> None:
    assert spec.exists()
    told = shell("task", "complete", "rubbish")
    assert (told.code, "not a task token of this service" in told.err) == (Exit.USAGE, True)
    assert shell("task", "complete").err.startswith("swfgraph: error: Missing argument 'TOKEN|@FILE|-'.")


def test_a_long_result_goes_to_the_payload_store(shell: Shell, spec: Path, tmp_path: Path) -> None:
    text = "x" * 40_000
    (tmp_path / "long.txt").write_text(text)
    refused = shell("task", "complete", "@token", "--result", "@long.txt", "--payloads", "none")
    assert (refused.code, "at most 32,768 can be given" in refused.err) == (Exit.USAGE, True)
    assert shell("task", "complete", "@token", "--result", "@long.txt").code == Exit.DONE
    assert outcome(shell, spec) == text


def test_a_script_that_fails_before_it_handed_its_task_on_fails_the_task(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", asking(tmp_path, "echo nobody there >&2; exit 4"), "--json")
    assert (told.code, json.loads(told.out)["reason"]) == (Exit.FAILED, "ask: ExitCode.4")


def test_a_task_that_nobody_answers_times_out(shell: Shell, tmp_path: Path) -> None:
    told = shell("run", asking(tmp_path, timeouts={"startToClose": 1}), "--json")
    assert (told.code, json.loads(told.out)["reason"]) == (Exit.FAILED, "ask: Timeout.StartToClose")


def test_what_was_handed_on_outlives_its_worker_and_the_service(shell: Shell, tmp_path: Path) -> None:
    """All of them are killed at once, without warning, while the script that has handed its task on still runs."""
    spec = asking(tmp_path, f"{HAND_ON}; exec sleep 600")
    with running(tmp_path, "serve", "--port", "0") as service:
        url = re.findall(r"http://\S+:\d+", await_line(service, "http://"))[0]
        assert shell("register", spec, "--url", url).code == Exit.DONE
        assert shell("start", spec, "--workflow-id", "W", "--url", url).code == Exit.DONE
        assert shell("decider", "--once", spec, "--url", url).code == Exit.DONE
        with running(tmp_path, "worker", spec, "--url", url) as worker:
            await_file(tmp_path / "token")
            worker.kill()
        service.kill()
    assert shell("task", "complete", "@token", "--result", "7").code == Exit.DONE
    assert outcome(shell, spec) == 7
    os.kill(int((tmp_path / "pid").read_text()), 9)
