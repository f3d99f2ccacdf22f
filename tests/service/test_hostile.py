"""Clients that do not do as they should: that stop halfway, crawl, flood, ask before they are answered, and wait by the thousand.

Each does it to a `swfgraph serve` process on which somebody honest is at work; what that one loses is seen at the end.
"""

from __future__ import annotations

import json
import resource
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from engine.service import connection
from engine.service.connection import LARGEST_HEAD
from engine.service.serve import Settings
from engine.service.wire import MOST_BYTES
from tests.clients.serving import Server, serving
from tests.service.hostile import HEAD, Raw, assert_told, besieged, chunked_bytes, request_bytes
from tests.service.serving import LIST_DOMAINS, Response, served
from tests.service.world import DOMAIN, PATIENCE, WORKFLOW

POLLERS: Final = 1_000
SETTLED: Final = 1.0
"""Seconds after which nothing more is expected to come by itself."""

ELSEWHERE: Final = {"domain": DOMAIN, "taskList": {"name": "elsewhere"}}
"""A task list of its own: so that nobody here takes what the honest client works on."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with besieged(tmp_path_factory.mktemp("hostile")) as server:
        yield server


def ask(client: Raw, operation: str, request: Any) -> Any:
    client.send(request_bytes(operation, json.dumps(request).encode()))
    return told(client)


def told(client: Raw) -> Any:
    response = client.answer()
    assert response is not None
    assert response.status == 200, response
    return json.loads(response.body) if response.body else {}


def refused(client: Raw) -> Response:
    """The fault with which the next request is answered."""
    response = client.answer()
    assert response is not None
    assert response.status != 200
    assert_told(response)
    return response


def starting(workflow_id: str, task_list: str = "elsewhere") -> bytes:
    request = {"domain": DOMAIN, "workflowId": workflow_id, "workflowType": WORKFLOW, "taskList": {"name": task_list}}
    return json.dumps(request).encode()


def open_executions(url: str, workflow_id: str) -> int:
    with Raw(url) as client:
        question = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}, "executionFilter": {"workflowId": workflow_id}}
        return int(ask(client, "CountOpenWorkflowExecutions", question)["count"])


def test_of_half_a_request_nothing_is_done(service: Server) -> None:
    whole = request_bytes("StartWorkflowExecution", starting("half"))
    for end in range(1, len(whole), 7):
        with Raw(service.url) as client:
            client.send(whole[:end])
            if end % 2:
                assert client.answers() == [], "it says it has sent all it has"
    assert open_executions(service.url, "half") == 0


def test_a_request_whose_client_is_gone_may_be_done_but_never_by_half(service: Server) -> None:
    for number in range(50):
        with Raw(service.url) as client:
            client.send(request_bytes("StartWorkflowExecution", starting(f"gone {number}")))
    with Raw(service.url) as client:
        for number in range(50):
            if open_executions(service.url, f"gone {number}"):
                found = ask(client, "PollForDecisionTask", ELSEWHERE)
                assert [event["eventType"] for event in found["events"]][:2] == ["WorkflowExecutionStarted", "DecisionTaskScheduled"]


def test_a_client_that_sends_byte_by_byte_holds_nobody_up(service: Server) -> None:
    whole = request_bytes("ListDomains", LIST_DOMAINS)
    with ExitStack() as connections:
        crawlers = [connections.enter_context(Raw(service.url)) for _ in range(20)]
        brisk = connections.enter_context(Raw(service.url))
        for place in range(len(whole)):
            for crawler in crawlers:
                crawler.send(whole[place : place + 1])
            if place % 20 == 0:
                assert ask(brisk, "ListDomains", {"registrationStatus": "REGISTERED"})["domainInfos"]
        assert all(told(crawler)["domainInfos"] for crawler in crawlers)


@pytest.mark.parametrize(
    "begun",
    [b"PO", HEAD, request_bytes("ListDomains", LIST_DOMAINS)[:-5], chunked_bytes("ListDomains", [LIST_DOMAINS])[:-5]],
    ids=["of the method", "of the head", "of the body", "of the chunks"],
)
def test_who_takes_too_long_over_a_request_is_told_and_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(connection, "SLOWEST", 0.2)
    with served(Settings(database=tmp_path / "swf.db", port=0)) as serving_here, Raw(serving_here.url) as client:
        client.send(begun)
        response = refused(client)
        assert (response.status, response.fault) == (408, "com.amazon.coral.service#RequestTimeoutException")
        assert client.answer() is None


def test_who_takes_long_between_requests_is_not_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SLOWEST", 0.1)
    with served(Settings(database=tmp_path / "swf.db", port=0)) as serving_here, Raw(serving_here.url) as client:
        for _ in range(3):
            client.send(request_bytes("ListDomains", LIST_DOMAINS))
            assert told(client) == {"domainInfos": []}
            assert not client.has_answer(within=0.3), "the end of the connection"


@pytest.mark.parametrize(
    "flood",
    [
        HEAD + b"ListDomains\r\nX-Large: " + b"x" * (LARGEST_HEAD + (1 << 19)),
        HEAD + b"ListDomains\r\n" + b"X-Many: y\r\n" * 100_000,
        b"GET /" + b"x" * (1 << 20),
    ],
    ids=["one header", "many headers", "the path"],
)
def test_a_head_without_end_is_not_read_to_its_end(service: Server, flood: bytes) -> None:
    with Raw(service.url) as client:
        client.send(flood)
        response = client.answer()
        assert response is None or response.status in {400, 413}  # None: it was dropped while it was still sending
        assert client.answer() is None


def test_a_large_header_alone_is_no_harm(service: Server) -> None:
    with Raw(service.url) as client:
        client.send(request_bytes("ListDomains", LIST_DOMAINS, b"X-Large: " + b"x" * 30_000))
        assert told(client)["domainInfos"]


@pytest.mark.parametrize("form", ["whole", "in chunks"])
def test_a_body_that_is_too_large_is_told_to_be(service: Server, form: str) -> None:
    half = b"x" * (MOST_BYTES // 2 + 1)
    with Raw(service.url) as client:
        client.send(request_bytes("ListDomains", half + half) if form == "whole" else chunked_bytes("ListDomains", [half, half]))
        assert refused(client).status == 413


def test_requests_may_be_sent_before_the_one_before_is_answered(service: Server) -> None:
    names = [f"nowhere {number}" for number in range(100)]
    with Raw(service.url) as client:
        client.send(b"".join(request_bytes("DescribeDomain", json.dumps({"name": name}).encode()) for name in names))
        assert [json.loads(refused(client).body)["message"] for _ in names] == [f"Unknown domain: {name}" for name in names]


def test_a_body_may_come_in_chunks_of_a_byte(service: Server) -> None:
    with Raw(service.url) as client:
        client.send(chunked_bytes("ListDomains", [LIST_DOMAINS[place : place + 1] for place in range(len(LIST_DOMAINS))]) * 2)
        assert told(client) == told(client)


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"TLS/1.0"])
def test_an_offer_to_speak_another_protocol_is_not_taken_up(service: Server, protocol: bytes) -> None:
    """Java's HTTP client offers HTTP/2 with each first request, whose body comes with it."""
    offer = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + protocol, b"HTTP2-Settings: AAMAAABkAAQAAP__")
    whole = request_bytes("ListDomains", LIST_DOMAINS, *offer)
    with Raw(service.url) as client:
        client.send(whole * 2)
        assert told(client) == told(client)
        client.send(whole[:-10])
        client.send(whole[-10:])
        assert told(client)["domainInfos"]


