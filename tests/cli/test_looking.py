"""Claims about status, list, describe and history: what they show of executions, in text and in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.exits import Exit
from tests.cli import specs
from tests.cli.command import Shell


def fields(text: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in text.splitlines() if line.count("\t") == 1)


def table(text: str) -> list[dict[str, str]]:
    header, *rows = [line.split("\t") for line in text.splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture
def done(shell: Shell, tmp_path: Path) -> str:
    """A completed execution."""
    assert shell("run", specs.echo(tmp_path), "--workflow-id", "done", "--input", "[1]", "--tag", "red", "-q").code == Exit.DONE
    return "done"


@pytest.fixture
def failed(shell: Shell, tmp_path: Path) -> str:
    """A failed one, of another type."""
    spec = specs.failing(tmp_path, file="failing.json", name="Failing")
    assert shell("run", spec, "--workflow-id", "failed", "-q").code == Exit.FAILED
    return "failed"


@pytest.fixture
def opened(shell: Shell, tmp_path: Path) -> str:
    """One that nobody has decided yet."""
    spec = specs.echo(tmp_path, file="opened.json")
    shell("register", spec)
    assert shell("start", spec, "--workflow-id", "opened", "--tag", "blue").code == Exit.DONE
    return "opened"


@pytest.fixture
def decided(shell: Shell, tmp_path: Path, opened: str) -> str:
    """One with an activity task that no worker has taken."""
    assert shell("decider", "--once", tmp_path / "opened.json").code == Exit.DONE
    return opened


def test_status_says_how_far_a_node_has_come_with_its_items(shell: Shell, tmp_path: Path) -> None:
    nodes = {
        "each": {"type": "activity", "activity": "Echo", "forEach": {"items": "[1..3]"}, "input": "{% item %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    spec = specs.write(tmp_path, nodes)
    shell("register", spec)
    shell("start", spec, "--workflow-id", "many")
    for command in ("decider", "worker", "decider"):
        assert shell(command, "--once", spec).code == Exit.DONE
    assert "open, 1 of 3 items done" in shell("status", "many").out
    (one,) = json.loads(shell("status", "many", "--json").out)["nodes"]["open"]
    assert one["items"] == {"total": 3, "done": 1, "failed": 0}


def test_status_of_a_completed_execution(shell: Shell, done: str) -> None:
    told = fields(shell("status", done).out)
    assert told["type"] == "Flow 1.0"
    assert told["status"] == "COMPLETED"
    assert told["output"] == "[1]"
    assert told["nodes"] == "3 of 4 done, 1 skipped"


def test_status_of_a_failed_execution_says_why(shell: Shell, failed: str) -> None:
    told = shell("status", failed).out
    assert fields(told)["status"] == "FAILED"
    assert "why\ttry: ExitCode.3\nwhy\tno luck (after 2 attempts)\n" in told


def test_status_before_the_first_decision(shell: Shell, opened: str) -> None:
    told = fields(shell("status", opened).out)
    assert (told["status"], told["open"]) == ("OPEN", "1 decision task")
    assert "nodes" not in told


def test_status_names_the_open_nodes(shell: Shell, decided: str) -> None:
    head, nodes = shell("status", decided).out.split("\n\n")
    assert fields(head)["open"] == "1 activity task"
    (node,) = table(nodes)
    assert (node["NODE"], node["STATE"], node["VISIT"], node["ATTEMPT"]) == ("say", "open", "1", "1")


def test_status_as_json(shell: Shell, decided: str) -> None:
    told = json.loads(shell("status", decided, "--json").out)
    assert (told["workflowId"], told["status"], told["openCounts"]["openActivityTasks"]) == (decided, "OPEN", 1)
    (node,) = told["nodes"]["open"]
    assert (node["node"], node["attempt"]) == ("say", 1)
    assert node["since"].endswith("Z")


def test_status_of_what_never_was(shell: Shell, done: str) -> None:
    told = shell("status", f"not-{done}")
    assert told.code == Exit.USAGE
    assert "there is no execution 'not-done' in the domain TEST" in told.err
    assert shell("status", done, "--run-id", "nope").code == Exit.USAGE


@pytest.mark.parametrize("command", [["status", "x"], ["list"], ["describe", "x"], ["history", "x"], ["signal", "x", "y"], ["cancel", "x"]])
def test_looking_makes_no_database(shell: Shell, tmp_path: Path, command: list[str]) -> None:
    told = shell(*command)
    assert told.code == Exit.ENDPOINT
    assert "there is no such file" in told.err
    assert list(tmp_path.iterdir()) == []


def test_the_open_execution_goes_before_closed_ones_of_its_id(shell: Shell, tmp_path: Path) -> None:
    spec = specs.echo(tmp_path)
    shell("run", spec, "--workflow-id", "again", "-q")
    shell("start", spec, "--workflow-id", "again")
    assert fields(shell("status", "again").out)["status"] == "OPEN"
    first = json.loads(shell("list", "--workflow-id", "again", "--closed", "--json").out)[0]["execution"]["runId"]
    assert fields(shell("status", "again", "--run-id", first).out)["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ([], {"done", "failed", "opened"}),
        (["--open"], {"opened"}),
        (["--closed"], {"done", "failed"}),
        (["--status", "failed"], {"failed"}),
        (["--status", "OPEN"], {"opened"}),
        (["--type", "Flow"], {"done", "opened"}),
        (["--type", "Flow:1.0", "--closed"], {"done"}),
        (["--type", "Flow:2.0"], set()),
        (["--tag", "red"], {"done"}),
        (["--tag", "red", "--status", "failed"], set()),
        (["--workflow-id", "failed", "--type", "Failing"], {"failed"}),
        (["--workflow-id", "failed", "--tag", "red"], set()),
        (["--since", "1h"], {"done", "failed", "opened"}),
        (["--since", "2999-01-01"], set()),
    ],
)
@pytest.mark.usefixtures("done", "failed", "opened")
def test_list_filters(shell: Shell, arguments: list[str], ids: set[str]) -> None:
    assert {row["WORKFLOW ID"] for row in table(shell("list", *arguments).out)} == ids
    assert {one["execution"]["workflowId"] for one in json.loads(shell("list", *arguments, "--json").out)} == ids


def test_list_says_the_open_ones_first_and_at_most_so_many(shell: Shell, done: str, opened: str) -> None:
    assert [row["WORKFLOW ID"] for row in table(shell("list").out)] == [opened, done]
    assert [row["WORKFLOW ID"] for row in table(shell("list", "--limit", "1").out)] == [opened]


def test_list_refuses_what_excludes_each_other(shell: Shell, done: str) -> None:
    assert done
    assert shell("list", "--open", "--status", "FAILED").code == Exit.USAGE
    assert shell("list", "--closed", "--status", "OPEN").code == Exit.USAGE
    assert shell("list", "--since", "yesterday").code == Exit.USAGE


def test_list_as_json_has_the_members_of_the_api_and_iso_times(shell: Shell, done: str) -> None:
    (info,) = json.loads(shell("list", "--json").out)
    assert (info["execution"]["workflowId"], info["executionStatus"], info["closeStatus"]) == (done, "CLOSED", "COMPLETED")
    assert info["startTimestamp"].endswith("Z")


def test_describe_shows_configuration_and_counts(shell: Shell, decided: str) -> None:
    told = fields(shell("describe", decided).out)
    assert told["executionStatus"] == "OPEN"
    assert told["executionStartToCloseTimeout"] == "10m"
    assert told["taskList"] == "tasks"
    assert told["openActivityTasks"] == "1"
    assert told["tagList"] == "blue"


def test_describe_as_json_is_the_answer_of_the_api(shell: Shell, decided: str) -> None:
    told = json.loads(shell("describe", decided, "--json").out)
    assert told["executionInfo"]["execution"]["workflowId"] == decided
    assert told["executionConfiguration"]["executionStartToCloseTimeout"] == "600"
    assert told["executionInfo"]["startTimestamp"].endswith("Z")


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["eventType"] for event in events]


def test_history_is_a_table_of_what_happened(shell: Shell, done: str) -> None:
    rows = table(shell("history", done).out)
    assert [row["ID"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert [row["ABOUT"] for row in rows if row["EVENT"].startswith("ActivityTask")] == ["say"] * 3
    assert rows[-1]["EVENT"] == "WorkflowExecutionCompleted"
    assert rows[-1]["DETAILS"] == "result=[1]"


def test_history_as_json_has_the_events_as_they_are(shell: Shell, done: str) -> None:
    events = json.loads(shell("history", done, "--json").out)
    assert kinds(events)[0] == "WorkflowExecutionStarted"
    assert isinstance(events[0]["eventTimestamp"], float)
    assert events[-1]["workflowExecutionCompletedEventAttributes"]["result"] == "[1]"


def test_history_can_be_turned_and_cut(shell: Shell, done: str) -> None:
    events = json.loads(shell("history", done, "--json").out)
    assert json.loads(shell("history", done, "--json", "--reverse").out) == events[::-1]
    assert json.loads(shell("history", done, "--json", "--since", "6").out) == events[5:]
    assert json.loads(shell("history", done, "--json", "--since", "6", "--reverse").out) == events[:4:-1]
    completed = json.loads(shell("history", done, "--json", "--type", "activity*", "--type", "*completed").out)
    assert kinds(completed) == [kind for kind in kinds(events) if kind.startswith("Activity") or kind.endswith("Completed")]
    assert json.loads(shell("history", done, "--json", "--type", "nothing").out) == []


def test_a_turned_table_still_knows_the_names(shell: Shell, done: str) -> None:
    rows = table(shell("history", done, "--reverse").out)
    assert [row["ABOUT"] for row in rows if row["EVENT"] == "ActivityTaskCompleted"] == ["say"]
