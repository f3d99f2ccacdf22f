"""`swfgraph import` and `swfgraph export`: files, reports, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.asl.report import Weight
from engine.cli.exits import Exit
from tests.asl.running import ECHO, chain, imported
from tests.cli.command import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(capsys)


def write(machine: Any, name: str = "order.asl.json") -> str:
    Path(name).write_text(json.dumps(machine), encoding="utf-8")
    return name


def test_a_machine_becomes_specs_that_check_finds_nothing_wrong_with(shell: Shell) -> None:
    machine = chain({"Type": "Map", "ItemProcessor": chain({"Type": "Task", "Resource": ECHO})})
    ended = shell("import", write(machine), "-o", "out", "--domain", "SHOP", "--task-list", "orders", "--version", "7")
    assert ended.code == Exit.DONE
    assert sorted(path.name for path in Path("out").iterdir()) == ["order-S1.json", "order.json"]
    document = json.loads(Path("out/order.json").read_text(encoding="utf-8"))
    assert [document[key] for key in ("name", "version", "domain", "taskList")] == ["order", "7", "SHOP", "orders"]
    assert shell("check", "out").code == Exit.DONE


def test_losses_are_told_and_the_specs_are_written(shell: Shell) -> None:
    file = write(chain({"Type": "Pass", "Parameters": {"x.$": "States.MathRandom(1, 2, 3)"}}))
    ended = shell("import", file, "--name", "Order", "--json")
    assert ended.code == Exit.FAILED
    told = json.loads(ended.out)
    assert told["specs"] == ["Order.json"]
    assert told["losses"] == 1
    assert told["remarks"][0]["pointer"] == "/States/S1"
    assert told["remarks"][0]["severity"] == "loss"
    assert "loss at /States/S1" in shell("import", file, "--force", "--name", "Order").out


def test_a_refusal_says_where_and_writes_nothing(shell: Shell) -> None:
    ended = shell("import", write({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}), "-o", "out")
    assert ended.code == Exit.FAILED
    assert "/States/A" in ended.err
    assert not Path("out").exists()


def test_files_that_are_there_are_left_alone(shell: Shell) -> None:
    file = write(chain({"Type": "Succeed"}))
    Path("order.json").write_text("mine", encoding="utf-8")
    ended = shell("import", file)
    assert ended.code == Exit.USAGE
    assert "--force" in ended.err
    assert Path("order.json").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("text", ["{", '{"StartAt": "A", "StartAt": "B"}', "[" * 100_000])
def test_what_is_no_json_is_said_with_its_place(shell: Shell, text: str) -> None:
    Path("x.json").write_text(text, encoding="utf-8")
    ended = shell("import", "x.json")
    assert ended.code == Exit.FAILED
    assert "x.json:1:" in ended.out + ended.err


def test_two_children_whose_names_make_the_same_file_name_get_one_each(shell: Shell) -> None:
    items = {"Type": "Map", "ItemProcessor": chain({"Type": "Task", "Resource": ECHO})}
    machine = {"StartAt": "A b", "States": {"A b": {**items, "Next": "A-b"}, "A-b": {**items, "End": True}}}
    assert shell("import", write(machine), "-o", "out").code == Exit.DONE
    assert sorted(path.name for path in Path("out").iterdir()) == ["order-A-b-2.json", "order-A-b.json", "order.json"]
    assert shell("check", "out").code == Exit.DONE


def test_a_spec_becomes_a_machine(shell: Shell) -> None:
    shell("import", write(chain({"Type": "Task", "Resource": ECHO}), "w.json"), "-o", "out")
    ended = shell("export", "out/w.json")
    assert ended.code == Exit.DONE
    assert imported(json.loads(ended.out)).remarks[0].weight is Weight.NOTE
    assert shell("export", "out/w.json", "-o", "back.asl.json").code == Exit.DONE
    assert json.loads(Path("back.asl.json").read_text(encoding="utf-8")) == json.loads(ended.out)


def test_what_a_task_starts_may_be_a_child(shell: Shell) -> None:
    arguments = {"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:Inner", "Input": {}}
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": arguments, "OutputPath": "$.Output"}
    ended = shell("import", write(chain(start)), "--children", "--json")
    assert (ended.code, json.loads(ended.out)["losses"]) == (Exit.DONE, 0)
    assert json.loads(Path("order.json").read_text(encoding="utf-8"))["nodes"]["S1"]["workflow"]["name"] == "Inner"
