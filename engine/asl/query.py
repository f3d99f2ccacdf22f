"""JSONata mode: expressions are JSONata already; `$states` and the variables are bound to what they are here.

`$states.input.a` alone becomes the plain path that it is; any other expression gets its names bound in front of it, so that it means the
same wherever they stand in it. What AWS adds to JSONata: `$partition` and `$range` are helpers, `$hash` and `$parse` are ours too; `$uuid`
and `$random` are made from the runId where each of their calls is evaluated once. A variable that nobody assigns is nothing, as in JSONata.
Imports `jsonata`, `paths`, `report`, `spec.syntax`; imported by `conditions`, `nesting`, `payload`, `states`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from engine.asl.jsonata import atom, literal, step_into
from engine.asl.paths import Context, Sight, context_value
from engine.asl.report import NotExpressible
from engine.spec.syntax import FORBIDDEN, FUNCTIONS, Symbol, SyntaxProblem, otherwise, parse, walk

_QUERY: Final = re.compile(r"\{%(.*)%\}", re.DOTALL)
_PATH: Final = re.compile(r"\$states\.input((?:\.[A-Za-z_]\w*)*)")
_RESULT: Final = re.compile(r"\$states\.result((?:\.[A-Za-z_]\w*)*)")
_VARIABLE: Final = re.compile(r"\$([A-Za-z_]\w*)(?![\w(])((?:\.[A-Za-z_]\w*)*)")
_TEXTS: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|/\*.*?\*/", re.DOTALL)
_USED: Final = re.compile(r"\$([A-Za-z_]\w*)")
_STATES: Final = re.compile(r"\$states(?:\.(\w+)((?:\.\w+)*))?")
_DRAWS: Final = {"uuid": "asl_uuid", "random": "asl_random"}
_DRAW: Final = re.compile(r"\$(uuid|random)\s*\(\s*\)")
_KNOWN: Final = FUNCTIONS | FORBIDDEN.keys() | {"partition", "range"}
_WORDS: Final = frozenset({"and", "or", "in", "true", "false", "null", "function"})


def is_query(value: object) -> bool:
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def query_of(text: str, sight: Sight) -> str:
    """The expression in a string of JSONata mode, as ours. Raises: NotExpressible."""
    found = _QUERY.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise NotExpressible(f"{text!r} is no JSONata in {{% %}}")
    source = found.group(1).strip()
    if "%}" in source or not source:
        raise NotExpressible("an expression that holds %}" if source else "an empty expression")
    return _short(source, sight) or _bound(source, sight)


def query_expression(text: str, sight: Sight) -> str:
    """The same for use inside a larger expression: it fails where it yields nothing."""
    source = query_of(text, sight)
    certain = source == sight.data and sight.whole
    return source if certain else f"$asl_need({source})"


def _short(source: str, sight: Sight) -> str:
    """A plain path, as a plain path."""
    for pattern, root in ((_PATH, sight.data), (_RESULT, sight.result)):
        found = pattern.fullmatch(source)
        if found and root and not _WORDS.intersection(found.group(1).split(".")):
            return f"{atom(root)}{found.group(1)}" if found.group(1) else root
    found = _VARIABLE.fullmatch(source)
    if found and found.group(1) != "states" and sight.variables and not _WORDS.intersection(found.group(2).split(".")):
        return step_into(sight.variables, found.group(1)) + found.group(2)
    return ""


def _bound(source: str, sight: Sight) -> str:
    outside = _TEXTS.sub(" ", source)
    used = dict.fromkeys(_USED.findall(outside))
    own = set(re.findall(r"\$([A-Za-z_]\w*)\s*:=", outside)) | _parameters(outside)
    if (_DRAWS.keys() & used.keys()) - own:
        source = _drawn(source, sight)
    if "eval" in used:
        raise NotExpressible("$eval evaluates text: let an activity do it")
    bindings = [f"$states := {_states(outside, sight)};"] if "states" in used else []
    bindings += [f"${name} := ${helper};" for name, helper in (("partition", "asl_chunks"), ("range", "asl_sequence")) if name in used]
    plain = [name for name in used if name not in own and name != "states" and not re.search(rf"\${name}\s*\(", outside)]
    if sight.variables:
        bindings += [f"${name} := {step_into(sight.variables, name)};" for name in plain]
    else:
        bindings += [f'${name} := $lookup({{}}, "{name}");' for name in plain if name not in _KNOWN]
    return f"({' '.join(bindings)} {source})" if bindings else source


def _drawn(source: str, sight: Sight) -> str:
    """With calls that give something else each time as what is different for each of them. Raises: NotExpressible."""
    tree = parse(source)
    if isinstance(tree, SyntaxProblem):
        raise NotExpressible(f"an expression that is none ({tree.message})")
    calls = sum(symbol.type == "variable" and symbol.value in _DRAWS for symbol in walk(tree))
    pieces, done = [], 0
    hidden = [text.span() for text in _TEXTS.finditer(source)]
    for found in _DRAW.finditer(source):
        if not any(begin <= found.start() < end for begin, end in hidden):
            pieces += [source[done : found.start()], f"${_DRAWS[found.group(1)]}($asl_draw({sight.draw()}))"]
            done = found.end()
    if not sum(map(_is_draw, _once(tree))) == calls == len(pieces) // 2:
        raise NotExpressible("$uuid() or $random() with a seed, or where it is evaluated more than once: let an activity do it")
    return "".join((*pieces, source[done:]))


def _is_draw(symbol: Symbol) -> bool:
    called = symbol.procedure
    return symbol.type == "function" and called is not None and called.type == "variable" and called.value in _DRAWS


def _once(symbol: Symbol) -> Iterator[Symbol]:
    """The parts of an expression that are evaluated once at most, in the context that the whole is evaluated in."""
    yield symbol
    inside: list[Symbol | None] = []
    match symbol.type:
        case "function":
            inside += symbol.arguments or ()
        case "unary" | "block":
            inside += [*(symbol.expressions or ()), *(part for pair in symbol.lhs_object or () for part in pair), symbol.expression]
        case "binary" | "bind":
            inside += [symbol.lhs, symbol.rhs]
        case "condition":
            inside += [symbol.condition, symbol.then, otherwise(symbol)]
        case "path":
            inside += (symbol.steps or ())[:1]
        case "apply":
            inside.append(symbol.lhs)
    for part in inside:
        if part is not None:
            yield from _once(part)


def _parameters(outside: str) -> set[str]:
    lists: list[str] = re.findall(r"(?:function|λ)\s*\(([^)]*)\)", outside)
    return {name.strip().lstrip("$") for text in lists for name in text.split(",")}


def _states(outside: str, sight: Sight) -> str:
    """The object `$states`, with those of its parts that the expression names."""
    parts: dict[str, str] = {}
    context: dict[str, Any] = {}
    for name, rest in _STATES.findall(outside):
        match name:
            case "input":
                parts[name] = sight.data
            case "result" if sight.result:
                parts[name] = sight.result
            case "errorOutput" if sight.error:
                parts[name] = sight.error
            case "context":
                _take(context, rest.split(".")[1:], sight)
            case _:
                raise NotExpressible(f"$states.{name} here" if name else "$states as a whole")
    if context:
        parts["context"] = _written(context)
    return "{" + ", ".join(f"{literal(name)}: {source}" for name, source in parts.items()) + "}"


def _take(into: dict[str, Any], names: list[str], sight: Sight) -> None:
    """Put what stands at these names in the context object into the tree, at the same names."""
    here: str | Context = sight.context
    for depth, name in enumerate(names):
        if isinstance(here, str):
            return
        if name not in here:
            raise NotExpressible(f"$states.context.{'.'.join(names)}")
        here = here[name]
        if depth == len(names) - 1 or isinstance(here, str):
            into[name] = context_value(here)
        else:
            into = into.setdefault(name, {})
    if not names:
        raise NotExpressible("the whole context object")


def _written(tree: dict[str, Any]) -> str:
    parts = (f"{literal(name)}: {part if isinstance(part, str) else _written(part)}" for name, part in tree.items())
    return "{" + ", ".join(parts) + "}"
