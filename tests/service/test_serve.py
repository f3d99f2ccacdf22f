"""The service as a process among others: killed, stopped, started twice, left by its clients."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest

from engine.errors import AddressInUse, DatabaseUnusable, EndpointError, UsageError
from engine.service.listening import listen
from engine.service.serve import Settings
from tests.service.serving import HEADERS, LIST_DOMAINS, await_parked, send, served, served_apart
from tests.service.world import COMPLETE, DOMAIN, NO_TASK, PATIENCE, POLL, Bystander, decide, furnish, start


class Remote:
    """The API over HTTP, as the protocol is written down: one connection, so for one thread."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.ask(operation, request)
        return self.answer()

    def ask(self, operation: str, request: Mapping[str, Any]) -> None:
        headers = {**HEADERS, "X-Amz-Target": f"SimpleWorkflowService.{operation}"}
        self._connection.request("POST", "/", json.dumps(request).encode(), headers)

    def answer(self) -> Mapping[str, Any]:
        response = self._connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return dict(json.loads(body)) if body else {}

    def hang_up(self) -> None:
        self._connection.close()


Connect: TypeAlias = Callable[[str], Remote]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connections that are closed after the test."""
    opened: list[Remote] = []

    def remote(url: str) -> Remote:
        opened.append(Remote(url))
        return opened[-1]

    yield remote
    for one in opened:
        one.hang_up()


def workflow_ids(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {workflow_id for (workflow_id,) in connection.execute("SELECT workflow_id FROM executions")}


def test_a_killed_service_has_lost_nothing_that_it_acknowledged(tmp_path: Path, connect: Connect) -> None:
    database = tmp_path / "swf.db"
    acknowledged: list[str] = []

    def write_until_it_dies(url: str, name: str) -> None:
        call = connect(url).call
        with suppress(OSError, http.client.HTTPException):
            for number in range(100_000):
                start(call, f"{name}.{number}")
                acknowledged.append(f"{name}.{number}")

    with served_apart(database) as (process, url):
        furnish(connect(url).call)
        writers = [threading.Thread(target=write_until_it_dies, args=(url, name)) for name in "abcdefgh"]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 200:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.join(PATIENCE)
    assert set(acknowledged) <= workflow_ids(database)
    with served_apart(database) as (_, url):
        remote = connect(url)
        counted = remote.call("CountOpenWorkflowExecutions", {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}})
        assert counted["count"] == len(workflow_ids(database))
        assert decide(remote.call, COMPLETE)["workflowExecution"]["workflowId"] in workflow_ids(database)


def test_a_stopped_service_answers_parked_polls_with_nothing_and_ends_well(tmp_path: Path, connect: Connect) -> None:
    with served_apart(tmp_path / "swf.db") as (process, url):
        furnish(connect(url).call)
        pollers = [Bystander(connect(url).call, "PollForActivityTask", POLL) for _ in range(10)]
        await_parked(url, 10)
        process.send_signal(signal.SIGTERM)
        assert [poller.outcome() for poller in pollers] == [NO_TASK] * 10
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "stopped\n"
    assert not (tmp_path / "swf.db-wal").exists(), "the file was closed"


def test_a_stopped_service_answers_a_request_that_is_still_coming_in(tmp_path: Path) -> None:
    body = b'{"name": "late", "workflowExecutionRetentionPeriodInDays": "1"}'
    lines = ["POST / HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/x-amz-json-1.0", f"Content-Length: {len(body)}"]
    head = "\r\n".join([*lines, "X-Amz-Target: SimpleWorkflowService.RegisterDomain", "", ""]).encode()
    with served_apart(tmp_path / "swf.db") as (process, url):
        address = urlsplit(url)
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE) as late:
            late.sendall(head + body[:10])
            send(url, LIST_DOMAINS)  # it has read what came before by now
            process.send_signal(signal.SIGTERM)
            while listens(address.hostname or "", address.port or 0):
                time.sleep(0.01)
            late.sendall(body[10:])
            assert late.recv(1024).startswith(b"HTTP/1.1 200 OK")
        assert process.wait(PATIENCE) == 0
    with closing(sqlite3.connect(tmp_path / "swf.db")) as connection:
        assert connection.execute("SELECT name FROM domains").fetchall() == [("late",)]


def listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def test_ctrl_c_stops_it_too(tmp_path: Path, connect: Connect) -> None:
    with served_apart(tmp_path / "swf.db") as (process, url):
        furnish(connect(url).call)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_the_second_service_over_a_file_is_told_where_the_first_one_listens(tmp_path: Path) -> None:
    settings = Settings(database=tmp_path / "swf.db", port=0)
    with served(settings) as first, pytest.raises(DatabaseUnusable, match=f"--url {first.url}"), served(settings):
        raise AssertionError("there must not be a second one")


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = Settings(database=tmp_path / "swf.db", port=port)
        with pytest.raises(AddressInUse, match="--port") as refused, served(settings):
            raise AssertionError("two can't listen there")
    assert refused.value.url == f"http://127.0.0.1:{port}"
    with served(Settings(database=tmp_path / "swf.db", port=0)) as serving:
        assert serving.url, "the file was let go of"


def test_an_address_of_another_machine_can_not_be_listened_on(tmp_path: Path) -> None:
    settings = Settings(database=tmp_path / "swf.db", port=0, host="192.0.2.1", keys={"AKID": "secret"})
    with pytest.raises(EndpointError, match="choose an address of this machine"), served(settings):
        raise AssertionError("that is not our address")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "my-machine.example"])  # noqa: S104  that it is refused is the claim
def test_without_credentials_it_listens_to_this_machine_only(tmp_path: Path, host: str) -> None:
    with pytest.raises(UsageError, match="--credentials"), served(Settings(database=tmp_path / "swf.db", port=0, host=host)):
        raise AssertionError("everybody could come in")


def test_with_credentials_it_listens_to_other_machines_too(tmp_path: Path) -> None:
    settings = Settings(database=tmp_path / "swf.db", port=0, host="0.0.0.0", keys={"AKID": "secret"})  # noqa: S104  the claim
    with served(settings) as serving:
        here = serving.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104  as above
        assert send(here, LIST_DOMAINS).fault.endswith("#MissingAuthenticationTokenException")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_every_loopback_address_will_do(tmp_path: Path, host: str) -> None:
    if host == "::1" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with served(Settings(database=tmp_path / "swf.db", port=0, host=host)) as serving:
        assert send(serving.url, b'{"registrationStatus": "REGISTERED"}').status == 200


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_further_names_are_answered_to_where_they_were_given(tmp_path: Path) -> None:
    with served(Settings(database=tmp_path / "swf.db", port=0, names=frozenset({"Swf.Internal"}))) as serving:
        body = b'{"registrationStatus": "REGISTERED"}'
        assert send(serving.url, body, {**HEADERS, "Host": "swf.internal:80"}).status == 200


def test_a_poller_that_hangs_up_takes_no_task_with_it(tmp_path: Path, connect: Connect) -> None:
    with served(Settings(database=tmp_path / "swf.db", port=0)) as serving:
        probe = connect(serving.url)
        furnish(probe.call)
        leavers = [connect(serving.url) for _ in range(5)]
        for leaver in leavers:
            leaver.ask("PollForDecisionTask", POLL)
        await_parked(serving.url, 5)
        for leaver in leavers:
            leaver.hang_up()
        await_parked(serving.url, 0)
        start(probe.call, "w")
        assert decide(probe.call, COMPLETE)["workflowExecution"]["workflowId"] == "w"


def test_of_200_polls_over_http_one_task_wakes_one(tmp_path: Path, connect: Connect) -> None:
    with served(Settings(database=tmp_path / "swf.db", port=0)) as serving:
        probe = connect(serving.url)
        furnish(probe.call)
        pollers = [connect(serving.url) for _ in range(200)]
        for poller in pollers:
            poller.ask("PollForDecisionTask", POLL)
        await_parked(serving.url, 200)
        start(probe.call, "w")
        await_parked(serving.url, 199)
        serving.stop()
        tokens = [poller.answer()["taskToken"] for poller in pollers]
        assert sum(bool(token) for token in tokens) == 1


def test_answers_do_not_wait_for_the_clients_acknowledgement(tmp_path: Path) -> None:
    """Nagle's algorithm is off on accepted connections: asyncio does that for sockets that name their protocol only."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
