"""JSONata evaluated by jsonata-python: the fallback where jsonatapy has no wheel, and the second opinion in the tests.

Some hundred times slower than jsonatapy, and its regular expressions are Python's: they know look-around and back references, and may take
forever. Imports jsonata-python; imported by `spec.expression`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from engine.errors import ExpressionError
from engine.spec.functions import called_by
from engine.spec.limits import MAX_MILLISECONDS, MAX_NESTING, MAX_SEQUENCE, Evaluator, failed
from engine.spec.model import ABSENT, Absent, Json


def compile_source(source: str, guarded: str, *, functions: bool) -> Evaluator:  # noqa: ARG001 - functions are told from null here
    """An evaluator for the calling thread. Raises: ExpressionError."""
    try:
        compiled = Jsonata(guarded)
    except JException as fault:
        raise ExpressionError("Syntax", str(fault), source) from fault
    compiled.set_output_convert_nulls(False)
    for name, function in called_by(guarded):
        compiled.register_lambda(name, function)

    def evaluate(root: Mapping[str, Json], bindings: dict[str, Json] | None) -> Json | Literal[Absent.ABSENT]:
        compiled.environment.set_runtime_bounds(MAX_MILLISECONDS, MAX_NESTING)  # begins to count anew
        try:
            result = compiled.evaluate(root, bindings)
        except JException as fault:
            raise failed(fault.error or "Failed", str(fault), source) from fault
        except RecursionError as fault:
            raise ExpressionError("D1011", "the expression calls itself too deep", source) from fault
        except Exception as fault:  # on odd values it meets Python's own errors; the expression is at fault, not the decider
            raise ExpressionError("Failed", f"{type(fault).__name__}: {fault}", source) from fault
        return ABSENT if result is None else _plain(source, result)

    return evaluate


def _plain(source: str, value: Any) -> Json:
    """The result with nulls as None and nothing of the evaluator's in it."""
    match value:
        case str() | bool() | int():
            return value
        case float() if math.isfinite(value):
            return int(value) if value == int(value) and abs(value) < 2**53 else value
        case list() if len(value) > MAX_SEQUENCE:
            raise ExpressionError("D2015", f"a sequence of more than {MAX_SEQUENCE:,}", source)
        case list():
            return [_plain(source, inner) for inner in value]
        case dict():
            return {key: _plain(source, inner) for key, inner in value.items()}
        case None | Utils.NULL_VALUE:
            return None
        case _:
            raise ExpressionError("NotJson", "the result is or holds a function or an infinite number, which is no JSON value", source)
