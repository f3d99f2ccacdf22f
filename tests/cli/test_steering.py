"""Claims about register, start, signal, cancel and terminate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell


@pytest.fixture
def spec(shell: Shell, tmp_path: Path) -> Path:
    path = specs.echo(tmp_path)
    shell("register", path)
    return path


@pytest.fixture
def opened(shell: Shell, spec: Path) -> str:
    shell("start", spec, "--workflow-id", "W")
    return "W"


def last_event(shell: Shell, workflow_id: str, kind: str) -> dict[str, Any]:
    events = json.loads(shell("history", workflow_id, "--json").out)
    event: dict[str, Any] = [event for event in events if event["eventType"] == kind][-1]
    attributes: dict[str, Any] = event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]
    return attributes


def test_register_says_what_is_new_and_what_was_there(shell: Shell, tmp_path: Path) -> None:
    path = specs.echo(tmp_path)
    first = json.loads(shell("register", path, "--json").out)
    assert [(one["kind"], one["name"], one["standing"]) for one in first] == [
        ("domain", "TEST", "created"),
        ("workflow type", "Flow", "created"),
        ("activity type", "Echo", "created"),
    ]
    assert {one["standing"] for one in json.loads(shell("register", path, "--json").out)} == {"exists"}


def test_register_shows_where_a_registered_type_differs(shell: Shell, spec: Path, tmp_path: Path) -> None:
    changed = specs.echo(tmp_path, taskList="others", file=spec.name)
    told = shell("register", changed)
    assert told.code == Exit.DONE
    assert "workflow type\tFlow\t1.0\texists already, but differs" in told.out
    assert "warning: the workflow type Flow 1.0 has defaultTaskList tasks, the spec says others" in told.err


@pytest.mark.parametrize("days", ["91", "-1", "soon"])
def test_retention_is_0_to_90_days_or_none(shell: Shell, tmp_path: Path, days: str) -> None:
    assert shell("register", specs.echo(tmp_path), "--retention", days).code == Exit.USAGE
    assert shell("register", specs.echo(tmp_path), "--retention", "none").code == Exit.DONE


def test_start_prints_who_it_is(shell: Shell, spec: Path) -> None:
    told = shell("start", spec, "--workflow-id", "W")
    assert told.code == Exit.DONE
    workflow_id, run_id = told.out.splitlines()
    assert workflow_id == "workflowId\tW"
    assert json.loads(shell("status", "W", "--json").out)["runId"] == run_id.removeprefix("runId\t")


def test_start_hands_on_what_it_is_told(shell: Shell, spec: Path) -> None:
    options = ["--input", '{"a": 1}', "--tag", "red", "--tag", "blue", "--task-list", "elsewhere", "--execution-timeout", "2h"]
    started = json.loads(shell("start", spec, *options, "--json").out)
    attributes = last_event(shell, started["workflowId"], "WorkflowExecutionStarted")
    assert json.loads(attributes["input"]) == {"a": 1}
    assert attributes["tagList"] == ["red", "blue"]
    assert attributes["taskList"] == {"name": "elsewhere"}
    assert attributes["executionStartToCloseTimeout"] == "7200"


def test_start_of_what_is_not_registered_says_what_to_do(shell: Shell, tmp_path: Path) -> None:
    told = shell("start", specs.echo(tmp_path))
    assert told.code == Exit.USAGE
    assert "swfgraph register" in told.err


def test_a_workflow_id_is_open_once(shell: Shell, spec: Path, opened: str) -> None:
    told = shell("start", spec, "--workflow-id", opened)
    assert told.code == Exit.USAGE
    assert "--workflow-id" in told.err


@pytest.mark.parametrize("timeout", ["none", "soon"])
def test_an_execution_can_not_last_for_ever(shell: Shell, spec: Path, timeout: str) -> None:
    assert shell("start", spec, "--execution-timeout", timeout).code == Exit.USAGE


def test_a_signal_takes_its_input_along(shell: Shell, opened: str) -> None:
    told = shell("signal", opened, "approved", "--input", '{"by": "ann"}')
    assert (told.code, told.out, told.err) == (Exit.DONE, "", "W has got the signal approved\n")
    attributes = last_event(shell, opened, "WorkflowExecutionSignaled")
    assert (attributes["signalName"], attributes["input"]) == ("approved", '{"by": "ann"}')


def test_cancel_asks(shell: Shell, opened: str) -> None:
    assert shell("cancel", opened).code == Exit.DONE
    assert json.loads(shell("status", opened, "--json").out)["cancelRequested"] is True
    assert "OPEN (cancel requested)" in shell("status", opened).out


def test_terminate_ends_at_once_and_says_why(shell: Shell, opened: str) -> None:
    told = shell("terminate", opened, "--reason", "wrong list", "--details", "last year's", "--child-policy", "abandon", "--json")
    assert json.loads(told.out) == {"domain": "TEST", "workflowId": opened}
    attributes = last_event(shell, opened, "WorkflowExecutionTerminated")
    assert (attributes["reason"], attributes["details"], attributes["childPolicy"]) == ("wrong list", "last year's", "ABANDON")
    assert json.loads(shell("status", opened, "--json").out)["status"] == "TERMINATED"


@pytest.mark.parametrize("command", [["signal", "W", "x"], ["cancel", "W"], ["terminate", "W"]])
def test_what_is_closed_can_not_be_steered(shell: Shell, opened: str, command: list[str]) -> None:
    shell("terminate", opened)
    told = shell(*command)
    assert told.code == Exit.USAGE
    assert "no open execution has that workflowId" in told.err


def test_wait_shows_the_way_and_the_output(shell: Shell, opened: str, spec: Path) -> None:
    shell("terminate", opened)
    told = shell("start", spec, "--workflow-id", "V", "--execution-timeout", "1s", "--wait")
    assert told.code == Exit.FAILED
    assert "workflowId\tV" in told.out
    assert "Flow timed out after " in told.err
