"""The texts that SWF carries for us: ids, control, reasons, details, all within SWF's limits. Pure functions.

Imports `failure`, `work`, `spec.payload`; imported by the parts of a run.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from engine.interpreter.failure import Failure
from engine.interpreter.work import Address
from engine.spec.model import ABSENT, Json
from engine.spec.payload import encode

LONGEST_DATA: Final = 32_768
"""Characters of input, result, details, control (API reference, `Data`)."""
LONGEST_REASON: Final = 256
"""Characters (API reference, `FailureReason`)."""
LONGEST_ID: Final = 256
"""Characters of a workflowId (API reference, `WorkflowId`)."""
LONGEST_PARENT: Final = 180
"""Of those, how many of the parent's workflowId a child's begins with."""
CUT: Final = "…"
RETRY: Final = "retry"
"""The purpose (see `wishes`) of timers before another attempt."""


def work_id(address: Address) -> str:
    """Of an activity task or a Lambda function, and part of a child's workflowId: unique in the execution, for one kind of work.

    Legal, since a node's name is (it is no `arn` either, and it has no dots).
    """
    node, visit, attempt, item = address.node, address.visit, address.attempt, address.item
    if address.undo:
        node = f"{node}.undo"
    elif visit == attempt == 1 and item is ABSENT:
        return node
    return f"{node}.{visit}.{attempt}" if item is ABSENT else f"{node}.{visit}.{attempt}.{item}"


def child_id(workflow_id: str, run_id: str, work: str) -> str:
    """The workflowId of a child whose node gives none: unique, since a run of its parent has a hash of its own."""
    end = f".{work}.{sha256(run_id.encode()).hexdigest()[:8]}"
    return workflow_id[: min(LONGEST_PARENT, LONGEST_ID - len(end))] + end


def timer_id(address: Address, purpose: str) -> str:
    """Of a node's timer: a wait has no attempts."""
    node = f"{address.node}.undo" if address.undo else address.node
    if purpose != RETRY:
        return f"{node}.{purpose}.{address.visit}"
    attempt = f"{node}.{purpose}.{address.visit}.{address.attempt}"
    return attempt if address.item is ABSENT else f"{attempt}.{address.item}"


def control(address: Address) -> str:
    item = "" if address.item is ABSENT else f',"item":{address.item}'
    undo = ',"undo":true' if address.undo else ""
    return f'{{"node":"{address.node}","visit":{address.visit},"attempt":{address.attempt}{item}{undo}}}'


def too_large(what: str, text: str, longest: int) -> Failure:
    message = f"{what} is {len(text)} characters of JSON, here at most {longest} are carried: pass a reference to the data instead"
    return Failure(name="Payload.TooLarge", message=message, final=True)


def reserved(what: str) -> Failure:
    message = f'{what} has the top-level key "$swfgraph", which is swfgraph\'s own: give it another name'
    return Failure(name="Input.Reserved", message=message, final=True)


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
