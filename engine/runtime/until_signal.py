"""The main thread of `swfgraph decider` and `swfgraph worker`: start, wait for SIGTERM or Ctrl-C, drain, give up on the second one.
Imports `loops`.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType
from typing import Protocol

from engine.runtime.loops import Loops

log = logging.getLogger(__name__)

_ENDED = 0


class Part(Protocol):
    """A decider or a worker."""

    def start(self, on_end: Callable[[], None]) -> None:
        """Returns at once; `on_end` is called from a thread of its own if it ends by itself."""
        ...

    def drain(self) -> None:
        """Begin nothing new. Returns at once."""
        ...

    def finish(self, deadline: float) -> None:
        """Wait for what is under way until that time (monotonic), then end it. Raises: what it ended by."""
        ...


class Steppable(Part, Protocol):
    def step(self) -> bool:
        """Do one task, waiting about a long poll's time for it; whether there was one."""
        ...


class Once:
    """A part that takes one step and ends."""

    def __init__(self, part: Steppable) -> None:
        self._part = part
        self._loops = Loops("once")
        self.did_something = False

    def start(self, on_end: Callable[[], None]) -> None:
        self._loops.start([lambda: self._step(on_end)], on_end)

    def drain(self) -> None:
        self._part.drain()
        self._loops.stop()

    def finish(self, deadline: float) -> None:
        self._loops.join(deadline - time.monotonic())
        self._part.finish(deadline)
        self._loops.check()

    def _step(self, on_end: Callable[[], None]) -> None:
        self.did_something = self._part.step()
        self._loops.stop()
        on_end()


def run_until_signal(parts: Sequence[Part], grace: float) -> int:
    """Start them, run until a signal asks to stop or one of them ends; the signal's number, or 0. Call it from the main thread.

    What is under way gets `grace` seconds; a second signal cuts that short. Raises: what a part ended by.
    """
    inbox: SimpleQueue[int] = SimpleQueue()  # its put() may be called from a signal handler, unlike an Event's set()
    with _handling(lambda number, _frame: inbox.put(number)):
        for part in parts:
            part.start(lambda: inbox.put(_ENDED))
        number = inbox.get()
        if number != _ENDED:
            log.warning("Stopping: what is under way gets %g s. Again to stop at once.", grace)
    with _handling(_interrupt):
        finish(parts, grace)
    return number


def finish(parts: Sequence[Part], grace: float) -> None:
    """Drain them all, then wait for each. Raises: what the first of them ended by, once all have ended."""
    for part in parts:
        part.drain()
    deadline = time.monotonic() + grace
    errors: list[Exception] = []
    for part in parts:
        try:
            deadline = _finish_one(part, deadline)
        except Exception as error:  # noqa: BLE001 - raised again below, when the others have ended too
            errors.append(error)
    if errors:
        raise errors[0]


def _finish_one(part: Part, deadline: float) -> float:
    try:
        part.finish(deadline)
    except KeyboardInterrupt:
        deadline = time.monotonic()
        part.finish(deadline)
    return deadline


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
