"""What an expression reads of the root document, said without evaluating it.

A small abstract interpretation: while walking the tree we carry which part of the root document the context (`$`) is. Three parts matter:
the root itself, a branch that has one entry per name (`results`, `errors`, `signals`, `execution`, its `visits`), and anything deeper, of
which all has been counted already. A context whose value is used as a whole counts as read whole. What we don't understand counts as
reading everything.
Imports `spec.syntax`; imported by `spec.expression`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from engine.spec.syntax import Symbol, SyntaxProblem, otherwise, parse, walk

BRANCHES: Final = ("results", "errors", "signals", "execution")


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What an expression reads.

    `names`: root names, those of branches too. `results`, `errors`, `signals`, `execution`: the entries of those branches, and `visits`
    those of `execution.visits`; a branch in `whole` is read in all its entries. `optional`: the (branch, entry) pairs that are only read
    where their absence is provided for, such as left of `??` or in `$exists`. `everything`: all of the root document may be read; the
    other fields then mean nothing.
    """

    everything: bool = False
    names: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    errors: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
    execution: frozenset[str] = frozenset()
    visits: frozenset[str] = frozenset()
    optional: frozenset[tuple[str, str]] = frozenset()


EVERYTHING: Final = References(everything=True)


@lru_cache(maxsize=4096)
def references(source: str) -> References:
    """What an expression reads; nothing, if it is no expression (`check_syntax` says so)."""
    tree = parse(source)
    if isinstance(tree, SyntaxProblem):
        return References()
    if "-" in source and any(symbol.type == "lambda" and symbol.signature is not None for symbol in walk(tree)):
        return EVERYTHING  # a signature such as <s-:s> lets its calls take the context as an argument
    reader = _Reader()
    try:
        reader.value(tree, _Top.ROOT)
    except _AllError:
        return EVERYTHING
    return reader.found()


class _Top(Enum):
    ROOT = "root"


class _Deep(Enum):
    DEEP = "deep"


_DEEP: Final = _Deep.DEEP
_Context: TypeAlias = Literal[_Top.ROOT, _Deep.DEEP] | str
"""What `$` is: the root, something deeper, or (a str) the branch of that name."""


class _AllError(Exception):
    """It can't be said what is read: everything may be."""


_TAKES_CONTEXT: Final = {"string": 1, "boolean": 1, "not": 1, "keys": 1, "spread": 1, "clone": 1, "lookup": 2, "sift": 2, "each": 2}
"""Functions that work on the context, be it an object, when they are called with fewer arguments than this (signatures with x- or o-)."""


