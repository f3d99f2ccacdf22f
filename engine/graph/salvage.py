"""What is left of a document when everything that the schema refuses is taken out: so that the later passes can say what else is wrong.

A refused member goes; where its holder can't do without it, the holder goes; a node or an activity type that can't be saved is replaced
by a stand-in of its name, so that others who name it stay right. List items never go alone: every pointer keeps its meaning.
`check` alone uses this; nothing of it ever reaches a plan. Imports `spec.schema`, `spec.source`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from engine.errors import Finding
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.schema import schema_findings
from engine.spec.source import Document

_STAND_INS: Final[dict[str, Json]] = {
    "nodes": {"type": "pass"},  # which has a result, as most nodes do
    "terminal": {"type": "terminal", "status": "completed"},
    "activities": {"version": "1"},
}
_TOP_STAND_INS: Final[dict[str, Json]] = {
    "name": "unknown",
    "version": "unknown",
    "domain": "unknown",
    "taskList": "unknown",
    "activities": {},
}
_LEADING: Final = frozenset({"next", "choices", "default", "catch", "start", "type", "join", "compensate"})
"""Members that say where a workflow goes, or what it runs."""
_ROUNDS: Final = 10
"""Each takes out what the one before laid bare; specs are less deep than that."""

_ABOUT_WHAT_IS_THERE: Final = frozenset(
    {
        "unknown-node",
        "unknown-activity",
        "unknown-start",
        "duplicate-target",
        "cycle",
        "retry-from-itself",
        "shadowed-rule",
        "on-cancel-start",
        "on-cancel-entered",
    }
)
"""Rules of pass 2 that complain of what the author wrote, not of what is missing: they hold whatever was taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    document: Document
    """Its value is valid; its text and places are the original's."""
    whole: bool
    """No edge was lost: what is missing in it was missing in the original."""

    def believable(self, finding: Finding) -> bool:
        """Whether a finding of pass 2 about this document holds for the original."""
        return self.whole or finding.rule in _ABOUT_WHAT_IS_THERE


def salvage(document: Document, refused: Sequence[Finding]) -> Salvaged | Literal[Absent.ABSENT]:
    """`refused` is what pass 1 found. Absent: there is nothing left that could be called a workflow."""
    if not isinstance(document.value, dict) or not isinstance(document.value.get("nodes"), dict):
        return ABSENT
    value = copy.deepcopy(document.value)
    names = frozenset(value["nodes"])
    whole = True
    for _ in range(_ROUNDS):
        for finding in refused:
            whole = _take_out(value, finding, names) and whole
        left = replace(document, value=value)
        refused = schema_findings(left)
        if not refused:
            return Salvaged(document=left, whole=whole)
    return ABSENT


def _take_out(value: Json, finding: Finding, names: frozenset[str]) -> bool:
    """Remove the smallest thing that has the fault; whether no edge can have gone with it."""
    path = [token.replace("~1", "/").replace("~0", "~") for token in finding.pointer.split("/")[1:]]
    if not path:
        for key, stand_in in _TOP_STAND_INS.items():
            value.setdefault(key, stand_in)
        return True
    if len(path) == 1:
        return _replace_top(value, path[0])
    if len(path) == 2 and path[0] in _STAND_INS:
        lost = value[path[0]][path[1]]
        terminal = isinstance(lost, dict) and lost.get("type") == "terminal"
        value[path[0]][path[1]] = dict(_STAND_INS["terminal" if terminal else path[0]])
        return path[0] != "nodes" or terminal
    holder, key = _holder(value, path)
    lost = holder.pop(key, None)
    return key not in _LEADING and path[2:3] != ["choices"] and path[2:3] != ["catch"] and not _names_a_node(lost, names)


def _replace_top(value: Json, key: str) -> bool:
    value.pop(key, None)
    if key in _TOP_STAND_INS:
        value[key] = copy.copy(_TOP_STAND_INS[key])
    return key not in {"start", "onCancel"}


def _holder(value: Json, path: Sequence[str]) -> tuple[dict[str, Json], str]:
    """The innermost object on the path that no list holds, and its member that leads on: list items keep their numbers."""
    holder, key = value, path[0]
    for token in path[1:]:
        inner = holder.get(key)
        if not isinstance(inner, dict):
            break
        holder, key = inner, token
    return holder, key


def _names_a_node(lost: Json, names: frozenset[str]) -> bool:
    """An unknown key that holds a node's name was perhaps meant to lead there."""
    return (isinstance(lost, str) and lost in names) or (
        isinstance(lost, list) and any(isinstance(one, str) and one in names for one in lost)
    )
