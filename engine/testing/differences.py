"""Where two JSON values part, in lines for people. Pure. Imports `spec`; imported by `expect` and whoever shows differences.

Numbers are equal as JSON numbers (1 and 1.0); true is not 1.
"""

from __future__ import annotations

import json
import re
from difflib import unified_diff
from typing import Final

from engine.spec.model import Json

MOST_LINES: Final = 40
_AT_THE_TOP: Final = re.compile(r"@@ -[01][, ]")
"""Of a unified diff: nothing is left out above."""
_LONGEST: Final = 200
_CONTEXT: Final = 2


def same(left: Json, right: Json) -> bool:
    """Whether two JSON values are one."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and bool(left == right)


def diff_lines(expected: Json, came: Json) -> list[str]:
    """`- ` what was expected, `+ ` what came, `  ` what is the same around it; long ones are cut, and say so."""
    left, right = value_lines(expected), value_lines(came)
    if len(left) == len(right) == 1:
        return [f"- {_cut(left[0])}", f"+ {_cut(right[0])}"]
    found = list(unified_diff(left, right, n=_CONTEXT, lineterm=""))[2:]
    lines = ["  …" if line.startswith("@@") else f"{line[0]} {_cut(line[1:])}" for line in found if not _AT_THE_TOP.match(line)]
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"  … and {len(lines) - MOST_LINES} lines more"]


def value_lines(value: Json) -> list[str]:
    """Short values on one line, others indented."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    small = not isinstance(value, dict | list) or (len(line) <= 60 and not any(isinstance(inner, dict | list) for inner in _inner(value)))
    return [line] if small else json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2).split("\n")


def _inner(value: Json) -> list[Json]:
    return list(value.values()) if isinstance(value, dict) else list(value)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
