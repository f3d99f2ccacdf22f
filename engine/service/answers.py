"""What the core gives back for a request. Imports queues' words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from engine.service.queues import QueueKey


class Reply(Struct, frozen=True):
    """The response; it may be given once the changes so far are durable."""

    body: Mapping[str, Any]


class Later(Struct, frozen=True):
    """A response that is read from the archive: `build` it once the changes so far are durable. It may raise Fault."""

    build: Callable[[], Mapping[str, Any]]


class Parked(Struct, frozen=True):
    """A poll that found nothing: handle it again once the queue has got a task."""

    queue: QueueKey


Answer: TypeAlias = Reply | Later | Parked

DONE = Reply({})
"""The response of an operation that answers nothing."""
