"""What a terminal node makes of the execution: the close intent. Pure functions of the node and the scope.

Imports `envelope`, `failure`, `intents`, `texts`, `spec`; imported by `entering`.
"""

from __future__ import annotations

from typing import Literal, assert_never

from msgspec.structs import replace

from engine.interpreter.envelope import seems_ours
from engine.interpreter.failure import Failure
from engine.interpreter.intents import CancelExecution, Close, CompleteExecution, ContinueExecution, FailExecution
from engine.interpreter.texts import LONGEST_DATA, LONGEST_REASON, cut, reserved, too_large
from engine.spec.expression import Scope
from engine.spec.model import ABSENT, Absent, Json, Template, TerminalNode, TerminalStatus
from engine.spec.payload import encode
from engine.spec.template import render


def terminal_intent(node: TerminalNode, scope: Scope, again: ContinueExecution, longest: int) -> Close | Failure:
    """The close intent, or the failure of an output of more than `longest` characters. Raises: ExpressionError.

    `again` continues the execution with the input that it has.
    """
    match node.status:
        case TerminalStatus.COMPLETED:
            if node.output is ABSENT:
                return CompleteExecution(result=ABSENT)
            result = encode(render(node.output, scope))
            return CompleteExecution(result=result) if len(result) <= longest else too_large("the output", result, longest)
        case TerminalStatus.FAILED:
            reason = _text(node.reason, scope, otherwise=node.name)
            return FailExecution(reason=cut(reason, LONGEST_REASON), details=cut(_text(node.details, scope, otherwise=""), LONGEST_DATA))
        case TerminalStatus.CANCELED:
            return CancelExecution(details=cut(_text(node.details, scope, otherwise=""), LONGEST_DATA))
        case TerminalStatus.CONTINUED:
            if node.output is ABSENT:
                return again
            return _next_input(render(node.output, scope), again, longest)
        case _:
            assert_never(node.status)


def _next_input(value: Json, again: ContinueExecution, longest: int) -> Close | Failure:
    if seems_ours(value):
        return reserved("the input of the new execution")
    text = encode(value)
    return replace(again, input=text) if len(text) <= longest else too_large("the output", text, longest)


def _text(template: Template | Literal[Absent.ABSENT], scope: Scope, *, otherwise: str) -> str:
    """For people: text as it is, any other value as JSON."""
    if template is ABSENT:
        return otherwise
    value = render(template, scope)
    return value if isinstance(value, str) else encode(value)
