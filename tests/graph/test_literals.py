"""Claims about `engine.graph.literals`."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Severity
from tests.graph.samples import act, call, child, end, listen, only, rules


def calling(**more: Any) -> dict[str, Any]:
    return {"call": child("done", **more), "done": end()}


@pytest.mark.parametrize("text", ["a:b", "a/b", "a|b", "a\nb", "arn", " a", "a ", "x" * 257])
def test_an_id_that_swf_refuses_is_an_error_before_it_is_asked(text: str) -> None:
    found = only(calling(workflowId=text))
    assert (found.rule, found.pointer, found.severity) == ("illegal-id", "/nodes/call/workflowId", Severity.ERROR)


@pytest.mark.parametrize("text", ["order-7", "x" * 256, "{% input.id %}", "a:{% input.id %}", "barn"])
def test_an_id_that_swf_takes_or_that_is_made_later_is_none(text: str) -> None:
    assert rules(calling(workflowId=text)) == []


def test_a_tag_has_at_most_256_characters() -> None:
    assert only(calling(tags=["a", "x" * 257])).pointer == "/nodes/call/tags/1"
    assert rules(calling(tags=["x" * 256, "{% input.tag %}"])) == []


def test_a_reason_that_will_be_cut_is_a_warning() -> None:
    found = only({"run": act("done"), "done": end("failed", reason="x" * 257)})
    assert (found.rule, found.severity) == ("long-reason", Severity.WARNING)
    assert rules({"run": act("done"), "done": end("failed", reason="x" * 256)}) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("results.first.total", "results.first.total"),
        ("errors.first", "errors.first"),
        (" {{ results.first }} ", "results.first"),
        ("${input.size}", "input.size"),
        ("{{execution.runId}}", "execution.runId"),
    ],
)
def test_a_text_that_was_meant_to_be_an_expression_is_a_warning_with_the_expression(text: str, meant: str) -> None:
    found = only({"first": act("second"), "second": act("done", input={"a": [text]}), "done": end()})
    assert (found.rule, found.pointer, found.severity) == ("plain-text", "/nodes/second/input/a/0", Severity.WARNING)
    assert found.hint.endswith(f"{{% {meant} %}}")


@pytest.mark.parametrize(
    "text", ["input.csv", "results.csv", "results", "Dear {{ input.name }},", "{{ name }}", "${HOME}", "{% results.first %}"]
)
def test_any_other_text_is_just_text(text: str) -> None:
    nodes = {"first": act("second"), "second": call("third", input=text), "third": listen("done", output=text), "done": end()}
    assert rules(nodes) == []


def test_what_a_worker_runs_may_have_braces_of_its_own() -> None:
    activities = {"Work": {"version": "1.0", "run": {"command": ["docker", "ps", "--format", "{{input.x}}"]}}}
    assert rules({"first": act("done"), "done": end()}, activities=activities) == []
