"""Claims about engine.service.shapes: the documented rules, and that the quick way and the explaining way agree."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.service.faults import Fault
from engine.service.model import model_file, operations, shape
from engine.service.shapes import RULES, Problems

START = {"domain": "d", "workflowId": "w", "workflowType": {"name": "n", "version": "v"}}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(model_file().read_bytes()))
    return found


def refused(operation: str, request: object) -> str:
    """Why a request is refused; empty where it is not."""
    problems = Problems()
    try:
        shape(operations()[operation].input_shape).read(request, "", problems)
        problems.settle()
    except Fault as fault:
        return fault.message
    return ""


def test_every_member_whose_documentation_forbids_a_colon_has_the_rule() -> None:
    stated = {
        f"{name}.{member}" if described["shape"] != "TaskList" else "TaskList.name"
        for name, structure in document()["shapes"].items()
        for member, described in structure.get("members", {}).items()
        if "must not contain a <code>:</code>" in described.get("documentation", "")
    }
    assert stated == {key for key, rule in RULES.items() if "must not contain" in rule.must}


@pytest.mark.parametrize("bad", ["a:b", "a/b", "a|b", "a\nb", "\x7f", "\x9f", "arn"])
def test_an_id_has_none_of_the_forbidden_characters_and_is_not_arn(bad: str) -> None:
    assert refused("StartWorkflowExecution", {**START, "workflowId": bad}).startswith(f"Invalid workflowId: {bad} (")


@pytest.mark.parametrize("good", ["a b", " a", "arn1", "Äpfel", "a.b-c_d", "🍏"])
def test_an_id_may_have_every_other_character(good: str) -> None:
    assert not refused("StartWorkflowExecution", {**START, "workflowId": good})


@pytest.mark.parametrize("bad", [" a", "a ", "a\u00a0"])
def test_a_task_list_neither_starts_nor_ends_with_whitespace(bad: str) -> None:
    assert refused("PollForActivityTask", {"domain": "d", "taskList": {"name": bad}}).startswith("Invalid taskList.name: ")


@pytest.mark.parametrize("good", ["0", "60", "99999999", "NONE"])
def test_a_timeout_is_seconds_or_none(good: str) -> None:
    assert not refused("StartWorkflowExecution", {**START, "taskStartToCloseTimeout": good})


@pytest.mark.parametrize("bad", ["-1", "1.5", "1m", "none", "²", "٣"])
def test_a_timeout_is_nothing_else(bad: str) -> None:
    assert "taskStartToCloseTimeout" in refused("StartWorkflowExecution", {**START, "taskStartToCloseTimeout": bad})


def test_the_timeout_of_an_execution_can_not_be_none_when_it_is_started_or_its_type_registered() -> None:
    assert refused("StartWorkflowExecution", {**START, "executionStartToCloseTimeout": "NONE"})
    registration = {"domain": "d", "name": "n", "version": "v", "defaultExecutionStartToCloseTimeout": "NONE"}
    assert refused("RegisterWorkflowType", registration)


@pytest.mark.parametrize(("text", "right"), [("0", True), ("90", True), ("NONE", True), ("91", False), ("-1", False), ("ten", False)])
def test_a_retention_is_up_to_ninety_days_or_none(text: str, *, right: bool) -> None:
    assert (not refused("RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": text})) is right


@pytest.mark.parametrize(
    ("text", "right"), [("0", True), ("2147483647", True), ("-2147483648", True), ("2147483648", False), ("+1", False), ("high", False)]
)
def test_a_priority_is_a_32_bit_integer(text: str, *, right: bool) -> None:
    assert (not refused("StartWorkflowExecution", {**START, "taskPriority": text})) is right


@pytest.mark.parametrize(("text", "right"), [("1", True), ("900", True), ("0", False), ("901", False), ("NONE", False)])
def test_a_lambda_timeout_is_from_1_to_900_seconds(text: str, *, right: bool) -> None:
    attributes = {"id": "i", "name": "f", "startToCloseTimeout": text}
    decision = {"decisionType": "ScheduleLambdaFunction", "scheduleLambdaFunctionDecisionAttributes": attributes}
    assert (not refused("RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": [decision]})) is right


def test_a_tag_of_a_domain_has_letters_digits_whitespace_and_a_few_symbols() -> None:
    request = {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}
    assert not refused("RegisterDomain", {**request, "tags": [{"key": "Größe 1", "value": "_.:/=+-@"}]})
    assert refused("RegisterDomain", {**request, "tags": [{"key": "a,b"}]}).startswith("Invalid tags.1.member.key: a,b (")


def test_documented_rules_are_told_after_the_models_constraints() -> None:
    assert refused("StartWorkflowExecution", {**START, "workflowId": "a:b", "domain": ""}) == (
        "1 validation error detected: Value '' at 'domain' failed to satisfy constraint: Member must have length greater than or equal to 1"
    )


JUNK: st.SearchStrategy[Any] = st.sampled_from([None, "", "a:b", "NONE", "5", 5, -1, 1.5, True, [], {}, "x" * 300, "\ud800"])


def values(name: str) -> st.SearchStrategy[Any]:
    """Values of a shape: mostly right, some not."""
    described = document()["shapes"][name]
    match described["type"]:
        case "structure":
            members = {key: values(member["shape"]) for key, member in described["members"].items()}
            required = {key: members.pop(key) for key in described.get("required", [])}
            return st.fixed_dictionaries(required, optional=members)
        case "list":
            return st.lists(values(described["member"]["shape"]), max_size=3)
        case "string":
            usual = described["enum"] if "enum" in described else ["60" if re.search("Duration|Priority", name) else "some-text"]
            right = st.sampled_from(usual)
            return st.one_of(right, right, right, JUNK)
        case number:
            plain = {"integer": st.integers(-1, 1001), "boolean": st.booleans(), "timestamp": st.floats(0, 2e9)}
            return st.one_of(plain[number], JUNK)


@pytest.mark.parametrize("operation", sorted(operations()))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_accepted_at_once_is_what_the_slow_way_finds_nothing_to_change_in(operation: str, data: st.DataObject) -> None:
    name = operations()[operation].input_shape
    value = data.draw(values(name))
    problems = Problems()
    try:
        untouched = shape(name).read(value, "", problems) == value
        problems.settle()
    except Fault:
        untouched = False
    assert shape(name).accepts(value) is untouched
