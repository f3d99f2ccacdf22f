"""The digest of a spec: equal exactly when the decider would interpret two specs alike.

In: the workflow's name and version, the start node, the nodes with all defaults resolved and in order, name and version of the activity
types they use, the inputSchema, onCancel, lambdaRole, how long a cancel waits. Out: descriptions, `run` and `output` of activity types,
tags, schedule, alerts, files and what else only registration or the worker reads. A field of the model that is absent or empty leaves no
trace, so that a later version of swfgraph can add optional fields without giving every spec a new digest. Imports `spec.model`,
`graph.references`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from engine.graph.references import activities_used
from engine.spec.model import ABSENT, Json, Spec, Template, WorkflowTimeouts

_DIGITS = 32
_PROSE = frozenset({"description"})


def digest_of(spec: Spec, start: str) -> str:
    """sha256 (hex, first 32 characters) over a canonical JSON of what the decider interprets."""
    used = {use.activity for use in activities_used(spec)}
    interpreted = {
        "name": spec.name,
        "version": spec.version,
        "start": start,
        "activities": {key: [spec.activities[key].name, spec.activities[key].version] for key in used},
        "nodes": [_canonical(node) for node in spec.nodes.values()],
        "inputSchema": _canonical(Template(value=None if spec.input_schema is ABSENT else spec.input_schema)),
    } | _if_said(spec)
    text = json.dumps(interpreted, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_DIGITS]


def _if_said(spec: Spec) -> dict[str, Json]:
    """What came into the language later: it leaves no trace where it is as it was before."""
    said = {
        "onCancel": spec.on_cancel,
        "lambdaRole": spec.lambda_role,
        "cancelTimeout": ABSENT if spec.timeouts.cancel == WorkflowTimeouts().cancel else spec.timeouts.cancel,
    }
    return {key: value for key, value in said.items() if value is not ABSENT}


def _canonical(value: object) -> Json:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, Template):
        return ["Template", value.value]
    if is_dataclass(value) and not isinstance(value, type):
        told = ((name, getattr(value, name)) for name in _told(type(value)))
        return [type(value).__name__, {name: _canonical(item) for name, item in told if not _unsaid(item)}]
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


@cache
def _told(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _PROSE)


def _unsaid(value: object) -> bool:
    return value is ABSENT or value is False or value == ()
