"""The client contract: how decider, worker, command and console reach SWF, whatever stands behind it.

Requests and responses have the shapes of the SWF API (2012-01-25), with two differences from boto3, so that every endpoint is
alike: timestamps are epoch seconds (float), and the response carries no `ResponseMetadata`. Events that a response holds may be
shared with the endpoint: read them, never change them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn, Protocol, TypeAlias, runtime_checkable

from engine.errors import SwfgraphError

LONG_POLL_SECONDS = 60
"""How long SWF parks a poll: API reference, PollForDecisionTask."""


class Client(Protocol):
    """One endpoint. Safe to call from many threads at once."""

    @property
    def url(self) -> str: ...

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One API call, e.g. `call("DescribeDomain", {"name": "TEST_SWF"})`; polls block up to LONG_POLL_SECONDS.

        Raises: SwfFault (the service refused), EndpointUnavailable (away or throttling: worth another try), EndpointError.
        """
        ...

    def interrupt(self) -> None:
        """End every poll under way as if it had found nothing, where the endpoint can; polls after this do the same."""
        ...

    def close(self) -> None:
        """Give back what the client holds. An embedded service stops once its last client is closed."""
        ...


Request: TypeAlias = tuple[str, Mapping[str, Any]]
"""Operation and request, as `Client.call` takes them."""

Answered: TypeAlias = Callable[[], Mapping[str, Any]]
"""Gives the response of a call that was made, or raises what `Client.call` would have."""


Told: TypeAlias = tuple[Request, Callable[[Answered], None]]
"""A task's answer, and who is told, once, as soon as it is known what came of it."""

Exchange: TypeAlias = Callable[[Sequence[Told], Request, int], Sequence[Mapping[str, Any]]]
"""Answers tasks and asks for the next ones; gives what the poll brought, and as many tasks more as there are at once, up to so many in
all. Raises what `Client.call` raises for the poll; an answer's faults are for whoever is told.
"""


@runtime_checkable
class Exchanging(Protocol):
    """A client that waits for answers' durability and for the next tasks at once: half the waiting of a busy loop, or less."""

    def exchange(self, answers: Sequence[Told], poll: Request, most: int) -> Sequence[Mapping[str, Any]]:
        """See Exchange."""
        ...


def exchange_of(client: Client) -> Exchange:
    """The client's own way where it has one, else one call after the other."""
    return client.exchange if isinstance(client, Exchanging) else partial(_one_after_the_other, client)


def _one_after_the_other(client: Client, answers: Sequence[Told], poll: Request, _most: int) -> Sequence[Mapping[str, Any]]:
    for request, told in answers:
        told(outcome_of(client, request))
    return [client.call(*poll)]


def outcome_of(client: Client, request: Request) -> Answered:
    """Make the call now; what came of it."""
    try:
        response = client.call(*request)
    except SwfgraphError as error:
        return partial(_fail, error)
    return lambda: response


def _fail(error: SwfgraphError) -> NoReturn:
    raise error
