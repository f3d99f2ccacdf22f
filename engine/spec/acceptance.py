"""Whether a value fits a schema of ours, in a twentieth of the time that jsonschema takes to find nothing wrong.

A schema is made into functions, once, for the keywords that our schemas use and as they use them; a schema that says anything else is a
ValueError, so that nothing in it is ever passed over. Why a value does not fit is jsonschema's to say: `refusals`.
Imports `spec.model`; imported by `spec.schema` and `spec.shortcuts`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.spec.model import Json

Fits: TypeAlias = Callable[[Json], bool]

_PROSE: Final = frozenset({"$schema", "$id", "$defs", "title", "description", "patternErrorMessage"})
_TYPES: Final[Mapping[str, Fits]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What fits one schema, and what fits its definitions, by what refers to them: `#/$defs/name`."""

    fits: Fits
    definitions: Mapping[str, Fits]


def acceptance(schema: Mapping[str, Json], formats: Mapping[str, Fits]) -> Acceptance:
    """Of a schema all of whose references lead to its own `$defs`. Raises: ValueError for one that can't be answered for."""
    reading = _Reading(formats)
    for name, definition in schema["$defs"].items():
        reading.definitions[f"#/$defs/{name}"] = reading.fits(definition)
    return Acceptance(fits=reading.fits(schema), definitions=reading.definitions)


class _Reading:
    """One schema, being made into functions."""

    def __init__(self, formats: Mapping[str, Fits]) -> None:
        self.formats = formats
        self.definitions: dict[str, Fits] = {}

    def fits(self, schema: Json) -> Fits:
        if not isinstance(schema, dict):
            return lambda _value: bool(schema)
        keywords = [key for key in schema if key not in _PROSE and key != "properties"]
        if "properties" in schema and "additionalProperties" not in schema:
            keywords.append("additionalProperties")
        unknown = [key for key in keywords if key not in _KEYWORDS]
        if unknown:
            raise ValueError(f"a schema with {', '.join(unknown)}, of which nothing is known here")
        return _every([_KEYWORDS[key](self, schema) for key in keywords])

    def reference(self, schema: Mapping[str, Json]) -> Fits:
        """One that is read already, or (of one that refers to itself, say) will be by the time that a value comes."""
        name, known = schema["$ref"], self.definitions

        def fits(value: Json) -> bool:
            return known[name](value)

        return known.get(name, fits)

    def members(self, schema: Mapping[str, Json]) -> Fits:
        """`properties` and `additionalProperties` together."""
        named = {name: self.fits(inner) for name, inner in schema.get("properties", {}).items()}
        other = self.fits(schema.get("additionalProperties", True))

        def fits(value: Json) -> bool:
            if isinstance(value, dict):
                for name, inner in value.items():
                    if not named.get(name, other)(inner):
                        return False
            return True

        return fits

    def names(self, schema: Mapping[str, Json]) -> Fits:
        name = self.fits(schema["propertyNames"])
        return lambda value: not isinstance(value, dict) or all(map(name, value))

    def items(self, schema: Mapping[str, Json]) -> Fits:
        item = self.fits(schema["items"])
        return lambda value: not isinstance(value, list) or all(map(item, value))

    def format(self, schema: Mapping[str, Json]) -> Fits:
        """A format that nobody checks is prose."""
        check = self.formats.get(schema["format"], lambda _value: True)

        def fits(value: Json) -> bool:
            try:
                return check(value)
            except ValueError:
                return False

        return fits

    def condition(self, schema: Mapping[str, Json]) -> Fits:
        asked, then = self.fits(schema["if"]), self.fits(schema.get("then", True))
        if "else" in schema:
            raise ValueError("a schema with else, of which nothing is known here")
        return lambda value: not asked(value) or then(value)

    def negation(self, schema: Mapping[str, Json]) -> Fits:
        refused = self.fits(schema["not"])
        return lambda value: not refused(value)

    def several(self, keyword: str, schema: Mapping[str, Json]) -> Fits:
        branches = [self.fits(branch) for branch in schema[keyword]]
        match keyword:
            case "allOf":
                return _every(branches)
            case "anyOf":
                return lambda value: any(fits(value) for fits in branches)
            case _:
                return lambda value: sum(fits(value) for fits in branches) == 1


