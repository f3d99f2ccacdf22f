"""Following an execution from outside, and running one in this process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EndpointError, SpecMismatch, UsageError
from engine.interpreter.states import NodeState
from engine.interpreter.view import RunView
from engine.runtime.decider import DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, resume_here, run_here
from engine.runtime.follow import Follower, follow
from engine.runtime.history import events_after
from engine.runtime.register import register
from engine.runtime.start import Started
from engine.runtime.worker import WorkerSettings
from engine.spec.model import ABSENT
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.runtime.world import Call, Detour, activity, begin, chain, decider, events_of, plan_of, result_of, spec, stop, types_of, worker

SETTINGS = EmbeddedSettings(decider=DeciderSettings(), worker=WorkerSettings(concurrency=2, grace=60.0), grace=0.5)


def test_each_change_is_shown_until_the_end(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a", "b"))
    execution = begin(client, plan, 1)
    decides, works = decider(client, plan), worker(client, plan)
    turns = iter([decides.step, works.step, decides.step, works.step, decides.step])
    views = list(follow(client, plan, execution, wait=lambda _: next(turns)()))
    assert [view.nodes["a"].state for view in views] == [NodeState.OPEN, NodeState.OPEN, *[NodeState.COMPLETED] * 4]
    assert views[-1].outcome is not ABSENT
    assert views[-1].outcome.result == 3
    stop(decides, works)


def test_looks_get_rarer_while_nothing_happens(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 20:
            client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": execution.workflow_id})

    list(follow(client, plan, execution, interval=0.5, wait=wait))
    assert waits[0] == 0.05
    assert waits == sorted(waits)
    assert waits[-1] == 0.5


def test_a_look_at_a_long_history_reads_only_what_is_new(client: Client, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(30)]
    plan = plan_of(tmp_path, chain(*names))
    execution = begin(client, plan, 1)
    pages: list[int] = []

    def counting(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        response = call(operation, request)
        pages.append(len(response["events"]))
        return response

    follower = Follower(Detour(client, counting), plan, execution)
    decides, works = decider(client, plan), worker(client, plan)
    for _ in names:
        follower.refresh()
        decides.step()
        works.step()
    assert len(pages) == len(names)
    assert max(pages) <= 50
    follower.refresh()
    assert not follower.refresh()
    stop(decides, works)


@pytest.mark.parametrize("expected", [1, 2, 7, 1000])
@pytest.mark.parametrize("last", [0, 1, 5, 13])
def test_events_after_any_event_are_those_of_the_history(client: Client, tmp_path: Path, last: int, expected: int) -> None:
    plan = plan_of(tmp_path, chain("a", "b"))
    execution = begin(client, plan, 1)
    decides, works = decider(client, plan), worker(client, plan)
    for _ in range(2):
        decides.step()
        works.step()
    whole = list(events_of(client, execution))
    address = (execution.domain, execution.workflow_id, execution.run_id)
    assert list(events_after(client, address, last, expected=expected)) == whole[last:]
    assert list(events_after(client, address, last, until=9, expected=expected)) == whole[last:9]
    stop(decides, works)


def test_an_execution_of_another_spec_is_not_shown_as_ours(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "old", chain("a", "b"))
    execution = begin(client, plan, 1)
    decider(client, plan).step()
    with pytest.raises(SpecMismatch):
        Follower(client, plan_of(tmp_path / "new", chain("a", "c")), execution).refresh()


def test_run_here_does_it_all(live_client: Client, tmp_path: Path) -> None:
    seen: list[tuple[Started, RunView]] = []
    plan = plan_of(tmp_path, chain("a", "b", "c"))
    view = run_here(live_client, plan, 1, SETTINGS, lambda execution, view: seen.append((execution, view)))
    assert view.outcome is not ABSENT
    assert view.outcome.result == 4
    assert seen[-1] == (seen[0][0], view)
    assert result_of(live_client, seen[0][0]) == 4


def test_a_workflow_without_anything_to_run_needs_no_worker(live_client: Client, tmp_path: Path) -> None:
    nodes = {"sum": {"type": "pass", "output": "{% 1 + 1 %}", "next": "done"}, "done": {"type": "terminal", "status": "completed"}}
    view = run_here(live_client, plan_of(tmp_path, spec(nodes, {})), ABSENT, SETTINGS, lambda _execution, _view: None)
    assert view.outcome is not ABSENT
    assert view.outcome.status == "COMPLETED"


def test_what_still_runs_at_the_end_is_ended(live_client: Client, tmp_path: Path) -> None:
    nodes = {
        "fan": {"type": "pass", "next": ["slow", "fast"]},
        "slow": {"type": "activity", "activity": "Sleep", "next": "done"},
        "fast": {"type": "activity", "activity": "Wait", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "join": "any"},
    }
    sleep = {"command": ["sh", "-c", "echo $$ > pid.new; mv pid.new pid; exec sleep 60"]}
    wait = {"command": ["sh", "-c", "while ! test -e pid; do sleep 0.01; done"]}
    plan = plan_of(tmp_path, spec(nodes, {"Sleep": activity(sleep), "Wait": activity(wait)}))
    run_here(live_client, plan, ABSENT, SETTINGS, lambda _execution, _view: None)
    assert not Path(f"/proc/{int((tmp_path / 'pid').read_text())}").exists()


def test_an_interrupted_run_is_resumed_where_it_stood(tmp_path: Path) -> None:
    first, second = (connect(f"sqlite:///{tmp_path}/swf.db", durability="process") for _ in range(2))
    nodes = {
        "wait": {"type": "activity", "activity": "Wait", "retry": {"interval": 0}, "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.wait %}"},
    }
    plan = plan_of(tmp_path, spec(nodes, {"Wait": activity({"command": ["sh", "-c", "test -e go || { touch up; sleep 60; }; echo gone"]})}))
    executions: list[Started] = []

    def interrupt(execution: Started, _view: RunView) -> None:
        executions.append(execution)
        while not (tmp_path / "up").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_here(first, plan, 1, SETTINGS, interrupt)
    first.close()
    assert "ActivityTaskFailed" in types_of(second, executions[0])
    (tmp_path / "go").touch()
    view = resume_here(second, plan, executions[0], SETTINGS, lambda _execution, _view: None)
    second.close()
    assert view.outcome is not ABSENT
    assert view.outcome.result == "gone"


def test_an_error_of_the_decider_ends_the_run_and_is_told(live_client: Client, tmp_path: Path) -> None:
    def broken(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "PollForDecisionTask":
            raise EndpointError("sqlite:///broken", "the disk is full")
        return call(operation, request)

    with pytest.raises(EndpointError, match="the disk is full"):
        run_here(Detour(live_client, broken), plan_of(tmp_path, chain("a")), 1, SETTINGS, lambda _execution, _view: None)


def test_a_deprecated_type_is_said_before_anything_starts(live_client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a"))
    register(live_client, [plan.spec])
    live_client.call("DeprecateActivityType", {"domain": "TEST", "activityType": {"name": "AddOne", "version": "1.0"}})
    with pytest.raises(UsageError, match=r"activity type AddOne 1\.0 is deprecated"):
        run_here(live_client, plan, 1, SETTINGS, lambda _execution, _view: None)
