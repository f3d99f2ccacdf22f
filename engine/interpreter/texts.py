"""The texts that SWF carries for us: ids, control, reasons, details, all within SWF's limits. Pure functions.

Imports `failure` and `spec.payload`; imported by `course`, `closing`.
"""

from __future__ import annotations

from typing import Final

from engine.interpreter.failure import Failure
from engine.spec.model import Json
from engine.spec.payload import encode

LONGEST_DATA: Final = 32_768
"""Characters of input, result, details, control (API reference, `Data`)."""
LONGEST_REASON: Final = 256
"""Characters (API reference, `FailureReason`)."""
CUT: Final = "…"


def activity_id(node: str, visit: int, attempt: int) -> str:
    """Unique in the execution; legal, since a node's name is (it is no `arn` either)."""
    return node if visit == attempt == 1 else f"{node}.{visit}.{attempt}"


def control(node: str, visit: int, attempt: int) -> str:
    return f'{{"node":"{node}","visit":{visit},"attempt":{attempt}}}'


def too_large(what: str, text: str, longest: int) -> Failure:
    message = f"{what} is {len(text)} characters of JSON, here at most {longest} are carried: pass a reference to the data instead"
    return Failure(name="Payload.TooLarge", message=message, final=True)


def reason_of(node: str, failure: Failure) -> str:
    return cut(f"{node}: {failure.name}" if node else failure.name, LONGEST_REASON)


def details_of(node: str, failure: Failure, attempts: int) -> str:
    """JSON of node, error, message, attempts (without a node: only error and message); a long message is cut to fit."""
    fields: dict[str, Json] = {"error": cut(failure.name, LONGEST_REASON), "message": failure.message}
    if node:
        fields = {"node": node, **fields, "attempts": attempts}
    text = encode(fields)
    keep = LONGEST_DATA
    while len(text) > LONGEST_DATA:
        keep = min(keep, len(failure.message)) * 3 // 4
        text = encode({**fields, "message": failure.message[:keep] + CUT})
    return text


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT
