"""Claims about `swfgraph alerts`: the watcher as a process, channels, what was told."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import PATIENCE, await_line, await_that, running
from tests.runtime.alerts.receiver import Receiver, receiving

FAILED = [{"to": "ops", "on": ["failed", "terminated"]}]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path, "serve", "--port", "0", "--json") as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]


def test_a_watcher_tells_and_its_successor_tells_what_it_missed(shell: Shell, tmp_path: Path, url: str, receiver: Receiver) -> None:
    spec = specs.failing(tmp_path, alerts=FAILED)
    shell("register", spec, "--url", url)
    watch = ("alerts", "run", spec, "--url", url, "--channel", f"ops={receiver.url}", "--interval", "0.2")
    with running(tmp_path, *watch) as one:
        await_line(one, "alerts to ops")
        assert shell("run", spec, "--url", url, "-q").code == Exit.FAILED
        receiver.await_messages(1)
        await_that(lambda: json.loads(shell("alerts", "list", "--url", url, "--json").out)[0]["sent"] is not None)
        one.kill()
    shell("start", spec, "--url", url, "--workflow-id", "gone")
    shell("terminate", "gone", "--url", url)
    with running(tmp_path, *watch) as other:
        await_that(lambda: [bool(one["sent"]) for one in json.loads(shell("alerts", "list", "--url", url, "--json").out)] == [True, True])
        other.send_signal(signal.SIGTERM)
        assert other.wait(PATIENCE) == Exit.DONE
    told, gone = sorted(receiver.titles, key=len, reverse=True)
    assert told.startswith("Flow failed: Flow-")
    assert gone == "Flow was terminated: gone"
    assert "try: ExitCode.3" in receiver.messages[0]["message"]
    assert f"--url {url}" in receiver.messages[0]["message"]
    listed = json.loads(shell("alerts", "list", "--url", url, "--json").out)
    assert sorted(one["title"] for one in listed) == sorted(receiver.titles)


def test_a_watcher_that_is_killed_while_it_sends_has_it_sent_again_with_the_same_id(
    shell: Shell, tmp_path: Path, url: str, receiver: Receiver
) -> None:
    """The lease of the first one must run out before: that is a minute, unless the clock of the state file is turned back."""
    spec = specs.failing(tmp_path, alerts=FAILED)
    shell("register", spec, "--url", url)
    state = tmp_path / "state.db"
    watch = ("alerts", "run", spec, "--url", url, "--channel", f"ops={receiver.url}", "--interval", "0.2", "--state", state)
    receiver.hang.clear()
    with running(tmp_path, *watch) as one:
        await_line(one, "alerts to ops")
        shell("run", spec, "--url", url, "-q")
        receiver.await_requests(1)
        one.kill()
        one.wait()
    receiver.hang.set()
    receiver.await_messages(1)
    assert [told["sent"] for told in json.loads(shell("alerts", "list", "--json", "--state", state).out)] == [None]
    expire(state)
    with running(tmp_path, *watch):
        receiver.await_messages(2)
    one_message, other = receiver.messages
    assert one_message["message"] == other["message"]


def expire(state: Path) -> None:
    with contextlib.closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("UPDATE outbox SET due = 0")


def test_a_test_message_says_whether_the_channel_takes_it(shell: Shell, receiver: Receiver) -> None:
    told = shell("alerts", "test", "ops", receiver.url, "--channel", f"ops={receiver.url}")
    assert (told.code, told.out.splitlines()[1:]) == (Exit.DONE, ["ops\tsent", "json://…\tsent"])
    assert receiver.titles == ["A test of swfgraph's alerts"] * 2
    receiver.status = 500
    refused = shell("alerts", "test", "ops", "--channel", f"ops={receiver.url}")
    assert refused.code == Exit.FAILED
    assert "500" in refused.out


def test_channels_are_named_by_options_the_environment_and_files(
    shell: Shell, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWFGRAPH_CHANNEL_ON_CALL", receiver.url)
    (tmp_path / "channels").write_text(f"# who\nteam={receiver.url}\n", encoding="utf-8")
    told = shell("alerts", "test", "on-call", "team", "--channels", "channels")
    assert told.code == Exit.DONE
    assert len(receiver.messages) == 2


def test_a_channel_that_nobody_knows_is_said_before_anything_runs(shell: Shell, tmp_path: Path) -> None:
    told = shell("alerts", "run", specs.failing(tmp_path, alerts=FAILED))
    assert told.code == Exit.USAGE
    assert "ops (--channel ops=URL, or $SWFGRAPH_CHANNEL_OPS)" in told.err


def test_a_url_that_is_none_is_said_without_its_secret(shell: Shell) -> None:
    told = shell("alerts", "test", "ops", "--channel", "ops=nothing://secret@nowhere")
    assert told.code == Exit.USAGE
    assert "nothing://" in told.err
    assert "secret" not in told.err


def test_specs_without_alerts_are_said(shell: Shell, tmp_path: Path) -> None:
    told = shell("alerts", "run", specs.failing(tmp_path))
    assert told.code == Exit.USAGE
    assert 'has "alerts"' in told.err


def test_without_a_state_file_there_is_nothing_to_list(shell: Shell) -> None:
    told = shell("alerts", "list")
    assert told.code == Exit.USAGE
    assert "alerts run" in told.err
