"""Claims about GET /metrics: what a scraper reads after this and that has happened, and who may read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.service.serve import Serving, Settings
from engine.service.tally import Histogram
from engine.service.wire import is_from_here
from tests.service.serving import HEADERS, await_parked, send, served
from tests.service.test_serve import Remote
from tests.service.world import COMPLETE, DOMAIN, LIST, POLL, Bystander, decide, furnish, start

OF_THE_LIST = {"domain": DOMAIN, "task_list": LIST["name"]}


class Numbers:
    """One reading."""

    def __init__(self, url: str) -> None:
        response = send(url, b"", {}, method="GET", path="/metrics")
        assert response.status == 200
        assert response.headers["content-type"].startswith("text/plain; version=")
        self._samples = [one for family in text_string_to_metric_families(response.body.decode()) for one in family.samples]

    def of(self, name: str, labels: Mapping[str, str] | None = None) -> float:
        """The number of that name and those labels; 0 where there is none."""
        return sum(one.value for one in self._samples if one.name == f"swfgraph_{name}" and one.labels == dict(labels or {}))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Serving]:
    with served(Settings(database=tmp_path / "swf.db", port=0)) as serving:
        yield serving


@pytest.fixture
def remote(service: Serving) -> Iterator[Remote]:
    one = Remote(service.url)
    furnish(one.call)
    yield one
    one.hang_up()


def test_requests_are_counted_by_operation_and_fault(service: Serving, remote: Remote) -> None:
    start(remote.call, "w")
    for _ in range(2):
        send(service.url, b'{"name": "nowhere"}', {**HEADERS, "X-Amz-Target": "SimpleWorkflowService.DescribeDomain"})
    send(service.url, b"{", HEADERS)
    send(service.url, b"", {**HEADERS, "Host": "evil.example"})
    numbers = Numbers(service.url)
    assert numbers.of("requests_total", {"operation": "StartWorkflowExecution", "fault": ""}) == 1
    assert numbers.of("requests_total", {"operation": "DescribeDomain", "fault": "UnknownResourceFault"}) == 2
    assert numbers.of("requests_total", {"operation": "", "fault": "SerializationException"}) == 1
    assert numbers.of("requests_total", {"operation": "", "fault": "AccessDeniedException"}) == 1


def test_what_is_open_waits_and_is_parked_is_told_by_name(service: Serving, remote: Remote) -> None:
    for name in "ab":
        start(remote.call, name)
    poller = Remote(service.url)
    poller.ask("PollForActivityTask", POLL)
    await_parked(service.url, 1)
    numbers = Numbers(service.url)
    assert numbers.of("parked_polls", {"kind": "activity", **OF_THE_LIST}) == 1
    assert numbers.of("open_executions", {"domain": DOMAIN}) == 2
    assert numbers.of("pending_tasks", {"kind": "decision", **OF_THE_LIST}) == 2
    decide(remote.call, COMPLETE)
    numbers = Numbers(service.url)
    assert numbers.of("open_executions", {"domain": DOMAIN}) == 1
    assert numbers.of("pending_tasks", {"kind": "decision", **OF_THE_LIST}) == 1
    poller.hang_up()


def test_polls_are_timed_from_their_arrival_to_their_answer(service: Serving, remote: Remote) -> None:
    poller = Remote(service.url)
    waiting = Bystander(poller.call, "PollForDecisionTask", POLL)
    await_parked(service.url, 1)
    start(remote.call, "w")
    assert waiting.outcome()["taskToken"]
    poller.hang_up()
    numbers = Numbers(service.url)
    decision = {"operation": "PollForDecisionTask"}
    assert numbers.of("poll_wait_seconds_count", decision) == 1
    assert numbers.of("poll_wait_seconds_sum", decision) > 0
    assert numbers.of("poll_wait_seconds_bucket", {**decision, "le": "+Inf"}) == 1


def test_commits_are_measured_and_so_is_the_file(service: Serving, remote: Remote) -> None:
    before = Numbers(service.url)
    start(remote.call, "w")
    after = Numbers(service.url)
    assert after.of("commit_rows_count") - before.of("commit_rows_count") == 1
    assert after.of("commit_rows_sum") - before.of("commit_rows_sum") == 3, "the execution and its first two events"
    assert after.of("commit_seconds_sum") > before.of("commit_seconds_sum")
    assert after.of("database_bytes", {"file": "database"}) + after.of("database_bytes", {"file": "log"}) > 0


def test_each_service_counts_for_itself(service: Serving, remote: Remote, tmp_path: Path) -> None:
    with served(Settings(database=tmp_path / "other.db", port=0)) as other:
        assert Numbers(other.url).of("requests_total", {"operation": "RegisterDomain", "fault": ""}) == 0
    assert Numbers(service.url).of("requests_total", {"operation": "RegisterDomain", "fault": ""}) == 1


def test_with_credentials_the_numbers_are_for_this_machine_only(tmp_path: Path) -> None:
    with served(Settings(database=tmp_path / "swf.db", port=0, keys={"AKID": "secret"})) as serving:
        assert Numbers(serving.url).of("commit_rows_count") == 0
        refused = send(serving.url, b"", {"Host": "swf.example"}, method="GET", path="/metrics")
        assert (refused.status, b"swfgraph_" in refused.body) == (403, False)


@pytest.mark.parametrize(
    ("peer", "host", "here"),
    [
        ("127.0.0.1", "localhost:4510", True),
        ("::1", "[::1]:4510", True),
        ("192.0.2.7", "localhost", False),
        ("127.0.0.1", "swf.example", False),
        ("", "localhost", False),
    ],
)
def test_who_asks_from_here_is_known_by_address_and_by_name(peer: str, host: str, *, here: bool) -> None:
    assert is_from_here(peer, host) is here


def test_a_value_falls_into_the_first_bucket_that_holds_it() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 7.0):
        histogram.observe(value)
    assert (histogram.counts, histogram.total) == ([2, 1, 1], 10.0)
