"""What a page that follows is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from engine.console import live
from engine.errors import EndpointError


async def _told(looks: Iterator[tuple[object, bool]], known: str) -> list[str]:
    return [event.event or "" async for event in live._events(lambda: next(looks), known)]


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.01)
    monkeypatch.setattr(live, "TROUBLED", 0.01)


def test_each_change_is_said_once_and_the_end_last() -> None:
    looks = iter([(1, False), (2, False), (2, False), (3, True)])
    assert asyncio.run(_told(looks, live.mark(1))) == ["changed", "changed", "over"]


def test_what_happened_before_the_browser_listened_is_said_at_once() -> None:
    assert asyncio.run(_told(iter([(5, True)]), live.mark(4))) == ["changed", "over"]
    assert asyncio.run(_told(iter([(5, True)]), live.mark(5))) == ["over"]


def test_an_endpoint_that_can_not_be_asked_for_a_while_is_asked_again() -> None:
    def looks() -> Iterator[tuple[object, bool]]:
        yield 1, True

    seen, first = looks(), [True]

    def look() -> tuple[object, bool]:
        if first.pop() if first else False:
            raise EndpointError("http://127.0.0.1:1", "gone for a while")
        return next(seen)

    async def told() -> list[str]:
        return [event.event or "" async for event in live._events(look, live.mark(0))]

    assert asyncio.run(told()) == ["changed", "over"]


def test_marks_differ_where_what_is_seen_does() -> None:
    assert live.mark([("a", "OPEN", False)]) != live.mark([("a", "OPEN", True)])
    assert live.mark("\ud800") == live.mark("\ud800")
