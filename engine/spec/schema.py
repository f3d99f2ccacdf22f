"""Pass 1: a document against `workflow.schema.json`, and the JSON Schemas in it against theirs.

Every mistake is one finding with its place. The branch of a node is chosen by its `type`, so that each complaint is about what the
author meant to write. Imports jsonschema; imported by `graph` and the CLI.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Final

from jsonschema import FormatChecker
from jsonschema.protocols import Validator

from engine.errors import Finding
from engine.spec.complaints import Complaint, complaints
from engine.spec.duration import parse_duration
from engine.spec.inputs import schema_complaints
from engine.spec.model import UNLIMITED, Json
from engine.spec.shipped import shipped
from engine.spec.shortcuts import quick_validator
from engine.spec.source import Document, pointer_to
from engine.spec.times import check_cron, check_time_zone

A_YEAR: Final = 31_536_000
"""Seconds that an execution may be open: SWF Developer Guide, "Amazon SWF Quotas"."""
LONGEST_LAMBDA: Final = 900
"""Seconds that a Lambda function may take: API reference, ScheduleLambdaFunctionDecisionAttributes, startToCloseTimeout."""

_FORMATS: Final = FormatChecker(formats=())


def schema_findings(document: Document) -> list[Finding]:
    """Everything that the schema refuses, in the order of the file. Empty: `parse.parse_spec` may read the document."""
    found = [*complaints(_validator().iter_errors(document.value), "the document"), *_inner_complaints(document.value)]
    findings = [document.finding(it.pointer, it.rule, it.message, hint=it.hint, key=it.key) for it in found]
    return sorted(findings, key=lambda finding: (finding.line, finding.column))


@cache
def workflow_schema() -> Json:
    """The schema itself."""
    return json.loads((shipped("schemas") / "workflow.schema.json").read_text(encoding="utf-8"))


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


@_FORMATS.checks("swfgraph-duration", raises=ValueError)
def _is_duration(value: Json) -> bool:
    return not isinstance(value, str | int | float) or parse_duration(value) is not None


@_FORMATS.checks("swfgraph-execution-timeout", raises=ValueError)
def _is_execution_timeout(value: Json) -> bool:
    seconds = parse_duration(value) if isinstance(value, str | int | float) else 0
    if seconds is not UNLIMITED and seconds > A_YEAR:
        raise ValueError(f"SWF keeps an execution open for at most a year ({A_YEAR} seconds)")
    return True


@_FORMATS.checks("swfgraph-wait", raises=ValueError)
def _is_wait(value: Json) -> bool:
    """A duration, or text with an expression in it, which pass 3 looks at."""
    templated = isinstance(value, str) and ("{%" in value or "%}" in value)
    if isinstance(value, str | int | float) and not templated and parse_duration(value) is UNLIMITED:
        raise ValueError("a wait needs an end")
    return True


@_FORMATS.checks("swfgraph-lambda-timeout", raises=ValueError)
def _is_lambda_timeout(value: Json) -> bool:
    seconds = parse_duration(value) if isinstance(value, str | int | float) else 1
    if seconds is not UNLIMITED and not 1 <= seconds <= LONGEST_LAMBDA:
        raise ValueError(f"a Lambda function may take 1 to {LONGEST_LAMBDA} seconds")
    return True


@_FORMATS.checks("swfgraph-cron", raises=ValueError)
def _is_cron(value: Json) -> bool:
    if isinstance(value, str) and value:
        check_cron(value)
    return True


@_FORMATS.checks("swfgraph-time-zone", raises=ValueError)
def _is_time_zone(value: Json) -> bool:
    if isinstance(value, str) and value:
        check_time_zone(value)
    return True
