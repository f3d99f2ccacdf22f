"""Templates: JSON values with `{% JSONata %}` in their strings. Pure.

A string that is one expression, white space around it aside, becomes its value. Otherwise each expression becomes text in its place: text
as it is, anything else as compact JSON. Keys are never templates.
An expression ends at the first `%}`.
Imports `spec.expression`; imported by whatever fills templates in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from engine.errors import ExpressionError
from engine.spec.expression import Scope, evaluate
from engine.spec.model import Expression, Json, Template
from engine.spec.payload import encode
from engine.spec.source import pointer_to

_OPEN: Final = "{%"
_CLOSE: Final = "%}"
_PART = re.compile(r"\{%(.*?)%\}", re.DOTALL)


def render(template: Template, scope: Scope) -> Json:
    """The template's value. Raises: ExpressionError, as `evaluate` does."""
    return _render(template.value, scope)


def expressions_of(template: Template) -> list[tuple[str, str]]:
    """Every expression in a template, with the JSON pointer (from the template) of the string that it stands in."""
    return [(pointer, expression.source) for pointer, text in _strings(template.value, "") for expression in _expressions(text)]


def texts_of(template: Template) -> list[tuple[str, str]]:
    """The strings in which there is no expression, with their JSON pointers from the template."""
    return [(pointer, text) for pointer, text in _strings(template.value, "") if _OPEN not in text]


def broken_strings_of(template: Template) -> list[tuple[str, str]]:
    """What is wrong with the braces in a template's strings: (JSON pointer from the template, complaint). A lone `%}` is just text."""
    found = [(pointer, _broken(text)) for pointer, text in _strings(template.value, "")]
    return [(pointer, complaint) for pointer, complaint in found if complaint]


def _render(value: Json, scope: Scope) -> Json:
    if isinstance(value, str):
        return _render_text(value, scope) if _OPEN in value else value
    if isinstance(value, dict):
        return {key: _render(inner, scope) for key, inner in value.items()}
    if isinstance(value, list):
        return [_render(inner, scope) for inner in value]
    return value


def _render_text(text: str, scope: Scope) -> Json:
    parts = _split(text)
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return evaluate(parts[0], scope)
    return "".join(part if isinstance(part, str) else _shown(evaluate(part, scope)) for part in parts)


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else encode(value)


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str | Expression, ...]:
    """The parts of a string in turn. Raises: ExpressionError, where a brace is not closed."""
    complaint = _broken(text)
    if complaint:
        raise ExpressionError("Syntax", complaint, text)
    whole = _PART.fullmatch(text.strip())
    if whole and _CLOSE not in whole.group(1):
        return (Expression(source=whole.group(1).strip()),)
    parts: list[str | Expression] = []
    for index, piece in enumerate(_PART.split(text)):
        if index % 2:
            parts.append(Expression(source=piece.strip()))
        elif piece:
            parts.append(piece)
    return tuple(parts)


def _expressions(text: str) -> list[Expression]:
    return [Expression(source=piece.strip()) for piece in _PART.findall(text)]


def _broken(text: str) -> str:
    return "a {% without its %}" if _OPEN in _PART.sub("", text) else ""


def _strings(value: Json, pointer: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(pointer, value)]
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in _strings(inner, pointer + pointer_to(key))]
    if isinstance(value, list):
        return [found for index, inner in enumerate(value) for found in _strings(inner, pointer + pointer_to(index))]
    return []
