"""Where a decision node goes. A pure function of the node and the scope.

Imports `spec`; imported by `entering`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from engine.spec.expression import Scope, evaluate_condition
from engine.spec.model import ABSENT, Absent, DecisionNode, RetryFrom


def choose(node: DecisionNode, scope: Scope, spent: Callable[[int], bool]) -> int | Literal[Absent.ABSENT]:
    """The index of the first choice that holds; a retryFrom that is `spent` is passed over, unasked. Raises: ExpressionError."""
    for index, choice in enumerate(node.choices):
        if isinstance(choice.then, RetryFrom) and spent(index):
            continue
        if evaluate_condition(choice.when, scope):
            return index
    return ABSENT
