"""One pass over a JSON text: where everything in it stands, and everything in it that is not strict JSON.

Strict means what RFC 8259 says, and then some, since a spec is written by hand: no comments, no trailing commas, no NaN, no key twice, no
byte order mark, no text that UTF-8 can't carry. What can be read in spite of a mistake is read on, so that one run reports them all.
Imports `spec.model`; imported by `spec.source`.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, NoReturn, TypeAlias

from engine.spec.model import Json

MAX_DEPTH: Final = 100
"""Levels of nesting. No workflow needs a tenth of it; everything behind this door may recurse without counting."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value begins (an offset into the text), where its key does, and the places of what is inside."""

    value: int
    key: int
    inside: Mapping[str, Place] | Sequence[Place] = ()


Complaint: TypeAlias = tuple[int, str, str, str, str]
"""Offset, rule, message, hint, pointer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """Where there are complaints, value and places are as far as the text could be read."""

    value: Json
    places: Place
    complaints: tuple[Complaint, ...]
    """By their places."""


@lru_cache(maxsize=4)
def scan(text: str) -> Scanned:
    """Kept a while: whoever asks for one place in a text asks for more."""
    scanning = _Scan(text)
    value: Json = None
    places = Place(0, 0)
    with suppress(_StopError):
        value, places = scanning.document()
    return Scanned(value=value, places=places, complaints=tuple(sorted(scanning.complaints)))


@lru_cache(maxsize=4)
def line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text)))


def line_column(starts: Sequence[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def pointer_to(*tokens: str | int) -> str:
    """The JSON pointer (RFC 6901) of a path of keys and indexes."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


class _StopError(Exception):
    """The text can't be read on from here; the complaint is written down."""


