"""What stands in a payload's place: a text that names it by its digest.

    {"$swfgraph.payload":{"sha256":"<64 hex digits>","size":<characters>}}

Exactly this text, with no space more, is a reference; every other text is itself. Pure. Imports nothing of swfgraph.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

KEY: Final = "$swfgraph.payload"

_BEGINNING: Final = f'{{"{KEY}":'
_FORM: Final = re.compile(re.escape(_BEGINNING) + r'\{"sha256":"(?P<sha256>[0-9a-f]{64})","size":(?P<size>0|[1-9][0-9]{0,15})\}\}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    sha256: str
    """Of the payload's UTF-8, in hexadecimal."""
    size: int
    """In characters."""

    @property
    def text(self) -> str:
        return f'{_BEGINNING}{{"sha256":"{self.sha256}","size":{self.size}}}}}'


def may_refer(text: str) -> bool:
    """Quick, and wrong only about texts that begin like a reference: `parse` knows."""
    return text.startswith(_BEGINNING)


def parse(text: str) -> Reference | None:
    """The reference that the text is; None: it is itself."""
    match = _FORM.fullmatch(text) if may_refer(text) else None
    return None if match is None else Reference(sha256=match["sha256"], size=int(match["size"]))


def reference_to(content: bytes, size: int) -> Reference:
    return Reference(sha256=hashlib.sha256(content).hexdigest(), size=size)


def to_bytes(text: str) -> bytes:
    """UTF-8; half surrogate pairs, which no payload should hold, survive the way there and back."""
    return text.encode("utf-8", "surrogatepass")


def to_text(content: bytes) -> str:
    """Raises: UnicodeDecodeError."""
    return content.decode("utf-8", "surrogatepass")
