"""Pages that follow what happens: server-sent events that say that something has changed, never what.

The browser asks for the page again; so there is one place that says how things look. Imports sse-starlette; imported by the pages.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from engine.errors import EndpointError, SwfFault

log = logging.getLogger(__name__)

PAUSE: Final = 0.5
"""Seconds between two looks."""
TROUBLED: Final = 5.0
"""Seconds until the next look when the endpoint can't be asked."""


def mark(seen: object) -> str:
    """A short text that stands for what was seen: a page gives it to its live address, so that nothing is missed until that is asked."""
    return hashlib.sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def watch(look: Callable[[], tuple[object, bool]], known: str) -> EventSourceResponse:
    """Says `changed` whenever what `look` sees is another than before, `over` once it says that nothing will change any more.

    `look` runs in a thread, gives what is seen (anything whose repr says all of it) and whether that is final. `known` is the `mark` of
    what the page shows; a browser that connects again gives an old one, and hears `changed`.
    """
    return EventSourceResponse(_events(look, known), ping=15)


async def _events(look: Callable[[], tuple[object, bool]], known: str) -> AsyncIterator[ServerSentEvent]:
    while True:
        pause = PAUSE
        try:
            now, final = await run_in_threadpool(look)
        except (EndpointError, SwfFault) as error:
            log.info("A live page can't look: %s", error)
            pause = TROUBLED
        else:
            if mark(now) != known:
                yield ServerSentEvent(event="changed", data="")
            known = mark(now)
            if final:
                yield ServerSentEvent(event="over", data="")
                return
        await asyncio.sleep(pause)
