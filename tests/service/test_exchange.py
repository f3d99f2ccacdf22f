"""An answer and the poll after it, in one wait: told once and when durable, whatever the poll finds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
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
POLL = ("PollForDecisionTask", {"domain": DOMAIN, "taskList": {"name": "t"}})
COMPLETE = {"decisionType": "CompleteWorkflowExecution", "completeWorkflowExecutionDecisionAttributes": {}}


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
    token: str = client.call(*POLL)["taskToken"]
    return token


def names(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    return [task["workflowExecution"]["workflowId"] for task in tasks]


def closed(client: Client) -> set[str]:
    request = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0.0}}
    return {info["execution"]["workflowId"] for info in client.call("ListClosedWorkflowExecutions", request)["executionInfos"]}


def exchange(client: Client, token: str, told: Callable[[Answered], None], most: int = 1) -> Sequence[Mapping[str, Any]]:
    """Answer that task and ask for the next."""
    return exchange_of(client)([(answer(token), told)], POLL, most)


def answer(token: str) -> tuple[str, Mapping[str, Any]]:
    return "RespondDecisionTaskCompleted", {"taskToken": token, "decisions": []}


def test_the_in_process_client_exchanges_by_itself(client: Client) -> None:
    assert isinstance(client, InProcessClient)


def test_the_poll_after_an_answer_finds_what_waits(client: Client) -> None:
    begin(client, "a")
    begin(client, "b")
    outcomes: list[Mapping[str, Any]] = []
    found = exchange(client, token_of(client), lambda answered: outcomes.append(answered()))
    assert names(found) == ["b"]
    assert outcomes == [{}]


def test_a_poll_brings_as_many_tasks_as_there_are_but_no_more_than_asked_for(client: Client) -> None:
    for name in "abcdefg":
        begin(client, name)
    outcomes: list[Mapping[str, Any]] = []
    found = exchange(client, token_of(client), lambda answered: outcomes.append(answered()), most=4)
    assert names(found) == ["b", "c", "d", "e"]
    answers = [(answer(task["taskToken"]), lambda answered: outcomes.append(answered())) for task in found]
    assert names(exchange_of(client)(answers, POLL, 4)) == ["f", "g"]
    assert outcomes == [{}] * 5


def test_the_tasks_of_one_poll_have_tokens_of_their_own(client: Client) -> None:
    for name in "abc":
        begin(client, name)
    found = exchange(client, token_of(client), lambda _: None, most=9)
    for task in found:
        client.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [COMPLETE]})
    assert closed(client) == {"b", "c"}


def test_each_of_several_answers_is_told_its_own_outcome(client: Client) -> None:
    for name in "abc":
        begin(client, name)
    tokens = [token_of(client) for _ in range(3)]
    client.call(*answer(tokens[1]))
    begin(client, "d")
    outcomes: list[str] = []

    def told(answered: Answered) -> None:
        try:
            answered()
        except SwfFault as fault:
            outcomes.append(fault.code)
        else:
            outcomes.append("taken")

    assert names(exchange_of(client)([(answer(token), told) for token in tokens], POLL, 1)) == ["d"]
    assert outcomes == ["taken", "UnknownResourceFault", "taken"]


def test_a_client_that_cannot_exchange_makes_one_call_after_the_other(client: Client) -> None:
    class Plain:
        url = "plain:"
        call = staticmethod(client.call)
        interrupt = close = staticmethod(lambda: None)

    for name in "abc":
        begin(client, name)
    tokens = [token_of(client), token_of(client)]
    outcomes: list[Mapping[str, Any]] = []
    answers = [(answer(token), lambda answered: outcomes.append(answered())) for token in tokens]
    assert names(exchange_of(Plain())(answers, POLL, 9)) == ["c"]
    assert outcomes == [{}, {}]


def test_an_answer_is_told_while_the_poll_after_it_still_waits(client: Client) -> None:
    begin(client, "a")
    token = token_of(client)
    told = threading.Event()
    found: list[Mapping[str, Any]] = []
    waiter = threading.Thread(target=lambda: found.extend(exchange(client, token, lambda _: told.set(), most=3)))
    waiter.start()
    assert told.wait(PATIENCE)
    assert not found
    begin(client, "b")
    waiter.join(PATIENCE)
    assert names(found) == ["b"]


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

    found = exchange(client, token, told)
    assert faults == ["UnknownResourceFault"]
    assert names(found) == ["b"]


def test_where_the_telling_fails_the_poll_loses_no_task(client: Client) -> None:
    for name in "abc":
        begin(client, name)

    def told(_: Answered) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        exchange(client, token_of(client), told, most=2)
    assert names([client.call(*POLL), client.call(*POLL)]) == ["b", "c"]


@pytest.mark.parametrize("most", [1, 3])
def test_crowds_that_exchange_lose_nothing(client: Client, most: int) -> None:
    """Eight threads, two hundred executions of one decision each: every one is decided once, though all wait for each other's commits."""
    decided: list[str] = []
    done = threading.Event()

    def work() -> None:
        tasks: Sequence[Mapping[str, Any]] = [client.call(*POLL)]
        while tasks[0]["taskToken"]:
            tasks = exchange_of(client)([(completion(task), partial(told, task)) for task in tasks], POLL, most)

    def completion(task: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        return "RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [COMPLETE]}

    def told(task: Mapping[str, Any], answered: Answered) -> None:
        answered()
        decided.append(task["workflowExecution"]["workflowId"])
        if len(decided) == 200:
            done.set()

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
