"""Fields of a raw event's attributes, read with their type, or a HistoryError that says what is wrong with them.

Imports `errors`, `spec.model`; imported by `door` and `workdoor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from engine.errors import HistoryError
from engine.spec.model import ABSENT, Absent

Attributes: TypeAlias = Mapping[str, Any]


def text(number: int, attributes: Attributes, key: str) -> str:
    value = attributes.get(key)
    if isinstance(value, str):
        return value
    raise HistoryError(number, f"its {key} should be text, it is {value!r}")


def text_or_empty(number: int, attributes: Attributes, key: str) -> str:
    return text(number, attributes, key) if key in attributes else ""


def text_or_absent(number: int, attributes: Attributes, key: str) -> str | Literal[Absent.ABSENT]:
    return text(number, attributes, key) if key in attributes else ABSENT


def event_id(number: int, attributes: Attributes, key: str) -> int:
    value = attributes.get(key)
    if isinstance(value, int):
        return value
    raise HistoryError(number, f"its {key} should be an event's number, it is {value!r}")


def type_of(number: int, attributes: Attributes, key: str) -> tuple[str, str]:
    """Name and version."""
    value = attributes.get(key)
    if isinstance(value, Mapping):
        return text(number, value, "name"), text(number, value, "version")
    raise HistoryError(number, f"its {key} should be a name and a version, it is {value!r}")


def run_of(number: int, attributes: Attributes, key: str) -> str:
    """The runId of an execution."""
    value = attributes.get(key)
    if isinstance(value, Mapping):
        return text(number, value, "runId")
    raise HistoryError(number, f"its {key} should be a workflowId and a runId, it is {value!r}")
