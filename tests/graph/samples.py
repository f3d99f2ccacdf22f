"""Small workflows for the tests of this folder: documents as they would stand in a file, with only what a test is about written out."""

from __future__ import annotations

import json
from typing import Any, Final

from engine.errors import Finding
from engine.graph.check import check_document
from engine.graph.compile import compile_spec
from engine.graph.plan import Plan
from engine.spec.model import Spec
from engine.spec.parse import parse_spec
from engine.spec.source import Document, parse_document


def act(*after: str, **more: Any) -> dict[str, Any]:
    return {"type": "activity", "activity": "Work", "next": list(after)} | more


def child(*after: str, **more: Any) -> dict[str, Any]:
    return {"type": "workflow", "workflow": {"name": "Child", "version": "1.0"}, "next": list(after)} | more


def call(*after: str, **more: Any) -> dict[str, Any]:
    """A Lambda function."""
    return {"type": "lambda", "function": "work", "next": list(after)} | more


def listen(*after: str, **more: Any) -> dict[str, Any]:
    """A wait for a signal."""
    return {"type": "wait", "signal": "go", "next": list(after)} | more


UNDO: Final = {"activity": "Work"}


def bare(*after: str, **more: Any) -> dict[str, Any]:
    return {"type": "pass", "next": list(after)} | more


def choose(*after: str, default: str = "", **more: Any) -> dict[str, Any]:
    """A decision between single nodes."""
    choices = [{"when": f"input = {index}", "next": name} for index, name in enumerate(after)]
    return {"type": "decision", "choices": choices} | ({"default": default} if default else {}) | more


def end(status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"type": "terminal", "status": status} | more


def document(nodes: dict[str, Any], **more: Any) -> Document:
    value = {
        "name": "Sample",
        "version": "1.0",
        "domain": "tests",
        "taskList": "list",
        "activities": {"Work": {"version": "1.0"}} if any(_uses_work(node) for node in nodes.values()) else {},
        "nodes": nodes,
    }
    if any(node.get("type") == "lambda" for node in nodes.values()):
        value["lambdaRole"] = "arn:aws:iam::123456789012:role/sample"
    return parse_document(json.dumps(value | more, indent=1), "sample.json")


def _uses_work(node: dict[str, Any]) -> bool:
    undo = node.get("compensate")
    return node.get("activity") == "Work" or (isinstance(undo, dict) and undo.get("activity") == "Work")


def spec(nodes: dict[str, Any], **more: Any) -> Spec:
    return parse_spec(document(nodes, **more))


def plan(nodes: dict[str, Any], **more: Any) -> Plan:
    return compile_spec(spec(nodes, **more))


def findings(nodes: dict[str, Any], **more: Any) -> tuple[Finding, ...]:
    return check_document(document(nodes, **more)).findings


def rules(nodes: dict[str, Any], **more: Any) -> list[str]:
    return [finding.rule for finding in findings(nodes, **more)]


def only(nodes: dict[str, Any], **more: Any) -> Finding:
    """The one finding that there is."""
    (finding,) = findings(nodes, **more)
    return finding
