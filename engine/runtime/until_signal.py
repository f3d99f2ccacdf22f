"""The main thread of `swfgraph decider` and `swfgraph worker`: start, wait for SIGTERM, SIGHUP or Ctrl-C, drain, give up on the second one.
Imports `loops`.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType
from typing import Protocol

from engine.runtime.loops import Grace, Loops

log = logging.getLogger(__name__)

_ENDED = 0
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Part(Protocol):
    """A decider or a worker."""

    def start(self, on_end: Callable[[], None]) -> None:
        """Returns at once; `on_end` is called from a thread of its own if it ends by itself."""
        ...

    def drain(self) -> None:
        """Begin nothing new. Returns at once."""
        ...

    def finish(self, grace: Grace) -> None:
        """Wait for what is under way as long as there is grace, then end it. Raises: what it ended by."""
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

    def finish(self, grace: Grace) -> None:
        self._loops.join(grace.remaining)
        self._part.finish(grace)
        self._loops.check()

    def _step(self, on_end: Callable[[], None]) -> None:
        self.did_something = self._part.step()
        self._loops.stop()
        on_end()


def run_until_signal(parts: Sequence[Part], seconds: float) -> int:
    """Start them, run until a signal asks to stop or one of them ends; the signal's number, or 0. Call it from the main thread.

    Then as `finish`. Raises: what a part ended by.
    """
    inbox: SimpleQueue[int] = SimpleQueue()  # its put() may be called from a signal handler, unlike an Event's set()
    with _handling(lambda number, _frame: inbox.put(number)):
        for part in parts:
            part.start(lambda: inbox.put(_ENDED))
        number = inbox.get()
        finish(parts, seconds, "" if number == _ENDED else f"Stopping: what is under way gets {seconds:g} s. Again to stop at once.")
    return number


def finish(parts: Sequence[Part], seconds: float, announcement: str = "") -> None:
    """Drain them all, then wait for each. What is under way gets so many seconds; a signal cuts that short, a second one kills.

    Raises: what the first of them ended by, once all have ended.
    """
    grace = Grace(seconds)
    errors: list[Exception] = []
    with _handling(lambda _number, _frame: grace.cut()):
        if announcement:
            log.warning(announcement)
        for part in parts:
            part.drain()
        for part in parts:
            try:
                part.finish(grace)
            except Exception as error:  # noqa: BLE001 - raised again below, when the others have ended too
                errors.append(error)
    if errors:
        raise errors[0]


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Signals go there meanwhile. Those that are ignored stay so (nohup, or `&` in a script); outside of the main thread all do."""
    main = threading.current_thread() is threading.main_thread()
    heeded = [number for number in _SIGNALS if main and signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heeded}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
