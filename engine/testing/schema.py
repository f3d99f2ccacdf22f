"""A test file against `test.schema.json`: every mistake is one finding with its place. Imports jsonschema,
`spec`; imported by `parse`, `fixture` and `suite`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Final

from jsonschema import FormatChecker
from jsonschema.protocols import Validator

from engine.errors import Finding
from engine.spec.complaints import complaints
from engine.spec.duration import parse_duration
from engine.spec.model import Json
from engine.spec.shipped import shipped
from engine.spec.shortcuts import quick_validator
from engine.spec.source import Document

_FORMATS: Final = FormatChecker(formats=())


def schema_findings(document: Document) -> list[Finding]:
    """Everything that the schema refuses, in the order of the file. Empty: `parse.parse_suite` may read the document."""
    found = complaints(_validator().iter_errors(document.value), "the document")
    findings = [document.finding(it.pointer, it.rule, it.message, hint=it.hint, key=it.key) for it in found]
    return sorted(findings, key=lambda finding: (finding.line, finding.column))


def read_time(text: str) -> float:
    """Epoch seconds of an ISO 8601 time; UTC where it names no zone. Raises: ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


@cache
def _validator() -> Validator:
    return quick_validator(json.loads((shipped("schemas") / "test.schema.json").read_text(encoding="utf-8")), _FORMATS)


@_FORMATS.checks("swfgraph-duration", raises=ValueError)
def _is_duration(value: Json) -> bool:
    return not isinstance(value, str | int | float) or parse_duration(value) is not None


@_FORMATS.checks("swfgraph-time", raises=ValueError)
def _is_time(value: Json) -> bool:
    if isinstance(value, str) and read_time(value) < 0:
        raise ValueError("no execution was started before 1970")
    return True
