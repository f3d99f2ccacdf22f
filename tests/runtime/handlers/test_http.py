"""The http handler against a real server: what it asks, what it makes of the answer, and when it stops."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from engine.runtime.handlers.http import HttpHandler
from engine.runtime.task import Canceled, Completed, Failed, Leash, Outcome, Why
from engine.spec.model import HttpRun, Template
from tests.runtime.handlers.jobs import job
from tests.runtime.world import PATIENCE

SEEN: list[dict[str, Any]] = []

ANSWERS = threading.Event()
"""Set: /slow answers."""


class Echo(BaseHTTPRequestHandler):
    """/status/N answers N; /slow waits until it may; /long gives so many bytes; everything else says what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        SEEN.append({"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body})
        status, content = 200, json.dumps({"method": self.command, "path": self.path, "body": body}).encode()
        match self.path.split("/")[1:]:
            case ["status", number]:
                status, content = int(number), b"" if number in ("204", "500") else f"this is {number}".encode()
            case ["slow"]:
                ANSWERS.wait(PATIENCE)
            case ["long", size]:
                content = b"x" * int(size)
            case ["binary"]:
                content = b"\xff\xfe"
            case ["away"]:
                status, content = 302, b"elsewhere"
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/secret")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204 and self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names that the server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its signature
        pass


@pytest.fixture
def server() -> Iterator[str]:
    SEEN.clear()
    ANSWERS.clear()
    http = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    ANSWERS.set()
    http.shutdown()
    http.server_close()
    thread.join()


def ask(url: str, *, given: Any = None, leash: Leash | None = None, **more: Any) -> Outcome:
    text = "" if given is None else json.dumps(given)
    return HttpHandler(run_as=HttpRun(url=Template(value=url), **more)).run(job(text), leash or Leash())


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def result(outcome: Outcome) -> Any:
    assert isinstance(outcome, Completed), outcome
    assert isinstance(outcome.result, str)
    return json.loads(outcome.result)


def test_a_request_that_hands_its_task_on_sends_the_token_and_its_response_is_no_result(server: str) -> None:
    run = HttpRun(url=Template(value=f"{server}/binary"), method="POST", body=Template(value={"token": "{% taskToken %}"}))
    assert HttpHandler(run_as=run).run(job(token="1.2.3"), Leash()) == Completed()  # noqa: S106 - no password
    assert json.loads(SEEN[-1]["body"]) == {"token": "1.2.3"}


def test_the_response_is_the_result_and_the_input_fills_in_what_was_left_open(server: str) -> None:
    told = result(
        ask(
            server + "/orders/{% $encodeUrlComponent(input.id) %}",
            given={"id": "a b/c", "n": 3},
            method="PUT",
            headers={"X-Count": Template(value="{% input.n %}")},
            body=Template(value={"count": "{% input.n %}"}),
        )
    )
    assert told == {"method": "PUT", "path": "/orders/a%20b%2Fc", "body": '{"count":3}'}
    assert SEEN[0]["headers"]["X-Count"] == "3"
    assert SEEN[0]["headers"]["Content-Type"] == "application/json"


def test_a_text_as_body_is_sent_as_it_is(server: str) -> None:
    assert result(ask(server, method="POST", body=Template(value="plain {% input %}"), given="text"))["body"] == "plain text"
    assert SEEN[0]["headers"]["Content-Type"].startswith("text/plain")


def test_a_secret_header_is_the_workers_own(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_OF_TESTS", "Bearer xyz")
    result(ask(server, secret_headers={"Authorization": "TOKEN_OF_TESTS"}))
    assert SEEN[0]["headers"]["Authorization"] == "Bearer xyz"
    monkeypatch.delenv("TOKEN_OF_TESTS")
    outcome = failed(ask(server, secret_headers={"Authorization": "TOKEN_OF_TESTS"}))
    assert outcome.reason == "Http.InvalidRequest"
    assert "TOKEN_OF_TESTS" in outcome.details
    assert len(SEEN) == 1


def test_a_secret_stays_one_where_it_is_no_header(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures go into the history."""
    monkeypatch.setenv("TOKEN_OF_TESTS", "Bearer xyz\n")
    result(ask(server, secret_headers={"Authorization": "TOKEN_OF_TESTS"}))
    assert SEEN[0]["headers"]["Authorization"] == "Bearer xyz", "a file's last line end is no part of what it holds"
    for value in ("Bearer xyz\nX-B: b", "Bearer xyz\u2026"):
        monkeypatch.setenv("TOKEN_OF_TESTS", value)
        outcome = failed(ask(server, secret_headers={"Authorization": "TOKEN_OF_TESTS"}))
        assert outcome.reason == "Http.InvalidRequest"
        assert "xyz" not in outcome.details
    assert len(SEEN) == 1


@pytest.mark.parametrize(("status", "details"), [(404, "this is 404"), (500, "with an empty body"), (201, "this is 201")])
def test_a_status_that_is_not_expected_is_an_error_of_its_own(server: str, status: int, details: str) -> None:
    outcome = failed(ask(f"{server}/status/{status}", expect=(200,)))
    assert outcome.reason == f"Http.{status}"
    assert details in outcome.details


@pytest.mark.parametrize(("status", "expect"), [(201, ("2xx",)), (404, ("2xx", 404)), (302, ("3xx",))])
def test_what_is_expected_is_a_success(server: str, status: int, expect: tuple[int | str, ...]) -> None:
    assert isinstance(ask(f"{server}/status/{status}", expect=expect), Completed)


def test_no_content_is_no_result(server: str) -> None:
    assert ask(f"{server}/status/204") == Completed()


def test_a_redirect_is_not_followed(server: str) -> None:
    assert failed(ask(f"{server}/away")).reason == "Http.302"
    assert [one["path"] for one in SEEN] == ["/away"]


def test_a_server_that_takes_too_long_is_a_timeout(server: str) -> None:
    assert failed(ask(f"{server}/slow", timeout=1)).reason == "Http.Timeout"


def test_a_task_that_is_to_stop_does_not_wait_for_the_answer(server: str) -> None:
    leash = Leash()
    threading.Timer(0.2, leash.stop, args=(Why.CANCELED,)).start()
    assert isinstance(ask(f"{server}/slow", leash=leash), Canceled)


def test_what_is_too_long_or_no_text_is_an_error(server: str) -> None:
    assert failed(ask(f"{server}/long/40000")).reason == "Output.TooLarge"
    assert failed(ask(f"{server}/long/3000000")).reason == "Output.TooLarge"
    assert failed(ask(f"{server}/binary")).reason == "Output.NotText"


def test_nobody_there_is_said_without_what_may_be_secret() -> None:
    outcome = failed(ask("http://user:password@127.0.0.1:9/path?token=secret"))
    assert outcome.reason == "Http.NotReached"
    assert "127.0.0.1:9/path" in outcome.details
    assert "secret" not in outcome.details
    assert "password" not in outcome.details


@pytest.mark.parametrize("url", ["", "{% input %}", "file:///etc/passwd", "ftp://host/x", "http://", "//host/x", "http://[::1"])
def test_what_is_no_http_address_is_not_asked(url: str) -> None:
    assert failed(ask(url, given="gopher://x")).reason == "Http.InvalidRequest"


def test_what_is_no_address_is_shown_without_what_may_be_secret() -> None:
    details = failed(ask("http://user:password@[::1/path?token=secret")).details
    assert "/path" in details
    assert "secret" not in details
    assert "password" not in details


def test_a_header_that_would_begin_another_one_is_refused(server: str) -> None:
    outcome = failed(ask(server, headers={"X-A": Template(value="{% input %}")}, given="a\r\nX-B: b"))
    assert outcome.reason == "Http.InvalidRequest"
    assert SEEN == []


def test_an_expression_that_fails_is_the_error() -> None:
    assert failed(ask("http://127.0.0.1:9/{% input.missing %}", given={})).reason == "Expression.Undefined"
