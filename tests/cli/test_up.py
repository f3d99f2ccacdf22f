"""Claims about `swfgraph up`: what specs ask for, done by one process, on a file of its own or on a service."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import PATIENCE, await_line, await_that, running
from tests.runtime.alerts.receiver import receiving

OFTEN = {"cron": "* * * * * *", "catchUp": "10s"}


def statuses(shell: Shell, *where: str) -> list[str]:
    """Of the executions that are no schedules."""
    listed = json.loads(shell("list", "--json", *where).out)
    return [one.get("closeStatus", "OPEN") for one in listed if one["workflowType"]["name"] == "Flow"]


def test_what_a_spec_asks_for_happens_in_one_process_and_is_seen_from_another(shell: Shell, tmp_path: Path) -> None:
    """Registered, started by the clock, decided, worked on, told."""
    spec = specs.failing(tmp_path, schedule=OFTEN, alerts=[{"to": "ops", "on": ["failed"]}])
    with receiving() as receiver, running(tmp_path, "up", spec, "-q", "--channel", f"ops={receiver.url}") as process:
        receiver.await_messages(1)
        assert "FAILED" in statuses(shell)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == Exit.DONE
    assert "Flow failed: Flow." in receiver.titles[0]


def test_beside_a_service_it_goes_on_with_what_others_start(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    with running(tmp_path, "serve", "--port", "0") as service:
        await_line(service, "http://")
        with running(tmp_path, "up", tmp_path) as process:
            await_line(process, "at http://")
            told = shell("start", spec, "--workflow-id", "W", "--input", "7", "--wait")
            assert (told.code, told.out.splitlines()[-1]) == (Exit.DONE, "7")
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == Exit.INTERRUPTED


def test_what_was_cut_short_goes_on_when_it_is_up_again(shell: Shell, tmp_path: Path) -> None:
    spec = specs.interruptible(tmp_path)
    assert shell("register", spec).code == Exit.DONE
    assert shell("start", spec).code == Exit.DONE
    with running(tmp_path, "up", spec, "--grace", "0.1") as process:
        await_that((tmp_path / "begun").exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == Exit.DONE
    assert statuses(shell) == ["OPEN"]
    with running(tmp_path, "up", spec) as process:
        await_line(process, "at sqlite:///")
        await_that(lambda: statuses(shell) == ["COMPLETED"])


def test_alerts_that_nobody_would_get_are_said_before_anything_runs(shell: Shell, tmp_path: Path) -> None:
    spec = specs.failing(tmp_path, alerts=[{"to": "ops", "on": ["failed"]}])
    told = shell("up", spec)
    assert (told.code, "ops (--channel ops=URL" in told.err) == (Exit.USAGE, True)
    assert not (tmp_path / ".swfgraph").exists()
    with running(tmp_path, "up", spec, "--no-alerts") as process:
        await_line(process, "at sqlite:///")
