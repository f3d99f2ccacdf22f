"""Plans for tests, from the nodes alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.graph.compile import compile_spec
from engine.graph.plan import Plan
from engine.spec.parse import parse_spec
from engine.spec.schema import schema_findings
from engine.spec.source import parse_document


def activity(*next_nodes: str, **more: Any) -> dict[str, Any]:
    """An activity node of the type `Work`."""
    return {"type": "activity", "activity": "Work", "next": list(next_nodes), **more}


def end(status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"type": "terminal", "status": status, **more}


def document_of(nodes: Mapping[str, Any], **top: Any) -> dict[str, Any]:
    types = {node["activity"]: {"version": "1.0"} for node in nodes.values() if "activity" in node}
    base = {"name": "Test", "version": "1.0", "domain": "tests", "taskList": "work", "activities": types, "nodes": nodes}
    return base | top


def plan_of(nodes: Mapping[str, Any], **top: Any) -> Plan:
    return plan_from(document_of(nodes, **top))


def plan_from(value: Mapping[str, Any]) -> Plan:
    document = parse_document(json.dumps(value), "test.json")
    assert schema_findings(document) == []
    return compile_spec(parse_spec(document), document)
