"""Claims about `engine.spec.acceptance`: it says of a value what jsonschema says, for schemas of ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from engine.spec.acceptance import acceptance
from engine.spec.formats import A_YEAR, FORMATS
from engine.spec.model import Json
from engine.spec.schema import workflow_schema
from tests.spec.documents import spec_of
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
    assert WORKFLOWS(value) == PLAIN.is_valid(value)


@settings(deadline=None, max_examples=25)
@given(VALUES)
def test_law_any_value_fits_a_definition_exactly_where_jsonschema_says_so(value: Json) -> None:
    for name in workflow_schema()["$defs"]:
        schema = {"$ref": f"#/$defs/{name}", "$defs": workflow_schema()["$defs"]}
        assert acceptance(schema, FORMATS)(value) == plain(schema).is_valid(value), name


def test_a_format_is_asked_about_numbers_too() -> None:
    assert not WORKFLOWS(spec_of(timeouts={"execution": A_YEAR + 1}))
    assert WORKFLOWS(spec_of(timeouts={"execution": A_YEAR}))


@pytest.mark.parametrize("value", ["\ud800", {1: "a"}])
def test_what_no_json_text_can_hold_does_not_fit_at_once(value: Any) -> None:
    assert not acceptance({}, {})(value)
