"""From an inputSchema to a form, and from a form to the input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.console.forms import PREFIX, WHOLE, fields_of, input_of
from engine.errors import UsageError
from engine.spec.inputs import check_input
from engine.spec.model import ABSENT

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(min_size=1, alphabet=st.characters(codec="utf-8", exclude_characters="\r")),
    "integer": st.integers(-(10**9), 10**9),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "array": st.lists(st.integers(), min_size=1, max_size=3),
    "object": st.dictionaries(st.sampled_from("ab"), st.integers(), min_size=1),
}
NAMES = st.text(min_size=1, max_size=8, alphabet=st.characters(codec="utf-8"))


@st.composite
def schemas_and_values(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    types = draw(st.dictionaries(NAMES, st.sampled_from(sorted(VALUES)), min_size=1, max_size=5))
    properties: dict[str, Any] = {name: {"type": kind} for name, kind in types.items()}
    schema = {"type": "object", "properties": properties, "required": sorted(types), "additionalProperties": False}
    return schema, {name: draw(VALUES[kind]) for name, kind in types.items()}


@given(schemas_and_values())
def test_a_form_that_is_filled_in_with_an_input_and_sent_gives_that_input(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    schema, value = pair
    fields = fields_of(schema, value)
    form = {PREFIX + field.name: field.value for field in fields if field.kind != "checkbox" or field.value == "true"}
    sent = input_of(schema, form)
    assert sent == value
    check_input(schema, sent, "the form")


@pytest.mark.parametrize(
    "schema",
    [
        ABSENT,
        {},
        {"type": "string"},
        {"type": "object"},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {f"p{number}": {} for number in range(50)}},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "properties": {"any": True}},
    ],
)
def test_what_is_no_small_object_is_written_as_json(schema: Any) -> None:
    assert fields_of(schema) == ()
    assert input_of(schema, {WHOLE: ' {"a": [1]} '}) == {"a": [1]}
    assert input_of(schema, {WHOLE: "  "}) is ABSENT


def test_an_input_that_has_more_than_the_fields_is_written_as_json() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert fields_of(schema, {"a": "x", "b": 1}) == ()


def test_choices_keep_their_types() -> None:
    schema = {"type": "object", "properties": {"size": {"enum": [1, "1", None]}}}
    [field] = fields_of(schema)
    assert (field.kind, field.choices) == ("choice", ("1", '"1"', "null"))
    assert [input_of(schema, {PREFIX + "size": choice}) for choice in field.choices] == [{"size": 1}, {"size": "1"}, {"size": None}]


def test_defaults_and_descriptions_stand_in_the_form() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "title": "How many", "description": "At most ten.", "default": 3}}}
    [field] = fields_of(schema)
    assert (field.label, field.help, field.value, field.required) == ("How many", "At most ten.", "3", False)


def test_an_empty_form_is_no_input_where_none_is_needed() -> None:
    properties = {"a": {"type": "string"}}
    assert input_of({"type": ["object", "null"], "properties": properties}, {}) is ABSENT
    assert input_of({"type": "object", "properties": properties}, {}) == {}


def test_what_is_no_json_is_said_with_the_fields_name() -> None:
    schema = {"type": "object", "properties": {"list": {"type": "array", "title": "The list"}}}
    with pytest.raises(UsageError, match="The list is no JSON"):
        input_of(schema, {PREFIX + "list": json.dumps([1])[:-1]})


@pytest.mark.parametrize("text", ["[" * 3_000, "1E310", "NaN", '"\\ud800"', "{a: 1}"])
def test_what_could_not_be_carried_is_no_json(text: str) -> None:
    with pytest.raises(UsageError, match="the input is no JSON: "):
        input_of(ABSENT, {WHOLE: text})
