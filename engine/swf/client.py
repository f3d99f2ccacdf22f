"""The client contract: how decider, worker, command and console reach SWF, whatever stands behind it.

Requests and responses have the shapes of the SWF API (2012-01-25), with two differences from boto3, so that every endpoint is
alike: timestamps are epoch seconds (float), and the response carries no `ResponseMetadata`. Events that a response holds may be
shared with the endpoint: read them, never change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

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
