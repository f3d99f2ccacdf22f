"""A schedule on the real service in memory, under virtual time: schedulers come and go, executions end when the test says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.runtime.register import register
from engine.runtime.schedule.asking import standing
from engine.runtime.schedule.names import schedule_id
from engine.runtime.schedule.scheduler import Scheduled, Scheduler, scheduled
from engine.runtime.schedule.state import State
from engine.service.clock import VirtualClock
from engine.spec.model import ABSENT
from engine.swf.client import Client
from engine.swf.paging import history, paged
from tests.runtime.world import plan_of

NODES = {"done": {"type": "terminal", "status": "completed"}}


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def document(schedule: Mapping[str, Any], **top: Any) -> dict[str, Any]:
    return {
        "name": "Nightly",
        "version": "1.0",
        "domain": "TEST",
        "taskList": "tasks",
        "schedule": dict(schedule),
        "activities": {},
        "nodes": NODES,
        **top,
    }


class Clockwork:
    def __init__(self, client: Client, clock: VirtualClock, folder: Path, schedule: Mapping[str, Any], **top: Any) -> None:
        self.client = client
        self.clock = clock
        self._folder = folder
        self.one: Scheduled
        self.change(schedule, **top)
        register(client, [self.one.spec])
        self.scheduler = self.new_scheduler()
        self.scheduler.begin()
        self.settle()

    def change(self, schedule: Mapping[str, Any], **top: Any) -> None:
        """Another spec."""
        [self.one] = scheduled([plan_of(self._folder, document(schedule, **top)).spec])

    def new_scheduler(self, client: Client | None = None) -> Scheduler:
        self.scheduler = Scheduler(client or self.client, [self.one], "test")
        return self.scheduler

    @property
    def pending(self) -> int:
        queue = {"domain": "TEST", "taskList": {"name": schedule_id(self.one.spec.name)}}
        count: int = self.client.call("CountPendingDecisionTasks", queue)["count"]
        return count

    @property
    def state(self) -> State:
        found = standing(self.client, self.one.spec)
        assert found is not ABSENT
        assert found.state is not ABSENT
        return found.state

    def settle(self) -> None:
        while self.pending:
            assert self.scheduler.step(self.one)

    def go(self, to: str | float) -> None:
        """Time passes with a scheduler at work."""
        end = moment(to) if isinstance(to, str) else self.clock.now() + to
        self.settle()
        while self.clock.now() < end:
            due = self.state.timer_at
            self.clock.move_to(min(end, due) if due > self.clock.now() else end)
            self.settle()

    def sleep(self, to: str) -> None:
        """Time passes with nobody there."""
        self.clock.move_to(moment(to))

    def runs(self) -> list[str]:
        """The workflowIds of all that was started for the schedule, in the order of their starts."""
        found = []
        for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
            request = {"domain": "TEST", "typeFilter": {"name": self.one.spec.name}, "startTimeFilter": {"oldestDate": 0.0}}
            found += list(paged(self.client, operation, request, "executionInfos"))
        return [info["execution"]["workflowId"] for info in sorted(found, key=lambda info: float(info["startTimestamp"]))]

    def times(self) -> list[str]:
        """Of those the times, without the name."""
        return [workflow_id.removeprefix("Nightly.") for workflow_id in self.runs()]

    def open(self) -> list[str]:
        request = {"domain": "TEST", "typeFilter": {"name": self.one.spec.name}, "startTimeFilter": {"oldestDate": 0.0}}
        infos = paged(self.client, "ListOpenWorkflowExecutions", request, "executionInfos")
        return [info["execution"]["workflowId"] for info in infos]

    def end(self, workflow_id: str = "") -> None:
        """The execution that is open ends."""
        self.client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": workflow_id or self.open()[0]})

    def events(self) -> list[Mapping[str, Any]]:
        found = standing(self.client, self.one.spec)
        assert found is not ABSENT
        return list(history(self.client, "TEST", schedule_id(self.one.spec.name), found.run_id))

    def input_of(self, workflow_id: str) -> Any:
        request = {"domain": "TEST", "executionFilter": {"workflowId": workflow_id}, "startTimeFilter": {"oldestDate": 0.0}}
        [info] = self.client.call("ListOpenWorkflowExecutions", request)["executionInfos"]
        [first, *_] = history(self.client, "TEST", workflow_id, info["execution"]["runId"])
        text = first["workflowExecutionStartedEventAttributes"].get("input")
        return None if text is None else json.loads(text)
