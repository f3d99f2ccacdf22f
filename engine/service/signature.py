"""AWS Signature Version 4, checked: was this request signed with a secret that we know, and not long ago?

Pure: the time is an argument. Never: who may do what; whoever signs rightly may do everything. Imports faults.
Source: AWS IAM User Guide, "Signature Version 4: create a signed request" (canonical request, string to sign, signing key).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from engine.service.faults import Fault

MOST_AGE: Final = 300.0
"""Seconds that a signature holds, and that clocks may differ: "must reach AWS within five minutes of the time stamp"."""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_AUTHORIZATION: Final = re.compile(
    rf"{_ALGORITHM} Credential=(?P<key>[^/,\s]+)/(?P<day>\d{{8}})/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request,\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_STAMP_FORM: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_MUST_BE_SIGNED: Final = frozenset({"host", "x-amz-date", "x-amz-target"})
_AMAZONS_OWN: Final = "x-amz-"
_SESSION_TOKEN: Final = "x-amz-security-token"  # noqa: S105  the name of a header


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A request as far as its signature covers it: POST, to the path /, without a query. (Nothing else gets here: http.py.)"""

    headers: Mapping[str, str]
    """By lower-case name; the values of one that was sent several times are joined by commas."""
    body: bytes


def check_signature(request: Signed, keys: Mapping[str, str], now: float) -> None:
    """Hold the request against the secrets (access key id -> secret).

    Raises: Fault MissingAuthenticationTokenException, IncompleteSignatureException, UnrecognizedClientException,
    InvalidSignatureException.
    """
    authorization = request.headers.get("authorization", "")
    if not authorization:
        raise Fault("MissingAuthenticationTokenException", "Request is missing Authentication Token")
    parts = _AUTHORIZATION.fullmatch(authorization)
    if parts is None:
        raise Fault(
            "IncompleteSignatureException",
            f"Authorization is not of the form {_ALGORITHM} Credential=..., SignedHeaders=..., Signature=...",
        )
    names = parts["headers"].split(";")
    _check_coverage(request.headers, names)
    secret = keys.get(parts["key"])
    if secret is None:
        raise Fault("UnrecognizedClientException", f"The security token included in the request is invalid: no access key {parts['key']}")
    if _SESSION_TOKEN in request.headers:
        message = "The security token included in the request is invalid: this service knows no temporary credentials"
        raise Fault("UnrecognizedClientException", message)
    stamp = request.headers["x-amz-date"]
    _check_age(stamp, parts["day"], now)
    # Region and service are the client's: boto 2 makes them of the endpoint's name.
    scope = f"{parts['day']}/{parts['region']}/{parts['service']}/aws4_request"
    canonical = "\n".join(_canonical(request, names))
    to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{_hash(canonical.encode())}"
    key = _signing_key(secret, scope)
    if not hmac.compare_digest(hmac.digest(key, to_sign.encode(), "sha256").hex(), parts["signature"]):
        message = "The request signature we calculated does not match the signature you provided. Check your secret access key"
        raise Fault("InvalidSignatureException", message)


def _check_coverage(headers: Mapping[str, str], names: list[str]) -> None:
    """IAM User Guide, "Create a canonical request": the host header and any x-amz-* headers in the request must be signed."""
    amazons = {name for name in headers if name.startswith(_AMAZONS_OWN)}
    missing = sorted((_MUST_BE_SIGNED | amazons | set(names)) - (set(names) & headers.keys()))
    if missing:
        raise Fault("IncompleteSignatureException", f"These headers must be in the request, and signed: {', '.join(missing)}")


def _check_age(stamp: str, day: str, now: float) -> None:
    try:
        if not _STAMP_FORM.fullmatch(stamp):
            raise ValueError(stamp)
        signed_at = datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        raise Fault("IncompleteSignatureException", f"X-Amz-Date is not of the form YYYYMMDDTHHMMSSZ: {stamp}") from None
    if not stamp.startswith(day):
        raise Fault("InvalidSignatureException", f"Date in Credential scope does not match YYYYMMDD from X-Amz-Date: {day} != {stamp}")
    if abs(now - signed_at) <= MOST_AGE:
        return
    ours = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    which = "expired" if signed_at < now else "not yet current"
    message = f"Signature {which}: {stamp} is more than {MOST_AGE / 60:.0f} minutes from {ours}, which is the time here; check the clocks"
    raise Fault("InvalidSignatureException", message)


@lru_cache(maxsize=256)
def _signing_key(secret: str, scope: str) -> bytes:
    """The same for all that a client signs on one day."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _canonical(request: Signed, names: list[str]) -> list[str]:
    headers = [f"{name}:{' '.join(request.headers[name].split())}" for name in names]
    return ["POST", "/", "", *headers, "", ";".join(names), _hash(request.body)]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
