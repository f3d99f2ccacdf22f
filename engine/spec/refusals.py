"""Everything that `workflow.schema.json` refuses in a document, in words, and what is wrong with the JSON Schemas in it.

The branch of a node is chosen by its `type`, so that each complaint is about what the author meant to write. Imports jsonschema,
`spec.shortcuts`, `spec.complaints`, `spec.inputs`. That takes longer than the check of most documents: `spec.schema` asks for this
module by its name, and only when there is something to refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from jsonschema import FormatChecker
from jsonschema.protocols import Validator

from engine.errors import Finding
from engine.spec.complaints import Complaint, complaints
from engine.spec.formats import FORMATS
from engine.spec.inputs import schema_complaints
from engine.spec.model import Json
from engine.spec.schema import workflow_schema
from engine.spec.shortcuts import quick_validator
from engine.spec.source import Document, pointer_to

_FORMATS: Final = FormatChecker(formats=())
for _name, _check in FORMATS.items():
    _FORMATS.checks(_name, raises=ValueError)(_check)


def refusals(document: Document) -> list[Finding]:
    """In the order of the file."""
    found = [*complaints(_validator().iter_errors(document.value), "the document"), *_inner_complaints(document.value)]
    findings = [document.finding(it.pointer, it.rule, it.message, hint=it.hint, key=it.key) for it in found]
    return sorted(findings, key=lambda finding: (finding.line, finding.column))


@cache
def _validator() -> Validator:
    return quick_validator(workflow_schema(), _FORMATS)


def _inner_complaints(value: Json) -> Iterator[Complaint]:
    """Of the JSON Schemas that the author wrote."""
    top = value if isinstance(value, dict) else {}
    activities = top.get("activities")
    holders = [("", top)]
    if isinstance(activities, dict):
        holders += [(pointer_to("activities", name), activity) for name, activity in activities.items()]
    for pointer, holder in holders:
        schema = holder.get("inputSchema") if isinstance(holder, dict) else None
        if isinstance(schema, dict):
            at = f"{pointer}/inputSchema"
            for inner in schema_complaints(schema):
                yield Complaint(pointer=at + inner.pointer, rule="inputSchema", message=inner.message, hint=inner.hint, key=inner.key)
