"""Claims about `swfgraph serve`: what it says, whom it serves, how it ends."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from engine.cli.exits import Exit
from engine.errors import SwfFault
from engine.swf.connect import connect
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import PATIENCE, await_line, running
from tests.service.world import DOMAIN, WORKFLOW, decide, furnish, schedule_function


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.DONE)])
def test_it_serves_until_a_signal_ends_it(shell: Shell, tmp_path: Path, number: int, code: Exit) -> None:
    spec = specs.echo(tmp_path)
    with running(tmp_path, "serve", "--port", "0", "--json") as process:
        assert process.stdout is not None
        serving = json.loads(process.stdout.readline())
        assert (serving["database"], serving["durability"], serving["signed"]) == (".swfgraph/swf.db", "full", False)
        told = shell("run", spec, "--url", serving["url"], "--input", "7")
        assert (told.code, told.out) == (Exit.DONE, "7\n")
        assert len(json.loads(shell("list", "--json").out)) == 1, "the file is reached at its server"
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (code, "", "")
    assert len(json.loads(shell("list", "--json").out)) == 1


def test_it_says_where_and_what_survives(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--durability", "process") as process:
        line = await_line(process, "serving")
    assert "http://127.0.0.1:" in line
    assert "a power cut may take the last commits" in line


def test_with_v_the_log_has_a_line_for_each_request_and_for_what_becomes_of_the_service(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--log-format", "json", "-v") as process:
        serving = json.loads(await_line(process, "serving"))
        with contextlib.closing(connect(serving["url"])) as client, pytest.raises(SwfFault):
            client.call("DescribeDomain", {"name": "nowhere"})
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
    assert (serving["event"], serving["database"], serving["level"]) == ("serving", ".swfgraph/swf.db", "info")
    request, stopping, stopped = map(json.loads, err.splitlines())
    assert (request["logger"], request["operation"], request["fault"]) == (
        "engine.service.requests",
        "DescribeDomain",
        "UnknownResourceFault",
    )
    assert request["milliseconds"] > 0
    assert request["request_id"]
    assert (stopping["event"], stopping["reason"], stopped["event"]) == ("stopping", "SIGTERM", "stopped")


def test_without_v_requests_are_not_logged_and_the_end_is(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0") as process:
        url = next(word for word in await_line(process, "serving").split() if word.startswith("http")).rstrip(",")
        with contextlib.closing(connect(url)) as client:
            client.call("ListDomains", {"registrationStatus": "REGISTERED"})
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
    stopping, stopped = err.splitlines()
    assert "stopping (SIGTERM)" in stopping
    assert stopped.endswith("stopped; .swfgraph/swf.db is free for the next one")


def test_a_function_given_by_name_is_run_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").write_text("def double(event, context):\n    return 2 * event\n", encoding="utf-8")
    with running(tmp_path, "serve", "--port", "0", "--json", "--lambda", "double=handlers:double") as process:
        assert process.stdout is not None
        client = connect(json.loads(process.stdout.readline())["url"])
        with contextlib.closing(client):
            furnish(client.call)
            client.call("StartWorkflowExecution", {"domain": DOMAIN, "workflowId": "w", "workflowType": WORKFLOW, "lambdaRole": "role"})
            wanted = [schedule_function("right", "double", input="21"), schedule_function("wrong", "handlers:double", input="21")]
            decide(client.call, *wanted)
            ends: dict[str, Any] = {}
            while len(ends) < 2:
                events = decide(client.call)["events"]
                ends = {
                    event["eventType"]: event for event in events if event["eventType"].endswith(("FunctionCompleted", "FunctionFailed"))
                }
    assert ends["LambdaFunctionCompleted"]["lambdaFunctionCompletedEventAttributes"]["result"] == "42"
    assert ends["LambdaFunctionFailed"]["lambdaFunctionFailedEventAttributes"]["reason"] == "ResourceNotFoundException"


def test_a_function_that_is_not_there_is_told_before_anything_is_served(shell: Shell) -> None:
    told = shell("serve", "--port", "0", "--lambda", "f=json:no_such_function")
    assert told.code == Exit.USAGE
    assert "no_such_function is not there" in told.err


def test_a_port_that_is_taken_is_told(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = shell("serve", "--port", str(taken.getsockname()[1]))
    assert told.code == Exit.ENDPOINT
    assert "--port" in told.err


def test_strangers_are_let_in_with_credentials_only(shell: Shell) -> None:
    told = shell("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - that it is refused is the claim
    assert told.code == Exit.USAGE
    assert "--credentials" in told.err


def test_clients_may_take_their_key_from_the_same_file(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = tmp_path / "keys.ini"
    keys.write_text("[default]\naws_access_key_id = A\naws_secret_access_key = x\n", encoding="utf-8")
    keys.chmod(0o600)
    spec = specs.echo(tmp_path)
    with running(tmp_path, "serve", "--port", "0", "--json", "--credentials", keys) as process:
        assert process.stdout is not None
        serving = json.loads(process.stdout.readline())
        assert serving["signed"]
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
        assert shell("run", spec, "--url", serving["url"], "--input", "7").out == "7\n"
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        refused = shell("list", "--url", serving["url"])
        assert refused.code == Exit.ENDPOINT
        assert "is refused to these credentials" in refused.err


def test_credentials_that_can_not_be_used_are_told_before_anything_is_served(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "keys.ini").write_text("[default]\naws_access_key_id = A\n", encoding="utf-8")
    (tmp_path / "keys.ini").chmod(0o600)
    told = shell("serve", "--credentials", "keys.ini")
    assert told.code == Exit.USAGE
    assert "keys.ini: [default] has no aws_secret_access_key" in told.err


def test_an_endpoint_that_is_away_is_exit_code_3(shell: Shell) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        told = shell("list", "--url", f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert told.code == Exit.ENDPOINT
    assert "Traceback" not in told.err
