"""How the graph's passes complain: a rule, a JSON pointer, a message, and the place in the file where there is a document.

Also the "did you mean" that all of them use. Imports `spec.model`, `spec.source` and `errors`; decides nothing about specs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from engine.errors import Finding, Severity
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.source import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Makes findings about one document, or about a spec that came from none (then all are at line 1)."""

    file: str
    document: Document | Literal[Absent.ABSENT] = ABSENT

    def error(self, rule: str, pointer: str, message: str, *, hint: str = "", key: bool = False) -> Finding:
        return self._finding(Severity.ERROR, rule, pointer, message, hint=hint, key=key)

    def error_within(self, rule: str, pointer: str, part: str, offset: int, message: str, *, hint: str = "") -> Finding:
        """An error so many characters into a part of a string; at the string itself, where its escapes hide the part."""
        found = self.error(rule, pointer, message, hint=hint)
        if self.document is ABSENT:
            return found
        line = self.document.line(found.line)
        begin = line.find(_escaped(part), found.column)
        return found if begin < 0 else replace(found, column=begin + 1 + len(_escaped(part[:offset])))

    def warning(self, rule: str, pointer: str, message: str, *, hint: str = "", key: bool = False) -> Finding:
        return self._finding(Severity.WARNING, rule, pointer, message, hint=hint, key=key)

    def has(self, pointer: str) -> bool:
        """Whether the author wrote something there; false where there is no document to ask."""
        return self.document is not ABSENT and _existing(self.document.value, pointer) == pointer

    def _finding(self, severity: Severity, rule: str, pointer: str, message: str, *, hint: str, key: bool) -> Finding:
        line, column = 1, 1
        if self.document is not ABSENT:
            pointer = _existing(self.document.value, pointer)
            line, column = self.document.place(pointer, key=key and pointer != "")
        return Finding(file=self.file, line=line, column=column, pointer=pointer, rule=rule, message=message, hint=hint, severity=severity)


def _existing(value: Json, pointer: str) -> str:
    """The longest part of a pointer that is there: resolved defaults and single names in place of lists have no place of their own."""
    kept = ""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            break
        kept = f"{kept}/{token}"
    return kept


def _escaped(text: str) -> str:
    """As it most likely stands in a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`did you mean "x"?`, or nothing where no known name is near (1: the same, 0: nothing in common)."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=cutoff)
    return f'did you mean "{by_folded[near[0]]}"?' if near else ""


def quoted(names: Iterable[str], limit: int = 6) -> str:
    """`"a", "b" and "c"`; long lists are cut, and say so."""
    listed = [f'"{name}"' for name in names]
    if len(listed) > limit:
        return f"{', '.join(listed[:limit])} and {len(listed) - limit} more"
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