_GAP = re.compile(r"[ \t\n\r]*")
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_COMMENTING: Final = frozenset("/#")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_ATOM = re.compile(r"[\w.+-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: Final[Mapping[str, Json]] = {"true": True, "false": False, "null": None}
_NOT_NUMBERS: Final = ("NaN", "Infinity", "-Infinity", "+Infinity")


class _Scan:
    """One pass over a text. Reads on after what it can step over; `_StopError` where it can't."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.complaints: list[Complaint] = []
        self.string = partial(json.JSONDecoder().raw_decode, text)

    def document(self) -> tuple[Json, Place]:
        if self.text.startswith("\ufeff"):
            self.complain(0, "the file begins with a byte order mark", "save it as UTF-8 without one")
            self.at = 1
        if self.gap() == len(self.text):
            self.stop(self.at, "the document is empty", 'a spec is a JSON object: {"name": ...}')
        value, place = self.value("", self.at, 0)
        if self.gap() < len(self.text):
            self.stop(self.at, f"{self.seen()} after the end of the document")
        return value, place

    def value(self, pointer: str, key: int, depth: int) -> tuple[Json, Place]:
        begin = self.at
        match self.text[begin : begin + 1]:
            case "{":
                return self.container(pointer, key, depth, self.members)
            case "[":
                return self.container(pointer, key, depth, self.items)
            case '"':
                return self.quoted(pointer), Place(begin, key)
            case _:
                return self.atom(), Place(begin, key)

    def container(
        self, pointer: str, key: int, depth: int, read: Callable[[str, int], tuple[Json, Mapping[str, Place] | Sequence[Place]]]
    ) -> tuple[Json, Place]:
        begin = self.at
        if depth == MAX_DEPTH:
            self.stop(begin, f"nested deeper than {MAX_DEPTH} levels", pointer=pointer)
        self.at += 1
        value, inside = read(pointer, depth + 1)
        return value, Place(begin, key, inside)

    def members(self, pointer: str, depth: int) -> tuple[Json, Mapping[str, Place]]:
        values: dict[str, Json] = {}
        places: dict[str, Place] = {}
        while self.more("}", first=not values):
            begin = self.at
            if not self.text.startswith('"', begin):
                self.stop(begin, f"expected a key in double quotes, found {self.seen()}", pointer=pointer)
            name = self.quoted(pointer)
            inner = pointer + (pointer_to(name) if "~" in name or "/" in name else "/" + name)
            if self.gap() == len(self.text) or self.text[self.at] != ":":
                self.stop(self.at, f'expected a colon after the key "{name}", found {self.seen()}', pointer=inner)
            self.at += 1
            self.gap()
            value, place = self.value(inner, begin, depth)
            if name in values:
                line, column = line_column(line_starts(self.text[: places[name].key]), places[name].key)
                self.complain(begin, f'the key "{name}" is here twice', f"first at {line}:{column}", pointer=inner, rule="duplicate-key")
            values[name], places[name] = value, place
        return values, places

    def items(self, pointer: str, depth: int) -> tuple[Json, Sequence[Place]]:
        values: list[Json] = []
        places: list[Place] = []
        while self.more("]", first=not values):
            value, place = self.value(f"{pointer}/{len(values)}", self.at, depth)
            values.append(value)
            places.append(place)
        return values, tuple(places)

    def more(self, end: str, *, first: bool) -> bool:
        """Whether another member or item follows; the comma before it, or the bracket after the last one, is read."""
        if self.gap() < len(self.text) and self.text[self.at] == end:
            self.at += 1
            return False
        if first:
            return True
        comma = self.at
        if not self.text.startswith(",", comma):
            self.missing(end)
            return True
        self.at += 1
        if self.gap() < len(self.text) and self.text[self.at] == end:
            self.complain(comma, f"a comma before the closing {end}", "JSON has no trailing commas: take it out")
            self.at += 1
            return False
        return True

    def missing(self, end: str) -> None:
        if self.text[self.at : self.at + 1] in {'"', "{", "["}:
            self.complain(self.at, f"a comma is missing before {self.seen()}")
        else:
            self.stop(self.at, f"expected a comma or a closing {end}, found {self.seen()}")

    def quoted(self, pointer: str) -> str:
        begin = self.at
        try:
            value, self.at = self.string(begin)
        except json.JSONDecodeError as fault:
            if fault.msg.startswith("Unterminated"):
                self.stop(begin, "this string has no closing quote", pointer=pointer)
            if fault.msg.startswith("Invalid control"):
                self.stop(fault.pos, "a line break or control character inside a string", r"write \n, \t or \u00XX", pointer=pointer)
            self.stop(
                self.text.rfind("\\", begin, fault.pos + 1),
                "a broken escape inside a string",
                r"a lone backslash is written \\",
                pointer=pointer,
            )
        text = str(value)
        if _SURROGATE.search(text):
            self.complain(begin, "half of a surrogate pair, which is no character", r"a pair is \ud83d\ude00", pointer=pointer)
        return text

    def atom(self) -> Json:
        begin = self.at
        found = _ATOM.match(self.text, begin)
        word = found.group() if found else ""
        self.at = begin + len(word)
        if word in _WORDS:
            return _WORDS[word]
        if _NUMBER.fullmatch(word):
            return self.number(begin, word)
        if word in _NOT_NUMBERS:
            self.complain(begin, f"{word} is no JSON value")
            return None
        if not word:
            self.stop(begin, f"expected a value, found {self.seen()}")
        hint = _near_word(word)
        if word[0] in "+-.0123456789":
            self.complain(begin, f"{word} is no JSON number", hint)
            return None
        return self.stop(begin, f"expected a value, found {word}", hint)

    def number(self, begin: int, word: str) -> int | float | None:
        try:
            number: int | float = json.loads(word)
        except ValueError:  # Python's own limit on the digits of an integer
            number = float("inf")
        if number in {float("inf"), float("-inf")}:
            self.complain(begin, f"{word if len(word) < 20 else word[:20] + '...'} is too large a number")
            return None
        return number

    def gap(self) -> int:
        """Steps over white space, and over comments with a complaint. Returns the offset of what comes next."""
        while True:
            gap = _GAP.match(self.text, self.at)
            self.at = gap.end() if gap else self.at
            comment = _COMMENT.match(self.text, self.at) if self.text[self.at : self.at + 1] in _COMMENTING else None
            if comment is None:
                return self.at
            self.complain(self.at, "a comment, which JSON does not have", 'use a "description"')
            self.at = comment.end()

    def seen(self) -> str:
        word = _ATOM.match(self.text, self.at)
        if word:
            return word.group()[:40]
        return "the end of the text" if self.at >= len(self.text) else self.text[self.at]

    def complain(self, offset: int, message: str, hint: str = "", pointer: str = "", rule: str = "json") -> None:
        self.complaints.append((offset, rule, message, hint, pointer))

    def stop(self, offset: int, message: str, hint: str = "", pointer: str = "") -> NoReturn:
        self.complain(offset, message, hint, pointer)
        raise _StopError


def _near_word(word: str) -> str:
    if word.lower() in _WORDS:
        return f"JSON writes it {word.lower()}"
    return {"None": "JSON writes it null", "undefined": "JSON has null"}.get(word, "text needs double quotes")
