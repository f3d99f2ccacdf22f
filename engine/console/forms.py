"""A spec's inputSchema -> the fields of a form, and a posted form -> the input. Pure.

A schema of an object gives a field per property: text, number, checkbox, choice; what is deeper is a field of JSON. Any other schema, or
none, gives one editor of JSON. What comes out is held against the schema by whoever starts the execution. Imports `errors`, `spec`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.errors import UsageError
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.payload import decode

PREFIX: Final = "input."
WHOLE: Final = "input"
_LARGEST: Final = 40
"""Properties: a form of more fields than that helps nobody; JSON does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`kind`: text, number, checkbox, choice, lines or json."""

    name: str
    kind: str
    label: str
    help: str
    required: bool
    value: str
    """What stands in it at first."""
    choices: tuple[str, ...] = ()


def fields_of(schema: Json | Literal[Absent.ABSENT], given: Json | Literal[Absent.ABSENT] = ABSENT) -> tuple[Field, ...]:
    """Empty: the input is written as JSON. `given` is what the fields hold at first, before defaults and examples of the schema."""
    if not isinstance(schema, Mapping) or "object" not in _types(schema) or not isinstance(schema.get("properties"), Mapping):
        return ()
    properties = schema["properties"]
    if not properties or len(properties) > _LARGEST or any(not isinstance(one, Mapping) for one in properties.values()):
        return ()
    if given is not ABSENT and (not isinstance(given, Mapping) or set(given) - set(properties)):
        return ()
    required = schema.get("required", [])
    values = given if isinstance(given, Mapping) else {}
    return tuple(_field(name, one, required=name in required, given=values.get(name, ABSENT)) for name, one in properties.items())


def _field(name: str, schema: Mapping[str, Any], *, required: bool, given: Json | Literal[Absent.ABSENT]) -> Field:
    kind, choices = _kind(schema)
    first = given if given is not ABSENT else schema.get("default", ABSENT)
    return Field(
        name=name,
        kind=kind,
        label=str(schema.get("title", name)),
        help=str(schema.get("description", "")),
        required=required,
        value="" if first is ABSENT else first if kind == "text" and isinstance(first, str) else json.dumps(first, ensure_ascii=False),
        choices=choices,
    )


def _kind(schema: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if isinstance(schema.get("enum"), list):
        return "choice", tuple(json.dumps(one, ensure_ascii=False) for one in schema["enum"])
    match schema.get("type"):
        case "string":
            return "text", ()
        case "integer" | "number":
            return "number", ()
        case "boolean":
            return "checkbox", ()
        case _:
            return "json", ()


def input_of(schema: Json | Literal[Absent.ABSENT], form: Mapping[str, str]) -> Json | Literal[Absent.ABSENT]:
    """The input that a posted form of that schema means; absent: none. Fields that are left empty are left out.

    Raises: UsageError (no JSON).
    """
    fields = () if WHOLE in form else fields_of(schema)
    if not fields:
        text = form.get(WHOLE, "").strip()
        return _parsed(text, "the input") if text else ABSENT
    value: dict[str, Json] = {}
    for field in fields:
        text = form.get(PREFIX + field.name, "")
        if field.kind == "checkbox":
            if text or field.required or field.value:
                value[field.name] = bool(text)
        elif text and field.kind == "text":
            value[field.name] = text
        elif text.strip():
            value[field.name] = _parsed(text, field.label)
    return ABSENT if not value and "null" in _types(schema) else value


def _types(schema: Json | Literal[Absent.ABSENT]) -> list[str]:
    """What `type` allows: one type, or a list of them."""
    said = schema.get("type", []) if isinstance(schema, Mapping) else []
    return [said] if isinstance(said, str) else list(said)


def _parsed(text: str, what: str) -> Json:
    value = decode(text)
    if isinstance(value, str) and value == text:
        raise UsageError(f"{what} is no JSON: {_why(text)}")
    return value


def _why(text: str) -> str:
    """A person's guess at what is wrong with a text that `decode` does not take."""
    try:
        json.loads(text)
    except ValueError as error:
        return f"{error}. Text stands in double quotes"
    except RecursionError:
        return "it is nested too deep"
    return "it has a number that is too large, or half of a character"
