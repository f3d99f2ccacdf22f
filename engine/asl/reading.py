"""Export: our expressions and templates as JSONata of a state machine, whose variables hold what our root document holds.

`$input`, `$results` and `$errors` are variables that every state keeps up to date; `execution` comes from the context object.
Imports `engine.spec`, `report`; imported by `exporting`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from engine.asl.report import NotExpressible
from engine.spec.expression import references
from engine.spec.model import Json

_PLAIN: Final = re.compile(r"(input|results|errors)((?:\.[A-Za-z_]\w*)*)")
_RESULT: Final = re.compile(r"result((?:\.[A-Za-z_]\w*)*)")
_WORDS: Final = frozenset({"and", "or", "in", "true", "false", "null", "function"})
_PART: Final = re.compile(r"\{%(.*?)%\}", re.DOTALL)
_EXECUTION: Final = {
    "workflowId": "$states.context.Execution.Name",
    "runId": "$states.context.Execution.Id",
    "startTime": "$toMillis($states.context.Execution.StartTime) / 1000",
    "name": "$states.context.StateMachine.Name",
}
_ROOT: Final = {
    "input": "$input",
    "results": "$results",
    "errors": "$errors",
    "item": "$states.input.item",
    "index": "$states.input.index",
}


RESULT: Final = "$states.result"


def expression(source: str, result: str = RESULT) -> str:
    """Our expression, as one over the variables; `result` is what a node has given. Raises: NotExpressible."""
    short = _PLAIN.fullmatch(source)
    if short and not _WORDS & set(short.group(2).split(".")):
        return f"${source}"
    short = _RESULT.fullmatch(source)
    if short and not _WORDS & set(short.group(1).split(".")):
        return f"{result}{short.group(1)}"
    read = references(source)
    if "$$" in source or read.everything:
        raise NotExpressible("an expression of which it can't be said what it reads")
    if "signals" in read.names or "execution" in read.whole or read.visits or "visits" in read.whole:
        raise NotExpressible("signals, or the visits of an execution")
    root = {**_ROOT, "result": result}
    parts = [f'"{name}": {root[name]}' for name in sorted(read.names & root.keys())]
    if read.execution:
        known = [f'"{name}": {_EXECUTION[name]}' for name in sorted(read.execution & _EXECUTION.keys())]
        if len(known) != len(read.execution):
            raise NotExpressible(f"execution.{', execution.'.join(sorted(read.execution - _EXECUTION.keys()))}")
        parts.append(f'"execution": {{{", ".join(known)}}}')
    return f"{{{', '.join(parts)}}}.({source})" if parts else source


def template(value: Json, result: str = RESULT) -> Any:
    """A template, as one of a state machine. Raises: NotExpressible."""
    match value:
        case str() if "{%" in value:
            return f"{{% {_text(value, result)} %}}"
        case dict():
            return {key: template(inner, result) for key, inner in value.items()}
        case list():
            return [template(inner, result) for inner in value]
        case _:
            return value


def value_of(value: Json, result: str = RESULT) -> str:
    """A template as one expression. Raises: NotExpressible."""
    match value:
        case str() if "{%" in value:
            return _text(value, result)
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)}: {value_of(inner, result)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(_member(inner, result) for inner in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False).replace("%}", "%\\u007d")


def _member(value: Json, result: str) -> str:
    """A list's member; one that may be a list itself would be flattened."""
    if isinstance(value, str) and "{%" in value:
        raise NotExpressible("a list of expressions inside a larger value")
    return value_of(value, result)


def _text(text: str, result: str) -> str:
    whole = _PART.fullmatch(text.strip())
    if whole and "%}" not in whole.group(1):
        return expression(whole.group(1).strip(), result)
    pieces = []
    for index, piece in enumerate(_PART.split(text)):
        if index % 2:
            pieces.append(f"$string({expression(piece.strip(), result)})")
        elif piece:
            pieces.append(json.dumps(piece, ensure_ascii=False))
    return " & ".join(pieces)
