"""The watcher against the real service and a real receiver: what is told, once, whatever happens to whoever tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.errors import SwfFault, UsageError
from engine.graph.plan import Plan
from engine.runtime.alerts.channels import Channel, open_channels
from engine.runtime.alerts.occurrence import Level
from engine.runtime.alerts.outbox import Outbox
from engine.runtime.alerts.sending import LEASE
from engine.runtime.alerts.watcher import Watcher, WatchSettings, watched
from engine.runtime.loops import Grace
from engine.service.clock import VirtualClock
from engine.swf.client import Client
from tests.runtime.alerts.receiver import Receiver
from tests.runtime.world import PATIENCE, Call, Detour, activity, begin, decider, plan_of, spec, stop, worker

ALL = ["completed", "failed", "timedOut", "canceled", "terminated"]


class Bench:
    """A watcher on a service whose time stands still, told to look and to send by the test."""

    def __init__(self, client: Client, clock: VirtualClock, folder: Path, url: str, plan: Plan) -> None:
        self.client: Client = client
        self.clock = clock
        self.plan = plan
        self.state = folder / "alerts.db"
        self._url = url
        self.watcher = self.new_watcher()

    def new_watcher(self, channels: Sequence[Channel] | None = None) -> Watcher:
        """As after a kill: from what the file holds."""
        found = open_channels({"ops": self._url}) if channels is None else channels
        settings = WatchSettings(interval=0.01, now=self.clock.now)
        self.outbox = Outbox.open(self.state)
        self.watcher = Watcher(self.client, watched([self.plan]), self.outbox, found, settings)
        self.watcher.begin()
        return self.watcher

    def tell(self) -> None:
        self.watcher.look()
        while self.watcher.send():
            pass


def flow(*alerts: dict[str, Any], **top: Any) -> dict[str, Any]:
    """Tries something that fails, notes it, ends well."""
    nodes = {
        "one": {
            "type": "activity",
            "activity": "Refuse",
            "retry": {"maxAttempts": 2, "interval": 0},
            "catch": [{"next": "noted"}],
            "next": "done",
        },
        "noted": {"type": "pass", "output": "{% errors.one.message %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    return spec(nodes, {"Refuse": activity({"python": "deeds_of_tests:refuse"})}, alerts=list(alerts), **top)


@pytest.fixture
def bench(client: Client, clock: VirtualClock, tmp_path: Path, receiver: Receiver) -> Callable[..., Bench]:
    def made(*alerts: dict[str, Any], **top: Any) -> Bench:
        return Bench(client, clock, tmp_path, receiver.url, plan_of(tmp_path, flow(*alerts, **top)))

    return made


def close(client: Client, decision: str, **attributes: str) -> None:
    """Decide the open execution by hand."""
    task = client.call("PollForDecisionTask", {"domain": "TEST", "taskList": {"name": "tasks"}})
    field = f"{decision[0].lower()}{decision[1:]}DecisionAttributes"
    client.call(
        "RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [{"decisionType": decision, field: attributes}]}
    )


def test_every_outcome_that_is_asked_for_is_told(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ALL})
    for workflow_id, decision in (
        ("good", "CompleteWorkflowExecution"),
        ("bad", "FailWorkflowExecution"),
        ("off", "CancelWorkflowExecution"),
    ):
        begin(at.client, at.plan, workflow_id=workflow_id)
        close(at.client, decision)
    begin(at.client, at.plan, workflow_id="killed")
    at.client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": "killed", "reason": "enough"})
    begin(at.client, at.plan, workflow_id="slow")
    at.clock.advance(3601)
    at.tell()
    assert sorted(receiver.titles) == [
        "Flow completed: good",
        "Flow failed: bad",
        "Flow timed out: slow",
        "Flow was canceled: off",
        "Flow was terminated: killed",
    ]


def test_what_is_not_asked_for_is_not_told(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ["failed"]})
    begin(at.client, at.plan)
    close(at.client, "CompleteWorkflowExecution")
    at.tell()
    assert receiver.messages == []


def test_what_was_before_the_first_look_is_not_told(client: Client, clock: VirtualClock, tmp_path: Path, receiver: Receiver) -> None:
    plan = plan_of(tmp_path, flow({"to": "ops", "on": ALL}))
    begin(client, plan)
    close(client, "FailWorkflowExecution")
    clock.advance(1)
    Bench(client, clock, tmp_path, receiver.url, plan).tell()
    assert receiver.titles == []


def test_a_message_says_what_where_why_and_how_to_look(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ["failed"]})
    started = begin(at.client, at.plan, workflow_id="or der;7")
    at.clock.advance(90)
    details = '{"node": "pay", "error": "Card.Declined", "message": "no funds\\nat all", "attempts": 3}'
    close(at.client, "FailWorkflowExecution", reason="pay: Card.Declined", details=details)
    at.tell()
    [message] = receiver.messages
    [head, *lines, look, alert] = message["message"].splitlines()
    assert head.startswith("Flow 1.0 failed at 20")
    assert head.endswith("after 1m30s (domain TEST).")
    assert lines == ["pay: Card.Declined", "no funds", "at all (after 3 attempts)"]
    assert look == f"Look: swfgraph status 'or der;7' --run-id {started.run_id} --domain TEST --url {at.client.url}"
    assert len(alert.removeprefix("Alert ")) == 16
    assert message["type"] == "failure"


def test_what_was_ended_from_outside_says_where_it_stood(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ["terminated"]})
    begin(at.client, at.plan, workflow_id="killed")
    deciding = decider(at.client, at.plan)
    deciding.step()
    stop(deciding)
    at.client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": "killed", "reason": "enough"})
    at.tell()
    assert "one was open (attempt 1)" in receiver.messages[0]["message"]
    assert "enough" in receiver.messages[0]["message"]


def test_late_is_told_once_while_it_is_open_and_not_again_when_it_closes(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "late": "10m"})
    begin(at.client, at.plan, workflow_id="slow")
    at.clock.advance(599)
    at.tell()
    assert receiver.titles == []
    for _ in range(3):
        at.clock.advance(60)
        at.tell()
    close(at.client, "CompleteWorkflowExecution")
    at.tell()
    assert receiver.titles == ["Flow is late: slow"]


def test_late_is_told_of_what_was_late_between_two_looks(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "late": "10m"})
    begin(at.client, at.plan, workflow_id="slow")
    at.clock.advance(700)
    close(at.client, "CompleteWorkflowExecution")
    at.tell()
    assert receiver.titles == ["Flow is late: slow"]


@pytest.mark.parametrize("looks_meanwhile", [True, False])
def test_a_node_that_fails_for_good_is_told_though_it_is_caught(
    client: Client,
    clock: VirtualClock,
    tmp_path: Path,
    receiver: Receiver,
    looks_meanwhile: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    plan = plan_of(tmp_path, flow({"to": "ops", "nodes": ["one"]}))
    at = Bench(client, clock, tmp_path, receiver.url, plan)
    begin(client, plan, workflow_id="w")
    deciding, working = decider(client, plan), worker(client, plan)
    for attempt in (1, 2):
        deciding.step()
        working.step()
        if looks_meanwhile:
            clock.advance(1000)
            at.tell()
            assert len(receiver.titles) == attempt - 1  # the second failure is the last one
    deciding.step()
    stop(deciding, working)
    clock.advance(1000)
    at.tell()
    at.new_watcher()
    at.tell()
    assert receiver.titles == ["Flow node one failed: w"]
    assert "one: PermissionError (after 2 attempts)\nPermissionError: not today" in receiver.messages[0]["message"]


def test_a_node_that_the_run_has_gone_back_behind_is_told_each_time(
    client: Client, clock: VirtualClock, tmp_path: Path, receiver: Receiver
) -> None:
    nodes = {
        "begin": {"type": "pass", "next": "one"},
        "one": {"type": "activity", "activity": "Refuse", "catch": [{"retryFrom": "begin", "maxTimes": 2}], "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    refuse = activity({"python": "deeds_of_tests:refuse"})
    plan = plan_of(tmp_path, spec(nodes, {"Refuse": refuse}, alerts=[{"to": "ops", "nodes": ["one"]}]))
    at = Bench(client, clock, tmp_path, receiver.url, plan)
    begin(client, plan, workflow_id="w")
    deciding, working = decider(client, plan), worker(client, plan)
    for _ in range(3):
        deciding.step()
        working.step()
    deciding.step()
    stop(deciding, working)
    at.tell()
    assert receiver.titles == ["Flow node one failed: w"] * 3


def test_killed_between_looking_and_sending_it_is_sent(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ["failed"]})
    begin(at.client, at.plan, workflow_id="bad")
    close(at.client, "FailWorkflowExecution")
    at.watcher.look()
    at.new_watcher()
    at.tell()
    assert receiver.titles == ["Flow failed: bad"]


def test_killed_between_sending_and_noting_it_is_sent_again_with_the_same_id(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ["failed"]})
    begin(at.client, at.plan, workflow_id="bad")
    close(at.client, "FailWorkflowExecution")
    at.watcher.look()
    [due] = at.outbox.take("ops", at.clock.now(), most=10, until=at.clock.now() + LEASE)
    [channel] = open_channels({"ops": receiver.url})
    assert channel.send(due.message.title, due.message.body, due.message.level) == ""
    at.new_watcher()
    at.tell()
    assert len(receiver.messages) == 1  # it may be under way still
    at.clock.advance(LEASE + 1)
    at.tell()
    one, other = receiver.messages
    assert one["message"] == other["message"]


def test_several_watchers_of_one_file_tell_it_once(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ["failed"]})
    first, second = at.watcher, at.new_watcher()
    for number in range(20):
        begin(at.client, at.plan, workflow_id=f"bad {number}")
        close(at.client, "FailWorkflowExecution")
    ends = [threading.Event(), threading.Event()]
    for watcher, end in zip((first, second), ends, strict=True):
        watcher.start(end.set)
    receiver.await_messages(1)
    for watcher in (first, second):
        watcher.drain()
        watcher.finish(Grace(PATIENCE))
    at.tell()
    told = " ".join(message["message"] for message in receiver.messages)
    assert told.count("Alert ") == 20


def test_a_channel_that_fails_is_tried_again_with_back_off(
    bench: Callable[..., Bench], receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    at = bench({"to": "ops", "on": ["failed"]})
    begin(at.client, at.plan, workflow_id="bad")
    close(at.client, "FailWorkflowExecution")
    receiver.status = 503
    at.tell()
    at.tell()
    [told] = at.outbox.latest(10)
    assert (told.tries, told.sent) == (1, 0.0)
    assert "error=503" in told.problem
    assert "The channel ops does not take alerts, trying again in 5 s" in caplog.text
    receiver.status = 200
    at.clock.advance(6)
    at.tell()
    assert receiver.titles == ["Flow failed: bad"]
    assert "The channel ops works again" in caplog.text


def test_a_channel_that_hangs_blocks_no_other(client: Client, clock: VirtualClock, tmp_path: Path, receiver: Receiver) -> None:
    plan = plan_of(tmp_path, flow({"to": ["hung", "ops"], "on": ["failed"]}))
    at = Bench(client, clock, tmp_path, receiver.url, plan)
    hung = Hung()
    watcher = at.new_watcher([hung, *open_channels({"ops": receiver.url})])
    watcher.start(lambda: None)
    for number in range(3):
        begin(client, plan, workflow_id=f"bad{number}")
        close(client, "FailWorkflowExecution")
        receiver.await_messages(number + 1)
    hung.go_on.set()
    watcher.drain()
    watcher.finish(Grace(PATIENCE))


class Hung:
    name = "hung"
    plain = True

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def send(self, title: str, body: str, level: Level) -> str:  # noqa: ARG002 - the shape of a channel
        self.go_on.wait(PATIENCE)
        return ""


def test_a_thousand_closed_executions_cost_a_few_calls(bench: Callable[..., Bench], receiver: Receiver) -> None:
    at = bench({"to": "ops", "on": ["failed"]})
    for number in range(1000):
        begin(at.client, at.plan, workflow_id=f"w{number}")
        close(at.client, "FailWorkflowExecution" if number % 100 == 0 else "CompleteWorkflowExecution")
    calls: list[str] = []

    def count(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        calls.append(operation)
        return call(operation, request)

    at.client = Detour(at.client, count)
    at.new_watcher()
    at.tell()
    at.tell()
    assert len(calls) < 20
    told = " ".join(message["message"] for message in receiver.messages)
    assert told.count("Alert ") == 10
    assert len(receiver.messages) == 1  # so many at once are one message


def test_specs_without_alerts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='has "alerts"'):
        watched([plan_of(tmp_path, {name: value for name, value in flow().items() if name != "alerts"})])


def test_an_execution_that_can_not_be_read_does_not_keep_the_others_from_being_told(
    client: Client, clock: VirtualClock, tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """It has been forgotten between the list and the look, or belongs to another spec."""
    plan = plan_of(tmp_path, flow({"to": "ops", "nodes": ["one"], "on": ["failed"]}))
    started = begin(client, plan, workflow_id="odd")

    def forgotten(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if request.get("execution", {}).get("runId") == started.run_id:
            raise SwfFault(operation, "UnknownResourceFault", "Unknown execution")
        return call(operation, request)

    at = Bench(client, clock, tmp_path, receiver.url, plan)
    at.client = Detour(client, forgotten)
    at.new_watcher()
    close(client, "FailWorkflowExecution")
    begin(client, plan, workflow_id="bad")
    close(client, "FailWorkflowExecution")
    at.tell()
    assert sorted(receiver.titles) == ["Flow failed: bad", "Flow failed: odd"]
    assert "its nodes can't be watched" in caplog.text
