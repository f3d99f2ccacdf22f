"""Claims about `engine.graph.rules`: for activities they are in `test_structure`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import Severity
from engine.graph.check import check_document
from engine.spec.source import parse_document
from tests.graph.samples import call, child, document, end, findings, listen, only, rules

SHADOWED: list[dict[str, Any]] = [{}, {"errors": ["Slow"]}]
CAUGHT: list[dict[str, Any]] = [{"next": "done"}, {"errors": ["Bad"], "next": "done"}]


@pytest.mark.parametrize(
    ("node", "place"),
    [
        (child("m", retry=SHADOWED), "retry"),
        (call("m", retry=SHADOWED), "retry"),
        (child("m", compensate={"activity": "Work", "retry": SHADOWED}), "compensate/retry"),
        (call("m", catch=CAUGHT), "catch"),
        (listen("m", catch=CAUGHT), "catch"),
    ],
)
def test_rules_behind_a_catch_all_are_found_in_every_kind_of_node(node: dict[str, Any], place: str) -> None:
    finding = only({"a": node, "m": {"type": "pass", "next": "done"}, "done": end()})
    assert (finding.rule, finding.pointer) == ("shadowed-rule", f"/nodes/a/{place}/1")


def test_a_function_without_a_role_is_a_warning() -> None:
    value = dict(document({"a": call("done"), "done": end()}).value)
    assert check_document(parse_document(json.dumps(value), "sample.json")).findings == ()
    del value["lambdaRole"]
    (finding,) = check_document(parse_document(json.dumps(value), "sample.json")).findings
    assert (finding.rule, finding.severity, finding.pointer) == ("no-lambda-role", Severity.WARNING, "/nodes/a")


LATER: dict[str, Any] = {"version": "1", "answer": "later", "run": {"command": ["ask", "{% taskToken %}"]}}


@pytest.mark.parametrize(
    ("timeouts", "told"),
    [
        ({}, ["no-timeout"]),
        ({"startToClose": "1d"}, []),
        ({"scheduleToClose": 5}, []),
        ({"heartbeat": 5}, []),
        ({"scheduleToStart": 5}, ["no-timeout"]),
    ],
)
def test_a_task_that_is_answered_later_and_that_nothing_ends_is_a_warning(timeouts: dict[str, Any], told: list[str]) -> None:
    nodes = {"a": {"type": "activity", "activity": "Ask", "timeouts": timeouts, "next": "done"}, "done": end()}
    found = findings(nodes, activities={"Ask": LATER})
    assert [(one.rule, one.severity, one.pointer) for one in found] == [(rule, Severity.WARNING, "/nodes/a") for rule in told]


def test_only_what_is_answered_later_sees_its_token() -> None:
    nodes = {"a": {"type": "activity", "activity": "Ask", "next": "done"}, "done": end()}
    now = {key: value for key, value in LATER.items() if key != "answer"}
    assert rules(nodes, activities={"Ask": now}) == ["unknown-name"]


def test_what_is_answered_later_has_no_output_of_its_own() -> None:
    nodes = {"a": {"type": "activity", "activity": "Ask", "next": "done"}, "done": end()}
    found = only(nodes, activities={"Ask": {**LATER, "output": {"file": "x"}, "timeouts": {"startToClose": 9}}})
    assert (found.severity, found.pointer) == (Severity.ERROR, "/activities/Ask/output")
