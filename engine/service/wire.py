"""AWS JSON 1.0 as text: from an HTTP request to operation and request, from an answer or a fault to an HTTP response. Pure.

Here: what is wrong with a request before the service looks at it, and who may ask at all. Never: sockets, the event loop, what an
operation means. Imports faults, loopback, model's names and signature.
Source: AWS JSON 1.0 protocol (Smithy 2.0 specification).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from engine.service.faults import Fault
from engine.service.loopback import LOOPBACK_NAMES, is_loopback
from engine.service.model import TARGET_PREFIX, operations
from engine.service.signature import Signed, check_signature

MOST_BYTES: Final = 1 << 20
"""Developer guide, "Amazon SWF Quotas": maximum request size, 1 MB per request."""

CONTENT_TYPE: Final = "application/x-amz-json-1.0"
ACCEPTED_TYPES: Final = frozenset({CONTENT_TYPE, "application/json"})
"""The second is what the Developer guide ("Making HTTP requests to Amazon SWF") shows, with Content-Encoding amz-1.0, and boto 2 sends."""


_PREFIX: Final = f"{TARGET_PREFIX}."
_NAMESPACE: Final = "com.amazonaws.swf.service.model."
"""May stand before the prefix: the Developer guide ("Making HTTP requests to Amazon SWF") and boto 2 write the service's name in full."""

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


Headers: TypeAlias = Mapping[bytes, bytes]
"""By lower-case name, as ASGI has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Access key id -> secret. Empty: whoever can reach the service may ask, signed or not."""
    names: frozenset[str] = LOOPBACK_NAMES
    """The host names under which the service answers where there are no keys. A web page that has its own name resolved to the
    loopback address (DNS rebinding) still sends its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    operation: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def check_name(access: Access, headers: Headers) -> None:
    """Refuse who calls the service by a name that is not its own. Raises: Fault AccessDeniedException."""
    if access.keys:
        return
    given = _header(headers, b"host")
    if _host_name(given) not in access.names:
        known = ", ".join(sorted(access.names))
        message = f"This service answers as {known}, not as {given!r}: use one of those names in the endpoint URL"
        raise Fault("AccessDeniedException", message)


def is_from_here(peer: str, host: str) -> bool:
    """Whether a program on this machine asks, and knows it: the address it comes from, and the Host that it names."""
    return is_loopback(peer) and _host_name(host) in LOOPBACK_NAMES


def _host_name(host: str) -> str:
    """A Host header without its port."""
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return name.lower()


def read_request(access: Access, headers: Headers, body: bytes, now: float) -> Asked:
    """What is asked. Raises: Fault."""
    if access.keys:
        text = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        check_signature(Signed(headers=text, body=body), access.keys, now)
    kind = _header(headers, b"content-type").partition(";")[0].strip().lower()
    if kind not in ACCEPTED_TYPES:
        raise Fault("SerializationException", f"Content-Type must be {CONTENT_TYPE}, not {kind or 'missing'}")
    target = _header(headers, b"x-amz-target")
    named = target.removeprefix(_NAMESPACE)
    operation = named.removeprefix(_PREFIX)
    if operation == named or operation not in operations():
        message = f"X-Amz-Target must be {_PREFIX}<operation of the Amazon SWF API>, not {target or 'missing'}"
        raise Fault("UnknownOperationException", message)
    return Asked(operation=operation, request=_read_body(body))


def _header(headers: Headers, name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


def _read_body(body: bytes) -> Mapping[str, Any]:
    if not body:
        return {}
    try:
        request = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Fault("SerializationException", f"The body is not JSON: {error}") from None
    except RecursionError:
        raise Fault("SerializationException", "The body is nested too deeply") from None
    if not isinstance(request, dict):
        raise Fault("SerializationException", "The body must be a JSON object")
    return request


def too_large() -> Fault:
    return Fault("RequestEntityTooLargeException", f"The request is larger than {MOST_BYTES} bytes")


def answer(body: Mapping[str, Any], request_id: str) -> Response:
    """The response of an operation that answers nothing has no body (AWS leaves it empty)."""
    return _response(200, _encode(body) if body else b"", request_id)


def refusal(fault: Fault, request_id: str) -> Response:
    return _response(fault.status, _encode(fault.body()), request_id)


def _response(status: int, body: bytes, request_id: str) -> Response:
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-requestid", request_id.encode()),
    ]
    return Response(status=status, headers=headers, body=body)
