"""jsonschema's validator for schemas of ours: the same errors, looked for only where there are some.

A `$ref` leads to a definition of the schema itself; where a value fits that (`acceptance` says so), there is nothing to find.
Imports jsonschema, `spec.acceptance`; imported by `spec.refusals` and `testing.schema`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from engine.spec.acceptance import Fits, acceptance
from engine.spec.model import Json


def quick_validator(schema: Mapping[str, Json], formats: FormatChecker) -> Validator:
    """Of a schema all of whose references lead to its own `$defs`."""
    checks = {name: check for name, (check, _) in formats.checkers.items()}
    known = {f"#/$defs/{name}": definition for name, definition in schema["$defs"].items()}

    @cache
    def fits(reference: str) -> Fits:
        return acceptance({"$ref": reference, "$defs": schema["$defs"]}, checks)

    def referred(validator: Any, reference: str, instance: Json, _schema: Json) -> Iterator[ValidationError]:
        if not fits(reference)(instance):
            yield from validator.descend(instance, known[reference])

    quick: Any = extend(Draft202012Validator, {"$ref": referred})  # type: ignore[no-untyped-call]  # jsonschema types its validators, not this
    validator: Validator = quick(schema, format_checker=formats)
    return validator
