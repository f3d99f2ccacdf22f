from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from engine.errors import DatabaseUnusable, EndpointError, SwfFault, UsageError
from engine.service.clock import VirtualClock
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.service.serving import served_apart
from tests.service.world import (
    COMPLETE,
    DOMAIN,
    NO_TASK,
    POLL,
    WORKFLOW,
    Bystander,
    decide,
    event_types,
    furnish,
    schedule_function,
    start,
)

LIST_DOMAINS = {"registrationStatus": "REGISTERED"}


def test_clients_of_one_file_share_one_service(tmp_path: Path) -> None:
    first, second = (connect(f"sqlite:///{tmp_path}/swf.db") for _ in range(2))
    furnish(first.call)
    start(first.call, "w")
    assert decide(second.call, COMPLETE)["workflowExecution"]["workflowId"] == "w"
    second.close()
    second.close()
    start(first.call, "x")
    first.close()


def test_the_service_stops_with_its_last_client(tmp_path: Path) -> None:
    clients = [connect(f"sqlite:///{tmp_path}/swf.db") for _ in range(3)]
    for client in clients:
        client.close()
    assert not (tmp_path / "swf.db-wal").exists(), "the file was closed"
    assert not [thread for thread in threading.enumerate() if thread.name == "swf-timekeeper"]
    with pytest.raises(EndpointError, match="closed"):
        clients[0].call("ListDomains", LIST_DOMAINS)


def test_paths_to_one_file_are_one_service(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    first = connect(f"sqlite:///{tmp_path}/swf.db")
    second = connect(f"sqlite:///{tmp_path}/folder/../swf.db")
    assert first.url == second.url
    first.close()
    second.close()


def double(event: int, _: object) -> int:
    return 2 * event


@pytest.mark.parametrize("database", ["sqlite://:memory:", "sqlite:///{}/swf.db"])
def test_functions_are_run_by_the_service_that_was_given_them(tmp_path: Path, database: str) -> None:
    client = connect(database.format(tmp_path), functions={"double": double})
    with contextlib.closing(client):
        furnish(client.call)
        client.call("StartWorkflowExecution", {"domain": DOMAIN, "workflowId": "w", "workflowType": WORKFLOW, "lambdaRole": "role"})
        decide(client.call, schedule_function("a", "double", input="21"))
        task = client.call("PollForDecisionTask", {**POLL, "reverseOrder": True})
        completed = task["events"][2]
    assert completed["lambdaFunctionCompletedEventAttributes"]["result"] == "42"


def test_clients_of_one_file_agree_on_its_functions_or_leave_them_to_the_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/swf.db"
    with contextlib.closing(connect(url, functions={"double": double})), contextlib.closing(connect(url)):
        with contextlib.closing(connect(url, functions={"double": double})):
            pass
        with pytest.raises(EndpointError, match="other Lambda functions"):
            connect(url, functions={"triple": double})


def test_functions_are_for_the_embedded_service_only() -> None:
    with pytest.raises(UsageError, match="only the embedded service"):
        connect("http://127.0.0.1:1", functions={"double": double})


def test_clients_of_memory_have_a_service_each() -> None:
    first, second = connect("sqlite://:memory:"), connect("sqlite://:memory:")
    furnish(first.call)
    assert second.call("ListDomains", LIST_DOMAINS) == {"domainInfos": []}
    first.close()
    second.close()


def test_a_file_that_another_process_serves_is_refused_with_its_url(tmp_path: Path) -> None:
    with served_apart(tmp_path / "swf.db") as (process, url):
        whom_to_ask = f"in use by process {process.pid}, which serves it: use --url {url}"
        with pytest.raises(DatabaseUnusable, match=whom_to_ask):
            connect(f"sqlite:///{tmp_path}/swf.db")


def test_one_file_has_one_durability_and_one_clock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/swf.db"
    with contextlib.closing(connect(url)):
        with pytest.raises(EndpointError, match="durability full"):
            connect(url, durability="process")
        with pytest.raises(EndpointError, match="another clock"):
            connect(url, clock=VirtualClock())
    connect(url, durability="process").close()


def test_a_file_that_is_no_database_is_refused_and_let_go_of(tmp_path: Path) -> None:
    (tmp_path / "swf.db").write_text("This is a letter, and a long one at that. " * 100)
    for _ in range(2):
        with pytest.raises(DatabaseUnusable, match="not a SQLite database"):
            connect(f"sqlite:///{tmp_path}/swf.db")


def test_a_fault_becomes_an_error_that_names_operation_and_code() -> None:
    with contextlib.closing(connect("sqlite://:memory:")) as client:
        with pytest.raises(SwfFault) as refused:
            client.call("DescribeDomain", {"name": "nowhere"})
        assert (refused.value.operation, refused.value.code) == ("DescribeDomain", "UnknownResourceFault")
        with pytest.raises(SwfFault) as refused:
            client.call("Nonsense", {})
        assert refused.value.code == "UnknownOperationException"


def test_an_interrupted_client_ends_its_polls_and_can_still_answer() -> None:
    with contextlib.closing(connect("sqlite://:memory:")) as client:
        furnish(client.call)
        run_id = start(client.call, "w")
        task = client.call("PollForDecisionTask", POLL)
        poller = Bystander(client.call, "PollForActivityTask", POLL)
        client.interrupt()
        assert poller.outcome() == NO_TASK
        client.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [COMPLETE]})
        assert event_types(client.call, "w", run_id)[-1] == "WorkflowExecutionCompleted"


def test_closing_a_client_ends_its_polls() -> None:
    client: Client = connect("sqlite://:memory:")
    furnish(client.call)
    poller = Bystander(client.call, "PollForActivityTask", POLL)
    client.close()
    with contextlib.suppress(EndpointError):  # it came too late to be parked
        assert poller.outcome() == NO_TASK
