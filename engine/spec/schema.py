"""Pass 1: a document against `workflow.schema.json`, and the JSON Schemas in it against theirs.

Every mistake is one finding with its place. Most documents have none, which `acceptance` sees at once; of the others `refusals` tells.
Imports `spec.acceptance`, `spec.formats`, `spec.source`; imported by `graph` and the CLI.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import import_module

from engine.errors import Finding
from engine.spec.acceptance import Fits, acceptance
from engine.spec.formats import FORMATS
from engine.spec.model import Json
from engine.spec.shipped import shipped
from engine.spec.source import Document


def schema_findings(document: Document) -> list[Finding]:
    """Everything that the schema refuses, in the order of the file. Empty: `parse.parse_spec` may read the document."""
    if _fits()(document.value) and not _holds_schemas(document.value):
        return []
    refusals: Callable[[Document], list[Finding]] = import_module("engine.spec.refusals").refusals
    return refusals(document)


@cache
def workflow_schema() -> Json:
    """The schema itself."""
    return json.loads((shipped("schemas") / "workflow.schema.json").read_text(encoding="utf-8"))


@cache
def _fits() -> Fits:
    return acceptance(workflow_schema(), FORMATS)


def _holds_schemas(value: Json) -> bool:
    """Whether there are JSON Schemas in a workflow of the right shape."""
    return any(isinstance(holder.get("inputSchema"), dict) for holder in (value, *value.get("activities", {}).values()))
