"""JSONPath, as Amazon States Language writes it: text -> steps. A small parser of our own, pure.

Why our own: what is needed is the path's structure, to be written anew in JSONata, and the libraries for JSONPath keep theirs to
themselves (and disagree with Step Functions on names such as `$.a-b`). What paths mean is held against jsonpath-ng by a differential test.
Roots are `$` (the data), `$$` (the context object) and `$name` (a variable). Functions at a path's end, such as `length()`, are refused.
Imports `report`; imported by `loops`, `paths`, `shaping`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.asl.report import NotExpressible


@dataclass(frozen=True, slots=True)
class Name:
    """A member of an object."""

    key: str


@dataclass(frozen=True, slots=True)
class Index:
    """An element of a list; negative from its end."""

    at: int


@dataclass(frozen=True, slots=True)
class Wildcard:
    """All members, all elements."""


@dataclass(frozen=True, slots=True)
class Slice:
    start: int | None
    stop: int | None
    step: int


@dataclass(frozen=True, slots=True)
class Union:
    """Several members, or several elements, in turn."""

    parts: tuple[Name | Index, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """The elements for which a condition holds. `test` is a tree of tuples: see `_Filtering`."""

    test: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Descend:
    """The step that follows, from here and from everything below."""


Step: TypeAlias = Name | Index | Wildcard | Slice | Union | Filter | Descend


@dataclass(frozen=True, slots=True)
class Path:
    root: str
    """"" for the data, "$" for the context object, else a variable's name."""
    steps: tuple[Step, ...]

    @property
    def definite(self) -> bool:
        """Whether it leads to one value; otherwise its value is the list of all it leads to."""
        return all(isinstance(step, Name | Index) for step in self.steps)


_ROOT: Final = re.compile(r"\$(\$|[A-Za-z_][A-Za-z0-9_]*)?")
_BARE: Final = re.compile(r"[^\s.\[\]()*?,'\"]+")
_QUOTED: Final = re.compile(r"'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"")
_INTEGER: Final = re.compile(r"-?\d+")
_SLICE: Final = re.compile(r"\s*(-?\d*)\s*:\s*(-?\d*)\s*(?::\s*(-?\d*))?\s*\]")
_COMPARED: Final = re.compile(r"==|!=|<=|>=|<|>")
_LITERAL: Final = re.compile(r"true\b|false\b|null\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def parse_path(text: str) -> Path:
    """Raises: NotExpressible where it is no path, or one with parts that we don't know."""
    reader = _Reader(text.strip())
    path = reader.path(root=True)
    if reader.at != len(reader.text):
        raise NotExpressible(f"{text!r} is no JSONPath that can be carried over (it stops making sense at character {reader.at + 1})")
    return path


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def path(self, *, root: bool) -> Path:
        """`root`: begins with `$`; else with the `@` of a filter."""
        found = (_ROOT if root else re.compile("@()")).match(self.text, self.at)
        if not found:
            raise NotExpressible(f"{self.text!r} is no JSONPath")
        self.at = found.end()
        steps: list[Step] = []
        while (found_steps := self._steps()) is not None:
            steps += found_steps
        return Path(found.group(1) or "", tuple(steps))

    def _steps(self) -> list[Step] | None:
        if self.took(".."):
            if self.took("["):
                return [Descend(), self._bracket()]
            return [Descend(), self._bare()]
        if self.took("."):
            return [self._bracket()] if self.took("[") else [self._bare()]
        return [self._bracket()] if self.took("[") else None

    def _bare(self) -> Step:
        if self.took("*"):
            return Wildcard()
        found = _BARE.match(self.text, self.at)
        if not found:
            raise NotExpressible(f"{self.text!r}: a name is missing at character {self.at + 1}")
        self.at = found.end()
        if self.text.startswith("(", self.at):
            raise NotExpressible(f"{self.text!r} calls the JSONPath function {found.group()}()")
        return Name(found.group())

    def _bracket(self) -> Step:
        self.space()
        if self.took("*"):
            self.close("]")
            return Wildcard()
        if self.took("?"):
            self.space()
            self.close("(")
            test = _Filtering(self).either()
            self.close(")")
            self.close("]")
            return Filter(test)
        found = _SLICE.match(self.text, self.at)
        if found:
            self.at = found.end()
            start, stop, step = (int(group) if group else None for group in found.groups())
            if step is not None and step <= 0:
                raise NotExpressible(f"{self.text!r} has a slice that goes backwards")
            return Slice(start, stop, step or 1)
        parts = [self._part()]
        while self.space() and self.took(","):
            self.space()
            parts.append(self._part())
        self.close("]")
        return parts[0] if len(parts) == 1 else Union(tuple(parts))

    def _part(self) -> Name | Index:
        quoted = _QUOTED.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            return Name(unescaped(quoted.group(1) if quoted.group(1) is not None else quoted.group(2)))
        number = _INTEGER.match(self.text, self.at)
        if not number:
            raise NotExpressible(f"{self.text!r}: what stands in the brackets at character {self.at + 1} can't be carried over")
        self.at = number.end()
        return Index(int(number.group()))

    def took(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def space(self) -> bool:
        while self.text.startswith(" ", self.at):
            self.at += 1
        return True

    def close(self, text: str) -> None:
        self.space()
        if not self.took(text):
            raise NotExpressible(f"{self.text!r}: {text!r} is missing at character {self.at + 1}")


class _Filtering:
    """The condition of a filter: ("or"|"and", left, right), ("not", test), (operator, left, right), ("exists", path).

    Operands are ("value", literal), ("path", of the element) and ("root", of the data).
    """

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def either(self) -> tuple[object, ...]:
        left = self._both()
        while self._next("||"):
            left = ("or", left, self._both())
        return left

    def _both(self) -> tuple[object, ...]:
        left = self._one()
        while self._next("&&"):
            left = ("and", left, self._one())
        return left

    def _one(self) -> tuple[object, ...]:
        if self._next("!"):
            return ("not", self._one())
        if self._next("("):
            inner = self.either()
            self._reader.close(")")
            return inner
        left = self._operand()
        self._reader.space()
        operator = _COMPARED.match(self._reader.text, self._reader.at)
        if not operator:
            return ("exists", left[1]) if left[0] == "path" else left
        self._reader.at = operator.end()
        return (operator.group(), left, self._operand())

    def _operand(self) -> tuple[object, ...]:
        reader = self._reader
        reader.space()
        quoted = _QUOTED.match(reader.text, reader.at)
        if quoted:
            reader.at = quoted.end()
            return ("value", unescaped(quoted.group(1) if quoted.group(1) is not None else quoted.group(2)))
        literal = _LITERAL.match(reader.text, reader.at)
        if literal:
            reader.at = literal.end()
            words = {"true": True, "false": False, "null": None}
            text = literal.group()
            return ("value", words[text] if text in words else float(text) if set(text) & set(".eE") else int(text))
        root = reader.text.startswith("$", reader.at)
        path = reader.path(root=root)
        if not path.definite:
            raise NotExpressible(f"{reader.text!r} compares a list of values in its filter")
        return ("root" if root else "path", path)

    def _next(self, text: str) -> bool:
        self._reader.space()
        return self._reader.took(text)


def unescaped(text: str) -> str:
    """A quoted text: a backslash stands before a single quote; before anything else it is one."""
    return text.replace("\\'", "'")
