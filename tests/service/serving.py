"""`serve` for tests: in a thread of this process, or in a process of its own that can be killed."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.service.clock import Clock
from engine.service.serve import Serving, Settings, serve
from tests.service.world import PATIENCE

ROOT = Path(__file__).parents[2]


@contextmanager
def served(settings: Settings, clock: Clock | None = None) -> Iterator[Serving]:
    """A service that listens for as long as the block lasts."""
    announced: queue.Queue[Serving | Exception] = queue.Queue()

    def target() -> None:
        try:
            serve(settings, announced.put, clock=clock)
        except Exception as error:  # noqa: BLE001  raised below, in the thread of the test
            announced.put(error)

    thread = threading.Thread(target=target)
    thread.start()
    serving = announced.get(timeout=PATIENCE)
    if isinstance(serving, Exception):
        thread.join()
        raise serving
    try:
        yield serving
    finally:
        serving.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the service did not stop"
        assert announced.empty(), "the service ended by an error"


PROGRAM = """
import sys
from pathlib import Path
from engine.service.serve import Settings, serve
serve(Settings(database=Path(sys.argv[1]), port=0), lambda serving: print(serving.url, flush=True))
print("stopped", flush=True)
"""


@contextmanager
def served_apart(database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The service as a process, and its URL. Killed at the end of the block, if it still runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, database], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    with process, process.stdout:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fault(self) -> str:
        """The `__type` of a fault."""
        document: dict[str, Any] = json.loads(self.body)
        assert document.keys() == {"__type", "message"}
        assert document["message"]
        return str(document["__type"])


HEADERS = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "SimpleWorkflowService.ListDomains"}
LIST_DOMAINS = b'{"registrationStatus": "REGISTERED"}'
PARKED = re.compile(rb"^swfgraph_parked_polls{.*} (\d+)", re.MULTILINE)


def send(url: str, body: bytes, headers: Mapping[str, str] = HEADERS, *, method: str = "POST", path: str = "/") -> Response:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return Response(
            status=response.status, headers={name.lower(): value for name, value in response.getheaders()}, body=response.read()
        )
    finally:
        connection.close()


def await_parked(url: str, count: int) -> None:
    """Until so many polls are parked there, as its numbers say."""
    deadline = time.monotonic() + PATIENCE
    while (parked := sum(map(int, PARKED.findall(send(url, b"", {}, method="GET", path="/metrics").body)))) != count:
        assert time.monotonic() < deadline, f"{parked} polls are parked"
        time.sleep(0.005)
