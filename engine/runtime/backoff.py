"""Patience with an endpoint that is away or throttles: exponential back-off with full jitter, said once when it begins and once
when it is over, whatever the number of threads that wait. Wraps a client; repeats only what ended in EndpointUnavailable.

Sent again, a request may have been applied the first time: callers know that the second answer to a task's completion is
UnknownResourceFault. Imports `errors` and `swf.client`; imported by decider and worker.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from engine.errors import EndpointUnavailable
from engine.swf.client import Answered, Client, Request, Told, exchange_of

log = logging.getLogger(__name__)

FIRST: Final = 0.1
LONGEST: Final = 30.0


def ceiling(failures: int) -> float:
    """The longest wait after so many failures in a row, in seconds: 0.1, 0.2, 0.4 ... 30."""
    return LONGEST if failures > 9 else min(LONGEST, FIRST * 2.0 ** (failures - 1))


class Patience:
    """What the threads of a process know of the endpoint that they share."""

    def __init__(self, client: Client, *, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._client = client
        self._exchange = exchange_of(client)
        self._uniform = uniform
        self._lock = threading.Lock()
        self._away = False

    def until(self, give_up: threading.Event) -> Client:
        """The client, with calls that are made again until `give_up` is set; only then they raise EndpointUnavailable."""
        return _PatientClient(patience=self, client=self._client, give_up=give_up)

    def call(self, operation: str, request: Mapping[str, Any], give_up: threading.Event) -> Mapping[str, Any]:
        failures = 0
        while True:
            try:
                response = self._client.call(operation, request)
            except EndpointUnavailable as error:
                failures += 1
                self._note_away(error)
                if give_up.wait(self._uniform(0.0, ceiling(failures))):
                    raise
            else:
                if self._away:
                    self._note_back()
                return response

    def exchange(
        self, answers: Sequence[Told], poll: Request, most: int, *, answering: threading.Event, polling: threading.Event
    ) -> Sequence[Mapping[str, Any]]:
        """As `swf.client.Exchange`, each request again and again until its event is set. Raises: as `call`, for the poll."""
        patient = [(request, partial(self._tell, request, told, answering)) for request, told in answers]
        try:
            return self._exchange(patient, poll, most)
        except EndpointUnavailable as error:
            self._note_away(error)
        return [self.call(*poll, polling)]

    def _tell(self, request: Request, told: Callable[[Answered], None], give_up: threading.Event, outcome: Answered) -> None:
        told(partial(self._in_the_end, outcome, request, give_up))

    def _in_the_end(self, outcome: Answered, request: Request, give_up: threading.Event) -> Mapping[str, Any]:
        try:
            return outcome()
        except EndpointUnavailable as error:
            self._note_away(error)
        return self.call(*request, give_up)

    def _note_away(self, error: EndpointUnavailable) -> None:
        with self._lock:
            first, self._away = not self._away, True
        if first:
            log.warning("The endpoint is unavailable, trying again until it is back: %s", error)

    def _note_back(self) -> None:
        with self._lock:
            last, self._away = self._away, False
        if last:
            log.warning("The endpoint is back: %s", self._client.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PatientClient:
    """A Client."""

    patience: Patience
    client: Client
    give_up: threading.Event

    @property
    def url(self) -> str:
        return self.client.url

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.patience.call(operation, request, self.give_up)

    def interrupt(self) -> None:
        self.client.interrupt()

    def close(self) -> None:
        self.client.close()
