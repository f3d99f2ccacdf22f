"""Law: against the embedded service's own core, under virtual time, every run ends, whatever its decider, workers and time do.

Decision tasks and activity tasks are taken, answered late, twice or never; the service restarts; the execution is asked to cancel.
A request that the service refuses as invalid fails the test: the interpreter never makes one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.compile import compile_spec
from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.service.core import Limits
from engine.service.faults import Fault
from engine.spec.model import Spec
from tests.service.driving import DOMAIN, Service
from tests.strategies import ACTIVITIES, inputs, specs

MOST_TURNS = 4_000
YEAR = 31_536_000
TIGHT = Limits(open_activities=2, open_timers=2)


class World:
    """One execution of a plan on one service, with a decider and workers that are not to be relied on."""

    def __init__(self, plan: Plan, value: Any, random: Random, limits: Limits) -> None:
        self.plan = plan
        self.random = random
        self.service = Service(limits)
        spec = plan.spec
        self.service.call("RegisterWorkflowType", domain=DOMAIN, name=spec.name, version=spec.version)
        for activity in ACTIVITIES:
            self.service.call("RegisterActivityType", domain=DOMAIN, name=activity, version="1.0")
        self.run_id = self.service.start(
            workflowType={"name": spec.name, "version": spec.version},
            taskList={"name": spec.task_list},
            input=json.dumps(value),
            childPolicy="TERMINATE",
            taskStartToCloseTimeout="30",
            executionStartToCloseTimeout=str(YEAR),
        )
        self.run = self.new_run()
        self.deciding: list[tuple[Mapping[str, Any], list[dict[str, Any]]]] = []
        self.working: list[Mapping[str, Any]] = []

    def new_run(self) -> Run:
        return Run(self.plan, workflow_id="flow", run_id=self.run_id)

    @property
    def closed(self) -> str:
        return str(self.service.describe()["executionInfo"].get("closeStatus", ""))

    def turn(self) -> None:
        chance = self.random.random()
        if chance < 0.03:
            self.random.choice((self.forget, self.restart, self.cancel))()
        elif chance < 0.1:
            self.pass_time()
        else:
            self.random.choice((self.decide, self.respond, self.work, self.answer))()

    def decide(self) -> None:
        task = page = self.service.poll_decision(self.plan.spec.task_list)
        if not task["taskToken"]:
            return
        events = list(page["events"])
        while "nextPageToken" in page:
            page = self.service.poll_decision(self.plan.spec.task_list, nextPageToken=page["nextPageToken"])
            events.extend(page["events"])
        for event in events:
            if event["eventId"] > self.run.last_event_id:
                self.run.fold(event)
        self.deciding.append((task, self.run.decisions()))

    def respond(self) -> None:
        if self.deciding:
            task, decisions = self.deciding.pop(self.random.randrange(len(self.deciding)))
            self.tolerate("RespondDecisionTaskCompleted", task, decisions=decisions, executionContext=self.run.context())

    def work(self) -> None:
        task = self.service.poll_activity(self.plan.spec.task_list)
        if task["taskToken"]:
            self.working.append(task)

    def answer(self) -> None:
        if not self.working:
            return
        task = self.working.pop(self.random.randrange(len(self.working)))
        match self.random.choice((*["complete"] * 8, "fail", "fail", "cancel", "never")):
            case "complete":
                self.tolerate("RespondActivityTaskCompleted", task, result="7")
            case "fail":
                self.tolerate("RespondActivityTaskFailed", task, reason=self.random.choice(("Broken", "ExitCode.1")), details="because")
            case "cancel":
                self.tolerate("RespondActivityTaskCanceled", task)
            case _:
                pass

    def tolerate(self, operation: str, task: Mapping[str, Any], **request: Any) -> None:
        """Answers that come too late are refused as unknown; nothing else may be."""
        try:
            self.service.call(operation, taskToken=task["taskToken"], **request)
        except Fault as fault:
            assert fault.code == "UnknownResourceFault", fault  # noqa: PT017  (any other fault fails the test)

    def pass_time(self) -> None:
        due = self.service.core.next_due()
        if due < math.inf and due < self.service.now + YEAR / 2:
            self.service.pass_time(max(0.0, due - self.service.now))

    def forget(self) -> None:
        """The decider dies."""
        self.run = self.new_run()
        self.deciding.clear()

    def restart(self) -> None:
        self.service.restart()

    def cancel(self) -> None:
        if self.random.random() < 0.1:
            self.service.call("RequestCancelWorkflowExecution", domain=DOMAIN, workflowId="flow")


@given(specs(), inputs(), st.integers(min_value=0), st.sampled_from((Limits(), TIGHT)))
@settings(max_examples=100, deadline=None)
def test_every_run_on_the_service_ends_and_its_history_folds(spec: Spec, value: Any, seed: int, limits: Limits) -> None:
    world = World(compile_spec(spec), value, Random(seed), limits)
    for _ in range(MOST_TURNS):
        if world.closed:
            break
        world.turn()
    run = world.new_run()
    for event in world.service.history():
        run.fold(event)
    assert run.closed, run.context()
    assert world.closed in {"COMPLETED", "FAILED", "CANCELED"}
    assert run.decisions() == []
