"""JSONata: check an expression, say what it reads, evaluate it. The door to it all; what stands behind it is nobody else's concern.

Hot: the interpreter evaluates here for every decision. An expression is parsed and compiled once per thread, and is given only those
parts of the data that it reads. Nothing that could differ from one evaluation to the next is in reach; the one exception is
the time limit, which an expression meets only if something is wrong with it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from engine.errors import ExpressionError
from engine.spec.guards import MILLIS, guarded, needs_clock
from engine.spec.limits import Evaluator
from engine.spec.model import ABSENT, Absent, Expression, Json
from engine.spec.references import EVERYTHING, References, references
from engine.spec.syntax import Symbol, SyntaxProblem, name_problem, parse, walk

try:
    from engine.spec.jsonata_rust import compile_source
except ImportError:  # no wheel of jsonatapy for this platform
    from engine.spec.jsonata_python import compile_source

__all__ = ["EVERYTHING", "References", "Scope", "SyntaxProblem", "check_syntax", "evaluate", "evaluate_condition", "references"]

KEPT: Final = 4096
"""Compiled expressions per thread."""


class Scope(Protocol):
    """What an expression may read, as of one event."""

    @property
    def now(self) -> float:
        """The event's time: seconds since 1970."""
        ...

    def root(self, references: References, /) -> dict[str, Json]:
        """The root document, or that part of it that `references` names.

        Never changed by whoever asks, nor afterwards by whoever gives it: parts of it become parts of results.
        """
        ...


def check_syntax(source: str) -> SyntaxProblem | None:
    """What is wrong with an expression, before it meets any data; None if nothing is."""
    tree = parse(source)
    if isinstance(tree, SyntaxProblem):
        return tree
    unnamed = name_problem(tree)
    if unnamed is not None:
        return unnamed
    try:
        _keep(source, tree)
    except ExpressionError as fault:
        return SyntaxProblem(offset=0, message=fault.reason)
    return _pattern_problem(tree)


def evaluate(expression: Expression, scope: Scope) -> Json:
    """The value of an expression. Raises: ExpressionError; where it yields nothing, with the code Undefined."""
    value = _value(expression.source, scope)
    if value is ABSENT:
        raise ExpressionError("Undefined", "nothing there (use ?? to give a default)", expression.source)
    return value


def evaluate_condition(expression: Expression, scope: Scope) -> bool:
    """Whether a condition holds; nothing counts as false. Raises: ExpressionError; NotBoolean where it yields any other value."""
    value = _value(expression.source, scope)
    if value is True:
        return True
    if value is False or value is ABSENT:
        return False
    raise ExpressionError("NotBoolean", f"a condition must yield true, false or nothing, not {_kind(value)}", expression.source)


@dataclass(frozen=True, slots=True)
class _Program:
    references: References
    run: Evaluator
    clock: bool


class _Programs(threading.local):
    """A compiled expression may be used in the thread that compiled it only."""

    def __init__(self) -> None:
        self.by_source: dict[str, _Program] = {}


_programs = _Programs()


def _value(source: str, scope: Scope) -> Json | Literal[Absent.ABSENT]:
    program = _programs.by_source.get(source) or _compiled(source)
    bindings = {MILLIS: round(scope.now * 1000)} if program.clock else None
    return program.run(scope.root(program.references), bindings)


def _compiled(source: str) -> _Program:
    tree = parse(source)
    problem = tree if isinstance(tree, SyntaxProblem) else name_problem(tree)
    if problem is not None or isinstance(tree, SyntaxProblem):
        raise ExpressionError("Syntax", problem.message if problem else "", source)
    return _keep(source, tree)


def _keep(source: str, tree: Symbol) -> _Program:
    """Compile an expression whose names are known."""
    run = compile_source(source, guarded(source, tree), functions=_may_give_functions(tree))
    keys = _plain_path(tree)
    program = _Program(references(source), _look_up(keys, run) if keys else run, needs_clock(tree))
    if len(_programs.by_source) >= KEPT:
        _programs.by_source.clear()
    _programs.by_source[source] = program
    return program


def _plain_path(tree: Symbol) -> tuple[str, ...]:
    """The names of an expression that is nothing but names and dots, as most of those in templates are."""
    steps = tree.steps or ()
    marks = ("keep_singleton_array", "keep_array", "group", "predicate", "stages", "focus", "index", "ancestor")
    plain = tree.type == "path" and all(step.type == "name" for step in steps)
    if not plain or any(getattr(symbol, mark, None) for symbol in (tree, *steps) for mark in marks):
        return ()
    return tuple(step.value for step in steps)


def _look_up(keys: tuple[str, ...], otherwise: Evaluator) -> Evaluator:
    """What a plain path gives where there are objects all the way: exactly that. (Evaluators make doubles of large integers.)"""

    def evaluate(root: Mapping[str, Json], bindings: dict[str, Json] | None) -> Json | Literal[Absent.ABSENT]:
        value: Json = root
        for key in keys:
            if isinstance(value, dict):
                if key not in value:
                    return ABSENT
                value = value[key]
            elif isinstance(value, list):
                return otherwise(root, bindings)
            else:
                return ABSENT
        return value

    return evaluate


def _may_give_functions(tree: Symbol) -> bool:
    """Whether a function is mentioned other than to be called."""
    called = {id(symbol.procedure) for symbol in walk(tree) if symbol.procedure is not None}
    variables = (symbol for symbol in walk(tree) if symbol.type == "variable" and symbol.value not in {"", "$"})
    made = any(symbol.type in {"lambda", "partial", "regex", "transform"} for symbol in walk(tree))
    return made or any(id(variable) not in called for variable in variables)


def _pattern_problem(tree: Symbol) -> SyntaxProblem | None:
    """Runs each regular expression once: the evaluator knows fewer of them than the parser, and says so only when it meets one."""
    for symbol in walk(tree):
        if symbol.type == "regex":
            flags = "".join(letter for letter, flag in (("i", re.IGNORECASE), ("m", re.MULTILINE)) if symbol.value.flags & flag)
            text = f"/{symbol.value.pattern}/{flags}"
            try:
                compile_source(text, f'$match("", {text})', functions=False)({}, None)
            except ExpressionError as fault:
                reason = fault.reason.rpartition("error: ")[2]
                offset = max(0, symbol.position - len(text))
                return SyntaxProblem(offset=offset, message=f"the regular expression {text} can't be run: {reason}")
    return None


def _kind(value: Json) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