class _Reader:
    def __init__(self) -> None:
        self.names: set[str] = set()
        self.whole: set[str] = set()
        self.entries: set[tuple[str, str]] = set()
        self.needed: set[tuple[str, str]] = set()
        self.safe: frozenset[tuple[str, str]] = frozenset()
        self.asking = False

    def found(self) -> References:
        by_branch: dict[str, set[str]] = {}
        for branch, entry in self.entries:
            by_branch.setdefault(branch, set()).add(entry)
        return References(
            names=frozenset(self.names),
            whole=frozenset(self.whole),
            results=frozenset(by_branch.get("results", ())),
            errors=frozenset(by_branch.get("errors", ())),
            signals=frozenset(by_branch.get("signals", ())),
            execution=frozenset(by_branch.get("execution", ())),
            visits=frozenset(by_branch.get("visits", ())),
            optional=frozenset(self.entries - self.needed),
        )

    def value(self, symbol: Symbol, context: _Context) -> None:
        """The symbol is evaluated in the context and what it gives is used."""
        self.use(self.flow(symbol, context))

    def use(self, context: _Context) -> None:
        if context is _Top.ROOT:
            raise _AllError
        if isinstance(context, str):
            self.whole.add(context)

    def enter(self, context: _Context, name: str) -> _Context:
        if context is _Top.ROOT:
            self.names.add(name)
            return name if name in BRANCHES else _DEEP
        if isinstance(context, str):
            entry = (context, name)
            self.entries.add(entry)
            if not self.asking and entry not in self.safe:
                self.needed.add(entry)
            if entry == ("execution", "visits"):
                return "visits"
        return _DEEP

    def flow(self, symbol: Symbol, context: _Context) -> _Context:
        """The symbol is evaluated in the context; returns what part of the root document it gives."""
        given = _FLOWS.get(symbol.type or "", _Reader.unknown)(self, symbol, context)
        for filtered in (*(symbol.predicate or ()), *(symbol.stages or ())):
            if filtered.expr is not None:
                self.value(filtered.expr, given)
        if symbol.group is not None:
            self.pairs(symbol.group, given)
            given = _DEEP
        if symbol.focus is not None:  # `@$v` binds what was found and leaves the context where it was
            self.use(given)
            return context
        return given

    def unknown(self, _symbol: Symbol, _context: _Context) -> _Context:
        raise _AllError

    def constant(self, _symbol: Symbol, _context: _Context) -> _Context:
        return _DEEP

    def path(self, symbol: Symbol, context: _Context) -> _Context:
        for step in symbol.steps or ():
            context = self.flow(step, context)
        return context

    def name(self, symbol: Symbol, context: _Context) -> _Context:
        return self.enter(context, symbol.value)

    def variable(self, symbol: Symbol, context: _Context) -> _Context:
        if symbol.value == "":
            return context
        return _Top.ROOT if symbol.value == "$" else _DEEP

    def wildcard(self, _symbol: Symbol, context: _Context) -> _Context:
        self.use(context)
        return _DEEP

    def call(self, symbol: Symbol, context: _Context, *, piped: int = 0) -> _Context:
        procedure = symbol.procedure
        arguments = symbol.arguments or ()
        if procedure is not None and procedure.type == "variable":
            if len(arguments) + piped < _TAKES_CONTEXT.get(procedure.value, 0):
                self.use(context)
        elif procedure is not None:
            self.value(procedure, context)
        if _asks(symbol):
            self.ask(arguments[0], context)
        else:
            for argument in arguments:
                self.value(argument, context)
        return _DEEP

    def function(self, symbol: Symbol, context: _Context) -> _Context:
        """The body's context is that of the definition."""
        if symbol.body is not None:
            self.value(symbol.body, context)
        return _DEEP

    def bind(self, symbol: Symbol, context: _Context) -> _Context:
        return self.operands(symbol.rhs, context=context)

    def block(self, symbol: Symbol, context: _Context) -> _Context:
        *before, last = symbol.expressions or (None,)
        self.operands(*before, context=context)
        return _DEEP if last is None else self.flow(last, context)

    def condition(self, symbol: Symbol, context: _Context) -> _Context:
        """In `a ? b : c`, `a ?? c` and `a ?: c`, what `a` only asks for is safe to read in `b`."""
        with self.knowing(self.test(symbol.condition, context)):
            self.operands(symbol.then, context=context)
        return self.operands(otherwise(symbol), context=context)

    def binary(self, symbol: Symbol, context: _Context) -> _Context:
        if symbol.value == "and":
            self.test(symbol, context)
            return _DEEP
        return self.operands(symbol.lhs, symbol.rhs, context=context)

    def test(self, symbol: Symbol | None, context: _Context) -> frozenset[tuple[str, str]]:
        """A condition: what it asks for, in the sense of `optional`."""
        match symbol:
            case None:
                return frozenset()
            case _ if symbol.type == "path":
                return self.ask(symbol, context)
            case _ if _asks(symbol):
                return self.ask((symbol.arguments or ())[0], context)
            case _ if symbol.type == "binary" and symbol.value == "and":
                left = self.test(symbol.lhs, context)
                with self.knowing(left):
                    return left | self.test(symbol.rhs, context)
            case _:
                self.value(symbol, context)
                return frozenset()

    def ask(self, symbol: Symbol, context: _Context) -> frozenset[tuple[str, str]]:
        before, self.asking = self.asking, True
        entries, self.entries = self.entries, set()
        self.value(symbol, context)
        asked, self.asking = frozenset(self.entries), before
        self.entries |= entries
        return asked

    @contextmanager
    def knowing(self, asked: frozenset[tuple[str, str]]) -> Iterator[None]:
        before, self.safe = self.safe, self.safe | asked
        yield
        self.safe = before

    @contextmanager
    def without_need(self) -> Iterator[None]:
        before, self.asking = self.asking, True
        yield
        self.asking = before

    def unary(self, symbol: Symbol, context: _Context) -> _Context:
        self.pairs(symbol, context)
        if symbol.value == "[" and len(symbol.expressions or ()) == 1:  # [path]: as a list, of which nothing makes an empty one
            with self.without_need():
                return self.operands(*(symbol.expressions or ()), context=context)
        return self.operands(*(symbol.expressions or ()), symbol.expression, context=context)

    def pairs(self, symbol: Symbol, context: _Context) -> None:
        for pair in symbol.lhs_object or ():
            self.operands(*pair, context=context)

    def apply(self, symbol: Symbol, context: _Context) -> _Context:
        self.operands(symbol.lhs, context=context)
        if symbol.rhs is not None and symbol.rhs.type == "function":
            return self.call(symbol.rhs, context, piped=1)
        return self.operands(symbol.rhs, context=context)

    def transform(self, symbol: Symbol, _context: _Context) -> _Context:
        """Works on what is piped into it, which counts as used where it comes from."""
        return self.operands(symbol.pattern, symbol.update, symbol.delete, context=_DEEP)

    def sort(self, symbol: Symbol, context: _Context) -> _Context:
        self.operands(*(term.expression for term in symbol.terms or ()), context=context)
        return context

    def operands(self, *symbols: Symbol | None, context: _Context) -> _Context:
        for symbol in symbols:
            if symbol is not None:
                self.value(symbol, context)
        return _DEEP


def _asks(symbol: Symbol) -> bool:
    procedure = symbol.procedure
    return procedure is not None and procedure.type == "variable" and procedure.value == "exists" and len(symbol.arguments or ()) == 1


_FLOWS: Final[Mapping[str, Callable[[_Reader, Symbol, _Context], _Context]]] = {
    "path": _Reader.path,
    "name": _Reader.name,
    "variable": _Reader.variable,
    "string": _Reader.constant,
    "number": _Reader.constant,
    "value": _Reader.constant,
    "regex": _Reader.constant,
    "operator": _Reader.constant,
    "wildcard": _Reader.wildcard,
    "descendant": _Reader.wildcard,
    "function": _Reader.call,
    "partial": _Reader.call,
    "lambda": _Reader.function,
    "bind": _Reader.bind,
    "block": _Reader.block,
    "condition": _Reader.condition,
    "unary": _Reader.unary,
    "binary": _Reader.binary,
    "apply": _Reader.apply,
    "transform": _Reader.transform,
    "sort": _Reader.sort,
}
"""`parent` (%) is left out on purpose: it climbs."""
