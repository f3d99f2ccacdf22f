"""Plain HTTP as servers speak it, and as they break it off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from urllib3.util.wait import wait_for_read

from engine.swf.transport import Transport
from tests.swf.answering import answering


def ask(transport: Transport, url: str) -> AWSResponse:
    return transport.send(AWSRequest(method="POST", url=url, data=b"{}", headers={"X-Amz-Target": "Nothing"}).prepare())


@contextmanager
def transport_to(*answers: bytes, stay: bool = False) -> Iterator[tuple[Transport, str]]:
    with answering(*answers, stay=stay) as url:
        transport = Transport(url, connect_timeout=5, read_timeout=0.2 if stay else 30, headers={})
        try:
            yield transport, url
        finally:
            transport.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Name: value\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Name: value\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nX-Name: value\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nX-Name: value\r\n\r\nhello",
    ],
)
def test_an_answer_is_read_however_its_length_is_told(answer: bytes) -> None:
    with transport_to(answer) as (transport, url):
        response = ask(transport, url)
        assert (response.status_code, response.content, response.headers["x-name"]) == (200, b"hello", "value")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
    ],
)
def test_an_answer_that_breaks_off_is_no_answer(answer: bytes) -> None:
    with transport_to(answer) as (transport, url), pytest.raises(ConnectionClosedError):
        ask(transport, url)


def test_an_answer_that_does_not_come_is_given_up() -> None:
    with transport_to(b"", stay=True) as (transport, url), pytest.raises(ReadTimeoutError):
        ask(transport, url)


def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    with transport_to(*[answer] * 3) as (transport, url):
        for _ in range(3):
            assert ask(transport, url).content == b"hello"
            assert wait_for_read(transport._idle[-1], timeout=30), "the end of the connection has arrived"


def test_a_connection_whose_answer_comes_after_the_end_is_not_kept() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    with transport_to(answer) as (transport, url):
        transport.close()
        assert ask(transport, url).content == b"hello"
        assert not transport._idle
