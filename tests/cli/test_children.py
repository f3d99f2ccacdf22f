"""`swfgraph run` with child workflows, Lambda functions and executions that continue as new ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Shell
from tests.cli.specs import write

CHILD = {
    "say": {"type": "activity", "activity": "Echo", "input": "{% input %}", "next": "done"},
    "done": {"type": "terminal", "status": "completed", "output": "{% results.say %}"},
}


def child(folder: Path, name: str = "Child", file: str = "child.json", **top: Any) -> Path:
    folder.mkdir(exist_ok=True)
    return write(folder, CHILD, file=file, name=name, taskList="child_tasks", **top)


def parent(folder: Path, *, kind: str = "Child", file: str = "parent.json", **node: Any) -> Path:
    nodes = {
        "call": {"type": "workflow", "workflow": {"name": kind, "version": "1.0"}, "input": "{% input %}", "next": "done", **node},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.call %}"},
    }
    return write(folder, nodes, file=file, name="Parent")


def test_the_spec_of_a_child_is_found_beside_its_parents(shell: Shell, tmp_path: Path) -> None:
    child(tmp_path)
    told = shell("run", parent(tmp_path), "--input", "[1, 2]")
    assert (told.code, told.out) == (0, "[1,2]\n"), told.err
    assert "call completed" in told.err


def test_the_spec_of_a_child_that_is_named_comes_before_the_one_beside(shell: Shell, tmp_path: Path) -> None:
    child(tmp_path)
    (tmp_path / "other").mkdir()
    other = write(tmp_path / "other", {"done": {"type": "terminal", "status": "completed", "output": "the named one"}}, name="Child")
    told = shell("run", parent(tmp_path), other)
    assert (told.code, told.out) == (0, "the named one\n"), told.err


def test_children_of_children_are_found_and_run_in_the_domain_of_the_first(shell: Shell, tmp_path: Path) -> None:
    child(tmp_path, "Grandchild", "z.json", domain="ELSEWHERE")
    middle = {
        "call": {"type": "workflow", "workflow": {"name": "Grandchild", "version": "1.0"}, "input": "{% input %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.call %}"},
    }
    write(tmp_path, middle, file="y.json", name="Middle", domain="ANOTHER")
    told = shell("run", parent(tmp_path, kind="Middle"), "--input", "7")
    assert (told.code, told.out) == (0, "7\n"), told.err
    assert len(json.loads(shell("list", "--json").out)) == 3


def test_a_child_on_a_task_list_of_the_nodes_own_is_decided_there(shell: Shell, tmp_path: Path) -> None:
    child(tmp_path)
    told = shell("run", parent(tmp_path, taskList="special"), "--input", "7")
    assert (told.code, told.out) == (0, "7\n"), told.err


def test_a_workflow_that_calls_itself_needs_no_other_spec(shell: Shell, tmp_path: Path) -> None:
    nodes = {
        "deeper": {
            "type": "decision",
            "choices": [{"when": "input > 0", "next": "call"}],
            "default": "bottom",
        },
        "call": {"type": "workflow", "workflow": {"name": "Down", "version": "1.0"}, "input": "{% input - 1 %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.call + 1 %}"},
        "bottom": {"type": "terminal", "status": "completed", "output": 0},
    }
    told = shell("run", write(tmp_path, nodes, name="Down"), "--input", "5")
    assert (told.code, told.out) == (0, "5\n"), told.err


def test_a_child_that_no_spec_is_of_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    told = shell("run", parent(tmp_path))
    assert told.code == 1
    assert "Child 1.0 (the node call" in told.err
    assert "ScheduleFailed.WORKFLOW_TYPE_DOES_NOT_EXIST" in told.err


def test_a_broken_spec_of_a_child_stops_it_before_anything_runs(shell: Shell, tmp_path: Path) -> None:
    write(tmp_path, {"say": {"type": "pass", "next": "nowhere"}}, file="child.json", name="Child")
    told = shell("run", parent(tmp_path))
    assert told.code == 1
    assert "nowhere" in told.err
    assert not (tmp_path / ".swfgraph").exists()


def test_items_are_counted_as_they_get_done(shell: Shell, tmp_path: Path) -> None:
    child(tmp_path)
    fan: dict[str, Any] = {"forEach": {"items": "[1..20]", "maxConcurrency": 2}, "input": "{% item %}"}
    told = shell("run", parent(tmp_path, **fan))
    assert (told.code, told.out) == (0, f"{json.dumps(list(range(1, 21)), separators=(',', ':'))}\n"), told.err
    assert "of 20 items done" in told.err


def test_an_execution_that_continues_as_new_is_followed_to_its_end(shell: Shell, tmp_path: Path) -> None:
    nodes = {
        "enough": {"type": "decision", "choices": [{"when": "input >= 3", "next": "done"}], "default": "on"},
        "on": {"type": "terminal", "status": "continued", "output": "{% input + 1 %}"},
        "done": {"type": "terminal", "status": "completed", "output": "{% input %}"},
    }
    told = shell("run", write(tmp_path, nodes, name="Loop"), "--input", "1", "--workflow-id", "loop")
    assert (told.code, told.out) == (0, "3\n"), told.err
    assert told.err.count("loop goes on as a new run") == 2
    assert "and 3 runs" in told.err
    assert sum(" enough completed" in line for line in told.err.splitlines()) == 3
    last = json.loads(shell("status", "loop", "--json").out)
    assert (last["status"], last["output"]) == ("COMPLETED", 3)
    before = json.loads(shell("status", "loop", "--run-id", last["continues"], "--json").out)
    assert (before["status"], before["continuedAs"]) == ("CONTINUED_AS_NEW", last["runId"])
    assert f"the run {before['continues']}" in shell("status", "loop", "--run-id", last["continues"]).out


def test_a_child_that_continues_as_new_answers_its_parent_at_the_end(shell: Shell, tmp_path: Path) -> None:
    nodes = {
        "enough": {"type": "decision", "choices": [{"when": "input >= 3", "next": "done"}], "default": "on"},
        "on": {"type": "terminal", "status": "continued", "output": "{% input + 1 %}"},
        "done": {"type": "terminal", "status": "completed", "output": "{% input %}"},
    }
    write(tmp_path, nodes, file="child.json", name="Child")
    told = shell("run", parent(tmp_path), "--input", "1")
    assert (told.code, told.out) == (0, "3\n"), told.err


@pytest.fixture
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "lambda_functions_of_tests.py").write_text("def double(event, context):\n    return event * 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "double=lambda_functions_of_tests:double"


def test_lambda_functions_are_run_here(shell: Shell, tmp_path: Path, functions: str) -> None:
    nodes = {
        "call": {"type": "lambda", "function": "double", "input": "{% input %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.call %}"},
    }
    spec = write(tmp_path, nodes, lambdaRole="arn:aws:iam::123456789012:role/name")
    told = shell("run", spec, "--input", "21", "--lambda", functions)
    assert (told.code, told.out) == (0, "42\n"), told.err


def test_children_that_are_left_open_are_named(shell: Shell, tmp_path: Path) -> None:
    nodes = {
        "nap": {"type": "activity", "activity": "Nap", "input": 600, "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    write(tmp_path, nodes, file="child.json", name="Child")
    above = {
        "begin": {"type": "pass", "next": ["call", "soon"]},
        "call": {"type": "workflow", "workflow": {"name": "Child", "version": "1.0"}, "workflowId": "kid", "next": "done"},
        "soon": {"type": "wait", "for": "1s", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "join": "any"},
    }
    told = shell("run", write(tmp_path, above, file="parent.json", name="Parent"), "--grace", "0.1")
    assert told.code == 0, told.err
    assert "still open: kid (" in told.err
    assert json.loads(shell("status", "kid", "--json").out)["status"] == "OPEN"
