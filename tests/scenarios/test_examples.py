"""The examples of the whole language run to their right ends on every kind of endpoint, as far as that endpoint knows what they need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.interpreter.events import CloseStatus
from engine.interpreter.states import NodeState
from engine.interpreter.view import Outcome, RunView
from engine.runtime.start import Started
from engine.spec.model import ABSENT, Json
from engine.swf.client import Client
from tests.scenarios.endpoints import ENDPOINTS, Ended, Endpoint, Meddling, Value, look_on

NO_CHILDREN = "moto has no StartChildWorkflowExecution decision"
NO_CANCELING = "moto has no RequestCancelWorkflowExecution"
NO_TIMER_CANCELING = "moto records a TimerCancelled, which is no event type"


everywhere = pytest.mark.parametrize("endpoint", ENDPOINTS, indirect=True)


def everywhere_but(**lacking: str) -> pytest.MarkDecorator:
    """Where an endpoint lacks something, tests/conformance says so, and notices when it does no longer: nobody waits for it here."""
    return pytest.mark.parametrize("endpoint", [name for name in ENDPOINTS if name not in lacking], indirect=True)


def run(endpoint: Endpoint, folder: Path, name: str, value: Value = ABSENT, meddling: Meddling = look_on) -> Ended:
    with endpoint(folder, name, value, meddling) as ended:
        return ended


def outcome_of(ended: Ended) -> Outcome:
    assert ended.view.outcome is not ABSENT
    return ended.view.outcome


def result_of(ended: Ended) -> Any:
    outcome = outcome_of(ended)
    assert outcome.status is CloseStatus.COMPLETED, outcome
    return outcome.result


def tasks(ended: Ended, kind: str) -> list[str]:
    """The activity types whose tasks had that event, in order."""
    scheduled = {
        event["eventId"]: event["activityTaskScheduledEventAttributes"]["activityType"]["name"]
        for event in ended.events
        if event["eventType"] == "ActivityTaskScheduled"
    }
    key = f"activityTask{kind}EventAttributes"
    return [scheduled[event[key]["scheduledEventId"]] for event in ended.events if event["eventType"] == f"ActivityTask{kind}"]


def signalling(after: str) -> Meddling:
    """Somebody who answers once, when there has been such an event."""
    sent: list[str] = []

    def meddle(client: Client, execution: Started, _view: RunView) -> None:
        address = {"workflowId": execution.workflow_id, "runId": execution.run_id}
        events = client.call("GetWorkflowExecutionHistory", {"domain": execution.domain, "execution": address})["events"]
        if not sent and after in {event["eventType"] for event in events}:
            sent.append(execution.run_id)
            answer = {"signalName": "answer", "input": '{"approved": true, "by": "Ada"}'}
            client.call("SignalWorkflowExecution", {"domain": execution.domain, "workflowId": execution.workflow_id, **answer})

    return meddle


APPROVAL: Json = {"what": "a lamp", "amount": 30, "patience": "1h"}


@everywhere
def test_an_answer_that_comes_early_is_kept_for_the_approval(tmp_path: Path, endpoint: Endpoint) -> None:
    patient = "import pathlib, time\nwhile not pathlib.Path('answered').exists():\n    time.sleep(0.05)\n"
    answer, answered = signalling(after="WorkflowExecutionStarted"), tmp_path / "approval" / "answered"

    def meddle(client: Client, execution: Started, view: RunView) -> None:
        answer(client, execution, view)
        answered.touch()

    def change(folder: Path) -> None:
        (folder / "tell.py").write_text(patient, encoding="utf-8")

    with endpoint(tmp_path, "approval", APPROVAL, meddle, change) as ended:
        assert result_of(ended) == "bought a lamp for 30, approved by Ada"
        assert "TimerStarted" not in ended.types


@everywhere_but(moto=NO_TIMER_CANCELING)
def test_an_approval_goes_on_when_the_answer_comes(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "approval", APPROVAL, signalling(after="TimerStarted"))
    assert result_of(ended) == "bought a lamp for 30, approved by Ada"
    assert "TimerCanceled" in ended.types
    assert ended.view.nodes["ask_manager"].state is NodeState.SKIPPED


@everywhere
def test_an_approval_that_nobody_answers_fails(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "approval", {"patience": "1s"})
    assert (outcome_of(ended).status, outcome_of(ended).reason) == (CloseStatus.FAILED, "NoAnswer")
    assert ended.types.count("TimerFired") == 2


@everywhere
def test_an_order_that_cannot_be_shipped_is_undone_the_last_step_first(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "saga", {"order": "A-2", "address": "nowhere"})
    assert (outcome_of(ended).status, outcome_of(ended).reason) == (CloseStatus.FAILED, "NotShipped")
    undoing = {"ReserveStock": "ReleaseStock", "ChargeCard": "RefundCard"}
    completed = tasks(ended, "Completed")
    assert completed[2:] == [undoing[step] for step in reversed(completed[:2])]


@everywhere
def test_an_order_that_is_shipped_stays_done(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "saga")
    assert result_of(ended) == {"parcel": "P-A-1", "to": "12 Elm Road"}
    assert sorted(tasks(ended, "Completed")) == ["ChargeCard", "ReserveStock", "ShipParcel"]


@everywhere_but(moto=NO_CANCELING)
def test_an_order_that_somebody_cancels_is_undone(tmp_path: Path, endpoint: Endpoint) -> None:
    asked: list[str] = []

    def cancel(client: Client, execution: Started, view: RunView) -> None:
        if not asked and view.nodes["reserve"].state is NodeState.COMPLETED:
            asked.append(execution.run_id)
            client.call("RequestCancelWorkflowExecution", {"domain": execution.domain, "workflowId": execution.workflow_id})

    def change(folder: Path) -> None:
        script, slow = folder / "shop.py", "import time\nif sys.argv[1] == 'ship':\n    time.sleep(300)\n"
        text = script.read_text(encoding="utf-8")
        script.write_text(text.replace("step = sys.argv[1]\n", f"{slow}step = sys.argv[1]\n"), encoding="utf-8")
        spec = json.loads((folder / "saga.json").read_text(encoding="utf-8"))
        spec["defaults"]["timeouts"]["heartbeat"] = "3s"  # the request comes with the answer to a heartbeat
        (folder / "saga.json").write_text(json.dumps(spec), encoding="utf-8")

    with endpoint(tmp_path, "saga", ABSENT, cancel, change) as ended:
        assert outcome_of(ended).status is CloseStatus.CANCELED
        completed = [step for step in tasks(ended, "Completed") if step != "ShipParcel"]
        undone = [step for step in completed if step in {"ReleaseStock", "RefundCard"}]
        undoing = {"ReserveStock": "ReleaseStock", "ChargeCard": "RefundCard"}
        assert undone == [undoing[step] for step in reversed(completed[: len(undone)])]
        assert "ReleaseStock" in undone


@everywhere
def test_the_words_of_all_files_are_counted_and_the_unreadable_one_is_named(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "map")
    assert result_of(ended) == {"words": 29, "files": 4, "unreadable": ["texts/broken.bin"]}
    error = ended.view.nodes["count"].error
    assert error is not ABSENT
    assert [one.name for one in error.items] == ["ExitCode.1"]


@everywhere
def test_a_job_is_looked_at_until_it_is_ready(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "poll", {"looks": 4, "every": "0s"})
    assert result_of(ended) == "job-1 made it after 4 looks"
    assert tasks(ended, "Completed") == ["Submit", "Look", "Look", "Look", "Look", "Fetch"]


@everywhere
def test_a_night_comes_to_its_report(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "nightly", {"day": "2026-03-01"})
    assert result_of(ended) == "2026-03-01: 8 orders, 3 customers"


@everywhere_but(moto=NO_CHILDREN)
def test_a_release_is_rolled_out_by_a_child_for_each_region(tmp_path: Path, endpoint: Endpoint) -> None:
    ended = run(endpoint, tmp_path, "regions", {"release": "r2", "regions": ["eu", "down", "us"]})
    assert result_of(ended) == {"done": ["eu runs r2", "us runs r2"], "missing": ["down"]}
    children = ended.view.nodes["roll_out"].children
    assert len({child.workflow_id for child in children}) == 3
    closed = [kind for kind in ended.types if kind.startswith("ChildWorkflowExecution") and not kind.endswith("Started")]
    assert sorted(closed) == ["ChildWorkflowExecutionCompleted", "ChildWorkflowExecutionCompleted", "ChildWorkflowExecutionFailed"]
