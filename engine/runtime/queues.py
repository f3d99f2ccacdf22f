"""Task lists as decider and worker poll them, and how `--once` finds the one that has a task. Imports `swf.client`."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.swf.client import LONG_POLL_SECONDS, Client

_LOOK: Final = 0.5
"""Seconds between two looks at all lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQueue:
    domain: str
    task_list: str


def take_one(queues: Sequence[TaskQueue], poll: Callable[[TaskQueue], bool], count: str, client: Client, stopping: threading.Event) -> bool:
    """`poll` the first list that has a task, waiting about as long as one long poll; whether there was one.

    A long poll waits on one list only, so several lists are counted (`count` is the operation) until one of them isn't empty.
    """
    if len(queues) == 1:
        return poll(queues[0])
    deadline = time.monotonic() + LONG_POLL_SECONDS
    while True:
        for queue in queues:
            request = {"domain": queue.domain, "taskList": {"name": queue.task_list}}
            if client.call(count, request)["count"] and poll(queue):
                return True
        if time.monotonic() >= deadline or stopping.wait(_LOOK):
            return False


def default_identity() -> str:
    """Who polls, as histories show it: host and process. API reference: at most 256 characters."""
    return f"{socket.gethostname()}:{os.getpid()}"[:256]
