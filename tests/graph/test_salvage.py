"""A document that the schema refuses is checked further: what else is wrong with it is said in the same go, and nothing that isn't."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.graph.check import check_document
from engine.spec.source import parse_document
from tests.graph.samples import act, end, findings

TEN_MISTAKES: dict[str, Any] = {
    "name": "Ten",
    "version": "1.0",
    "domain": "a:b",
    "taskList": "t",
    "activities": {
        "A": {"version": "1.0", "run": {"comand": ["python3", "a.py"]}},
        "B": {"version": "1.0", "run": {"command": ["python3", "b.py"]}},
    },
    "nodes": {
        "a": {"type": "activity", "activity": "A", "retry": {"maxAttempts": "3"}, "next": "b"},
        "b": {"type": "activity", "activity": "Bee", "next": "choose"},
        "choose": {"type": "decision", "choices": [{"when": "results.a = ", "next": "don"}], "default": "lonely"},
        "lonely": {"type": "pass", "output": "{% results.zzz %}", "next": "b"},
        "island": {"type": "activity", "activity": "B", "timeouts": {"startToClose": "5 minutes"}, "next": "done"},
        "done": {"type": "terminal", "status": "complete"},
    },
}
WHERE = {
    "/domain",
    "/activities/A/run/comand",
    "/nodes/a/retry/maxAttempts",
    "/nodes/b/activity",
    "/nodes/choose/choices/0/when",
    "/nodes/choose/choices/0/next",
    "/nodes/lonely/output",
    "/nodes/lonely/next",
    "/nodes/island",
    "/nodes/island/timeouts/startToClose",
    "/nodes/done/status",
}


def pointers(value: Any) -> set[str]:
    return {finding.pointer for finding in check_document(parse_document(json.dumps(value, indent=1), "t.json")).findings}


def test_mistakes_of_shape_graph_and_data_are_all_reported_at_once() -> None:
    assert pointers(TEN_MISTAKES) >= WHERE


def test_an_edge_that_was_taken_out_does_not_make_its_target_unreachable() -> None:
    value = {
        "name": "W",
        "version": "1",
        "domain": "d",
        "taskList": "t",
        "nodes": {
            "a": {"type": "pass", "nxt": "b"},
            "b": {"type": "pass", "next": ["c", 3]},
            "c": {"type": "terminal", "status": "completed"},
        },
    }
    assert pointers(value) <= {"", "/nodes/a", "/nodes/a/nxt", "/nodes/b/next/1"}


PLACES = [(part, name, key) for part in ("nodes", "activities") for name, inner in TEN_MISTAKES[part].items() for key in (*inner, "")]


@given(
    st.sampled_from(PLACES),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)),
)
def test_any_value_in_any_place_is_a_finding_and_never_an_exception(place: tuple[str, str, str], value: Any) -> None:
    part, name, key = place
    changed = json.loads(json.dumps(TEN_MISTAKES))
    if key:
        changed[part][name][key] = value
    else:
        changed[part][name] = value
    assert pointers(changed)


def test_nothing_is_said_of_the_kind_of_node_that_stands_in_for_a_broken_one() -> None:
    nodes = {"first": {"type": "task", "next": "second"}, "second": act("done", input="{% results.first %}"), "done": end()}
    assert [finding.pointer for finding in findings(nodes)] == ["/nodes/first/type"]
