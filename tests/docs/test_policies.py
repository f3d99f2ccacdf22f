"""The IAM policies of docs/aws.md allow what each process does, no more, and name actions that exist."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from engine.graph.check import load_plan
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.register import register
from engine.runtime.start import StartOptions, start
from engine.runtime.until_signal import Part, finish
from engine.runtime.worker import Worker, WorkerSettings
from engine.swf.client import Client, Exchange, Request, Told, exchange_of
from engine.swf.connect import connect
from tests.cli.command import ROOT

POLICIES = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "docs" / "policies").glob("*.json"))}
OPERATIONS = set(botocore.session.get_session().get_service_model("swf").operation_names)
DECISION = re.compile(r'decision(?:_of)?\(\s*"(\w+)"')


def allowed(policy: str) -> set[str]:
    return {action.removeprefix("swf:") for statement in POLICIES[policy]["Statement"] for action in statement["Action"]}


def decided_in(module: str) -> set[str]:
    """The types of the decisions that a module makes."""
    return set(DECISION.findall((ROOT / module).read_text(encoding="utf-8")))


class Overheard:
    """A client that notes which operations it is asked for."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._exchange: Exchange = exchange_of(client)
        self.asked: set[str] = set()

    @property
    def url(self) -> str:
        return self._client.url

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.add(operation)
        return self._client.call(operation, request)

    def exchange(self, answers: Sequence[Told], poll: Request, most: int) -> Sequence[Mapping[str, Any]]:
        self.asked |= {poll[0], *(operation for (operation, _), _ in answers)}
        return self._exchange(answers, poll, most)

    def interrupt(self) -> None:
        self._client.interrupt()

    def close(self) -> None:
        self._client.close()


def test_decider_worker_starter_and_deployment_ask_for_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/swf.db"
    clients = {role: Overheard(connect(url)) for role in ("decider", "worker", "starter", "registrar")}
    plan = load_plan(ROOT / "specs" / "booking" / "booking.json")
    register(clients["registrar"], [plan.spec])
    started = start(clients["starter"], plan.spec, {"cards": ["visa"]}, StartOptions())
    parts: list[Part] = [
        Decider(clients["decider"], [plan], DeciderSettings()),
        Worker(clients["worker"], [plan.spec], WorkerSettings(concurrency=2)),
    ]
    execution = {"domain": started.domain, "execution": {"workflowId": started.workflow_id, "runId": started.run_id}}
    closed = threading.Event()
    try:
        for part in parts:
            part.start(closed.set)
        while clients["starter"].call("DescribeWorkflowExecution", execution)["executionInfo"]["executionStatus"] == "OPEN":
            assert not closed.wait(0.05), "decider or worker ended"
    finally:
        finish(parts, 60.0)
        for client in clients.values():
            client.close()
    for role, client in clients.items():
        assert client.asked
        assert client.asked <= allowed(role), role


@pytest.mark.parametrize(
    ("policy", "module"), [("decider", "engine/interpreter/decisions.py"), ("scheduler", "engine/runtime/schedule/decisions.py")]
)
def test_every_decision_is_allowed_and_no_other(policy: str, module: str) -> None:
    made = decided_in(module)
    assert made
    assert allowed(policy) - OPERATIONS == made
    assert made <= allowed(policy)


@pytest.mark.parametrize("policy", [name for name in POLICIES if name != "payloads"])
def test_every_action_exists(policy: str) -> None:
    decisions = decided_in("engine/interpreter/decisions.py")
    assert allowed(policy) <= OPERATIONS | decisions
