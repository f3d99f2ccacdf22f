"""The syntax of one JSONata expression: is it one, and what does it call. jsonata-python's parser says; nothing is evaluated here.

Imports jsonata-python (which ships no types: its tree is read through `Symbol`, the few attributes that we rely on); imported by
`spec.references`, `spec.guards` and `spec.expression`. What only the evaluator can know (a regular expression that it can't run) is asked
there.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol, TypeAlias

from jsonata.jexception import JException
from jsonata.parser import Parser

MAX_LENGTH: Final = 32_768
"""Characters of one expression; far beyond what anyone reads."""


class Symbol(Protocol):
    """A node of jsonata-python's syntax tree. Which attributes mean something depends on `type`."""

    type: str | None
    value: Any
    position: int
    steps: Sequence[Symbol] | None
    procedure: Symbol | None
    arguments: Sequence[Symbol] | None
    body: Symbol | None
    predicate: Sequence[Symbol] | None
    stages: Sequence[Symbol] | None
    group: Symbol | None
    lhs: Symbol | None
    rhs: Symbol | None
    lhs_object: Sequence[Sequence[Symbol]] | None
    terms: Sequence[Symbol] | None
    expression: Symbol | None
    expr: Symbol | None
    condition: Symbol | None
    then: Symbol | None
    expressions: Sequence[Symbol] | None
    pattern: Symbol | None
    update: Symbol | None
    delete: Symbol | None
    signature: Any
    focus: str | None
    index: Any

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxProblem:
    """Why a text is no expression: the offset in it (0-based), what is wrong, what would be right."""

    offset: int
    message: str
    hint: str = ""


Parsed: TypeAlias = Symbol | SyntaxProblem

FUNCTIONS: Final = frozenset({
    "abs", "append", "assert", "average", "base64decode", "base64encode", "boolean", "ceil", "contains", "count", "decodeUrl",
    "decodeUrlComponent", "distinct", "each", "encodeUrl", "encodeUrlComponent", "error", "exists", "filter", "floor", "formatBase",
    "formatInteger", "formatNumber", "fromMillis", "join", "keys", "length", "lookup", "lowercase", "map", "match", "max", "merge",
    "millis", "min", "not", "now", "number", "pad", "parseInteger", "power", "reduce", "replace", "reverse", "round", "sift", "single",
    "sort", "split", "spread", "sqrt", "string", "substring", "substringAfter", "substringBefore", "sum", "toMillis", "trim", "type",
    "uppercase", "zip",
    "parse", "hash",
})  # fmt: skip
"""https://docs.jsonata.org/, without what is forbidden here, and with what `spec.functions` adds."""

FORBIDDEN: Final = {
    "random": "a decision must come out the same each time it is made again; let an activity draw the number",
    "shuffle": "a decision must come out the same each time it is made again; let an activity shuffle",
    "eval": "text from outside must not become an expression",
}

_HINTS: Final = {
    "==": "JSONata compares with a single =",
    "&&": "JSONata says `and`",
    "||": "JSONata says `or`",
    "!": "JSONata says `$not(...)`, or != between two values",
}


class _Parsers(threading.local):
    """One parser per thread: what takes it long is not to parse, but to make its table of operators, which parsing never changes."""

    def __init__(self) -> None:
        self.parser = Parser()

    def tree(self, source: str) -> Symbol:
        """Raises: whatever the parser does; it is then given up, since nobody knows what it has left behind."""
        self.parser.errors, self.parser.ancestry = [], []
        self.parser.ancestor_label = self.parser.ancestor_index = 0
        try:
            tree: Symbol = self.parser.parse(source)
        except BaseException:
            self.parser = Parser()
            raise
        return tree


_parsers = _Parsers()


@lru_cache(maxsize=4096)
def parse(source: str) -> Parsed:
    """The syntax tree of an expression, or why there is none."""
    if len(source) > MAX_LENGTH:
        return SyntaxProblem(offset=0, message=f"the expression has more than {MAX_LENGTH:,} characters")
    if not source.strip():
        return SyntaxProblem(offset=0, message="the expression is empty")
    try:
        tree = _parsers.tree(source)
    except JException as fault:
        return _problem(source, fault)
    except RecursionError:
        return SyntaxProblem(offset=0, message="the expression is nested too deep")
    except Exception as fault:  # noqa: BLE001 - the parser meets some broken texts with whatever Python raises; all of them are broken
        return _odd_problem(source, fault)
    return tree


