"""Claims about `engine.spec.inputs`."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.spec.inputs import MOST, check_input, schema_complaints
from engine.spec.model import Json

ORDER: Json = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "lines": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["sku"]}]}},
    },
}


def violations(schema: Json, value: Json) -> tuple[tuple[str, str], ...]:
    with pytest.raises(InputError) as caught:
        check_input(schema, value, "the workflow")
    return caught.value.violations


def test_an_input_that_fits_passes() -> None:
    check_input(ORDER, {"id": 1, "lines": ["a", {"sku": "b"}]}, "the workflow")


def test_every_violation_is_said_with_its_pointer() -> None:
    assert violations(ORDER, {"id": "x", "lines": [{"qty": 1}], "color": 1}) == (
        ("/color", 'unknown key "color" (known here: id, lines)'),
        ("/id", '"id" must be an integer, not a string'),
        ("/lines/0", 'entry 1 of "lines" has no "sku"'),
    )


def test_the_error_says_whose_input_it_is() -> None:
    with pytest.raises(InputError, match="the input of activity work does not fit its inputSchema: at /: the input must be an object"):
        check_input(ORDER, [], "activity work")


def test_a_hundred_violations_are_enough() -> None:
    assert len(violations({"items": {"type": "string"}}, list(range(1000)))) == MOST


def test_true_lets_everything_in_and_false_nothing() -> None:
    check_input(True, {"any": "thing"}, "the workflow")  # noqa: FBT003 - a boolean is a JSON Schema
    assert violations(False, 1)  # noqa: FBT003


def test_an_older_draft_is_held_as_that_draft() -> None:
    tuple_of_4: Json = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}
    assert schema_complaints(tuple_of_4) == []
    assert violations(tuple_of_4, [1])


@pytest.mark.parametrize("reference", ["http://example.com/schema", "file:///etc/passwd", "#/$defs/nothing", "other.json"])
def test_nothing_outside_the_schema_is_ever_fetched(reference: str) -> None:
    (complaint,) = schema_complaints({"$ref": reference})
    assert (complaint.pointer, complaint.message) == ("/$ref", f'"{reference}" leads nowhere')
    assert "which is not in it" in violations({"$ref": reference}, 1)[0][1]


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}},
        {"$ref": "#here", "$defs": {"a": {"$anchor": "here"}}},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        {"$defs": {"a": {"$id": "http://example.com/a", "$ref": "#/$defs/b", "$defs": {"b": {}}}}},
        {"properties": {"$ref": {"type": "string"}}},
        {"const": {"$ref": "#/nowhere"}},
    ],
)
def test_a_schema_is_found_right(schema: Json) -> None:
    assert schema_complaints(schema) == []


@pytest.mark.parametrize(
    ("schema", "pointer", "message"),
    [
        ({"type": "objct"}, "/type", 'can\'t be "objct"'),
        ({"properties": {"a": {"minimum": "1"}}}, "/properties/a/minimum", "must be a number"),
        ({"pattern": "("}, "/pattern", "unterminated"),
        ({"$schema": "http://example.com/draft"}, "/$schema", "no draft that is known here"),
        ({"$schema": 5}, "/$schema", "must be a string"),
        ({"$ref": "#"}, "", "refers to itself without end"),
        ({"required": "id"}, "/required", "must be an array"),
    ],
)
def test_a_schema_is_found_wrong(schema: Json, pointer: str, message: str) -> None:
    (complaint,) = schema_complaints(schema)
    assert complaint.pointer == pointer
    assert message in complaint.message


def test_a_schema_that_refers_to_itself_without_end_refuses_an_input_and_does_not_crash() -> None:
    assert "refers to itself without end" in violations({"$ref": "#"}, 1)[0][1]
