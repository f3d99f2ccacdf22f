"""A strict JSON text as a document: its value, and on demand where everything in it stands, with line and column.

A text in which nothing is wrong is read by `json`; `scan` is asked for the places of what there is something to say about, and for what
makes a text no strict JSON. Knows nothing of workflows. Imports `errors`, `spec.model`, `spec.scan`; imported by the rest of `spec`, by
`graph` and by the CLI.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from engine.errors import Finding, SpecError
from engine.spec.model import Json
from engine.spec.scan import MAX_DEPTH, Place, line_column, line_starts, pointer_to, scan

__all__ = ["Document", "parse_document", "pointer_to", "read_document"]

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""Half of a pair, or an escape that may be one."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed JSON text. `value` is what `json.loads` gives."""

    file: str
    text: str
    value: Json

    def place(self, pointer: str, *, key: bool = False) -> tuple[int, int]:
        """1-based (line, column) of the value at a JSON pointer, or of its key; of the nearest place above it if there is none."""
        place = scan(self.text).places
        for token in _tokens(pointer):
            inner = _child(place, token)
            if inner is None:
                key = False
                break
            place = inner
        return line_column(line_starts(self.text), place.key if key else place.value)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        starts = line_starts(self.text)
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def finding(self, pointer: str, rule: str, message: str, *, hint: str = "", key: bool = False) -> Finding:
        """An error at a pointer of this document."""
        line, column = self.place(pointer, key=key)
        return Finding(file=self.file, line=line, column=column, pointer=pointer, rule=rule, message=message, hint=hint)


def read_document(path: Path | str) -> Document:
    """The document in a file. Raises: SpecError, where the file can't be read, is not UTF-8 or not strict JSON."""
    file = str(path)
    try:
        data = Path(path).read_bytes()
    except OSError as fault:
        raise SpecError([_finding(file, (0,), 0, "file", f"this file can't be read: {fault.strerror}")]) from fault
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SpecError([_finding(file, (0,), 0, "encoding", "the file is UTF-16", "save it as UTF-8, without a byte order mark")])
    try:
        text = data.decode()
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode()
        message = f"byte 0x{data[fault.start]:02x} is not UTF-8 text"
        raise SpecError([_finding(file, line_starts(before), len(before), "encoding", message, "save the file as UTF-8")]) from fault
    return parse_document(text, file)


def parse_document(text: str, file: str) -> Document:
    """The document in a text. Raises: SpecError with everything that is not strict JSON in it."""
    try:
        return Document(file=file, text=text, value=_strict(text))
    except (ValueError, RecursionError):
        scanned = scan(text)
    if scanned.complaints:
        starts = line_starts(text)
        raise SpecError([_finding(file, starts, *complaint) for complaint in scanned.complaints])
    return Document(file=file, text=text, value=scanned.value)


def _strict(text: str) -> Json:
    """What plainly is strict JSON, read by `json` itself. Raises: ValueError, RecursionError where one has to look closer."""
    if _SURROGATE.search(text):
        raise ValueError("perhaps half of a surrogate pair")
    value: Json = json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_constant, parse_float=_finite)
    level, depth = [value], 0
    while level:
        holders = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        if holders and depth == MAX_DEPTH:
            raise ValueError("nested too deep")
        level, depth = [inner for holder in holders for inner in holder], depth + 1
    return value


def _each_key_once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _finding(file: str, starts: Sequence[int], offset: int, rule: str, message: str, hint: str = "", pointer: str = "") -> Finding:  # noqa: PLR0913, PLR0917 - a finding's own fields
    line, column = line_column(starts, offset)
    return Finding(file=file, line=line, column=column, pointer=pointer, rule=rule, message=message, hint=hint)


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _child(place: Place, token: str) -> Place | None:
    if isinstance(place.inside, Mapping):
        return place.inside.get(token)
    return place.inside[int(token)] if token.isdecimal() and int(token) < len(place.inside) else None
