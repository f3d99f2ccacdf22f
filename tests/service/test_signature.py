"""Signatures that botocore makes, checked by us."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from engine.service.faults import Fault
from engine.service.signature import MOST_AGE, Signed, check_signature

BODY = b'{"name": "somewhere"}'
KEYS = {"AKID": "secret"}


def signed_headers(**changes: str) -> dict[str, str]:
    request = AWSRequest(
        method="POST",
        url="http://127.0.0.1:4510/",
        data=BODY,
        headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "SimpleWorkflowService.DescribeDomain"},
    )
    SigV4Auth(Credentials("AKID", "secret"), "swf", "eu-central-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return {**headers, "host": "127.0.0.1:4510", **changes}


SIGNED = signed_headers()


def moment(headers: dict[str, str]) -> float:
    return datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


def refusal(headers: dict[str, str], *, body: bytes = BODY, late: float = 0.0) -> str:
    with pytest.raises(Fault) as refused:
        check_signature(Signed(headers=headers, body=body), KEYS, moment(headers) + late)
    return refused.value.code


def test_what_botocore_signs_is_accepted() -> None:
    headers = signed_headers()
    check_signature(Signed(headers=headers, body=BODY), KEYS, moment(headers))


@st.composite
def changed(draw: st.DrawFn) -> tuple[dict[str, str], bytes, float]:
    """A request that differs from the signed one in one thing: headers, body, and how many seconds later it arrives."""
    headers = dict(SIGNED)
    match draw(st.sampled_from(["header", "no header", "one more", "signature", "body", "time"])):
        case "header":
            name = draw(st.sampled_from(sorted(headers.keys() - {"authorization"})))
            headers[name] = draw(st.text(string.printable).filter(lambda text: text.split() != SIGNED[name].split()))
        case "no header":
            del headers[draw(st.sampled_from(sorted(headers)))]
        case "one more":
            headers["x-amz-" + draw(st.sampled_from(["security-token", "content-sha256", "other"]))] = draw(st.text(string.printable))
        case "signature":
            at = draw(st.integers(0, len(SIGNED["authorization"]) - 1))
            other = draw(st.sampled_from(sorted(set(string.printable) - {SIGNED["authorization"][at]})))
            headers["authorization"] = SIGNED["authorization"][:at] + other + SIGNED["authorization"][at + 1 :]
        case "body":
            return headers, draw(st.binary().filter(lambda body: body != BODY)), 0.0
        case "time":
            late = draw(st.floats(MOST_AGE + 1, 1e9))
            return headers, BODY, draw(st.sampled_from([late, -late]))
    return headers, BODY, 0.0


@given(changed())
def test_whatever_is_changed_after_signing_is_refused(request: tuple[dict[str, str], bytes, float]) -> None:
    headers, body, late = request
    with pytest.raises(Fault) as refused:
        check_signature(Signed(headers=headers, body=body), KEYS, moment(SIGNED) + late)
    assert refused.value.code in {
        "MissingAuthenticationTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "UnrecognizedClientException",
    }


def test_temporary_credentials_are_unknown_here() -> None:
    request = AWSRequest(
        method="POST", url="http://127.0.0.1:4510/", data=BODY, headers={"X-Amz-Target": "SimpleWorkflowService.ListDomains"}
    )
    SigV4Auth(Credentials("AKID", "secret", token="session"), "swf", "us-east-1").add_auth(request)  # noqa: S106  made up
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": "127.0.0.1:4510"}
    assert refusal(headers) == "UnrecognizedClientException"


def test_a_header_that_was_sent_twice_is_what_its_values_say_together() -> None:
    headers = signed_headers()
    assert refusal({**headers, "x-amz-target": f"{headers['x-amz-target']},{headers['x-amz-target']}"}) == "InvalidSignatureException"


def test_a_changed_body_or_header_is_refused() -> None:
    assert refusal(signed_headers(), body=b"{}") == "InvalidSignatureException"
    assert refusal(signed_headers(**{"x-amz-target": "SimpleWorkflowService.DeprecateDomain"})) == "InvalidSignatureException"
    assert refusal(signed_headers(host="elsewhere")) == "InvalidSignatureException"


def test_a_signature_holds_for_five_minutes() -> None:
    headers = signed_headers()
    check_signature(Signed(headers=headers, body=BODY), KEYS, moment(headers) + MOST_AGE)
    assert refusal(headers, late=MOST_AGE + 1) == "InvalidSignatureException"
    assert refusal(headers, late=-MOST_AGE - 1) == "InvalidSignatureException"


@pytest.mark.parametrize("stamp", ["", "2024-05-01T12:00:00Z", "20240501T120000", "20240532T120000Z", "20240501T120000+0000", "now"])
def test_a_date_is_written_in_one_way_only(stamp: str) -> None:
    headers = {**signed_headers(), "x-amz-date": stamp}
    with pytest.raises(Fault, match="X-Amz-Date is not of the form") as refused:
        check_signature(Signed(headers=headers, body=BODY), KEYS, 0.0)
    assert refused.value.code == "IncompleteSignatureException"


def test_a_date_that_was_not_signed_for_is_refused() -> None:
    headers = signed_headers()
    headers["authorization"] = headers["authorization"].replace(headers["x-amz-date"][:8], "19990101")
    assert refusal(headers) == "InvalidSignatureException"


def test_the_operation_must_be_signed() -> None:
    headers = signed_headers()
    headers["authorization"] = headers["authorization"].replace(";x-amz-target", "")
    assert refusal(headers) == "IncompleteSignatureException"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "MissingAuthenticationTokenException"),
        ("Bearer token", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=AKID", "IncompleteSignatureException"),
    ],
)
def test_what_is_no_signature_is_refused(authorization: str, code: str) -> None:
    assert refusal(signed_headers(authorization=authorization)) == code


def test_an_unknown_key_is_refused() -> None:
    headers = signed_headers()
    headers["authorization"] = headers["authorization"].replace("AKID", "OTHER")
    assert refusal(headers) == "UnrecognizedClientException"
