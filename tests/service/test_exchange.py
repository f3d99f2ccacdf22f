"""An answer and the poll after it, in one wait: told once and when durable, whatever the poll finds."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.errors import SwfFault
from engine.swf.client import Answered, Client, exchange_of
from engine.swf.connect import connect
from engine.swf.inprocess import InProcessClient
from tests.service.world import PATIENCE

DOMAIN = "exchange"
TYPE = {"name": "W", "version": "1"}
DECISIONS = {"domain": DOMAIN, "taskList": {"name": "t"}}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with closing(connect(f"sqlite:///{tmp_path}/swf.db")) as client:
        client.call("RegisterDomain", {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"})
        client.call("RegisterWorkflowType", {"domain": DOMAIN, **TYPE})
        yield client


def begin(client: Client, workflow_id: str) -> None:
    request = {"domain": DOMAIN, "workflowId": workflow_id, "workflowType": TYPE, "taskList": {"name": "t"}, "childPolicy": "TERMINATE"}
    client.call("StartWorkflowExecution", {**request, "executionStartToCloseTimeout": "60", "taskStartToCloseTimeout": "60"})


def token_of(client: Client) -> str:
    token: str = client.call("PollForDecisionTask", DECISIONS)["taskToken"]
    return token


def answer(token: str) -> tuple[str, Mapping[str, Any]]:
    return "RespondDecisionTaskCompleted", {"taskToken": token, "decisions": []}


def test_the_in_process_client_exchanges_by_itself(client: Client) -> None:
    assert isinstance(client, InProcessClient)


def test_the_poll_after_an_answer_finds_what_waits(client: Client) -> None:
    begin(client, "a")
    begin(client, "b")
    outcomes: list[Mapping[str, Any]] = []
    found = exchange_of(client)(answer(token_of(client)), lambda answered: outcomes.append(answered()), ("PollForDecisionTask", DECISIONS))
    assert found["workflowExecution"]["workflowId"] == "b"
    assert outcomes == [{}]


def test_an_answer_is_told_while_the_poll_after_it_still_waits(client: Client) -> None:
    begin(client, "a")
    token = token_of(client)
    told = threading.Event()
    found: list[Mapping[str, Any]] = []
    poll = ("PollForDecisionTask", DECISIONS)
    waiter = threading.Thread(target=lambda: found.append(exchange_of(client)(answer(token), lambda _: told.set(), poll)))
    waiter.start()
    assert told.wait(PATIENCE)
    assert not found
    begin(client, "b")
    waiter.join(PATIENCE)
    assert found[0]["workflowExecution"]["workflowId"] == "b"


def test_a_refused_answer_is_told_and_the_poll_goes_on(client: Client) -> None:
    begin(client, "a")
    token = token_of(client)
    client.call(*answer(token))
    begin(client, "b")
    faults: list[str] = []

    def told(answered: Answered) -> None:
        with pytest.raises(SwfFault) as caught:
            answered()
        faults.append(caught.value.code)

    found = exchange_of(client)(answer(token), told, ("PollForDecisionTask", DECISIONS))
    assert faults == ["UnknownResourceFault"]
    assert found["workflowExecution"]["workflowId"] == "b"


def test_where_the_telling_fails_the_poll_loses_no_task(client: Client) -> None:
    begin(client, "a")
    begin(client, "b")

    def told(_: Answered) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        exchange_of(client)(answer(token_of(client)), told, ("PollForDecisionTask", DECISIONS))
    assert client.call("PollForDecisionTask", DECISIONS)["workflowExecution"]["workflowId"] == "b"


def test_crowds_that_exchange_lose_nothing(client: Client) -> None:
    """Eight threads, two hundred executions of one decision each: every one is decided once, though all wait for each other's commits."""
    decided: list[str] = []
    done = threading.Event()

    def work() -> None:
        task = client.call("PollForDecisionTask", DECISIONS)
        while task["taskToken"]:
            closing_decision = {"decisionType": "CompleteWorkflowExecution", "completeWorkflowExecutionDecisionAttributes": {}}
            request = {"taskToken": task["taskToken"], "decisions": [closing_decision]}
            workflow_id = task["workflowExecution"]["workflowId"]

            def told(answered: Answered, workflow_id: str = workflow_id) -> None:
                answered()
                decided.append(workflow_id)
                if len(decided) == 200:
                    done.set()

            task = exchange_of(client)(("RespondDecisionTaskCompleted", request), told, ("PollForDecisionTask", DECISIONS))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(200):
        begin(client, f"w{number}")
    assert done.wait(PATIENCE)
    client.interrupt()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert sorted(decided) == sorted(f"w{number}" for number in range(200))
