"""A port for a process that is started, killed and started again on it, or that is told its port before it can say one.

Whoever needs no such port gives 0 and reads what the process says.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """A loopback port on which nobody listens yet, and which the system gives to nobody else meanwhile.

    It is bound, and not listened on: a process that sets SO_REUSEADDR, as servers do, may listen there, again and again; port 0 never
    leads to it, and no connection begins at it.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port