def test_a_poller_that_asked_for_more_and_hangs_up_takes_no_task_with_it(service: Server) -> None:
    request = {"domain": DOMAIN, "taskList": {"name": "deserted"}}
    with Raw(service.url) as client:
        for _ in range(5):
            with Raw(service.url) as leaver:
                leaver.send(request_bytes("PollForDecisionTask", json.dumps(request).encode()) + request_bytes("ListDomains", LIST_DOMAINS))
                assert not leaver.has_answer(within=0.2)
        ask(client, "ListDomains", {"registrationStatus": "REGISTERED"})
        client.send(request_bytes("StartWorkflowExecution", starting("deserted", "deserted")))
        run_id = told(client)["runId"]
        task = ask(client, "PollForDecisionTask", request)
        assert (task["workflowExecution"]["runId"], task["startedEventId"]) == (run_id, 3), "nobody has had it before"


@pytest.fixture
def allow_files() -> Iterator[Callable[[int], None]]:
    """Sets how many files this process, and what it starts from then on, may open; back to what it was at the end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def allow(count: int) -> None:
        if hard != resource.RLIM_INFINITY and hard < count:
            pytest.skip(f"this user may open {hard} files, and {count} are needed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))

    yield allow
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_of_a_thousand_parked_polls_one_task_wakes_exactly_one(tmp_path: Path, allow_files: Callable[[int], None]) -> None:
    allow_files(256)
    with ExitStack() as connections:
        server = connections.enter_context(serving(tmp_path))
        allow_files(POLLERS + 200)
        client = connections.enter_context(Raw(server.url))
        furnish_by(client)
        before = threads(server)
        pollers = [connections.enter_context(Raw(server.url)) for _ in range(POLLERS)]
        poll = request_bytes("PollForDecisionTask", json.dumps(ELSEWHERE).encode())
        for poller in pollers:
            poller.send(poll)
        assert awake(pollers, within=SETTLED) == []
        assert threads(server) <= before, "a parked poll costs no thread"
        client.send(request_bytes("StartWorkflowExecution", starting("wanted")))
        run_id = told(client)["runId"]
        (woken,) = awake(pollers, within=PATIENCE)
        assert told(woken)["workflowExecution"] == {"workflowId": "wanted", "runId": run_id}
        assert awake(pollers, within=SETTLED) == []
        server.stop()
        assert [told(poller)["taskToken"] for poller in pollers if poller is not woken] == [""] * (POLLERS - 1)


def furnish_by(client: Raw) -> None:
    ask(client, "RegisterDomain", {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"})
    defaults = {"defaultChildPolicy": "TERMINATE", "defaultExecutionStartToCloseTimeout": "3600", "defaultTaskStartToCloseTimeout": "60"}
    ask(client, "RegisterWorkflowType", {"domain": DOMAIN, **WORKFLOW, **defaults})


def awake(pollers: list[Raw], *, within: float) -> list[Raw]:
    """Those to whom something has come: the first of them within that time, and the others soon after."""
    watch = select.poll()
    by_descriptor = {poller.socket.fileno(): poller for poller in pollers}
    for descriptor in by_descriptor:
        watch.register(descriptor, select.POLLIN)
    if watch.poll(within * 1000):
        time.sleep(SETTLED)
    return [by_descriptor[descriptor] for descriptor, _ in watch.poll(0)]


def threads(server: Server) -> int:
    """How many the service has; 0 where the system does not say."""
    folder = Path(f"/proc/{server.process.pid}/task")
    return len(list(folder.iterdir())) if sys.platform == "linux" else 0
