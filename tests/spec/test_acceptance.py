"""Claims about `engine.spec.acceptance`: it says of a value what jsonschema says, for schemas of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from engine.spec.acceptance import acceptance
from engine.spec.formats import FORMATS
from engine.spec.model import Json
from engine.spec.schema import workflow_schema
from engine.spec.shipped import shipped
from tests.spec.test_shortcuts import damaged


def plain(schema: Json) -> Any:
    formats = FormatChecker(formats=())
    for name, check in FORMATS.items():
        formats.checks(name, raises=ValueError)(check)
    return Draft202012Validator(schema, format_checker=formats)


WORKFLOWS = acceptance(workflow_schema(), FORMATS)
PLAIN = plain(workflow_schema())

TEXTS = st.sampled_from(
    ("", "a", "arn", "true", "a b", " a", "a:b", "1h30m", "none", "90", "any", "POST", "Europe/Berlin", "* * * * *", "x" * 300)
)
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.sampled_from(("next", "errors", "type", "file")), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(damaged())
def test_law_a_workflow_fits_exactly_where_jsonschema_finds_nothing(value: Json) -> None:
    assert WORKFLOWS.fits(value) == PLAIN.is_valid(value)


@settings(deadline=None, max_examples=25)
@given(VALUES)
def test_law_any_value_fits_a_definition_exactly_where_jsonschema_says_so(value: Json) -> None:
    for reference, fits in WORKFLOWS.definitions.items():
        definition = plain({"$ref": reference, "$defs": workflow_schema()["$defs"]})
        assert fits(value) == definition.is_valid(value), reference


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"enum": [True, "yes"]}, 1, False),
        ({"enum": [True, "yes"]}, True, True),
        ({"const": "1"}, 1, False),
        ({"type": "integer"}, 5.0, True),
        ({"type": "integer"}, 5.5, False),
        ({"type": "integer"}, True, False),
        ({"minimum": 1}, False, True),
        ({"maxLength": 1}, ["a", "b"], True),
        ({"not": {}}, None, False),
        ({"properties": {"a": {"not": {}}}}, {"b": 1}, True),
        ({"$ref": "#/$defs/list"}, [[], [[]]], True),
        ({"$ref": "#/$defs/list"}, [[], ["x"]], False),
    ],
)
def test_keywords_mean_what_they_mean_to_jsonschema(schema: Json, value: Json, *, fits: bool) -> None:
    whole = {"$defs": {"list": {"type": "array", "items": {"$ref": "#/$defs/list"}}}, **schema}
    assert acceptance(whole, {}).fits(value) is fits
    assert Draft202012Validator(whole).is_valid(value) is fits


@pytest.mark.parametrize("schema", [{"patternProperties": {}}, {"if": {}, "else": {}}, {"enum": [1, 2]}, {"const": None}, {"contains": {}}])
def test_a_schema_that_says_anything_else_is_no_schema_of_ours(schema: Json) -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        acceptance({"$defs": {}, **schema}, {})


@pytest.mark.parametrize("file", sorted((shipped("schemas")).glob("*.schema.json")), ids=lambda file: file.name)
def test_all_that_our_schemas_say_is_known(file: Any) -> None:
    assert acceptance(json.loads(file.read_text(encoding="utf-8")), {}).definitions
