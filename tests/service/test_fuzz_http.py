"""Law, over real sockets against a `swfgraph serve` process: no bytes bring forth a 500, a line in its log, or a loss to somebody else."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.clients.serving import Server
from tests.service.driving import ACTIVITY, DOMAIN, WORKFLOW
from tests.service.hostile import HEAD, Raw, assert_told, besieged, chunked_bytes, request_bytes
from tests.service.mutations import OPERATIONS, as_json, spoilt
from tests.service.serving import LIST_DOMAINS

PARKED = 0.25
"""Seconds without an answer after which a request is taken for a parked poll: what is wrong with that guess is seen as a hang-up."""

SETUP = (
    ("RegisterDomain", {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"}),
    ("RegisterWorkflowType", {"domain": DOMAIN, **WORKFLOW, "defaultTaskList": {"name": "decisions"}}),
    ("RegisterActivityType", {"domain": DOMAIN, **ACTIVITY, "defaultTaskList": {"name": "work"}}),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with besieged(tmp_path_factory.mktemp("fuzz")) as server:
        with Raw(server.url) as client:
            for operation, request in SETUP:
                client.send(request_bytes(operation, json.dumps(request).encode()))
                response = client.answer()
                assert response is not None
                assert response.status == 200
        yield server


@st.composite
def bodies(draw: DrawFn) -> tuple[str, bytes]:
    operation = draw(st.sampled_from(OPERATIONS))
    return operation, as_json(draw(spoilt(operation)), {})


def damaged(data: bytes) -> SearchStrategy[bytes]:
    """The bytes with a few of them replaced, left out, doubled or put in."""
    pieces = st.one_of(
        st.binary(max_size=4), st.sampled_from((b"\r\n", b"\r\n\r\n", b"\x00", b"\xff\xfe", b":", b"0", b"99999999999", b" "))
    )
    cut = st.tuples(st.integers(0, len(data)), st.integers(0, 6), pieces)
    return st.lists(cut, min_size=1, max_size=4).map(lambda cuts: _cut(data, cuts))


def _cut(data: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, piece in cuts:
        data = data[:place] + piece + data[place + length :]
    return data


@given(asked=st.lists(bodies(), min_size=1, max_size=12))
@settings(max_examples=120, deadline=None)
def test_spoilt_requests_are_answered_or_told_what_is_wrong(service: Server, asked: list[tuple[str, bytes]]) -> None:
    client = Raw(service.url)
    for operation, body in asked:
        client.send(request_bytes(operation, body))
        if operation.startswith("PollFor") and not client.has_answer(within=PARKED):
            client.socket.close()
            client = Raw(service.url)
            continue
        response = client.answer()
        assert response is not None
        assert_told(response)
    client.socket.close()


@given(data=st.data(), asked=bodies())
@settings(max_examples=120, deadline=None)
def test_a_damaged_body_is_no_harm(service: Server, data: st.DataObject, asked: tuple[str, bytes]) -> None:
    operation, body = asked
    with Raw(service.url) as client:
        client.send(request_bytes(operation, data.draw(damaged(body))))
        if client.has_answer(within=PARKED):
            response = client.answer()
            assert response is not None
            assert_told(response)
        else:
            assert operation.startswith("PollFor")


WHOLE = (
    request_bytes("ListDomains", LIST_DOMAINS),
    request_bytes("ListDomains", LIST_DOMAINS) * 3,
    chunked_bytes("ListDomains", [LIST_DOMAINS[:7], LIST_DOMAINS[7:]]),
    request_bytes("ListDomains", LIST_DOMAINS, b"Connection: Upgrade", b"Upgrade: h2c", b"Expect: 100-continue"),
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@given(whole=st.sampled_from(WHOLE).flatmap(damaged))
@settings(max_examples=200, deadline=None)
def test_damaged_http_is_answered_as_such_or_hung_up_on(service: Server, whole: bytes) -> None:
    with Raw(service.url) as client:
        client.send(whole)
        client.has_answer(within=0.02)
        for response in client.answers():
            if response.headers["content-type"] == "application/x-amz-json-1.0":
                assert_told(response)
            else:
                assert response.status in {200, 404}, response  # a page


@given(noise=st.binary(max_size=2_000))
@settings(max_examples=50, deadline=None)
def test_noise_is_told_to_be_no_http(service: Server, noise: bytes) -> None:
    with Raw(service.url) as client:
        client.send(noise + b"\r\n\r\n")
        for response in client.answers():
            assert response.status == 400
            assert_told(response)


HEADERS = (
    b"X-Amz-Target:",
    b"X-Amz-Target: SimpleWorkflowService.",
    b"X-Amz-Target: simpleworkflowservice.ListDomains",
    b"X-Amz-Target: SimpleWorkflowService.__init__",
    b"X-Amz-Target: SimpleWorkflowService.ListDomains.",
    b"X-Amz-Target: \xff\xfe\x80",
    b"X-Amz-Target: " + b"x" * 10_000,
    b"Content-Type:",
    b"Content-Type: \xff",
    b"Content-Type: text/plain",
    b"Content-Type: application/x-amz-json-1.0, application/json",
    b"Content-Type: multipart/form-data; boundary=x",
    b"Content-Encoding: gzip",
    b"Authorization: AWS4-HMAC-SHA256 Credential=\xff",
    b"X-Amz-Date: yesterday",
    b"Accept: text/nothing",
)


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header[:50].decode("latin-1"))
def test_odd_headers_are_told_or_passed_over(service: Server, header: bytes) -> None:
    name = header.partition(b":")[0]
    kept = [line for line in (HEAD + b"ListDomains").split(b"\r\n") if not line.startswith(name)]
    with Raw(service.url) as client:
        client.send(b"\r\n".join([*kept, header, b"Content-Length: %d" % len(LIST_DOMAINS), b"", LIST_DOMAINS]))
        response = client.answer()
        assert response is not None
        assert_told(response)
