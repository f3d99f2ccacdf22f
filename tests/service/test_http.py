"""The HTTP face, over real sockets: what any client sees, and what no client can do to it."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from engine.service.serve import Serving, Settings
from engine.service.wire import MOST_BYTES
from tests.service.serving import HEADERS, LIST_DOMAINS, Response, send, served
from tests.service.world import PATIENCE


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with served(Settings(database=tmp_path_factory.mktemp("http") / "swf.db", port=0)) as serving:
        yield serving


def test_an_operation_is_answered_as_aws_json(service: Serving) -> None:
    response = send(service.url, LIST_DOMAINS)
    assert response.status == 200
    assert response.headers["content-type"] == "application/x-amz-json-1.0"
    assert len(response.headers["x-amzn-requestid"]) == 36
    assert json.loads(response.body) == {"domainInfos": []}


def test_requests_may_be_written_as_the_developer_guide_shows_them(service: Serving) -> None:
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "Content-Encoding": "amz-1.0",
        "X-Amz-Target": "com.amazonaws.swf.service.model.SimpleWorkflowService.ListDomains",
    }
    assert json.loads(send(service.url, LIST_DOMAINS, headers).body)["domainInfos"] is not None


def test_an_operation_that_answers_nothing_has_an_empty_body(service: Serving) -> None:
    body = b'{"name": "empty", "workflowExecutionRetentionPeriodInDays": "1"}'
    response = send(service.url, body, {**HEADERS, "X-Amz-Target": "SimpleWorkflowService.RegisterDomain"})
    assert (response.status, response.body) == (200, b"")


def test_a_fault_has_the_apis_name_and_status(service: Serving) -> None:
    response = send(service.url, b'{"name": "nowhere"}', {**HEADERS, "X-Amz-Target": "SimpleWorkflowService.DescribeDomain"})
    assert response.status == 400
    assert response.fault == "com.amazonaws.swf.base.model#UnknownResourceFault"
    assert response.headers["content-type"] == "application/x-amz-json-1.0"


@pytest.mark.parametrize(
    ("body", "headers", "status", "fault"),
    [
        (b"{", {}, 400, "com.amazon.coral.service#SerializationException"),
        (b"[]", {}, 400, "com.amazon.coral.service#SerializationException"),
        (b"\xff\xfe", {}, 400, "com.amazon.coral.service#SerializationException"),
        (b'{"registrationStatus": NaN}', {}, 400, "com.amazon.coral.service#SerializationException"),
        (b"[" * 100_000 + b"]" * 100_000, {}, 400, "com.amazon.coral.service#SerializationException"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, {}, 400, "com.amazon.coral.service#SerializationException"),
        (b'{"registrationStatus": 7}', {}, 400, "com.amazon.coral.service#SerializationException"),
        (b'{"registrationStatus": "NEITHER"}', {}, 400, "com.amazon.coral.validate#ValidationException"),
        (b"{}", {}, 400, "com.amazon.coral.validate#ValidationException"),
        (b"", {}, 400, "com.amazon.coral.validate#ValidationException"),
        (LIST_DOMAINS, {"X-Amz-Target": "SimpleWorkflowService.Nonsense"}, 400, "com.amazon.coral.service#UnknownOperationException"),
        (LIST_DOMAINS, {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, 400, "com.amazon.coral.service#UnknownOperationException"),
        (LIST_DOMAINS, {"X-Amz-Target": ""}, 400, "com.amazon.coral.service#UnknownOperationException"),
        (LIST_DOMAINS, {"Content-Type": "text/plain"}, 400, "com.amazon.coral.service#SerializationException"),
        (b'{"a":"' + b"x" * MOST_BYTES + b'"}', {}, 413, "com.amazon.coral.service#RequestEntityTooLargeException"),
        (LIST_DOMAINS, {"Host": "evil.example"}, 400, "com.amazon.coral.service#AccessDeniedException"),
        (LIST_DOMAINS, {"Host": "evil.example:4510"}, 400, "com.amazon.coral.service#AccessDeniedException"),
    ],
)
def test_what_is_no_request_is_refused_as_such(service: Serving, body: bytes, headers: Mapping[str, str], status: int, fault: str) -> None:
    response = send(service.url, body, {**HEADERS, **headers})
    assert (response.status, response.fault) == (status, fault)
    assert b"Traceback" not in response.body


def test_a_body_that_comes_in_pieces_is_put_together(service: Serving) -> None:
    pieces = iter([LIST_DOMAINS[:5], LIST_DOMAINS[5:20], LIST_DOMAINS[20:]])
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=PATIENCE)
    connection.request("POST", "/", pieces, {**HEADERS, "Transfer-Encoding": "chunked"}, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["domainInfos"] is not None
    connection.close()


def test_a_connection_takes_many_requests(service: Serving) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=PATIENCE)
    for _ in range(3):
        connection.request("POST", "/", LIST_DOMAINS, HEADERS)
        assert connection.getresponse().read()
        local = connection.sock.getsockname()
    assert connection.sock.getsockname() == local
    connection.close()


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:80"])
def test_the_names_of_this_machine_are_accepted(service: Serving, name: str) -> None:
    assert send(service.url, LIST_DOMAINS, {**HEADERS, "Host": name}).status == 200


def test_any_signature_is_accepted_where_there_are_no_keys(service: Serving) -> None:
    assert send(service.url, LIST_DOMAINS, {**HEADERS, "Authorization": "whatever"}).status == 200


def test_a_browser_finds_out_what_this_is(service: Serving) -> None:
    page = send(service.url, b"", {}, method="GET")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert b"Amazon Simple Workflow Service" in page.body


def test_a_probe_finds_out_that_it_works(service: Serving) -> None:
    response = send(service.url, b"", {}, method="GET", path="/healthz")
    assert (response.status, json.loads(response.body)) == (200, {"status": "ok"})


def test_there_is_no_other_page(service: Serving) -> None:
    assert send(service.url, b"", {}, method="GET", path="/elsewhere").status == 404


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/elsewhere"), ("POST", "/healthz"), ("PUT", "/"), ("OPTIONS", "/"), ("DELETE", "/x")]
)
def test_the_api_is_asked_in_one_way_only(service: Serving, method: str, path: str) -> None:
    response = send(service.url, LIST_DOMAINS, HEADERS, method=method, path=path)
    assert (response.status, response.fault) == (400, "com.amazon.coral.service#UnknownOperationException")


def test_what_is_not_http_harms_nobody(service: Serving) -> None:
    with socket.create_connection((urlsplit(service.url).hostname or "", urlsplit(service.url).port or 0), timeout=PATIENCE) as connection:
        connection.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        assert connection.recv(1024).startswith(b"HTTP/1.1 400")
    assert send(service.url, LIST_DOMAINS).status == 200


def signed(url: str, secret: str, *, key: str = "AKID", body: bytes = LIST_DOMAINS) -> dict[str, str]:
    request = AWSRequest(method="POST", url=url, data=body, headers=HEADERS)
    SigV4Auth(Credentials(key, secret), "swf", "us-east-1").add_auth(request)
    return dict(request.headers.items())


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with served(Settings(database=tmp_path_factory.mktemp("guarded") / "swf.db", port=0, keys={"AKID": "secret"})) as serving:
        yield serving


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"])
def test_what_was_signed_holds_for_its_method_only(guarded: Serving, method: str) -> None:
    response = send(guarded.url, LIST_DOMAINS, signed(guarded.url, "secret"), method=method)
    assert b"domainInfos" not in response.body
    assert response.status == 400 or response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["//", "/x", "/?a=b", "/.", "/%2F", "*"])
def test_what_was_signed_holds_for_its_path_only(guarded: Serving, path: str) -> None:
    response = send(guarded.url, LIST_DOMAINS, signed(guarded.url, "secret"), path=path)
    assert response.status in {400, 404}


@pytest.mark.parametrize("name", ["X-Amz-Target", "X-Amz-Date", "Authorization", "Content-Type", "Host"])
@pytest.mark.parametrize("first", [True, False])
def test_a_header_can_not_be_slipped_in_beside_the_signed_one(guarded: Serving, name: str, *, first: bool) -> None:
    headers = {"Host": urlsplit(guarded.url).netloc, **signed(guarded.url, "secret")}
    lines = [f"{key}: {value}" for key, value in headers.items()]
    other = {"X-Amz-Target": "SimpleWorkflowService.DescribeDomain"}.get(name, headers[name])
    lines.insert(0 if first else len(lines), f"{name}: {other}")
    text = "\r\n".join(["POST / HTTP/1.1", *lines, f"Content-Length: {len(LIST_DOMAINS)}", "Connection: close", "", ""]).encode()
    with socket.create_connection((urlsplit(guarded.url).hostname or "", urlsplit(guarded.url).port or 0), timeout=PATIENCE) as connection:
        connection.sendall(text + LIST_DOMAINS)
        assert connection.recv(1024).startswith(b"HTTP/1.1 400")


def test_with_credentials_it_answers_under_any_name(guarded: Serving) -> None:
    url = guarded.url.replace("127.0.0.1", "swf.internal")
    headers = {**signed(url, "secret"), "Host": urlsplit(url).netloc}
    assert send(guarded.url, LIST_DOMAINS, headers).status == 200


def test_where_there_are_keys_a_request_must_be_signed_with_one(tmp_path: Path) -> None:
    with served(Settings(database=tmp_path / "swf.db", port=0, keys={"AKID": "secret"})) as serving:

        def outcome(headers: Mapping[str, str]) -> Response:
            return send(serving.url, LIST_DOMAINS, headers)

        assert serving.signed
        assert outcome(signed(serving.url, "secret")).status == 200
        assert outcome(signed(serving.url, "wrong")).fault.endswith("#InvalidSignatureException")
        assert outcome(signed(serving.url, "secret", key="OTHER")).fault.endswith("#UnrecognizedClientException")
        assert outcome(HEADERS).fault.endswith("#MissingAuthenticationTokenException")
        assert outcome({**HEADERS, "Authorization": "whatever"}).fault.endswith("#IncompleteSignatureException")
        assert outcome(signed(serving.url, "secret", body=b"{}")).fault.endswith("#InvalidSignatureException")
