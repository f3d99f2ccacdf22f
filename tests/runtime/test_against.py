"""A spec held against executions that were decided by another one: where they part, and that nothing else is complained about."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from engine.graph.plan import Plan
from engine.runtime.against import Compared, compare, compare_open
from engine.runtime.asif import as_if_under
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.payloads.claims import NO_CLAIMS, Claims
from engine.runtime.payloads.directory import DirectoryStore
from engine.runtime.register import register
from engine.runtime.start import Started, StartOptions, start
from engine.runtime.worker import Worker, WorkerSettings
from engine.service.clock import VirtualClock
from engine.swf.client import Client
from tests.runtime.world import activity, events_of, plan_of, spec, stop, types_of

Document: TypeAlias = dict[str, Any]

ROLE = "arn:aws:iam::123456789012:role/name"


def document() -> Document:
    """Stands at `later` after four decisions: a first activity, a second one that fails and is retried, two at once."""
    nodes: Document = {
        "first": {"type": "activity", "activity": "Echo", "input": "{% input %}", "next": "second"},
        "second": {
            "type": "activity",
            "activity": "Fail",
            "input": {"of": "{% results.first %}"},
            "retry": {"maxAttempts": 2, "interval": "5s"},
            "catch": [{"errors": ["*"], "next": "which"}],
            "next": "which",
        },
        "which": {
            "type": "decision",
            "join": "any",
            "choices": [{"when": "input > 3", "next": ["left", "right"]}],
            "default": "done",
        },
        "left": {"type": "activity", "activity": "Echo", "input": 1, "next": "later"},
        "right": {"type": "wait", "for": "1h", "next": "later"},
        "later": {"type": "activity", "activity": "Echo", "input": "{% results.left %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.later ?? 'none' %}", "join": "any"},
    }
    activities = {"Echo": activity({"command": ["cat"]}), "Fail": activity({"command": ["false"]})}
    return spec(nodes, activities, start="first")


def begun(client: Client, plan: Plan, value: Any = 5, claims: Claims = NO_CLAIMS) -> tuple[Started, Decider, Worker]:
    register(client, [plan.spec])
    execution = start(client, plan.spec, value, StartOptions(), claims)
    decides = Decider(client, [plan], DeciderSettings(), claims)
    return execution, decides, Worker(client, [plan.spec], WorkerSettings(), claims)


@pytest.fixture
def opened(client: Client, clock: VirtualClock, tmp_path: Path) -> Started:
    """An open execution of `document()`."""
    execution, decides, works = begun(client, plan_of(tmp_path, document()))
    for part in (decides, works, decides, works, decides):
        assert part.step()
    clock.advance(6)
    for part in (decides, works, decides, works, decides):
        assert part.step()
    stop(works)
    return execution


def compared(client: Client, folder: Path, changed: Document) -> Compared:
    (one,) = compare_open(client, plan_of(folder / "changed", changed), NO_CLAIMS)
    return one


def test_the_same_spec_agrees_with_every_decision(client: Client, tmp_path: Path, opened: Started) -> None:
    one = compared(client, tmp_path, document())
    assert (one.execution, one.parted, one.same_spec, one.decisions) == (opened, None, True, 6)


def change(*path: str, to: Any) -> Callable[[Document], None]:
    def apply(changed: Document) -> None:
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return apply


def rename(old: str, new: str) -> Callable[[Document], None]:
    def apply(changed: Document) -> None:
        changed["nodes"][new] = changed["nodes"].pop(old)
        changed["nodes"]["first"]["next"] = new

    return apply


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    "changing",
    [
        change("description", to="words"),
        change("nodes", "later", "input", to="something else"),
        change("nodes", "later", "activity", to="Fail"),
        change("nodes", "done", "output", to=1),
        change("activities", "Echo", "run", to={"command": ["tac"]}),
        change("nodes", "second", "retry", "maxInterval", to="1h"),
    ],
    ids=["description", "later input", "later activity", "output", "run", "retry that comes to the same"],
)
def test_a_change_of_what_has_not_happened_yet_agrees(client: Client, tmp_path: Path, changing: Callable[[Document], None]) -> None:
    changed = document()
    changing(changed)
    assert compared(client, tmp_path, changed).parted is None


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    ("changing", "had", "would"),
    [
        (change("nodes", "second", "input", to="other"), 'ScheduleActivityTask second with input {"of":5}', 'input "other"'),
        (change("nodes", "second", "activity", to="Echo"), "activityType", '"Echo"'),
        (change("nodes", "second", "timeouts", to={"heartbeat": "7s"}), "heartbeatTimeout 60", "heartbeatTimeout 7"),
        (change("nodes", "second", "taskList", to="other"), "taskList", "other"),
        (change("nodes", "second", "priority", to=3), "taskPriority (none)", "taskPriority 3"),
        (change("nodes", "second", "retry", "interval", to="9s"), "startToFireTimeout 5", "startToFireTimeout 9"),
        (change("nodes", "second", "retry", "maxAttempts", to=1), "StartTimer second.retry.1.1", "not that, but ScheduleActivityTask left"),
        (rename("second", "another"), "ScheduleActivityTask second", "not that, but ScheduleActivityTask another"),
        (change("nodes", "which", "choices", to=[{"when": "input > 9", "next": ["left", "right"]}]), "left", "CompleteWorkflowExecution"),
        (change("nodes", "right", "for", to="2h"), "StartTimer right.wait.1 with startToFireTimeout 3600", "startToFireTimeout 7200"),
        (change("nodes", "right", to={"type": "pass", "next": "later"}), "StartTimer right.wait.1", "not that"),
    ],
)
def test_a_change_of_what_has_happened_is_named_with_both_sides(
    client: Client, tmp_path: Path, changing: Callable[[Document], None], had: str, would: str
) -> None:
    changed = document()
    changing(changed)
    one = compared(client, tmp_path, changed)
    assert not one.same_spec
    assert one.parted is not None
    assert had in one.parted.had
    assert would in one.parted.would


def test_what_would_be_decided_besides_is_named_at_the_decision(client: Client, tmp_path: Path, opened: Started) -> None:
    changed = document()
    changed["nodes"]["first"]["next"] = ["second", "more"]
    changed["nodes"]["more"] = {"type": "activity", "activity": "Echo", "next": "which"}
    parted = compared(client, tmp_path, changed).parted
    assert parted is not None
    assert (parted.had, parted.would) == ("no such decision", "ScheduleActivityTask more")
    assert events_of(client, opened)[parted.event_id - 1]["eventType"] == "DecisionTaskCompleted"


def test_the_first_event_is_the_one_that_is_named(client: Client, tmp_path: Path, opened: Started) -> None:
    changed = document()
    changed["nodes"]["first"]["input"] = 0
    changed["nodes"]["second"]["input"] = 0
    parted = compared(client, tmp_path, changed).parted
    assert parted is not None
    event = events_of(client, opened)[parted.event_id - 1]
    assert event["activityTaskScheduledEventAttributes"]["activityId"] == "first"


def test_an_execution_that_nobody_has_decided_agrees(client: Client, tmp_path: Path) -> None:
    begun(client, plan_of(tmp_path, document()))
    one = compared(client, tmp_path, document())
    assert (one.decisions, one.parted) == (0, None)


def test_executions_of_other_versions_are_none_of_its_business(client: Client, tmp_path: Path, opened: Started) -> None:
    changed = {**document(), "version": "2.0"}
    register(client, [plan_of(tmp_path / "changed", changed).spec])
    assert list(compare_open(client, plan_of(tmp_path / "changed", changed), NO_CLAIMS)) == []


def test_long_inputs_are_compared_by_their_references_and_nothing_is_stored(client: Client, tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "payloads")
    claims = Claims(store=store)
    _, decides, works = begun(client, plan_of(tmp_path, document()), "x" * 100_000, claims)
    for part in (decides, works, decides):
        assert part.step()
    stop(works)
    before = list(store.kept())
    (one,) = compare_open(client, plan_of(tmp_path, document()), claims)
    assert one.parted is None
    changed = document()
    changed["nodes"]["second"]["input"] = {"of": "{% results.first & '!' %}"}
    (one,) = compare_open(client, plan_of(tmp_path / "changed", changed), claims)
    assert one.parted is not None
    assert "$swfgraph.payload" in one.parted.had
    assert list(store.kept()) == before


def every_kind() -> Document:
    nodes: Document = {
        "each": {"type": "activity", "activity": "Echo", "forEach": {"items": "[1..3]"}, "input": "{% item %}", "next": "gate"},
        "gate": {"type": "wait", "signal": "go", "timeout": "1h", "next": "until"},
        "until": {"type": "wait", "until": "$toMillis('2100-01-01T00:00:00Z') / 1000", "next": "on"},
        "missing": {"type": "activity", "activity": "Echo", "next": "child"},
        "child": {
            "type": "workflow",
            "workflow": {"name": "Nobody", "version": "1"},
            "catch": [{"errors": ["*"], "next": "function"}],
            "next": "function",
        },
        "function": {"type": "lambda", "function": "f", "join": "any", "catch": [{"errors": ["*"], "next": "on"}], "next": "on"},
        "on": {"type": "terminal", "status": "continued", "output": 1, "join": "any"},
    }
    nodes["gate"]["next"] = ["until", "missing"]
    return spec(nodes, {"Echo": activity({"command": ["cat"]})}, lambdaRole=ROLE)


def test_whatever_a_spec_has_decided_it_would_decide_again(client: Client, tmp_path: Path) -> None:
    """All kinds of decisions, those that SWF refuses and the close among them."""
    plan = plan_of(tmp_path, every_kind())
    execution, decides, works = begun(client, plan)
    decides.step()
    for _ in range(3):
        works.step()
    decides.step()
    client.call("SignalWorkflowExecution", {"domain": "TEST", "workflowId": execution.workflow_id, "signalName": "go"})
    decides.step()
    works.step()
    while types_of(client, execution)[-1] == "DecisionTaskScheduled":
        decides.step()
    stop(works)
    events = events_of(client, execution)
    kinds = {event["eventType"] for event in events}
    assert {
        "WorkflowExecutionContinuedAsNew",
        "StartChildWorkflowExecutionFailed",
        "TimerCanceled",
        "ScheduleLambdaFunctionFailed",
    } <= kinds
    one = compare(plan, execution, events, NO_CLAIMS)
    assert (one.parted, one.same_spec) == (None, True)
    other = copy.deepcopy(every_kind())
    other["nodes"]["on"]["output"] = 2
    parted = compare(plan_of(tmp_path / "other", other), execution, events, NO_CLAIMS).parted
    assert parted is not None
    assert (parted.had, parted.would) == ("ContinueAsNewWorkflowExecution with input 1", "input 2")


def test_a_state_that_was_carried_over_is_read_as_this_specs(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, document())
    given = {"$swfgraph": {"v": 1, "input": 1, "state": {"digest": "another", "nodes": []}}}
    began = {"workflowType": {"name": "Flow", "version": "0.9"}, "input": json.dumps(given)}
    event = {"eventType": "WorkflowExecutionStarted", "eventId": 1, "workflowExecutionStartedEventAttributes": began}
    read = as_if_under(plan, event)["workflowExecutionStartedEventAttributes"]
    assert read["workflowType"] == {"name": "Flow", "version": "1.0"}
    assert json.loads(read["input"]) == {"$swfgraph": {"v": 1, "input": 1, "state": {"digest": plan.digest, "nodes": []}}}
    assert as_if_under(plan, {**event, "eventType": "TimerFired"}) == {**event, "eventType": "TimerFired"}
