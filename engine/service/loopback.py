"""This machine, as its own programs name it. Imports nothing; imported by what listens, and by the clients."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""As a Host header has them."""


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach that name or address."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
