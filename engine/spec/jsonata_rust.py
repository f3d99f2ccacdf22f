"""JSONata evaluated by jsonatapy (Rust). Imports jsonatapy; imported by `spec.expression` where there is a wheel for the platform.

Known of jsonatapy 2.2.13, and provided for here: a compiled expression belongs to the thread that compiled it (any other thread meets a
panic), so `spec.expression` keeps one cache per thread; a panic arrives as a BaseException; null, nothing and functions all come back as
None; integers beyond 64 bits and half surrogate pairs can't go in. Evaluating holds the GIL, and the time limit is not looked at inside
a single built-in function ($distinct is quadratic). Regular expressions are Rust's: linear time, no look-around, no back references.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Final, Literal

import jsonatapy

from engine.errors import ExpressionError
from engine.spec.functions import called_by
from engine.spec.limits import MAX_MILLISECONDS, MAX_NESTING, MAX_SEQUENCE, Evaluator, failed
from engine.spec.model import ABSENT, Absent, Json

_CODED = re.compile(r"(?:\w+ error: )?([A-Z][0-9]{4}): (.*)", re.DOTALL)
_WIDEST: Final = 2**63


def compile_source(source: str, guarded: str, *, functions: bool) -> Evaluator:
    """An evaluator for the calling thread. `functions`: whether the result may be or hold a function. Raises: ExpressionError."""
    compiled = _compile(source, guarded)
    kind = _compile(source, f'($swfgraph_it := ({guarded}); {{"type": $type($swfgraph_it), "text": $string($swfgraph_it)}})')

    def evaluate(root: Mapping[str, Json], bindings: dict[str, Json] | None) -> Json | Literal[Absent.ABSENT]:
        result = _run(source, compiled, root, bindings)
        match result:
            case str() | bool() | int():
                return result
            case float():
                return _finite(source, result)
            case None:
                return _nothing(source, _run(source, kind, root, bindings))
            case _:
                if _look_inside(source, result) and functions:
                    _refuse_functions(source, result, json.loads(_run(source, kind, root, bindings)["text"]))
                return result

    return evaluate


def _compile(source: str, guarded: str) -> jsonatapy.JsonataExpression:
    try:
        compiled = jsonatapy.compile(guarded, timeout=MAX_MILLISECONDS, max_stack_depth=MAX_NESTING, max_sequence_length=MAX_SEQUENCE)
    except ValueError as fault:
        raise ExpressionError("Syntax", _message(str(fault)), source) from fault
    for name, function in called_by(guarded):
        compiled.register(name, function)
    return compiled


def _run(source: str, compiled: jsonatapy.JsonataExpression, root: Mapping[str, Json], bindings: dict[str, Json] | None) -> Json:
    try:
        return compiled.evaluate(root, bindings)
    except ValueError as fault:
        match = _CODED.match(str(fault))
        raise failed(match.group(1) if match else "Failed", _message(str(fault)), source) from fault
    except TypeError as fault:
        return _run(source, compiled, _narrowed(source, root, fault), bindings)
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # jsonatapy gives no name to catch it by
            raise
        raise ExpressionError("Internal", f"the evaluator gave up: {fault}", source) from fault


def _message(text: str) -> str:
    match = _CODED.match(text)
    return match.group(2) if match else text


def _narrowed(source: str, root: Mapping[str, Json], fault: TypeError) -> Mapping[str, Json]:
    """The data with integers beyond 64 bits as floats, which is what they are to JSONata; half surrogates are refused."""
    if "OverflowError" not in str(fault):
        code = "NotText" if "UnicodeEncodeError" in str(fault) else "Failed"
        raise ExpressionError(code, f"the data can't be read: {fault}", source) from fault
    try:
        narrowed: Mapping[str, Json] = json.loads(json.dumps(root), parse_int=_narrow)
    except (ValueError, RecursionError) as deeper:
        raise ExpressionError("Failed", f"the data can't be read: {deeper}", source) from deeper
    return narrowed


def _narrow(digits: str) -> int | float:
    return int(digits) if -_WIDEST <= int(digits) < _WIDEST else float(digits)


def _finite(source: str, number: float) -> float:
    if math.isfinite(number):
        return number
    raise ExpressionError("NotJson", f"the result is {number}, which is no JSON value", source)


def _nothing(source: str, kind: Json) -> Json | Literal[Absent.ABSENT]:
    """What a result of None is: null, a function, or nothing at all."""
    match kind.get("type"):
        case "null":
            return None
        case None:
            return ABSENT
        case other:
            raise ExpressionError("NotJson", f"the result is a {other}, which is no JSON value", source)


def _look_inside(source: str, result: Json) -> bool:
    """Whether there is a None somewhere in a result. Raises: ExpressionError on infinities."""
    waiting, found = [result], False
    while waiting:
        value = waiting.pop()
        for inner in value.values() if isinstance(value, dict) else value:
            match inner:
                case float():
                    _finite(source, inner)
                case None:
                    found = True
                case dict() | list():
                    waiting.append(inner)
    return found


def _refuse_functions(source: str, result: Json, text: Json) -> None:
    """In the text of a result, functions are "" where the result has None."""
    waiting = [(result, text)]
    while waiting:
        value, shown = waiting.pop()
        if value is None and shown is not None:
            raise ExpressionError("NotJson", "the result has a function in it, which is no JSON value", source)
        if isinstance(value, dict):
            waiting.extend((inner, shown[key]) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(zip(value, shown, strict=True))
