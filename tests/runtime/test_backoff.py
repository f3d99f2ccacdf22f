"""Waiting for an endpoint: how long, how often it is said, when it is given up."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.errors import EndpointUnavailable, SwfFault
from engine.runtime.backoff import Patience, ceiling
from engine.swf.client import Client
from tests.runtime.world import Call, Detour


def away(times: int, errors: Iterator[Exception] | None = None) -> Any:
    left = [times]

    def way(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if left[0]:
            left[0] -= 1
            raise EndpointUnavailable("http://far", "connection refused") if errors is None else next(errors)
        return call(operation, request)

    return way


LIST = {"registrationStatus": "REGISTERED"}


def test_the_ceiling_doubles_from_a_tenth_of_a_second_up_to_thirty() -> None:
    assert [ceiling(failures) for failures in (1, 2, 3, 4)] == [0.1, 0.2, 0.4, 0.8]
    assert ceiling(9) == 25.6
    assert {ceiling(failures) for failures in (10, 100, 10_000)} == {30.0}


def test_waits_are_drawn_between_nothing_and_the_ceiling(client: Client) -> None:
    drawn: list[tuple[float, float]] = []

    def shortest(low: float, high: float) -> float:
        drawn.append((low, high))
        return 0.0

    patience = Patience(Detour(client, away(4)), uniform=shortest)
    assert patience.until(threading.Event()).call("ListDomains", LIST)["domainInfos"] == []
    assert drawn == [(0.0, 0.1), (0.0, 0.2), (0.0, 0.4), (0.0, 0.8)]


def test_going_away_and_coming_back_are_said_once_for_all_threads(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    patience = Patience(Detour(client, away(40)), uniform=lambda _low, _high: 0.0)
    caller = patience.until(threading.Event())
    threads = [threading.Thread(target=caller.call, args=("ListDomains", LIST)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "The endpoint is unavailable, trying again until it is back: http://far: connection refused"
    assert said[-1] == "The endpoint is back: sqlite://:memory:"


def test_who_is_to_stop_gives_up_with_the_endpoints_error(client: Client) -> None:
    give_up = threading.Event()
    give_up.set()
    with pytest.raises(EndpointUnavailable, match="connection refused"):
        Patience(Detour(client, away(1))).until(give_up).call("ListDomains", LIST)


def test_a_refusal_is_not_repeated(client: Client) -> None:
    fault = SwfFault("ListDomains", "OperationNotPermittedFault", "no")
    with pytest.raises(SwfFault, match="OperationNotPermittedFault"):
        Patience(Detour(client, away(1, iter([fault])))).until(threading.Event()).call("ListDomains", LIST)
