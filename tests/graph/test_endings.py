"""Claims about `engine.graph.endings`: where a cancel request leads to, and what is undone."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Severity
from tests.graph.samples import UNDO, act, bare, choose, end, findings, listen, only, rules

LINE = {"a": act("done"), "done": end()}
RESCUED = LINE | {"tell": act("stopped"), "stopped": end("canceled")}


def test_a_node_that_only_a_cancel_request_leads_to_is_reachable_and_no_start() -> None:
    assert rules(RESCUED, onCancel="tell") == []


def test_it_may_lead_into_what_the_start_leads_to_as_well() -> None:
    assert rules(LINE | {"tell": act("done")}, onCancel="tell") == []


def test_without_on_cancel_it_is_unclear_where_the_workflow_starts() -> None:
    assert rules(RESCUED) == ["several-starts"]


def test_a_node_that_another_leads_to_is_no_place_for_a_cancel_request() -> None:
    finding = only({"a": act("b"), "b": act("done"), "done": end()}, onCancel="b")
    assert (finding.rule, finding.pointer) == ("on-cancel-entered", "/onCancel")
    assert finding.message == 'a cancel request leads to "b", to which "a" leads as well'


def test_going_back_to_it_is_allowed() -> None:
    nodes = LINE | {"tell": act("again"), "again": choose(default="stopped"), "stopped": end("canceled")}
    nodes["again"]["choices"] = [{"when": "input.again", "retryFrom": "tell", "maxTimes": 2}]
    assert rules(nodes, onCancel="tell") == []


def test_the_start_is_no_place_for_a_cancel_request() -> None:
    finding = only(LINE, onCancel="a", start="a")
    assert (finding.rule, finding.pointer) == ("on-cancel-start", "/onCancel")


def test_where_the_only_entry_is_for_cancel_requests_there_is_no_start() -> None:
    assert rules(LINE, onCancel="a") == ["no-start"]


UNDONE = {"a": act("done", compensate=UNDO), "done": end()}


def test_what_is_undone_when_the_execution_fails_or_is_canceled_is_fine() -> None:
    assert rules(UNDONE) == []


def test_a_terminal_that_undoes_what_nobody_says_how_is_a_warning() -> None:
    finding = only({"a": act("done"), "done": end(compensate=True)})
    assert (finding.rule, finding.severity, finding.pointer) == ("needless-compensate", Severity.WARNING, "/nodes/done/compensate")


CAUGHT: dict[str, Any] = {"a": act("done", compensate=UNDO, catch=[{"next": "oops"}]), "done": end(), "oops": end("failed")}
STOPPED = {"stopped": end("canceled")}


def test_what_no_failure_and_no_cancel_request_can_undo_is_a_warning() -> None:
    finding = only(CAUGHT | STOPPED, onCancel="stopped")
    assert (finding.rule, finding.severity, finding.pointer) == ("needless-compensate", Severity.WARNING, "/nodes/a/compensate")


@pytest.mark.parametrize(
    "changed",
    [
        {"done": end(compensate=True)},
        {"done": end(output="{% input.x %}")},
        {"a": CAUGHT["a"] | {"catch": [{"errors": ["Bad"], "next": "oops"}]}},
        {"a": CAUGHT["a"] | {"next": "more"}, "more": bare("done", output="{% input.x %}")},
        {"a": CAUGHT["a"] | {"next": "more"}, "more": choose("done", default="done")},
        {"a": CAUGHT["a"] | {"next": "more"}, "more": listen("done", timeout=5)},
    ],
    ids=["a terminal", "an expression", "a rule for some errors", "a pass node", "a decision", "a timeout"],
)
def test_anything_that_may_fail_may_undo(changed: dict[str, Any]) -> None:
    assert findings(CAUGHT | STOPPED | changed, onCancel="stopped") == ()
