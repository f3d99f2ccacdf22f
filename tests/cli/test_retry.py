"""`swfgraph retry`: what had completed is taken over, what failed runs again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.command import Shell
from tests.cli.specs import write


def counting(folder: Path, *, file: str = "spec.json", fixed: bool = False, **top: Any) -> Path:
    """Two activities that count how often they ran; the second one fails until there is a file `fixed`."""
    activities = {
        "First": {"version": "1.0", "run": {"command": ["sh", "-c", "echo 1 >> first; echo one"]}},
        "Second": {"version": "1.0", "run": {"command": ["sh", "-c", "echo 1 >> second; test -e fixed"]}},
        "Third": {"version": "1.0", "run": {"command": ["sh", "-c", "echo 1 >> third; echo three"]}},
    }
    nodes: dict[str, Any] = {
        "first": {"type": "activity", "activity": "First", "input": "{% input %}", "next": "second"},
        "second": {"type": "activity", "activity": "Third" if fixed else "Second", "next": "third"},
        "third": {"type": "activity", "activity": "Third", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% [input, results.first, results.third] %}"},
    }
    return write(folder, nodes, file=file, activities=activities, **top)


def count(folder: Path, name: str) -> int:
    return len((folder / name).read_text().splitlines()) if (folder / name).exists() else 0


def test_what_had_completed_is_taken_over_and_the_rest_runs(shell: Shell, tmp_path: Path) -> None:
    spec = counting(tmp_path, tags=["a"])
    assert shell("run", spec, "--workflow-id", "w", "--input", "5", "--tag", "mine").code == 1
    (tmp_path / "fixed").touch()
    told = json.loads(shell("retry", "w", "--json").out)
    assert (told["takenOver"], told["again"], told["workflowId"]) == ([{"node": "first"}], ["second"], "w")
    ended = shell("run", "--resume", "w", spec)
    assert (ended.code, ended.out) == (0, '[5,"one","three"]\n'), ended.err
    assert (count(tmp_path, "first"), count(tmp_path, "second"), count(tmp_path, "third")) == (1, 2, 1)
    assert json.loads(shell("describe", "w", "--json").out)["executionInfo"]["tagList"] == ["a", "mine"]


def test_a_retry_of_a_retry_still_has_what_the_first_one_had(shell: Shell, tmp_path: Path) -> None:
    spec = counting(tmp_path)
    shell("run", spec, "--workflow-id", "w", "--input", "5")
    shell("retry", "w")
    assert shell("run", "--resume", "w", spec).code == 1
    (tmp_path / "fixed").touch()
    told = json.loads(shell("retry", "w", "--workflow-id", "w2", "--json").out)
    assert told["takenOver"] == [{"node": "first"}]
    ended = shell("run", "--resume", "w2", spec)
    assert (ended.code, ended.out) == (0, '[5,"one","three"]\n'), ended.err
    assert count(tmp_path, "first") == 1


def test_a_changed_spec_takes_over_as_far_as_the_history_agrees_with_it(shell: Shell, tmp_path: Path) -> None:
    shell("run", counting(tmp_path), "--workflow-id", "w", "--input", "5")
    fixed = counting(tmp_path, file="fixed.json", fixed=True, version="1.1")
    told = shell("retry", "w", "--spec", fixed, "--dry-run")
    assert "taken over: first" in told.err
    assert "ActivityTaskScheduled" in told.err or "event" in told.err
    shell("register", fixed)
    assert json.loads(shell("retry", "w", "--spec", fixed, "--json").out)["takenOver"] == [{"node": "first"}]
    ended = shell("run", "--resume", "w", fixed)
    assert (ended.code, ended.out) == (0, '[5,"one","three"]\n'), ended.err


def test_with_the_old_spec_at_hand_all_that_had_completed_is_taken_over(shell: Shell, tmp_path: Path) -> None:
    old = counting(tmp_path)
    shell("run", old, "--workflow-id", "w")
    document = json.loads(old.read_text())
    document["nodes"]["before"] = {"type": "pass", "next": "first"}
    document["nodes"]["gate"] = {"type": "wait", "for": "1h", "next": "first"}
    document["nodes"]["before"]["next"] = ["gate"]
    document["start"] = "before"
    new = tmp_path / "new.json"
    new.write_text(json.dumps(document | {"version": "2.0"}))
    assert json.loads(shell("retry", "w", "--spec", new, "--dry-run", "--json").out)["takenOver"] == []
    told = json.loads(shell("retry", "w", "--spec", new, "--old", old, "--dry-run", "--json").out)
    assert told["takenOver"] == [{"node": "first"}]
    assert "parted" not in told


def test_items_that_were_done_are_taken_over_one_by_one(shell: Shell, tmp_path: Path) -> None:
    activities = {"Try": {"version": "1.0", "run": {"command": ["sh", "-c", "read n; echo $n >> ran; test $n -ne 3 -o -e fixed"]}}}
    nodes = {
        "each": {
            "type": "activity",
            "activity": "Try",
            "forEach": {"items": "[1..4]", "maxConcurrency": 1},
            "input": "{% item %}",
            "next": "done",
        },
        "done": {"type": "terminal", "status": "completed"},
    }
    spec = write(tmp_path, nodes, activities=activities)
    assert shell("run", spec, "--workflow-id", "w").code == 1
    (tmp_path / "fixed").touch()
    told = json.loads(shell("retry", "w", "--json").out)
    assert told["takenOver"] == [{"node": "each", "items": 2}]
    assert shell("run", "--resume", "w", spec).code == 0
    assert (tmp_path / "ran").read_text().split() == ["1", "2", "3", "3", "4"]


def test_long_results_are_taken_over_too(shell: Shell, tmp_path: Path) -> None:
    activities = {
        "Long": {"version": "1.0", "run": {"command": ["head", "-c", "100000", "/dev/zero"]}},
        "Fail": {"version": "1.0", "run": {"command": ["test", "-e", "fixed"]}},
    }
    nodes = {
        "long": {"type": "activity", "activity": "Long", "next": "fail"},
        "fail": {"type": "activity", "activity": "Fail", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% $length(results.long) %}"},
    }
    spec = write(tmp_path, nodes, activities=activities)
    assert shell("run", spec, "--workflow-id", "w").code == 1
    (tmp_path / "fixed").touch()
    assert shell("retry", "w").code == 0
    ended = shell("run", "--resume", "w", spec)
    assert (ended.code, ended.out) == (0, "100000\n"), ended.err


def test_open_and_completed_executions_are_refused_with_what_to_do(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "fixed").touch()
    spec = counting(tmp_path)
    shell("run", spec, "--workflow-id", "w")
    told = shell("retry", "w")
    assert (told.code, "swfgraph start" in told.err) == (2, True)
    shell("start", spec, "--workflow-id", "w")
    told = shell("retry", "w")
    assert (told.code, "swfgraph cancel" in told.err) == (2, True)


def test_a_spec_of_another_workflow_is_refused(shell: Shell, tmp_path: Path) -> None:
    spec = counting(tmp_path)
    shell("run", spec, "--workflow-id", "w")
    other = counting(tmp_path, file="other.json", name="Other")
    told = shell("retry", "w", "--spec", other)
    assert (told.code, "Other" in told.err) == (2, True)


def test_without_a_spec_in_the_folder_one_has_to_be_named(shell: Shell, tmp_path: Path) -> None:
    spec = counting(tmp_path)
    shell("run", spec, "--workflow-id", "w")
    spec.unlink()
    told = shell("retry", "w")
    assert (told.code, "--spec" in told.err) == (2, True)
