"""SWF over HTTP, through botocore: AWS itself, `swfgraph serve`, or any other endpoint of the API.

Here: how botocore is set up (no retries and no checks of its own: the runtime backs off, the service validates), and what its
errors mean to a caller. Where there is no TLS and no proxy, its requests go through transport.py. Never: anything about workflows.
Imports errors, the client contract and transport.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from textwrap import shorten
from typing import Any, Final
from urllib.parse import urlsplit

import botocore
import botocore.exceptions
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.session import Session
from botocore.utils import get_environ_proxies

from engine.errors import CredentialsMissing, EndpointError, EndpointUnavailable, SwfFault, UsageError
from engine.service.loopback import is_loopback
from engine.swf.client import LONG_POLL_SECONDS
from engine.swf.transport import Transport

READ_TIMEOUT: Final = LONG_POLL_SECONDS + 15
"""AWS SDKs' advice: "set the client side socket timeout (SO_TIMEOUT) to at least 70 seconds" (API reference, PollForDecisionTask)."""

CONNECT_TIMEOUT: Final = 5
MOST_CONNECTIONS: Final = 256
"""Kept open; a thread beyond that opens one for its call."""

ANY_REGION: Final = "us-east-1"
"""An endpoint of one's own has no regions; signatures name one all the same."""

USER_AGENT: Final = f"swfgraph botocore/{botocore.__version__}"
"""Given, since botocore makes up its own anew for each request, at a third of the cost of the whole."""

UNSIGNED: Final = {
    "Authorization": f"AWS4-HMAC-SHA256 Credential=swfgraph/20120125/{ANY_REGION}/swf/aws4_request, SignedHeaders=host, Signature=none"
}
"""What stands in for a signature where there is nothing to sign with: some endpoints choose the service by it."""

SETTINGS: Final[Mapping[str, Any]] = {
    "retries": {"total_max_attempts": 1, "mode": "standard"},
    "parameter_validation": False,
    "connect_timeout": CONNECT_TIMEOUT,
    "read_timeout": READ_TIMEOUT,
    "max_pool_connections": MOST_CONNECTIONS,
    "tcp_keepalive": True,
    "user_agent": USER_AGENT,
}

NO_TASK: Final[Mapping[str, Any]] = {"taskToken": "", "startedEventId": 0}
"""What a poll answers that found nothing."""

TAGS: Final = re.compile(r"<[^>]*>")

POLLS: Final = frozenset({"PollForActivityTask", "PollForDecisionTask"})

