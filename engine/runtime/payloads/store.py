"""What a payload store is, whatever it is made of: bytes by digest, written once, read by many.

`where` names it to people. All may be called from any thread of any process at once. Imports `errors`; imported by the stores,
`claims` and `sweep`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from engine.errors import PayloadMissing, PayloadStoreUnusable

MOST: Final = 1 << 28
"""Characters of a payload, and bytes of what a program writes: 256 MB. Whoever handles one holds it in memory, a few times over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A payload as sweeping sees it."""

    sha256: str
    bytes: int
    stored: float
    """Epoch seconds: when it was stored last."""


class Store(Protocol):
    @property
    def where(self) -> str: ...

    @property
    def longest(self) -> int:
        """Characters of the longest payload that it takes; 0: it takes none."""
        ...

    def put(self, sha256: str, content: bytes) -> None:
        """Durable when this returns. What is there already is marked as stored just now. Raises: PayloadStoreUnusable."""
        ...

    def get(self, sha256: str) -> bytes:
        """As it was put; nobody has checked the digest. Raises: PayloadMissing, PayloadStoreUnusable."""
        ...

    def kept(self) -> Iterator[Kept]:
        """All of it, in any order. Raises: PayloadStoreUnusable."""
        ...

    def remove(self, kept: Kept) -> bool:
        """Unless it was stored again since then; whether it is gone. Raises: PayloadStoreUnusable."""
        ...


class NoStore:
    """A Store for who has none: payloads travel with SWF or not at all."""

    where: Final = "(none was given)"
    longest: Final = 0

    def put(self, sha256: str, content: bytes) -> None:  # noqa: ARG002 - a Store's shape
        raise PayloadStoreUnusable(self.where, HOW)

    def get(self, sha256: str) -> bytes:
        raise PayloadMissing(sha256, "no store", f"can't be read: {HOW}")

    def kept(self) -> Iterator[Kept]:
        return iter(())

    def remove(self, kept: Kept) -> bool:  # noqa: ARG002 - a Store's shape
        return False


HOW: Final = "--payloads DIR or --payloads s3://BUCKET/PREFIX (or $SWFGRAPH_PAYLOADS) names one; deciders, workers and `start` share it"
