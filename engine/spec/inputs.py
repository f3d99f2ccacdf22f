"""JSON Schemas that authors put into a spec: are they schemas, and does an input fit them.

References go no further than the schema itself (and the drafts that jsonschema ships): nothing is ever fetched. Imports jsonschema;
imported by `spec.refusals`, `runtime` and the CLI.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urljoin

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # ships no types
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY, SchemaRegistry, SchemaResource

from engine.errors import InputError
from engine.spec.complaints import Complaint, complaints
from engine.spec.model import Json
from engine.spec.payload import decode, encode
from engine.spec.source import pointer_to

MOST: Final = 100
"""Violations that are reported of one input."""


def check_input(schema: Json, value: Json, what: str) -> None:
    """Holds an input against a schema. Raises: InputError with every violation (the first hundred); `what` names whose input it is."""
    try:
        errors = [error for _, error in zip(range(MOST), _validator(encode(schema)).iter_errors(value), strict=False)]
    except Unresolvable as fault:
        raise InputError(what, [("", f"the schema refers to {fault.ref}, which is not in it")]) from fault
    except RecursionError as fault:
        raise InputError(what, [("", "the schema or the input is nested too deep, or the schema refers to itself without end")]) from fault
    if errors:
        raise InputError(what, [(found.pointer, _worded(found)) for found in complaints(errors, "the input")])


def schema_complaints(schema: Json) -> list[Complaint]:
    """What is wrong with a schema itself: what its draft says, and references that lead nowhere."""
    kind = _kind(schema)
    newest = Draft202012Validator.META_SCHEMA["$id"]
    named = schema.get("$schema") if isinstance(schema, dict) else None
    if isinstance(named, str) and kind is Draft202012Validator and named.rstrip("#") != newest:
        hint = f"leave it out, or say {newest}"
        return [Complaint(pointer="/$schema", rule="$schema", message=f'"{named}" is no draft that is known here', hint=hint)]
    found = complaints(kind(kind.META_SCHEMA, format_checker=kind.FORMAT_CHECKER).iter_errors(schema), "the schema")
    if found or not isinstance(schema, dict):
        return found
    resource = SchemaResource.from_contents(schema, default_specification=DRAFT202012)
    return list(_dangling(schema, "", REGISTRY.with_resource("", resource).crawl(), "")) or list(_endless(schema))


def _worded(complaint: Complaint) -> str:
    return f"{complaint.message} ({complaint.hint})" if complaint.hint else complaint.message


@lru_cache(maxsize=256)
def _validator(schema_text: str) -> Validator:
    schema = decode(schema_text)
    validator: Validator = _kind(schema)(schema, registry=EMPTY_REGISTRY)
    return validator


def _kind(schema: Json) -> type[Any]:
    """The validator of the draft that a schema's `$schema` names."""
    named = schema.get("$schema") if isinstance(schema, dict) else None
    kind: type[Any] = validator_for(schema, default=Draft202012Validator) if isinstance(named, str) else Draft202012Validator
    return kind


def _dangling(value: Json, pointer: str, registry: SchemaRegistry, base: str) -> Iterator[Complaint]:
    """`base` is the URI that references are relative to: a schema inside with an `$id` has its own."""
    if isinstance(value, dict):
        here = urljoin(base, value["$id"]) if isinstance(value.get("$id"), str) else base
        for key, inner in value.items():
            if key in {"$ref", "$dynamicRef"} and isinstance(inner, str):
                yield from _lookup(inner, pointer + pointer_to(key), registry, here)
            elif key not in {"const", "enum", "default", "examples"}:
                yield from _dangling(inner, pointer + pointer_to(key), registry, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _dangling(inner, pointer + pointer_to(index), registry, base)


def _endless(schema: Json) -> Iterator[Complaint]:
    try:
        list(_validator(encode(schema)).iter_errors(None))
    except RecursionError:
        yield Complaint(pointer="", rule="$ref", message="the schema refers to itself without end")


def _lookup(reference: str, pointer: str, registry: SchemaRegistry, base: str) -> Iterator[Complaint]:
    try:
        registry.resolver(base).lookup(reference)
    except Unresolvable:
        hint = "only what is inside this schema can be referred to, e.g. #/$defs/name; nothing is fetched"
        yield Complaint(pointer=pointer, rule="$ref", message=f'"{reference}" leads nowhere', hint=hint)