THROTTLED: Final = frozenset(
    {"RequestLimitExceeded", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException", "PriorRequestNotComplete"}
)
REJECTED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Common errors of AWS services that are about who asks, not about what is asked."""

AWAY: Final = (botocore.exceptions.ConnectionError, HTTPClientError)
NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
HOW_TO_GET_THEM: Final = (
    "run `aws configure` or `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_PROFILE chooses a profile)"
)


class BotoClient:
    """A client of one endpoint."""

    def __init__(self, url: str, client: Any, transport: Transport | None) -> None:
        """`transport`: what the client sends through, where it isn't botocore's own."""
        self._url = url
        self._client = client
        self._transport = transport
        self._interrupted = False
        names = client.meta.method_to_api_mapping
        self._methods: Mapping[str, Callable[..., dict[str, Any]]] = {names[method]: getattr(client, method) for method in names}

    @property
    def url(self) -> str:
        return self._url

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """See Client.call. Also raises: CredentialsMissing."""
        method = self._methods.get(operation)
        if method is None:
            raise SwfFault(operation, "UnknownOperationException", "the Amazon SWF API has no operation of that name")
        if self._interrupted and operation in POLLS:
            return NO_TASK
        try:
            response = method(**request)
        except ClientError as error:
            raise self._refused(operation, error) from error
        except BotoCoreError as error:
            if self._interrupted and operation in POLLS:
                return NO_TASK
            raise self._not_reached(error) from error
        response.pop("ResponseMetadata", None)
        return response

    def _refused(self, operation: str, error: ClientError) -> Exception:
        """What an answer means that is not a success."""
        said = error.response.get("Error", {})
        code, message = said.get("Code", "Unknown").rpartition("#")[2], said.get("Message", "")
        if message.lstrip().startswith("<"):  # a page for browsers, of a proxy or a web framework
            message = shorten(TAGS.sub(" ", message), 200)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status >= 500 or status == 429 or code in THROTTLED:
            return EndpointUnavailable(self._url, f"{operation} was answered with {code} (HTTP status {status}): {message}")
        if code in REJECTED:
            return EndpointError(self._url, f"{operation} is refused to these credentials, {code}: {message}")
        return SwfFault(operation, code, message)

    def _not_reached(self, error: BotoCoreError) -> Exception:
        """What it means that there was no answer."""
        if isinstance(error, NO_CREDENTIALS):
            return CredentialsMissing(self._url, f"{error}; {HOW_TO_GET_THEM}")
        if isinstance(error, SSLError):
            return EndpointError(
                self._url, f"its certificate is not trusted; AWS_CA_BUNDLE may name a file of certificates that are ({error})"
            )
        if isinstance(error, AWAY):
            return EndpointUnavailable(self._url, str(error))
        return EndpointError(self._url, str(error))

    def interrupt(self) -> None:
        """See Client.interrupt. Over plain HTTP the server is told that nobody waits, and `swfgraph serve` ends its polls at once.

        Elsewhere a poll under way can't be ended (botocore has no means, AWS no operation): it lasts up to a minute more.
        """
        self._interrupted = True
        if self._transport is not None:
            self._transport.hang_up()

    def close(self) -> None:
        """See Client.close."""
        self._client.close()
        if self._transport is not None:
            self._transport.close()


def open_client(url: str) -> BotoClient:
    """A client of `http(s)://host[:port]` or `aws://region` (`aws://`: the region that is configured).

    Raises: CredentialsMissing, UsageError (no region), EndpointError.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "aws":
            return _aws_client(url, parts.netloc)
        return _endpoint_client(url, on_this_machine=is_loopback(parts.hostname or ""))
    except NO_CREDENTIALS as error:
        raise CredentialsMissing(url, f"{error}; {HOW_TO_GET_THEM}") from error
    except NoRegionError as error:
        raise UsageError(
            f"{url} names no region and none is configured: write e.g. aws://eu-central-1, or set AWS_DEFAULT_REGION"
        ) from error
    except (BotoCoreError, ValueError) as error:
        raise EndpointError(url, str(error)) from error


def _aws_client(url: str, region: str) -> BotoClient:
    session = _session()
    if session.get_credentials() is None:
        raise NoCredentialsError
    return BotoClient(url, session.create_client("swf", region_name=region or None, config=Config(**SETTINGS)), None)


def _endpoint_client(url: str, *, on_this_machine: bool) -> BotoClient:
    session = _session()
    session.get_component("credential_provider").remove("iam-role")  # AWS's machines ask for it, and elsewhere that takes seconds
    signed = session.get_credentials() is not None
    if not signed and not on_this_machine:
        raise NoCredentialsError
    proxies = {} if on_this_machine else get_environ_proxies(url)
    settings = {**SETTINGS, "proxies": proxies} if signed else {**SETTINGS, "proxies": proxies, "signature_version": botocore.UNSIGNED}
    region = session.get_config_variable("region") or ANY_REGION
    client = session.create_client("swf", region_name=region, endpoint_url=url, config=Config(**settings))
    if proxies or not url.startswith("http:"):
        return BotoClient(url, client, None)
    transport = Transport(url, connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, headers={} if signed else UNSIGNED)
    events: Any = client.meta.events  # its stubs know no handlers that answer
    events.register("before-send.swf", transport.send)
    return BotoClient(url, client, transport)


def _session() -> Session:
    session = Session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=float)
    return session
