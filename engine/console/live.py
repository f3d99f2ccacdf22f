"""Pages that follow what happens: server-sent events that say that something has changed, never what.

The browser asks for the page again; so there is one place that says how things look. Imports sse-starlette; imported by the pages.
"""

from __future__ import annotations

import asyncio
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


def watch(look: Callable[[], tuple[object, bool]]) -> EventSourceResponse:
    """Says `changed` whenever what `look` sees is another than before, `over` once it says that nothing will change any more.

    `look` runs in a thread, gives what is seen (anything that can be compared) and whether that is final.
    """
    return EventSourceResponse(_events(look), ping=15)


async def _events(look: Callable[[], tuple[object, bool]]) -> AsyncIterator[ServerSentEvent]:
    seen: object = None
    first = True
    while True:
        pause = PAUSE
        try:
            now, final = await run_in_threadpool(look)
        except (EndpointError, SwfFault) as error:
            log.info("A live page can't look: %s", error)
            pause = TROUBLED
        else:
            if now != seen and not first:
                yield ServerSentEvent(event="changed", data="")
            seen, first = now, False
            if final:
                yield ServerSentEvent(event="over", data="")
                return
        await asyncio.sleep(pause)
