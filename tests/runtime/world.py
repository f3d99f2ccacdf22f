"""A small world for the runtime's tests: specs as dicts, the real embedded service in memory, and clients that misbehave on the way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from engine.graph.check import load_plan
from engine.graph.plan import Plan
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.loops import Grace
from engine.runtime.register import register
from engine.runtime.start import Started, StartOptions, start
from engine.runtime.worker import Worker, WorkerSettings
from engine.spec.model import ABSENT, Json
from engine.swf.client import Client
from engine.swf.paging import history

PATIENCE: Final = 120.0
"""Seconds until a test gives up: on what hangs, not on a slow machine."""

Call: TypeAlias = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]

DEEDS = """
def add_one(n):
    return n + 1

def say_hi():
    return "hi"

def refuse():
    raise PermissionError("not today")
"""


def activity(run: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": "1.0", "run": dict(run), **more}


def chain(*names: str, name: str = "Chain", activity_name: str = "AddOne", **node: Any) -> dict[str, Any]:
    """A spec: these activity nodes in a row, each adding one to what the one before gave, starting from the input."""
    nodes: dict[str, Any] = {}
    for place, (one, following) in enumerate(zip(names, (*names[1:], "done"), strict=True)):
        given = f"{{% results.{names[place - 1]} %}}" if place else "{% input %}"
        nodes[one] = {"type": "activity", "activity": activity_name, "input": given, "next": following, **node}
    nodes["done"] = {"type": "terminal", "status": "completed", "output": f"{{% results.{names[-1]} %}}"}
    activities = {activity_name: activity({"python": "deeds_of_tests:add_one"})}
    return spec(nodes, activities, name=name)


def spec(nodes: Mapping[str, Any], activities: Mapping[str, Any], *, name: str = "Flow", **top: Any) -> dict[str, Any]:
    return {
        "name": name,
        "version": "1.0",
        "domain": "TEST",
        "taskList": "tasks",
        "timeouts": {"execution": "1h", "decision": "30s"},
        "activities": dict(activities),
        "nodes": dict(nodes),
        **top,
    }


def plan_of(folder: Path, document: Mapping[str, Any], *, file: str = "spec.json") -> Plan:
    folder.mkdir(exist_ok=True)
    (folder / "deeds_of_tests.py").write_text(DEEDS, encoding="utf-8")
    (folder / file).write_text(json.dumps(document), encoding="utf-8")
    return load_plan(folder / file)


def begin(client: Client, plan: Plan, value: Json = ABSENT, workflow_id: str = "") -> Started:
    register(client, [plan.spec])
    return start(client, plan.spec, value, StartOptions(workflow_id=workflow_id))


def decider(client: Client, *plans: Plan, **settings: Any) -> Decider:
    return Decider(client, plans, DeciderSettings(**settings))


def worker(client: Client, *plans: Plan, **settings: Any) -> Worker:
    return Worker(client, [plan.spec for plan in plans], WorkerSettings(**settings))


def stop(*parts: Decider | Worker) -> None:
    for part in parts:
        part.drain()
        part.finish(Grace(PATIENCE))


def events_of(client: Client, execution: Started) -> Sequence[Mapping[str, Any]]:
    return list(history(client, execution.domain, execution.workflow_id, execution.run_id))


def types_of(client: Client, execution: Started) -> list[str]:
    return [event["eventType"] for event in events_of(client, execution)]


def last_event(client: Client, execution: Started) -> Mapping[str, Any]:
    """The attributes of the last event, under its type."""
    event = events_of(client, execution)[-1]
    kind: str = event["eventType"]
    return {kind: event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]}


def result_of(client: Client, execution: Started) -> Json:
    return json.loads(last_event(client, execution)["WorkflowExecutionCompleted"]["result"])


def await_end(client: Client, execution: Started) -> str:
    """The type of the event that closed it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        last = types_of(client, execution)[-1]
        if last.startswith("WorkflowExecution") and last != "WorkflowExecutionSignaled":
            return last
        time.sleep(0.01)
    raise AssertionError(f"still open: {types_of(client, execution)}")


class Detour:
    """The real client, reached by way of a function that may look, change, delay or refuse."""

    def __init__(self, client: Client, way: Callable[[Call, str, Mapping[str, Any]], Mapping[str, Any]]) -> None:
        self._client = client
        self._way = way

    @property
    def url(self) -> str:
        return self._client.url

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._way(self._client.call, operation, request)

    def interrupt(self) -> None:
        self._client.interrupt()

    def close(self) -> None:
        self._client.close()
