"""What an expression may cost, and what an evaluator is.

Imports `errors` and `spec.model`; imported by the evaluators, `spec.guards` and `spec.expression`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Protocol

from engine.errors import ExpressionError
from engine.spec.model import Absent, Json

MAX_MILLISECONDS: Final = 1_000
MAX_NESTING: Final = 500
"""Calls of functions inside one another."""
MAX_SEQUENCE: Final = 50_000

LIMIT: Final = "swfgraph limit: "
"""How the message of an error begins that one of our guards raises, with JSONata's `$error`."""


class Evaluator(Protocol):
    """A compiled expression. Gives plain JSON, or ABSENT for JSONata's nothing. Raises: ExpressionError."""

    def __call__(self, root: Mapping[str, Json], bindings: dict[str, Json] | None) -> Json | Literal[Absent.ABSENT]: ...


def failed(code: str, message: str, source: str) -> ExpressionError:
    """The error of an expression that failed on its data: the evaluator's own code, or Limit where a guard spoke."""
    _, ours, limit = message.partition(LIMIT)
    return ExpressionError("Limit", limit, source) if ours else ExpressionError(code, message, source)
