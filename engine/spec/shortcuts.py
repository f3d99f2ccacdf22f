"""jsonschema's validator with three keywords done faster, as `workflow.schema.json` uses them: the same errors, in less than half the time.

A `$ref` leads to a definition of the schema itself, and in `properties` most values are nothing else; the branches of an `allOf` are for
one value of one key each. Whatever is written otherwise goes jsonschema's own way. Imports jsonschema; imported by `spec.schema` and
`testing.schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from engine.spec.model import Json

_DEFINITION: Final = "#/$defs/"
_Keyword = Callable[[Any, Any, Json, Any], Iterator[ValidationError]]


def quick_validator(schema: Mapping[str, Json], formats: FormatChecker) -> Validator:
    """Of a schema all of whose references lead to its own `$defs`."""
    known = {_DEFINITION + name: definition for name, definition in schema["$defs"].items()}
    quick: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema types its validators, not this
        Draft202012Validator, {"$ref": _referred(known), "properties": _properties(known), "allOf": _all_of()}
    )
    validator: Validator = quick(schema, format_checker=formats)
    return validator


def _referred(known: Mapping[str, Json]) -> _Keyword:
    def keyword(validator: Any, reference: str, instance: Json, _schema: Json) -> Iterator[ValidationError]:
        yield from validator.descend(instance, known[reference])

    return keyword


def _properties(known: Mapping[str, Json]) -> _Keyword:
    def keyword(validator: Any, properties: Mapping[str, Json], instance: Json, _schema: Json) -> Iterator[ValidationError]:
        if not isinstance(instance, dict):
            return
        for name, value in instance.items():
            if name in properties:
                yield from validator.descend(value, _straight(known, properties[name]), path=name, schema_path=name)

    return keyword


def _straight(known: Mapping[str, Json], schema: Json) -> Json:
    """What a reference refers to, where there is nothing beside it but prose."""
    return known[schema["$ref"]] if schema.keys() == {"$ref", "description"} else schema


def _all_of() -> _Keyword:
    asked: dict[int, list[Mapping[str, str] | None]] = {}
    """What the branches of each `allOf` ask for, by its identity: the validator holds on to its schema."""

    def keyword(validator: Any, branches: Sequence[Any], instance: Json, _schema: Json) -> Iterator[ValidationError]:
        conditions = asked.get(id(branches))
        if conditions is None:
            conditions = asked[id(branches)] = [_wanted(branch) for branch in branches]
        for index, wanted in enumerate(conditions):
            if wanted is None:
                yield from validator.descend(instance, branches[index], schema_path=index)
            elif isinstance(instance, dict) and all(key in instance and instance[key] == text for key, text in wanted.items()):
                yield from validator.descend(instance, branches[index]["then"], schema_path=index)

    return keyword


def _wanted(branch: Any) -> Mapping[str, str] | None:
    """The keys and texts that a branch with `if` and `then` asks of an object, if it asks for nothing else; None of any other branch."""
    condition = branch.get("if", {})
    if branch.keys() != {"if", "then"} or condition.keys() != {"type", "properties", "required"} or condition["type"] != "object":
        return None
    constants = {key: value.get("const") for key, value in condition["properties"].items() if value.keys() == {"const"}}
    plain = condition["properties"].keys() == constants.keys() == set(condition["required"])
    return constants if plain and all(isinstance(text, str) for text in constants.values()) else None
