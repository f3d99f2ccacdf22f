"""Payloads: what SWF carries as text, as JSON values. Pure. Imports `spec.model`."""

from __future__ import annotations

import json

from engine.spec.model import Json

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False)


def encode(value: Json) -> str:
    """Compact JSON. Raises: ValueError on what JSON can't hold (NaN, infinity)."""
    return _ENCODER.encode(value)


def decode(text: str) -> Json:
    """The value of a JSON text, or the text itself where it is no JSON (strictly: NaN and Infinity are text; so is an empty text)."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
