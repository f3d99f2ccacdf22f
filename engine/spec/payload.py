"""Payloads: what SWF carries as text, as JSON values. Pure. Imports `spec.model`.

What `decode` gives can always be encoded, sent and decoded again to the same value; a text that would break this rule is no JSON to us.
"""

from __future__ import annotations

import json
import math
import re

from engine.spec.model import Json

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False)
_ASCII_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def encode(value: Json) -> str:
    """Compact JSON. Raises: ValueError on what JSON can't hold: NaN, infinity, nesting beyond Python's limit."""
    try:
        text = _ENCODER.encode(value)
    except RecursionError as fault:
        raise ValueError("the value is nested too deep for JSON") from fault
    return text if text.isascii() or _is_text(text) else _ASCII_ENCODER.encode(value)


def decode(text: str) -> Json:
    """The value of a JSON text, or the text itself where it is none.

    None are: the empty text, NaN and Infinity, numbers that are too large (1e999), half of a surrogate pair ("\\ud800"), nesting beyond
    Python's limit.
    """
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return text
    if "\\u" in text and _ESCAPED_SURROGATE.search(text) and not _is_text(_ENCODER.encode(value)):
        return text
    return value


def _is_text(text: str) -> bool:
    """Whether UTF-8 can carry it: it has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits} is too large a number")
    return number


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
