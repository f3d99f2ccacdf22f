"""Clients over HTTP: of our own service, of somebody else's, of endpoints that misbehave, of none at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from engine.errors import CredentialsMissing, EndpointError, EndpointUnavailable, SwfFault, UsageError
from engine.service.serve import Serving, Settings
from engine.swf.tasks import EMPTY, parse_activity_task, parse_decision_task
from tests.ports import reserved_port
from tests.service.serving import served
from tests.service.world import COMPLETE, DOMAIN, POLL, Bystander, decide, event_types, furnish, schedule, start
from tests.swf.answering import answering, connected

LIST_DOMAINS = {"registrationStatus": "REGISTERED"}
HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n%s"


@pytest.fixture(autouse=True)
def nothing_is_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The machine's own AWS settings are not the tests' business."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def configure(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Serving]:
    with served(Settings(database=tmp_path / "swf.db", port=0)) as serving:
        yield serving


def answered(status: bytes, body: bytes) -> bytes:
    return HEAD % (status, len(body), body)


def test_an_execution_runs_over_http(service: Serving) -> None:
    with connected(service.url) as client:
        furnish(client.call)
        run_id = start(client.call, "w")
        decide(client.call, schedule("a"))
        task = client.call("PollForActivityTask", POLL)
        assert client.call("RecordActivityTaskHeartbeat", {"taskToken": task["taskToken"]}) == {"cancelRequested": False}
        assert client.call("RespondActivityTaskCompleted", {"taskToken": task["taskToken"], "result": "1"}) == {}
        decide(client.call, COMPLETE)
        assert event_types(client.call, "w", run_id)[-1] == "WorkflowExecutionCompleted"


def test_timestamps_are_epoch_seconds_and_there_is_no_metadata(service: Serving) -> None:
    with connected(service.url) as client:
        furnish(client.call)
        start(client.call, "w")
        task = client.call("PollForDecisionTask", POLL)
        assert type(task["events"][0]["eventTimestamp"]) is float
        assert "ResponseMetadata" not in task


def test_a_refusal_names_operation_and_code(service: Serving) -> None:
    with connected(service.url) as client:
        with pytest.raises(SwfFault, match="Unknown domain: nowhere") as refused:
            client.call("DescribeDomain", {"name": "nowhere"})
        assert (refused.value.operation, refused.value.code) == ("DescribeDomain", "UnknownResourceFault")
        with pytest.raises(SwfFault) as refused:
            client.call("DescribeDomain", {})
        assert refused.value.code == "ValidationException"
        with pytest.raises(SwfFault) as refused:
            client.call("Nonsense", {})
        assert refused.value.code == "UnknownOperationException"


def test_an_interrupted_client_ends_its_polls_and_can_still_answer(service: Serving) -> None:
    with connected(service.url) as client:
        furnish(client.call)
        run_id = start(client.call, "w")
        task = client.call("PollForDecisionTask", POLL)
        pollers = [Bystander(client.call, "PollForActivityTask", POLL) for _ in range(5)]
        for _ in range(50):
            client.call("ListDomains", LIST_DOMAINS)  # the polls are under way meanwhile
        client.interrupt()
        assert all(parse_activity_task(poller.outcome()) is EMPTY for poller in pollers)
        assert parse_decision_task(client.call("PollForDecisionTask", POLL)) is EMPTY
        client.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [COMPLETE]})
        assert event_types(client.call, "w", run_id)[-1] == "WorkflowExecutionCompleted"


def test_a_service_that_was_restarted_is_simply_there_again(tmp_path: Path) -> None:
    with reserved_port() as port, connected(f"http://127.0.0.1:{port}") as client:
        settings = Settings(database=tmp_path / "swf.db", port=port)
        with served(settings):
            furnish(client.call)
        with pytest.raises(EndpointUnavailable):
            start(client.call, "w")
        with served(settings):
            start(client.call, "w")


def test_credentials_that_are_configured_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(Settings(database=tmp_path / "swf.db", port=0, keys={"AKID": "secret"})) as serving:
        with connected(serving.url) as client, pytest.raises(EndpointError, match="refused to these credentials"):
            client.call("ListDomains", LIST_DOMAINS)
        configure(monkeypatch, "wrong")
        with connected(serving.url) as client, pytest.raises(EndpointError, match="InvalidSignatureException"):
            client.call("ListDomains", LIST_DOMAINS)
        configure(monkeypatch, "secret")
        with connected(serving.url) as client:
            assert client.call("ListDomains", LIST_DOMAINS) == {"domainInfos": []}


def test_aws_wants_credentials_and_the_message_says_where_they_come_from() -> None:
    with pytest.raises(CredentialsMissing, match="run `aws configure`"), connected("aws://eu-central-1"):
        raise AssertionError("there are none")


def test_so_does_an_endpoint_on_another_machine() -> None:
    with pytest.raises(CredentialsMissing), connected("http://192.0.2.1:4510"):
        raise AssertionError("there are none")


def test_a_profile_that_does_not_exist_is_missing_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(CredentialsMissing, match="nobody"), connected("aws://eu-central-1"):
        raise AssertionError("there is no such profile")


def test_aws_has_regions_and_one_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, "secret")
    with pytest.raises(UsageError, match="set AWS_DEFAULT_REGION"), connected("aws://"):
        raise AssertionError("which region?")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with connected("aws://") as client:
        assert client.url == "aws://"


def test_a_proxy_is_not_asked_for_this_machine(service: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with connected(service.url) as client:
        assert client.call("ListDomains", LIST_DOMAINS) == {"domainInfos": []}


def test_an_endpoint_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with connected(url) as client, pytest.raises(EndpointUnavailable) as away:
            client.call("ListDomains", LIST_DOMAINS)
    assert away.value.url == url


@pytest.mark.parametrize(
    "answer",
    [
        answered(b"500 Internal Server Error", b'{"__type": "com.amazon.coral.service#InternalFailure", "message": "oops"}'),
        answered(b"503 Service Unavailable", b"<html>come back later</html>"),
        answered(b"502 Bad Gateway", b""),
        answered(b"400 Bad Request", b'{"__type": "com.amazon.coral.availability#ThrottlingException", "message": "Rate exceeded"}'),
        answered(b"429 Too Many Requests", b'{"__type": "Whatever", "message": "slow down"}'),
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
)
def test_an_endpoint_in_trouble_is_unavailable(answer: bytes) -> None:
    with answering(answer) as url, connected(url) as client, pytest.raises(EndpointUnavailable):
        client.call("ListDomains", LIST_DOMAINS)


def test_of_an_answer_that_is_a_web_page_its_words_are_told_on_one_line() -> None:
    page = b"<!doctype html>\n<title>500 Oops</title>\n<p>The server\nis sorry.</p>\n"
    with answering(answered(b"500 Oops", page)) as url, connected(url) as client, pytest.raises(EndpointUnavailable) as away:
        client.call("ListDomains", LIST_DOMAINS)
    assert str(away.value).endswith("(HTTP status 500): 500 Oops The server is sorry.")


def test_a_limit_of_the_api_is_no_throttling() -> None:
    answer = answered(b"400 Bad Request", b'{"__type": "com.amazonaws.swf.base.model#LimitExceededFault", "message": "too many"}')
    with answering(answer) as url, connected(url) as client, pytest.raises(SwfFault) as refused:
        client.call("ListDomains", LIST_DOMAINS)
    assert refused.value.code == "LimitExceededFault"


def test_somebody_elses_swf_answers_too() -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        with connected(f"http://{host}:{port}") as client:
            furnish(client.call)
            run_id = start(client.call, "w")
            decide(client.call, schedule("a"))
            task = parse_activity_task(client.call("PollForActivityTask", POLL))
            assert task is not EMPTY
            client.call("RespondActivityTaskCompleted", {"taskToken": task.token, "result": "1"})
            decide(client.call, COMPLETE)
            assert event_types(client.call, "w", run_id)[-1] == "WorkflowExecutionCompleted"
            with pytest.raises(SwfFault) as refused:
                client.call("DescribeDomain", {"name": "nowhere"})
            assert refused.value.code == "UnknownResourceFault"
            assert client.call("DescribeDomain", {"name": DOMAIN})["domainInfo"]["name"] == DOMAIN
    finally:
        server.stop()
