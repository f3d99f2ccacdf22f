"""For tests that do their worst to a `swfgraph serve` process: raw connections to it, and an honest client that works on it meanwhile.

At the end of a siege all that the honest client was told must be so, and the service must have ended well and complained of nothing.
"""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.clients.serving import Server, serving
from tests.service.serving import HEADERS, Response
from tests.service.world import COMPLETE, DOMAIN, PATIENCE, POLL, furnish, start

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: SimpleWorkflowService."


def request_bytes(operation: str, body: bytes, *headers: bytes) -> bytes:
    """A whole HTTP request."""
    return b"\r\n".join([HEAD + operation.encode(), *headers, b"Content-Length: %d" % len(body), b"", body])


def chunked_bytes(operation: str, chunks: list[bytes]) -> bytes:
    """The same, its body in chunks."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return HEAD + operation.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"


class Raw:
    """A connection on which anything can be sent. Closed at the end of the block."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """As much of it as the other side takes: it may hang up on what it has had enough of."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def has_answer(self, *, within: float) -> bool:
        """Something has come, if only the end."""
        return bool(self._unread) or bool(select.select([self.socket], [], [], within)[0])

    def answer(self) -> Response | None:
        """The next response; None where the connection has ended instead, before the first byte of one."""
        while b"\r\n\r\n" not in self._unread:
            if not self._receive():
                assert not self._unread, f"the connection ended amid a response: {self._unread[:500]!r}"
                return None
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        if first == "HTTP/1.1 100 Continue":
            return self.answer()
        headers = dict(line.lower().split(": ", 1) for line in lines)
        size = int(headers["content-length"])
        while len(self._unread) < size:
            assert self._receive(), "the connection ended amid a response"
        body, self._unread = self._unread[:size], self._unread[size:]
        return Response(status=int(first.split()[1]), headers=headers, body=body)

    def answers(self) -> list[Response]:
        """All that are still to come, once we have said that nothing more will be sent."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        return list(iter(self.answer, None))

    def _receive(self) -> bool:
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            return False
        self._unread += data
        return bool(data)


def assert_told(response: Response) -> None:
    """Answered, or refused with a fault that is the client's, in the API's form."""
    if response.status != 200:
        assert 400 <= response.status < 500, response
        assert response.fault.startswith("com.amazon"), response
        assert response.headers["content-type"] == "application/x-amz-json-1.0"
    assert b"Traceback" not in response.body


class Honest:
    """A client that starts executions and ends them, and remembers what it was told."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._runs: dict[str, str] = {}
        self._ended: set[str] = set()
        self._error: Exception | None = None
        furnish(self.call)
        self._thread.start()

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {**HEADERS, "X-Amz-Target": f"SimpleWorkflowService.{operation}"}
        self._connection.request("POST", "/", json.dumps(request), headers)
        response = self._connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return dict(json.loads(body)) if body else {}

    def _work(self) -> None:
        try:
            while not self._ended or not self._enough.wait(0.005):  # however short the siege is
                workflow_id = f"honest {len(self._runs)}"
                self._runs[workflow_id] = start(self.call, workflow_id)
                task = self.call("PollForDecisionTask", POLL)
                self.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [COMPLETE]})
                self._ended.add(task["workflowExecution"]["workflowId"])
        except Exception as error:  # noqa: BLE001  told by `stop`, in the thread of the test
            self._error = error

    def stop(self) -> None:
        """All that it was told of is there, and nothing is there twice."""
        self._enough.set()
        self._thread.join(PATIENCE)
        assert self._error is None, self._error
        assert self._ended == self._runs.keys()
        for workflow_id, run_id in self._runs.items():
            execution = {"workflowId": workflow_id, "runId": run_id}
            events = self.call("GetWorkflowExecutionHistory", {"domain": DOMAIN, "execution": execution})["events"]
            assert [event["eventType"] for event in events] == [
                "WorkflowExecutionStarted",
                "DecisionTaskScheduled",
                "DecisionTaskStarted",
                "DecisionTaskCompleted",
                "WorkflowExecutionCompleted",
            ]
        self._connection.close()


@contextmanager
def besieged(folder: Path) -> Iterator[Server]:
    """A service for a module's tests, with somebody honestly at work on it."""
    with ExitStack() as ending:
        server = ending.enter_context(serving(folder))
        honest = Honest(server.url)
        ending.callback(honest.stop)
        yield server
