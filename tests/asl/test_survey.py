"""The survey of public machines: which files hold machines, and whether a recorded execution ends the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.asl.running import ECHO, chain, imported
from tools.asl_replay import replay
from tools.asl_survey import machines, survey

TASK = chain({"Type": "Task", "Resource": ECHO, "ResultPath": "$.r"})


def recording(*events: dict[str, Any]) -> dict[str, Any]:
    started = {"type": "ExecutionStarted", "executionStartedEventDetails": {"input": '{"v": 1}'}}
    entered = {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "S1"}}
    told = [{"id": number, "previousEventId": number - 1, **event} for number, event in enumerate((started, entered, *events), 1)]
    return {"name": "recorded", "definition": TASK, "input": None, "events": told}


WORKED = {"type": "LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails": {"output": "7"}}


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ((WORKED, {"type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": {"v": 1, "r": 7}}}), "same"),
        ((WORKED, {"type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": {"v": 1, "r": 8}}}), "other"),
        ((WORKED, {"type": "ExecutionFailed"}), "other"),
        (({"type": "LambdaFunctionFailed", "lambdaFunctionFailedEventDetails": {"error": "E"}}, {"type": "ExecutionFailed"}), "same"),
        ((WORKED,), "not comparable"),
        (({"type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": "1"}},), "not comparable"),
    ],
)
def test_a_recording_is_held_against_the_imported_spec(events: tuple[dict[str, Any], ...], kind: str) -> None:
    assert replay(imported(TASK), recording(*events)).kind == kind


def test_machines_are_found_bare_and_within_other_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bare.json5").write_text('{"StartAt": "A", // first\n "States": {"A": {"Type": "Succeed",},},}', encoding="utf-8")
    (tmp_path / "in.json").write_text('{"x": [{"States": {}}], "s": "// no comment"}', encoding="utf-8")
    (tmp_path / "none.json").write_text("[]", encoding="utf-8")
    assert [name for name, _ in machines(tmp_path)] == ["bare.json5", "in.json"]
    survey(tmp_path)
    assert "1 of 2 without loss (50%)" in capsys.readouterr().out
