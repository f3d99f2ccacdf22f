"""The decider against the real embedded service: what it answers, what it leaves alone, and what it survives."""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EndpointUnavailable, SwfFault
from engine.graph.plan import Plan
from engine.runtime.decider import AT_ONCE, Decider, DeciderSettings
from engine.runtime.register import register
from engine.runtime.worker import Worker
from engine.service.clock import VirtualClock
from engine.swf.client import Client, Request, Told, exchange_of
from tests.runtime.world import (
    PATIENCE,
    Call,
    Detour,
    activity,
    await_end,
    begin,
    chain,
    decider,
    last_event,
    plan_of,
    result_of,
    spec,
    stop,
    types_of,
    worker,
)

DECISION_TIMEOUT = 30


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_execution_is_decided_to_its_end(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a", "b", "c"))
    execution = begin(client, plan, 1)
    decides, works = decider(client, plan), worker(client, plan)
    for _ in range(3):
        assert decides.step()
        assert works.step()
    assert decides.step()
    assert result_of(client, execution) == 4
    stop(decides, works)


def test_a_decider_that_was_never_there_before_takes_up_any_execution(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a", "b", "c"))
    execution = begin(client, plan, 1)
    works = worker(client, plan)
    for _ in range(3):
        assert decider(client, plan).step()
        assert works.step()
    assert decider(client, plan).step()
    assert result_of(client, execution) == 4
    stop(works)


def test_two_deciders_take_turns_and_each_reads_what_it_missed(client: Client, tmp_path: Path) -> None:
    names = "abcdefgh"
    plan = plan_of(tmp_path, chain(*names))
    execution = begin(client, plan, 0)
    reads: list[Mapping[str, Any]] = []

    def noting(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "GetWorkflowExecutionHistory":
            reads.append(request)
        return call(operation, request)

    both = [decider(Detour(client, noting), plan) for _ in range(2)]
    works = worker(client, plan)
    for number in range(len(names) + 1):
        assert both[number % 2].step()
        if number < len(names):
            assert works.step()
    assert result_of(client, execution) == len(names)
    assert all(request["reverseOrder"] and request["maximumPageSize"] < 20 for request in reads[1:])
    stop(works)


def test_the_cost_of_a_decision_does_not_grow_with_the_history(client: Client, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(40)]
    plan = plan_of(tmp_path, chain(*names))
    begin(client, plan, 0)
    brought: list[int] = []

    def counting(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        response = call(operation, request)
        brought.append(len(response.get("events", ())))
        return response

    decides, works = decider(Detour(client, counting), plan), worker(client, plan)
    for _ in names:
        decides.step()
        works.step()
    assert max(brought) < 12
    stop(works)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_an_endpoint_that_ignores_the_start_flag_or_gives_small_pages_changes_nothing(client: Client, tmp_path: Path, size: int) -> None:
    plan = plan_of(tmp_path, chain("a", "b", "c"))
    execution = begin(client, plan, 1)

    def old(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "PollForDecisionTask":
            request = {**request, "startAtPreviousStartedEvent": False, "maximumPageSize": size}
        return call(operation, request)

    decides, works = decider(Detour(client, old), plan), worker(client, plan)
    for _ in range(3):
        decides.step()
        works.step()
    decides.step()
    assert result_of(client, execution) == 4
    stop(works)


def test_more_executions_than_the_cache_holds(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a", "b"))
    executions = [begin(client, plan, number) for number in range(4)]
    decides, works = decider(client, plan, cached_runs=1), worker(client, plan)
    for _ in range(2):
        for _ in executions:
            decides.step()
        for _ in executions:
            works.step()
    for _ in executions:
        decides.step()
    assert [result_of(client, one) for one in executions] == [2, 3, 4, 5]
    stop(works)


def test_many_at_once_each_task_is_scheduled_once(live_client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a", "b", "c"))
    executions = [begin(live_client, plan, number) for number in range(20)]
    both = [decider(live_client, plan, threads=number) for number in (2, 3)]
    parts: list[Decider | Worker] = [*both, worker(live_client, plan, concurrency=4)]
    for part in parts:
        part.start(lambda: None)
    for number, execution in enumerate(executions):
        assert await_end(live_client, execution) == "WorkflowExecutionCompleted"
        assert result_of(live_client, execution) == number + 3
        assert types_of(live_client, execution).count("ActivityTaskScheduled") == 3
    stop(*parts)


class Exchanges(Detour):
    """Notes how many answers each exchange has, and how many tasks it asks for."""

    def __init__(self, client: Client) -> None:
        super().__init__(client, lambda call, operation, request: call(operation, request))
        self._exchange = exchange_of(client)
        self.seen: list[tuple[int, int]] = []

    def exchange(self, answers: Sequence[Told], poll: Request, most: int) -> Sequence[Mapping[str, Any]]:
        self.seen.append((len(answers), most))
        return self._exchange(answers, poll, most)


@pytest.mark.parametrize(
    ("quick", "exchanges"),
    [(math.inf, [(1, AT_ONCE), (AT_ONCE, AT_ONCE), (3, AT_ONCE)]), (0.0, [(1, 1)] * (AT_ONCE + 4))],
    ids=["as many as wait while it is quick", "one by one when it is not"],
)
def test_a_thread_answers_what_waits_together(
    live_client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: float, exchanges: list[tuple[int, int]]
) -> None:
    monkeypatch.setattr("engine.runtime.decider.QUICK", quick)
    plan = plan_of(tmp_path, spec({"done": {"type": "terminal", "status": "completed"}}, {}))
    executions = [begin(live_client, plan, number) for number in range(AT_ONCE + 4)]
    client = Exchanges(live_client)
    decides = decider(client, plan, threads=1)
    decides.start(lambda: None)
    for execution in executions:
        assert await_end(live_client, execution) == "WorkflowExecutionCompleted"
    stop(decides)
    assert client.seen == exchanges


def test_one_decider_serves_several_specs_and_task_lists(client: Client, tmp_path: Path) -> None:
    first = plan_of(tmp_path, chain("a", name="First"), file="first.json")
    second = plan_of(tmp_path, {**chain("a", "b", name="Second"), "taskList": "others"}, file="second.json")
    execution = begin(client, second, 5)
    decides, works = decider(client, first, second), worker(client, first, second)
    for _ in range(2):
        assert decides.step()
        assert works.step()
    assert decides.step()
    assert result_of(client, execution) == 7
    stop(decides, works)


def test_the_progress_is_left_where_status_finds_it(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a", "b"))
    execution = begin(client, plan, 1)
    decider(client, plan).step()
    address = {"workflowId": execution.workflow_id, "runId": execution.run_id}
    context = client.call("DescribeWorkflowExecution", {"domain": "TEST", "execution": address})["latestExecutionContext"]
    assert [one["node"] for one in json.loads(context)["open"]] == ["a"]


def test_a_state_that_is_too_long_to_go_on_as_new_is_warned_of_once(
    client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In a domain that forgets histories as they close, so that the state can't be left in one."""
    nodes = {"gate": {"type": "wait", "signal": "open", "next": "done"}, "done": {"type": "terminal", "status": "completed"}}
    plan = plan_of(tmp_path, spec(nodes, {}))
    register(client, [plan.spec], "0")
    execution = begin(client, plan, 1)
    decides = decider(client, plan)
    for number in range(9_000):
        request = {"domain": "TEST", "workflowId": execution.workflow_id, "signalName": "noise", "input": f"number {number}"}
        client.call("SignalWorkflowExecution", request)
        if number == 8_990:
            assert decides.step()
    assert decides.step()
    client.call("SignalWorkflowExecution", {"domain": "TEST", "workflowId": execution.workflow_id, "signalName": "noise"})
    assert decides.step()
    (said,) = errors(caplog)
    assert "longer than the 32,768 characters" in said
    assert "--payloads" in said
    assert "a domain that keeps closed executions" in said
    stop(decides)


def test_an_unknown_workflow_type_is_left_alone_and_said_once(
    client: Client, clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ours = plan_of(tmp_path, chain("a", name="Ours"), file="ours.json")
    theirs = plan_of(tmp_path, chain("a", name="Theirs"), file="theirs.json")
    execution = begin(client, theirs, 1)
    decides = decider(client, ours)
    for _ in range(3):
        assert decides.step()
        clock.advance(DECISION_TIMEOUT)
    (said,) = errors(caplog)
    assert "Theirs 1.0" in said
    assert "only Ours 1.0" in said
    assert decider(client, theirs).step()
    assert types_of(client, execution)[-1] == "ActivityTaskScheduled"


def changed(folder: Path) -> Plan:
    """The same name and version, another graph."""
    return plan_of(folder, chain("a", "c"))


def test_another_spec_under_the_same_name_and_version_is_left_alone(
    client: Client, clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plan_of(tmp_path / "old", chain("a", "b"))
    execution = begin(client, plan, 1)
    old, new, works = decider(client, plan), decider(client, changed(tmp_path / "new")), worker(client, plan)
    old.step()
    works.step()
    for _ in range(2):
        assert new.step()
        clock.advance(DECISION_TIMEOUT)
    (said,) = errors(caplog)
    assert execution.workflow_id in said
    assert plan.digest in said
    assert "new version" in said
    old.step()
    works.step()
    old.step()
    assert result_of(client, execution) == 3
    stop(works)


def test_a_history_of_somebody_elses_making_is_left_alone(client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    queue = {"domain": "TEST", "taskList": {"name": "tasks"}}
    task = client.call("PollForDecisionTask", queue)
    theirs = {"activityId": "x", "activityType": {"name": "AddOne", "version": "1.0"}, "input": "1"}
    scheduled = {"decisionType": "ScheduleActivityTask", "scheduleActivityTaskDecisionAttributes": theirs}
    client.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [scheduled]})
    works = worker(client, plan)
    works.step()
    assert decider(client, plan).step()
    assert types_of(client, execution)[-1] == "DecisionTaskStarted"
    assert "event 5" in errors(caplog)[0]
    stop(works)


def test_a_bug_of_ours_fails_nobodys_execution(
    client: Client, clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    broken = dataclasses.replace(plan, incoming={}, outgoing={}, order={})
    works = worker(client, plan)
    decider(client, plan).step()
    works.step()
    assert decider(client, broken).step()
    (said,) = errors(caplog)
    assert "event " in said
    assert caplog.records[-1].exc_info is not None
    clock.advance(DECISION_TIMEOUT)
    assert decider(client, plan).step()
    assert result_of(client, execution) == 2
    stop(works)


def test_a_decision_that_comes_too_late_is_made_again(
    client: Client, clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    late = [True]

    def dawdling(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "RespondDecisionTaskCompleted" and late.pop():
            clock.advance(DECISION_TIMEOUT)
            late.append(False)
        return call(operation, request)

    decides = decider(Detour(client, dawdling), plan)
    assert decides.step()
    assert "too late" in errors(caplog)[0]
    late.append(False)
    assert decides.step()
    assert types_of(client, execution).count("ActivityTaskScheduled") == 1


def test_news_between_the_decision_to_close_and_its_answer_do_not_lose_the_close(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    signals = ["late news"]

    def interfering(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        closing = operation == "RespondDecisionTaskCompleted" and "Complete" in str(request["decisions"])
        if closing and signals:
            call("SignalWorkflowExecution", {"domain": "TEST", "workflowId": execution.workflow_id, "signalName": signals.pop()})
        return call(operation, request)

    decides, works = decider(Detour(client, interfering), plan), worker(client, plan)
    decides.step()
    works.step()
    decides.step()
    assert "CompleteWorkflowExecutionFailed" in types_of(client, execution)
    decides.step()
    assert result_of(client, execution) == 2
    stop(works)


def test_a_history_that_is_gone_is_reported_and_left(client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    plan = plan_of(tmp_path, chain("a"))
    begin(client, plan, 1)

    def gone(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "GetWorkflowExecutionHistory":
            raise SwfFault(operation, "UnknownResourceFault", "Unknown execution")
        return call(operation, {**request, "maximumPageSize": 1} if operation == "PollForDecisionTask" else request)

    assert decider(Detour(client, gone), plan).step()
    assert "could not be read" in errors(caplog)[0]


def test_a_refused_decision_is_reported_and_left(client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)

    def garbling(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return call(operation, {**request, "decisions": [{}]} if operation == "RespondDecisionTaskCompleted" else request)

    assert decider(Detour(client, garbling), plan).step()
    assert "refused" in errors(caplog)[0]
    assert types_of(client, execution)[-1] == "DecisionTaskStarted"


def test_an_endpoint_that_goes_away_is_waited_for_and_mentioned_twice(
    client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    troubles = {"PollForDecisionTask": 2, "RespondDecisionTaskCompleted": 2}

    def flaky(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if troubles.get(operation, 0):
            troubles[operation] -= 1
            raise EndpointUnavailable("http://flaky", "connection refused")
        return call(operation, request)

    assert decider(Detour(client, flaky), plan).step()
    assert types_of(client, execution)[-1] == "ActivityTaskScheduled"
    said = errors(caplog)
    assert len(said) == 4
    assert [line.startswith("The endpoint is back") for line in said] == [False, True, False, True]


def test_a_domain_that_is_not_there_ends_the_decider(client: Client, tmp_path: Path) -> None:
    ended = threading.Event()
    decides = decider(client, plan_of(tmp_path, chain("a")))
    decides.start(ended.set)
    assert ended.wait(PATIENCE)
    with pytest.raises(SwfFault, match="UnknownResourceFault"):
        stop(decides)


def test_the_log_reads_like_a_walk_through_the_flowchart(client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "engine.runtime")
    plan = plan_of(tmp_path, chain("a"))
    begin(client, plan, 1, workflow_id="walk")
    decides, works = decider(client, plan), worker(client, plan)
    decides.step()
    works.step()
    decides.step()
    assert [record.getMessage() for record in caplog.records] == [
        "Received a decision task: Chain",
        "Decision made: RecordMarker -- swfgraph.spec",
        "Decision made: ScheduleActivityTask -- AddOne",
        "Received an activity task: AddOne",
        "Execute AddOne with python: deeds_of_tests:add_one",
        "AddOne succeeded with output: 2",
        "Received a decision task: Chain",
        "Decision made: CompleteWorkflowExecution",
    ]
    assert {vars(record)["workflowId"] for record in caplog.records} == {"walk"}
    stop(works)


def test_whoever_listens_hears_of_each_decision(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    heard: list[str] = []
    Decider(client, [plan], DeciderSettings(), on_decided=heard.append).step()
    assert heard == [execution.run_id]


def test_a_fan_out_wider_than_one_answer_is_scheduled_whole(live_client: Client, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(150)]
    nodes: dict[str, Any] = {"fan": {"type": "pass", "next": names}}
    nodes.update({name: {"type": "activity", "activity": "Hi", "next": "done"} for name in names})
    nodes["done"] = {"type": "terminal", "status": "completed", "output": "{% results.n149 %}"}
    plan = plan_of(tmp_path, spec(nodes, {"Hi": activity({"python": "deeds_of_tests:say_hi"})}))
    execution = begin(live_client, plan)
    parts: list[Decider | Worker] = [decider(live_client, plan), worker(live_client, plan, concurrency=4)]
    for part in parts:
        part.start(lambda: None)
    assert await_end(live_client, execution) == "WorkflowExecutionCompleted"
    assert result_of(live_client, execution) == "hi"
    assert types_of(live_client, execution).count("ActivityTaskScheduled") == 150
    stop(*parts)


def test_a_failed_activity_fails_the_execution_by_its_nodes_name(client: Client, tmp_path: Path) -> None:
    nodes = {
        "ask": {"type": "activity", "activity": "Refuse", "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    plan = plan_of(tmp_path, spec(nodes, {"Refuse": activity({"python": "deeds_of_tests:refuse"})}))
    execution = begin(client, plan)
    decides, works = decider(client, plan), worker(client, plan)
    decides.step()
    works.step()
    decides.step()
    assert last_event(client, execution)["WorkflowExecutionFailed"]["reason"] == "ask: PermissionError"
    stop(works)
