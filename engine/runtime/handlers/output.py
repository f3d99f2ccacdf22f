"""What a task's output becomes as a result: text as it is, within the bounds of a payload. Pure. Imports `runtime.task`, `spec.payload`."""

from __future__ import annotations

from engine.runtime.task import PAYLOAD_LIMIT, Completed, Failed
from engine.spec.model import Json
from engine.spec.payload import decode, encode


def result_of_text(raw: bytes, *, complete: bool, what: str, longest: int = PAYLOAD_LIMIT) -> Completed | Failed:
    """`raw` is what a program wrote, `what` names where ("stdout"). One trailing line break is dropped; nothing left is no result.

    The text travels as it is: whoever decodes it takes it for JSON if it parses. Only where it is too long for SWF is JSON made
    compact; of more than `longest` characters it is a failure.
    """
    if not complete:
        return too_large(f"more than {len(raw):,} bytes", what, longest)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Failed(
            reason="Output.NotText",
            details=f"{what} is not UTF-8 (byte {error.start} is 0x{raw[error.start]:02x}): write text, or encode it, e.g. as base64",
        )
    text = text.removesuffix("\n").removesuffix("\r")
    if len(text) > PAYLOAD_LIMIT:
        text = encode(decode(text))
    if len(text) > longest:
        return too_large(f"{len(text):,} characters", what, longest)
    return Completed(result=text) if text else Completed()


def result_of_value(value: Json, what: str, longest: int = PAYLOAD_LIMIT) -> Completed | Failed:
    """A Python value as JSON; None is no result."""
    if value is None:
        return Completed()
    try:
        text = encode(value)
    except (TypeError, ValueError) as error:
        return Failed(reason="Output.NotJson", details=f"{what} is nothing that JSON can hold: {error}")
    return Completed(result=text) if len(text) <= longest else too_large(f"{len(text):,} characters", what, longest)


def too_large(size: str, what: str, longest: int) -> Failed:
    hint = "give the worker a store for long ones (--payloads)" if longest == PAYLOAD_LIMIT else "put it into a file, and give its address"
    return Failed(reason="Output.TooLarge", details=f"{what} is {size}; a result holds at most {longest:,}: {hint}")
