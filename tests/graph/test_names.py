"""Claims about `engine.graph.names`: names in edges are in `test_structure`."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Severity
from tests.graph.samples import UNDO, act, call, child, end, listen, only, rules

LINE = {"a": act("done"), "done": end()}


@pytest.mark.parametrize("node", [child("gone"), call("gone"), listen("gone")], ids=lambda node: node["type"])
def test_unknown_targets_of_every_kind_of_node_are_found(node: dict[str, Any]) -> None:
    finding = only({"a": node | {"catch": [{"next": "done"}]}, "done": end()})
    assert (finding.rule, finding.pointer) == ("unknown-node", "/nodes/a/next/0")


def test_an_unknown_undo_activity_is_an_error_with_the_one_that_was_meant() -> None:
    finding = only({"a": act("done", compensate={"activity": "Wrok"}), "done": end()})
    assert (finding.rule, finding.pointer) == ("unknown-activity", "/nodes/a/compensate/activity")
    assert finding.message.startswith('node "a" is undone by activity "Wrok"')
    assert finding.hint == 'did you mean "Work"?'


def test_an_unknown_node_in_on_cancel_is_an_error() -> None:
    finding = only(LINE, onCancel="doen")
    assert (finding.rule, finding.pointer, finding.hint) == ("unknown-node", "/onCancel", 'did you mean "done"?')


def test_an_unknown_node_in_an_alert_is_an_error() -> None:
    finding = only(LINE, alerts=[{"to": "ops", "on": ["failed"]}, {"to": "ops", "nodes": ["a", "dne"]}])
    assert (finding.rule, finding.pointer, finding.hint) == ("unknown-node", "/alerts/1/nodes/1", 'did you mean "done"?')
    assert finding.message == 'alert 2 tells of "dne", which is no node of this workflow'


def test_an_activity_that_only_undoes_is_used() -> None:
    assert rules({"a": call("done", compensate=UNDO), "done": end()}) == []


def test_an_activity_that_no_node_runs_is_a_warning() -> None:
    finding = only(LINE, activities={"Work": {"version": "1"}, "Idle": {"version": "1"}})
    assert (finding.rule, finding.severity, finding.pointer) == ("unused-activity", Severity.WARNING, "/activities/Idle")
