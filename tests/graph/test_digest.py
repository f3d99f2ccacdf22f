from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from engine.graph.compile import compile_spec
from engine.spec.model import Spec
from engine.spec.parse import parse_spec
from engine.spec.source import parse_document
from tests.graph.samples import act, call, child, document, end, listen, plan
from tests.strategies import specs

NODES = {"a": act("done", retry={"maxAttempts": 2}), "done": end(output="{% results.a %}")}


def digest(nodes: dict[str, Any] | None = None, **more: Any) -> str:
    return plan(NODES if nodes is None else nodes, **more).digest


def test_a_digest_is_32_hex_digits_and_says_the_same_every_time() -> None:
    assert digest() == digest()
    assert len(digest()) == 32
    assert int(digest(), 16) >= 0


@pytest.mark.parametrize(
    "more",
    [
        {"description": "Says what it is for."},
        {"tags": ["one"]},
        {"domain": "elsewhere"},
        {"taskPriority": 3},
        {"activities": {"Work": {"version": "1.0", "description": "Works.", "run": {"command": ["work"]}, "output": {"file": "x"}}}},
        {"activities": {"Work": {"version": "1.0"}, "Unused": {"version": "1.0"}}},
        {"start": "a"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_the_decider_does_not_interpret_changes_nothing(more: dict[str, Any]) -> None:
    assert digest(**more) == digest()


@pytest.mark.parametrize(
    "more",
    [
        {"name": "Other"},
        {"version": "2.0"},
        {"inputSchema": {"type": "object"}},
        {"defaults": {"timeouts": {"heartbeat": "5m"}}},
        {"taskList": "other"},
        {"activities": {"Work": {"version": "1.1"}}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_the_decider_interprets_changes_it(more: dict[str, Any]) -> None:
    assert digest(**more) != digest()


@pytest.mark.parametrize(
    "node",
    [
        act("done"),
        act("done", retry={"maxAttempts": 3}),
        act("done", retry={"maxAttempts": 2}, input=1),
        act("done", retry={"maxAttempts": 2}, input=None),
        act("done", retry={"maxAttempts": 2}, priority=0),
        {"type": "pass", "next": "done"},
        {"type": "wait", "for": 1, "next": "done"},
        {"type": "wait", "for": "1", "next": "done"},
    ],
)
def test_every_change_of_a_node_changes_it(node: dict[str, Any]) -> None:
    nodes = NODES | {"a": node}
    assert digest(nodes) != digest()
    assert digest(nodes) == digest(nodes)


def test_a_default_that_is_written_out_is_the_same_as_one_that_is_not() -> None:
    explicit = NODES | {"a": NODES["a"] | {"join": "all", "timeouts": {"heartbeat": 60}, "taskList": "list"}}
    assert digest(explicit) == digest()


def test_the_descriptions_of_nodes_are_no_part_of_it_and_the_order_of_keys_neither() -> None:
    described = NODES | {"a": {"description": "Works."} | dict(reversed(NODES["a"].items()))}
    assert digest(described) == digest()


def test_a_known_digest_stays_what_it_is() -> None:
    """Running executions carry it: a change here makes every decider refuse every execution begun before."""
    assert digest() == "9ec9675c2300e7846bd3ba90da3251e8"


@settings(deadline=None, max_examples=30)
@given(specs())
def test_law_where_a_file_lies_says_nothing(workflow: Spec) -> None:
    moved = Spec(**{name: getattr(workflow, name) for name in Spec.__slots__} | {"file": "other.json", "description": "moved"})
    assert compile_spec(moved).digest == compile_spec(workflow).digest


def test_white_space_says_nothing() -> None:
    source = document(NODES)
    dense = parse_document(json.dumps(source.value, separators=(",", ":")), "dense.json")
    assert compile_spec(parse_spec(dense)).digest == compile_spec(parse_spec(source)).digest


RESCUED = NODES | {"tell": act("done")}


@pytest.mark.parametrize(
    "more",
    [
        {"lambdaRole": "arn:aws:iam::123456789012:role/r"},
        {"timeouts": {"cancel": "5m"}},
        {"activities": {"Work": {"version": "1.0"}, "Undo": {"version": "1.1"}}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_came_into_the_language_later_changes_it_where_it_is_said(more: dict[str, Any]) -> None:
    nodes = NODES | {"a": NODES["a"] | {"compensate": {"activity": "Undo"}}}
    activities = {"activities": {"Work": {"version": "1.0"}, "Undo": {"version": "1.0"}}}
    assert digest(nodes, **activities | more) != digest(nodes, **activities)


def test_the_node_that_a_cancel_request_leads_to_is_part_of_it() -> None:
    other = RESCUED | {"warn": act("tell")}
    assert len({digest(RESCUED, onCancel="tell"), digest(other, onCancel="warn"), digest()}) == 3


@pytest.mark.parametrize(
    "more", [{"timeouts": {"cancel": 60}}, {"schedule": {"cron": "0 3 * * *"}}, {"alerts": [{"to": "ops", "late": "1h"}]}], ids=str
)
def test_defaults_schedules_and_alerts_are_no_part_of_it(more: dict[str, Any]) -> None:
    assert digest(**more) == digest()


@pytest.mark.parametrize(
    ("node", "change"),
    [
        (child("done"), {"workflow": {"name": "Child", "version": "2.0"}}),
        (child("done"), {"workflowId": "x"}),
        (child("done"), {"childPolicy": "ABANDON"}),
        (child("done"), {"timeouts": {"execution": 5}}),
        (child("done"), {"forEach": {"items": "input"}}),
        (child("done", forEach={"items": "input"}), {"forEach": {"items": "input", "tolerate": 1}}),
        (child("done", forEach={"items": "input", "tolerate": 10}), {"forEach": {"items": "input", "tolerate": "10%"}}),
        (call("done"), {"function": "other"}),
        (call("done"), {"timeout": 5}),
        (listen("done"), {"signal": "stop"}),
        (listen("done"), {"timeout": 5}),
    ],
)
def test_every_change_of_the_newer_nodes_changes_it(node: dict[str, Any], change: dict[str, Any]) -> None:
    assert digest({"a": node | change, "done": end()}) != digest({"a": node, "done": end()})
