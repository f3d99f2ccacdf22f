"""Claims about `swfgraph schedule`: schedulers as processes, and what people ask of a schedule."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell
from tests.cli.processes import PATIENCE, await_line, await_that, running

EVERY_SECOND = {"cron": "* * * * * *", "overlap": "queue", "input": "{% schedule.time %}"}
RARELY = {"cron": "0 4 1 1 *"}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path, "serve", "--port", "0", "--json") as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]


def executions(shell: Shell, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(shell("list", "--json", "--url", url, "--type", "Flow", "--limit", "1000").out)
    return found


def times_of(found: list[dict[str, Any]]) -> list[str]:
    return sorted(info["execution"]["workflowId"].removeprefix("Flow.") for info in found)


def test_a_scheduler_starts_each_second_once_until_it_is_asked_to_stop(shell: Shell, tmp_path: Path, url: str) -> None:
    """Several of which some are killed: tests/scenarios/test_language.py."""
    nodes = {"done": {"type": "terminal", "status": "completed"}}
    spec = specs.write(tmp_path, nodes, schedule=EVERY_SECOND)
    shell("register", spec, "--url", url)
    with (
        running(tmp_path, "decider", spec, "-q", "--url", url),
        running(tmp_path, "schedule", "run", spec, "--url", url) as scheduler,
    ):
        await_that(lambda: len(executions(shell, url)) >= 3)
        scheduler.send_signal(signal.SIGTERM)
        assert scheduler.wait(PATIENCE) == Exit.DONE
        found = times_of(executions(shell, url))
    first, last = (datetime.strptime(found[place], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for place in (0, -1))
    every = [first + timedelta(seconds=second) for second in range(int((last - first).total_seconds()) + 1)]
    assert found == [at.strftime("%Y%m%dT%H%M%SZ") for at in every]


def test_now_and_backfill_start_what_is_asked_for_also_while_paused(
    shell: Shell, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.cli.scheduled._PATIENCE", 0.0)  # nobody is there yet
    spec = specs.echo(tmp_path, schedule={"cron": "0 4 * * *", "timeZone": "Europe/Berlin"})
    shell("register", spec, "--url", url)
    asked = shell("schedule", "pause", spec, "--reason", "moving", "--url", url)
    assert "no scheduler has taken it up yet" in asked.err
    with (
        running(tmp_path, "decider", spec, "-q", "--url", url),
        running(tmp_path, "worker", spec, "-q", "--url", url),
        running(tmp_path, "schedule", "run", spec, "--url", url) as scheduler,
    ):
        await_line(scheduler, "paused: moving")
        now = json.loads(shell("schedule", "now", spec, "--json", "--url", url).out)
        dates = ("--from", "2026-03-28", "--to", "2026-03-29")
        filled = shell("schedule", "backfill", spec, *dates, "--url", url)
        assert filled.out.splitlines()[1:] == [
            "2026-03-28T04:00:00+01:00\tFlow.20260328T030000Z\tasked for",
            "2026-03-29T04:00:00+02:00\tFlow.20260329T020000Z\tasked for",
        ]
        wanted = ["20260328T030000Z", "20260329T020000Z", now["workflowId"].removeprefix("Flow.")]
        await_that(lambda: times_of(executions(shell, url)) == sorted(wanted))
        again = shell("schedule", "backfill", spec, *dates, "--url", url)
        assert again.out.count("there already") == 2
        await_that(lambda: standing(shell, spec, url) == (True, "moving", True, 3))
        shell("schedule", "resume", spec, "--url", url)
        await_line(scheduler, "resumed")
    told = shell("schedule", "list", spec, "--url", url)
    assert "3 started, 0 skipped" in told.out


def standing(shell: Shell, spec: Path, url: str) -> tuple[bool, str, bool, int]:
    [row] = json.loads(shell("schedule", "list", spec, "--json", "--url", url).out)
    return row["paused"], row["reason"], row["attended"], row["started"]


def test_a_dry_run_of_a_backfill_starts_nothing(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path, schedule={"cron": "0 4 * * *"})
    shell("register", spec)
    told = shell("schedule", "backfill", spec, "--from", "2026-03-01T04:00", "--to", "2026-03-01T04:00:00", "--dry-run", "--json")
    assert json.loads(told.out) == [{"time": "2026-03-01T04:00:00+00:00", "workflowId": "Flow.20260301T040000Z", "asked": False}]
    [row] = json.loads(shell("schedule", "list", spec, "--json").out)
    assert row["begun"] is False


def test_the_next_times_are_told_without_an_endpoint(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path, schedule={**RARELY, "timeZone": "Asia/Tokyo"})
    told = json.loads(shell("schedule", "next", spec, "-n", "2", "--json").out)
    assert [one["time"][4:] for one in told] == ["-01-01T04:00:00+09:00"] * 2
    assert told[0]["workflowId"].endswith("1231T190000Z")
    assert not (tmp_path / ".swfgraph").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("schedule", "next"), 'has a "schedule"'),
        (("schedule", "run"), 'has a "schedule"'),
        (("schedule", "pause"), 'has a "schedule"'),
    ],
)
def test_a_spec_without_a_schedule_is_said(shell: Shell, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    told = shell(*arguments, specs.echo(tmp_path))
    assert told.code == Exit.USAGE
    assert said in told.err


def test_what_is_not_registered_is_said(shell: Shell, tmp_path: Path) -> None:
    told = shell("schedule", "run", specs.echo(tmp_path, schedule=RARELY))
    assert told.code == Exit.USAGE
    assert "swfgraph register" in told.err


@pytest.mark.parametrize("when", ["yesterday", "2026-13-01", "2026-3-1T4"])
def test_a_time_that_is_none_is_said(shell: Shell, tmp_path: Path, when: str) -> None:
    told = shell("schedule", "backfill", specs.echo(tmp_path, schedule=RARELY), "--from", when)
    assert told.code == Exit.USAGE
    assert "give a date or a time" in told.err
