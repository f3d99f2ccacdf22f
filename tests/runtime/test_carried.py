"""Runs whose state is too long for an input, on the real service and without a store: it is in markers, of two histories."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StateMissing
from engine.graph.plan import Plan
from engine.interpreter.portions import CARRIED, TAKEN, number_of
from engine.runtime.against import compare_open
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, run_here
from engine.runtime.follow import Follower
from engine.runtime.history import events_after
from engine.runtime.payloads.claims import NO_CLAIMS
from engine.runtime.retry import prepare
from engine.runtime.start import Started
from engine.runtime.worker import WorkerSettings
from engine.service.clock import VirtualClock
from engine.spec.model import ABSENT
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.cli.processes import running
from tests.runtime.world import Call, Detour, activity, begin, events_of, last_event, plan_of, spec, types_of

DAY = 86_400
LETTERS = 30_000
NOTES = ["a" * LETTERS, "é" * LETTERS, "\N{PARTY POPPER}" * LETTERS]
MOST_EVENTS = 8


def hoarding(folder: Path, output: Any = "{% $map(signals.note, $length) %}") -> Plan:
    nodes = {
        "gate": {"type": "wait", "signal": "open", "next": "end"},
        "end": {"type": "terminal", "status": "completed", "output": output},
    }
    return plan_of(folder, spec(nodes, {}, timeouts={"execution": "300d", "decision": "30s"}))


def decider(client: Client, plan: Plan, **more: Any) -> Decider:
    return Decider(client, [plan], DeciderSettings(most_events=MOST_EVENTS, **more))


def signal(client: Client, execution: Started, name: str, value: Any = None) -> None:
    request = {"domain": execution.domain, "workflowId": execution.workflow_id, "signalName": name}
    client.call("SignalWorkflowExecution", {**request, "input": json.dumps(value, ensure_ascii=False)})


def gone_on(client: Client, clock: VirtualClock, plan: Plan, value: Any = ABSENT) -> tuple[Started, Started]:
    """An execution of which three long signals are known, just gone on as another one: the two of them."""
    first = begin(client, plan, value, workflow_id="hoard")
    decides = decider(client, plan)
    assert decides.step()
    for note in (*NOTES, "short"):
        signal(client, first, "note", note)
    decide(clock, decides, client, first)
    return first, replace(first, run_id=last_event(client, first)["WorkflowExecutionContinuedAsNew"]["newExecutionRunId"])


def decide(clock: VirtualClock, decides: Decider, client: Client, execution: Started) -> None:
    """Until it is closed."""
    while types_of(client, execution)[-1] not in {"WorkflowExecutionCompleted", "WorkflowExecutionContinuedAsNew"}:
        assert decides.step()
        clock.advance(1)


def markers(client: Client, execution: Started, kind: str) -> list[str]:
    told = [event["markerRecordedEventAttributes"] for event in events_of(client, execution) if event["eventType"] == "MarkerRecorded"]
    return [marker["details"] for marker in told if number_of(marker["markerName"], kind) is not ABSENT]


def result_of(client: Client, execution: Started) -> Any:
    return json.loads(last_event(client, execution)["WorkflowExecutionCompleted"]["result"])


def test_a_decider_that_was_never_there_goes_on_from_the_markers_of_the_run_before(
    client: Client, clock: VirtualClock, tmp_path: Path
) -> None:
    plan = hoarding(tmp_path)
    first, second = gone_on(client, clock, plan)
    assert len(events_of(client, second)[0]["workflowExecutionStartedEventAttributes"]["input"]) < 500
    signal(client, second, "open")
    decide(clock, decider(client, plan), client, second)
    assert result_of(client, second) == [LETTERS, LETTERS, LETTERS, 5]
    assert markers(client, second, TAKEN) == markers(client, first, CARRIED)


def test_once_it_has_them_too_the_run_before_may_be_forgotten(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    plan = hoarding(tmp_path)
    first, second = gone_on(client, clock, plan)
    decides = decider(client, plan)
    while markers(client, second, TAKEN) != markers(client, first, CARRIED):
        assert decides.step()
        clock.advance(1)
    clock.advance(40 * DAY)
    client.call("CountOpenWorkflowExecutions", {"domain": "TEST", "startTimeFilter": {"oldestDate": 0}})
    with pytest.raises(Exception, match="Unknown execution"):
        events_of(client, first)
    signal(client, second, "open")
    decide(clock, decider(client, plan), client, second)
    assert result_of(client, second) == [LETTERS, LETTERS, LETTERS, 5]


def test_a_run_before_that_is_forgotten_too_soon_is_said_and_the_execution_left_alone(
    client: Client, clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = hoarding(tmp_path)
    first, second = gone_on(client, clock, plan)
    clock.advance(40 * DAY)
    client.call("CountOpenWorkflowExecutions", {"domain": "TEST", "startTimeFilter": {"oldestDate": 0}})
    caplog.set_level(logging.ERROR, "engine.runtime")
    assert decider(client, plan).step()
    assert types_of(client, second)[-1] == "DecisionTaskStarted"
    (record,) = caplog.records
    assert f"was left by the run {first.run_id}: SWF does not know that run any more" in record.getMessage()


def test_a_history_that_lags_behind_is_read_again(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    _, second = gone_on(client, clock, hoarding(tmp_path))
    lags = [4, 1]

    def late(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = call(operation, request)
        return {"events": answer["events"][lags.pop() :]} if request.get("reverseOrder") and lags else answer

    pauses: list[float] = []
    address = (second.domain, second.workflow_id, second.run_id)
    events = events_after(Detour(client, late), address, 0, pause=pauses.append)
    assert len(events[0]["workflowExecutionStartedEventAttributes"]["input"]) > 3 * LETTERS
    assert len(pauses) == 2


def test_a_history_without_the_markers_is_not_asked_for_ever(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    _, second = gone_on(client, clock, hoarding(tmp_path))

    def without(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = call(operation, request)
        told = [event for event in answer["events"] if event["eventType"] != "MarkerRecorded"]
        return {**answer, "events": told} if request.get("reverseOrder") else answer

    pauses: list[float] = []
    with pytest.raises(StateMissing, match=r"its history has not the 6 markers swfgraph\.carried\.\* that make it"):
        events_after(Detour(client, without), (second.domain, second.workflow_id, second.run_id), 0, pause=pauses.append)
    assert pauses == []


def test_whoever_looks_sees_the_whole_run(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    plan = hoarding(tmp_path)
    _, second = gone_on(client, clock, plan, {"n": 1})
    for decisions in range(2):
        follower = Follower(client, plan, second)
        assert follower.refresh()
        assert follower.run.view().nodes["gate"].visit == 1
        (compared,) = compare_open(client, plan, NO_CLAIMS)
        assert (compared.parted, compared.decisions) == (None, decisions)
        assert decider(client, plan).step() or decisions
        clock.advance(1)


def test_a_changed_spec_takes_it_over_where_it_agrees(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    _, second = gone_on(client, clock, hoarding(tmp_path))
    assert decider(client, hoarding(tmp_path)).step()
    changed = hoarding(tmp_path / "new", output="{% $count(signals.note) %}")
    (compared,) = compare_open(client, changed, NO_CLAIMS)
    assert (compared.parted, compared.same_spec) == (None, False)
    signal(client, second, "open")
    decide(clock, decider(client, changed, adopt=True), client, second)
    assert result_of(client, second) == 4


def test_it_can_be_retried_and_its_input_is_the_users(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    plan = hoarding(tmp_path)
    _, second = gone_on(client, clock, plan, {"n": 1})
    client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": "hoard"})
    assert prepare(client, plan, second, NO_CLAIMS).value == {"n": 1}


def test_some_hundred_items_go_through_over_http_without_a_store(tmp_path: Path) -> None:
    each = {"items": "[1..300]", "maxConcurrency": 50}
    text = "{% $pad($string(result), 400, '.') %}"
    nodes = {
        "each": {"type": "activity", "activity": "AddOne", "input": "{% item %}", "output": text, "forEach": each, "next": "end"},
        "end": {"type": "terminal", "status": "completed", "output": "{% [$count(results.each), results.each[299]] %}"},
    }
    plan = plan_of(tmp_path, spec(nodes, {"AddOne": activity({"python": "deeds_of_tests:add_one"})}))
    with running(tmp_path, "serve", "--port", "0", "--json") as process:
        assert process.stdout is not None
        with contextlib.closing(connect(json.loads(process.stdout.readline())["url"])) as client:
            settings = EmbeddedSettings(
                decider=DeciderSettings(most_events=300),
                worker=WorkerSettings(concurrency=4),
                grace=5.0,
            )
            runs: dict[str, Started] = {}
            run_here(client, plan, ABSENT, settings, lambda run, _: runs.update({run.run_id: run}))
            *_, last = runs.values()
            assert result_of(client, last) == [300, f"{301:.<400}"]
            assert len(markers(client, last, TAKEN)) > 1
    assert len(runs) > 2