def _problem(source: str, fault: JException) -> SyntaxProblem:
    end = fault.location if isinstance(fault.location, int) else 0
    tokens = [token for token in (fault.current, fault.expected) if isinstance(token, str) and token and source[:end].endswith(token)]
    offset = end - len(tokens[0]) if tokens else min(end, len(source))
    return SyntaxProblem(offset=offset, message=str(fault).replace("Expected (end)", "expected"), hint=_operator_hint(source, offset))


def _odd_problem(source: str, fault: Exception) -> SyntaxProblem:
    if isinstance(fault, KeyError):
        operator = str(fault.args[0])
        offset = max(0, source.find(operator))
        return SyntaxProblem(offset=offset, message=f"there is no operator {operator}", hint=_operator_hint(source, offset))
    if isinstance(fault, IndexError):
        return SyntaxProblem(offset=max(0, source.rfind("/*")), message="the expression ends too early: a comment or a text is not closed")
    return SyntaxProblem(offset=0, message="this is no JSONata expression")


def _operator_hint(source: str, offset: int) -> str:
    if source.strip()[:2] in {"{%", "{{"}:
        return "this is an expression already: take the braces around it away"
    around = source[max(0, offset - 1) : offset + 2]
    return next((hint for operator, hint in _HINTS.items() if operator in around), "")


def name_problem(tree: Symbol) -> SyntaxProblem | None:
    """The first forbidden function, or function or variable that nothing defines, in an expression."""
    variables = [symbol for symbol in walk(tree) if symbol.type == "variable" and symbol.value not in {"", "$"}]
    bound = FUNCTIONS | {name for symbol in walk(tree) for name in _bound_by(symbol)} if variables else FUNCTIONS
    for symbol in variables:
        offset = max(0, symbol.position - len(symbol.value) - 1)
        if symbol.value in FORBIDDEN:
            return SyntaxProblem(offset=offset, message=f"${symbol.value} is not available", hint=FORBIDDEN[symbol.value])
        if symbol.value not in bound:
            near = difflib.get_close_matches(symbol.value, sorted(bound), n=1)
            hint = f"did you mean ${near[0]}" if near else f"variables begin with $, names in the data do not: {symbol.value}"
            return SyntaxProblem(offset=offset, message=f"nothing defines ${symbol.value}", hint=hint)
    return None


def _bound_by(symbol: Symbol) -> Iterator[str]:
    if symbol.type == "bind" and symbol.lhs is not None:
        yield symbol.lhs.value
    if symbol.type == "lambda":
        yield from (argument.value for argument in symbol.arguments or ())
    if symbol.type == "index":
        yield symbol.value
    if symbol.focus is not None:
        yield symbol.focus
    if isinstance(symbol.index, str):
        yield symbol.index


@lru_cache(maxsize=16)
def walk(tree: Symbol) -> tuple[Symbol, ...]:
    """A tree and all that is in it. Kept a while, since all who ask for a tree ask one after the other."""
    waiting, found = [tree], []
    while waiting:
        symbol = waiting.pop()
        found.append(symbol)
        waiting.extend(reversed(_inside(symbol)))
    return tuple(found)


def otherwise(symbol: Symbol) -> Symbol | None:
    """The `: c` of `a ? b : c`, whose attribute has a Python keyword's name."""
    inner: Symbol | None = getattr(symbol, "_else", None)
    return inner


def _inside(symbol: Symbol) -> list[Symbol]:
    single = (
        symbol.procedure, symbol.body, symbol.group, symbol.lhs, symbol.rhs, symbol.expression, symbol.expr,
        symbol.condition, symbol.then, otherwise(symbol), symbol.pattern, symbol.update, symbol.delete,
    )  # fmt: skip
    several = (symbol.steps, symbol.arguments, symbol.predicate, symbol.stages, symbol.terms, symbol.expressions)
    found = [inner for inner in single if inner is not None]
    for inners in several:
        found.extend(inners or ())
    for pair in symbol.lhs_object or ():
        found.extend(pair)
    return found