def _every(checks: list[Fits]) -> Fits:
    if len(checks) == 1:
        return checks[0]

    def fits(value: Json) -> bool:
        for check in checks:  # noqa: SIM110 - all(...) takes twice as long
            if not check(value):
                return False
        return True

    return fits


def _type(wanted: str | list[str]) -> Fits:
    if isinstance(wanted, str):
        return _TYPES[wanted]
    kinds = [_TYPES[name] for name in wanted]
    return lambda value: any(is_one(value) for is_one in kinds)


def _one_of_texts(texts: Iterable[Any]) -> Fits:
    allowed = list(texts)
    if not all(isinstance(text, str | bool) for text in allowed):
        raise ValueError("a schema with values that are neither texts nor booleans, of which nothing is known here")
    return lambda value: any(type(value) is type(text) and value == text for text in allowed)


def _pattern(text: str) -> Fits:
    search = re.compile(text).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _required(names: list[str]) -> Fits:
    return lambda value: not isinstance(value, dict) or all(name in value for name in names)


def _dependent(needs: Mapping[str, list[str]]) -> Fits:
    return lambda value: not isinstance(value, dict) or all(other in value for name in needs if name in value for other in needs[name])


def _unique(wanted: bool) -> Fits:  # noqa: FBT001 - as the keyword has it
    """Of texts; whether other values are the same is left to jsonschema."""
    return lambda value: (
        not (wanted and isinstance(value, list)) or (all(isinstance(item, str) for item in value) and len(set(value)) == len(value))
    )


def _length(kind: type[Sized], *, at_least: int = 0, at_most: float = math.inf) -> Fits:
    return lambda value: not isinstance(value, kind) or at_least <= len(value) <= at_most


_KEYWORDS: Final[Mapping[str, Callable[[_Reading, Mapping[str, Json]], Fits]]] = {
    "type": lambda _, schema: _type(schema["type"]),
    "$ref": _Reading.reference,
    "enum": lambda _, schema: _one_of_texts(schema["enum"]),
    "const": lambda _, schema: _one_of_texts([schema["const"]]),
    "additionalProperties": _Reading.members,
    "propertyNames": _Reading.names,
    "required": lambda _, schema: _required(schema["required"]),
    "dependentRequired": lambda _, schema: _dependent(schema["dependentRequired"]),
    "minProperties": lambda _, schema: _length(dict, at_least=schema["minProperties"]),
    "items": _Reading.items,
    "minItems": lambda _, schema: _length(list, at_least=schema["minItems"]),
    "maxItems": lambda _, schema: _length(list, at_most=schema["maxItems"]),
    "uniqueItems": lambda _, schema: _unique(schema["uniqueItems"]),
    "minLength": lambda _, schema: _length(str, at_least=schema["minLength"]),
    "maxLength": lambda _, schema: _length(str, at_most=schema["maxLength"]),
    "pattern": lambda _, schema: _pattern(schema["pattern"]),
    "format": _Reading.format,
    "minimum": lambda _, schema: lambda value: not _TYPES["number"](value) or value >= schema["minimum"],
    "maximum": lambda _, schema: lambda value: not _TYPES["number"](value) or value <= schema["maximum"],
    "not": _Reading.negation,
    "if": _Reading.condition,
    "then": lambda _, _schema: lambda _value: True,
    "allOf": lambda reading, schema: reading.several("allOf", schema),
    "anyOf": lambda reading, schema: reading.several("anyOf", schema),
    "oneOf": lambda reading, schema: reading.several("oneOf", schema),
}
