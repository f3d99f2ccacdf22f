"""Decider, worker, start and followers with a store, and what they do when a payload is not where it should be."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, PayloadMissing, PayloadStoreUnusable
from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.follow import Follower
from engine.runtime.payloads.claims import LIMIT, NO_CLAIMS, Claims
from engine.runtime.payloads.directory import DirectoryStore
from engine.runtime.payloads.reference import Reference, parse
from engine.runtime.register import register
from engine.runtime.runcache import Held, RunCache
from engine.runtime.start import Started, StartOptions, signal_input, start
from engine.runtime.worker import Worker, WorkerSettings
from engine.spec.model import ABSENT
from engine.swf.client import Client
from tests.runtime.world import activity, begin, events_of, last_event, plan_of, spec, stop, types_of

LONG = "x" * 3 * LIMIT
SEEMING = Reference(sha256="0" * 64, size=7).text


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(store=DirectoryStore(tmp_path / "payloads"))


def echoing(folder: Path, run: dict[str, Any] | None = None) -> Plan:
    nodes = {
        "echo": {"type": "activity", "activity": "Echo", "input": "{% input %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.echo %}"},
    }
    return plan_of(folder, spec(nodes, {"Echo": activity(run or {"command": ["cat"]})}))


def begun(client: Client, plan: Plan, value: Any, claims: Claims) -> tuple[Started, Decider, Worker]:
    register(client, [plan.spec])
    execution = start(client, plan.spec, value, StartOptions(), claims)
    decides = Decider(client, [plan], DeciderSettings(), claims)
    return execution, decides, Worker(client, [plan.spec], WorkerSettings(), claims)


@pytest.mark.parametrize("value", [LONG, [LONG, 1, None], {"a": LONG}, "short"], ids=["text", "list", "object", "short"])
def test_what_is_too_long_goes_through_all_of_it_and_the_history_stays_small(
    client: Client, tmp_path: Path, claims: Claims, value: Any
) -> None:
    plan = echoing(tmp_path)
    execution, decides, works = begun(client, plan, value, claims)
    assert decides.step()
    assert works.step()
    assert decides.step()
    stop(works)
    follower = Follower(client, plan, execution, claims)
    assert follower.refresh()
    outcome = follower.run.view().outcome
    assert outcome is not ABSENT
    assert outcome.result == value
    assert max(len(json.dumps(event)) for event in events_of(client, execution)) < 2_000


def test_a_program_that_writes_a_reference_gives_that_text_and_no_payload(client: Client, tmp_path: Path, claims: Claims) -> None:
    """Else a program could read, by its digest, what another execution has stored."""
    plan = echoing(tmp_path, {"command": ["printf", "%s", SEEMING]})
    execution, decides, works = begun(client, plan, 1, claims)
    decides.step()
    works.step()
    decides.step()
    stop(works)
    result = last_event(client, execution)["WorkflowExecutionCompleted"]["result"]
    assert parse(result) is not None
    assert claims.resolved(result) == SEEMING


def test_a_worker_fails_the_task_whose_input_is_missing(client: Client, tmp_path: Path, claims: Claims) -> None:
    execution, decides, _ = begun(client, plan := echoing(tmp_path), LONG, claims)
    decides.step()
    works = Worker(client, [plan.spec], WorkerSettings(), Claims(store=DirectoryStore(tmp_path / "elsewhere")))
    assert works.step()
    stop(works)
    failed = events_of(client, execution)[-2]["activityTaskFailedEventAttributes"]
    assert failed["reason"] == "Payload.Missing"
    assert str(tmp_path / "elsewhere") in failed["details"]


def test_a_worker_without_a_store_says_which_option_names_one(client: Client, tmp_path: Path, claims: Claims) -> None:
    execution, decides, _ = begun(client, plan := echoing(tmp_path), LONG, claims)
    decides.step()
    works = Worker(client, [plan.spec], WorkerSettings())
    assert works.step()
    stop(works)
    failed = events_of(client, execution)[-2]["activityTaskFailedEventAttributes"]
    assert failed["reason"] == "Payload.Missing"
    assert "--payloads" in failed["details"]


def test_a_result_that_can_not_be_stored_fails_the_task(client: Client, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    claims = Claims(store=DirectoryStore(tmp_path / "file" / "below"))
    execution, decides, works = begun(client, echoing(tmp_path, {"command": ["head", "-c", "100000", "/dev/zero"]}), 1, claims)
    decides.step()
    works.step()
    stop(works)
    failed = events_of(client, execution)[-2]["activityTaskFailedEventAttributes"]
    assert failed["reason"] == "Payload.StoreUnusable"
    assert str(tmp_path / "file") in failed["details"]


def test_without_a_store_a_long_result_fails_as_too_large_and_the_option_is_named(client: Client, tmp_path: Path) -> None:
    execution, decides, works = begun(client, echoing(tmp_path, {"command": ["head", "-c", "100000", "/dev/zero"]}), 1, NO_CLAIMS)
    decides.step()
    works.step()
    stop(works)
    failed = events_of(client, execution)[-2]["activityTaskFailedEventAttributes"]
    assert failed["reason"] == "Output.TooLarge"
    assert "--payloads" in failed["details"]


def test_a_decider_leaves_alone_what_it_can_not_read_and_says_so_once(
    client: Client, tmp_path: Path, claims: Claims, caplog: pytest.LogCaptureFixture
) -> None:
    execution, _, _ = begun(client, plan := echoing(tmp_path), LONG, claims)
    caplog.set_level(logging.ERROR, "engine.runtime")
    other = Decider(client, [plan], DeciderSettings(), Claims(store=DirectoryStore(tmp_path / "elsewhere")))
    other.step()
    assert types_of(client, execution)[-1] == "DecisionTaskStarted"
    (record,) = caplog.records
    assert str(tmp_path / "elsewhere") in record.getMessage()
    assert execution.workflow_id in record.getMessage()


def test_a_long_input_without_a_store_is_refused_with_the_option_that_names_one(client: Client, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--payloads"):
        begin(client, echoing(tmp_path), LONG)


@pytest.mark.parametrize("key", ["$swfgraph", "$swfgraph.payload"])
def test_inputs_with_our_own_keys_are_refused(client: Client, tmp_path: Path, claims: Claims, key: str) -> None:
    with pytest.raises(InputError, match=r"\$swfgraph"):
        begun(client, echoing(tmp_path), {key: {}}, claims)
    with pytest.raises(InputError, match=r"\$swfgraph"):
        signal_input("go", json.dumps({key: {}}), claims)


def test_signals_carry_long_inputs_too(claims: Claims) -> None:
    sent = signal_input("go", LONG, claims)
    assert len(sent) < 200
    assert claims.resolved(sent) == LONG
    with pytest.raises(InputError, match="--payloads"):
        signal_input("go", LONG, NO_CLAIMS)


def test_what_is_longer_than_any_payload_is_refused_before_it_is_stored(tmp_path: Path) -> None:
    class Small(DirectoryStore):
        longest = LIMIT + 10  # type: ignore[misc]  # as if memory were small

    claims = Claims(store=Small(tmp_path / "payloads"))
    with pytest.raises(PayloadStoreUnusable, match="too long"):
        claims.kept(LONG)
    assert not (tmp_path / "payloads").exists()


def test_a_missing_payload_says_which_one_it_is(claims: Claims) -> None:
    with pytest.raises(PayloadMissing) as caught:
        claims.resolved(SEEMING)
    assert caught.value.sha256 == "0" * 64


def held(plan: Plan, characters: int) -> Held:
    return Held(run=Run(plan, workflow_id="w", run_id="r"), characters=characters)


def test_cached_runs_hold_no_more_payloads_than_there_is_room_for_but_for_the_latest(tmp_path: Path) -> None:
    plan = echoing(tmp_path)
    cache = RunCache(10, characters=100)
    for name in "abc":
        cache.give_back(name, held(plan, 40))
    assert cache.take("a") is None
    b = cache.take("b")
    assert b is not None
    cache.give_back("b", b)
    cache.give_back("huge", held(plan, 1_000))
    assert cache.take("b") is None
    assert cache.take("c") is None
    assert cache.take("huge") is not None
    cache.give_back("d", held(plan, 100))
    assert cache.take("d") is not None


def calling(folder: Path, node: dict[str, Any]) -> Plan:
    nodes = {
        "call": {**node, "input": "{% input.given %}", "catch": [{"errors": ["*"], "next": "caught"}], "next": "caught"},
        "caught": {"type": "terminal", "status": "completed", "output": "{% errors.call.name %}", "join": "any"},
    }
    return plan_of(folder, spec(nodes, {}, lambdaRole="arn:aws:iam::123456789012:role/name"))


@pytest.mark.parametrize(
    ("node", "given", "error"),
    [
        ({"type": "lambda", "function": "f"}, LONG, "Payload.TooLarge"),
        ({"type": "workflow", "workflow": {"name": "W", "version": "1"}}, {"$swfgraph": {"v": 1, "known": {}}}, "Input.Reserved"),
    ],
    ids=["no worker of ours would fetch it", "data must not say what is known of a run"],
)
def test_what_can_not_be_given_is_an_error_of_the_node(
    client: Client, tmp_path: Path, claims: Claims, node: dict[str, Any], given: Any, error: str
) -> None:
    plan = calling(tmp_path, node)
    register(client, [plan.spec])
    execution = start(client, plan.spec, {"given": given}, StartOptions(), claims)
    assert Decider(client, [plan], DeciderSettings(), claims).step()
    assert json.loads(last_event(client, execution)["WorkflowExecutionCompleted"]["result"]) == error


def test_an_execution_does_not_continue_with_an_input_that_looks_like_our_own(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, spec({"on": {"type": "terminal", "status": "continued", "output": "{% input.given %}"}}, {}))
    execution = begin(client, plan, {"given": {"$swfgraph": {"v": 1}}})
    assert Decider(client, [plan], DeciderSettings()).step()
    assert "Input.Reserved" in last_event(client, execution)["WorkflowExecutionFailed"]["reason"]


@pytest.mark.parametrize("stored", [True, False], ids=["with a store", "without one"])
def test_data_that_looks_like_a_reference_goes_through_all_of_it(client: Client, tmp_path: Path, claims: Claims, *, stored: bool) -> None:
    seeming = json.loads(SEEMING)
    nodes = {
        "echo": {"type": "activity", "activity": "Echo", "input": "{% input.inner %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.echo %}"},
    }
    plan = plan_of(tmp_path, spec(nodes, {"Echo": activity({"command": ["cat"]})}))
    used = claims if stored else NO_CLAIMS
    execution, decides, works = begun(client, plan, {"inner": seeming}, used)
    assert decides.step()
    assert works.step()
    assert decides.step()
    stop(works)
    assert json.loads(used.resolved(last_event(client, execution)["WorkflowExecutionCompleted"]["result"])) == seeming
