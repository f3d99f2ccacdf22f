"""An execution of any plan on the embedded service's own core, under virtual time, among parties that are not to be relied on.

The decider forgets everything, answers late, twice or never; so do the workers, the children's decider, the Lambda functions. The service
restarts. People signal and cancel. Every decision is made twice: by the run that has seen all events as they came, and by one that is
folded from scratch; both must agree.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.service.core import Limits
from engine.service.faults import Fault
from engine.service.invoking import Completed, Failed, Invocation, TakeInvocation
from engine.swf.wire import decision_of
from tests.service.driving import DOMAIN, Service
from tests.strategies import ACTIVITIES, CHILD, SIGNALS

YEAR = 31_536_000
CHILDREN = "children"
MANY = 10_000_000


class World:
    """`most_events`: beyond so many, the run goes on in a new execution."""

    def __init__(self, plan: Plan, value: Any, random: Random, limits: Limits, *, most_events: int) -> None:
        self.plan = plan
        self.random = random
        self.most_events = most_events
        self.service = Service(limits)
        spec = plan.spec
        self.service.call("RegisterWorkflowType", domain=DOMAIN, name=spec.name, version=spec.version)
        self.service.call(
            "RegisterWorkflowType",
            domain=DOMAIN,
            **CHILD,
            defaultTaskList={"name": CHILDREN},
            defaultChildPolicy="TERMINATE",
            defaultTaskStartToCloseTimeout="30",
            defaultExecutionStartToCloseTimeout="3000",
            defaultLambdaRole="arn:aws:iam::123456789012:role/child",
        )
        for activity in ACTIVITIES:
            self.service.call("RegisterActivityType", domain=DOMAIN, name=activity, version="1.0")
        self.service.start(
            workflowType={"name": spec.name, "version": spec.version},
            taskList={"name": spec.task_list},
            input=json.dumps(value),
            childPolicy="TERMINATE",
            taskStartToCloseTimeout="30",
            executionStartToCloseTimeout=str(YEAR),
            **({"lambdaRole": spec.lambda_role} if isinstance(spec.lambda_role, str) else {}),
        )
        self.run = self.new_run()
        self.deciding: list[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]] = []
        self.working: list[Mapping[str, Any]] = []
        self.raising: list[Mapping[str, Any]] = []
        self.invoking: list[Invocation] = []

    @property
    def run_id(self) -> str:
        """Of the latest execution of the chain."""
        return self.service.latest("flow")

    @property
    def closed(self) -> str:
        """The close status of the last one; empty while one of the chain is open."""
        status = str(self.service.describe()["executionInfo"].get("closeStatus", ""))
        return "" if status == "CONTINUED_AS_NEW" else status

    def new_run(self, run_id: str = "") -> Run:
        return Run(self.plan, workflow_id="flow", run_id=run_id or self.run_id, longest=MANY, most_events=self.most_events)

    def turn(self) -> None:
        chance = self.random.random()
        if chance < 0.04:
            self.random.choice((self.forget, self.restart, self.cancel, self.signal))()
        elif chance < 0.1:
            self.pass_time()
        else:
            parties = (self.decide, self.respond, self.work, self.answer, self.raise_child, self.invoke, self.return_function)
            self.random.choice(parties)()

    # The decider.

    def decide(self) -> None:
        task = page = self.service.poll_decision(self.plan.spec.task_list)
        if not task["taskToken"]:
            return
        events = list(page["events"])
        while "nextPageToken" in page:
            page = self.service.poll_decision(self.plan.spec.task_list, nextPageToken=page["nextPageToken"])
            events.extend(page["events"])
        run_id = task["workflowExecution"]["runId"]
        if self.run_of != run_id:
            self.run, self.run_of = self.new_run(run_id), run_id
        fresh = self.new_run(run_id)
        for event in events:
            fresh.fold(event)
            if event["eventId"] > self.run.last_event_id:
                self.run.fold(event)
        decisions = self.run.decisions()
        assert (decisions, self.run.context()) == (fresh.decisions(), fresh.context())
        self.deciding.append((task, decisions))

    run_of = ""
    """Which execution of the chain `run` is."""

    def respond(self) -> None:
        if self.deciding:
            task, decisions = self.deciding.pop(self.random.randrange(len(self.deciding)))
            self.tolerate("RespondDecisionTaskCompleted", task, decisions=decisions, executionContext=self.run.context())

    def forget(self) -> None:
        """The decider dies."""
        self.run, self.run_of = self.new_run(), ""
        self.deciding.clear()

    # The workers.

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
                self.tolerate("RespondActivityTaskCompleted", task, result=self.random.choice(("7", "[]", '{"n":1}', "text")))
            case "fail":
                self.tolerate("RespondActivityTaskFailed", task, reason=self.random.choice(("Broken", "ExitCode.1")), details="because")
            case "cancel":
                self.tolerate("RespondActivityTaskCanceled", task)
            case _:
                pass

    # The children, decided by somebody else's decider.

    def raise_child(self) -> None:
        if self.raising and self.random.random() < 0.6:
            task = self.raising.pop(self.random.randrange(len(self.raising)))
            decisions = self._child_decisions(task)
            self.tolerate("RespondDecisionTaskCompleted", task, decisions=decisions)
            return
        task = self.service.poll_decision(CHILDREN)
        if task["taskToken"]:
            self.raising.append(task)

    def _child_decisions(self, task: Mapping[str, Any]) -> list[dict[str, Any]]:
        asked = any(event["eventType"] == "WorkflowExecutionCancelRequested" for event in task["events"])
        how = self.random.choice(("complete", "complete", "complete", "fail", "again", "wait", *(["cancel"] * 6 if asked else [])))
        match how:
            case "complete":
                return [decision_of("CompleteWorkflowExecution", {"result": self.random.choice(('"raised"', "1"))})]
            case "fail":
                return [decision_of("FailWorkflowExecution", {"reason": "Broken", "details": "a child's trouble"})]
            case "cancel":
                return [decision_of("CancelWorkflowExecution", {})]
            case "again":
                return [decision_of("ContinueAsNewWorkflowExecution", {"input": "1"})]
            case _:
                return [decision_of("StartTimer", {"timerId": f"t{task['startedEventId']}", "startToFireTimeout": "20"})]

    # The functions.

    def invoke(self) -> None:
        taken = self.service.attend(TakeInvocation())
        if taken:
            invocation = taken["invocation"]
            assert isinstance(invocation, Invocation)
            self.invoking.append(invocation)

    def return_function(self) -> None:
        if self.invoking:
            invocation = self.invoking.pop(self.random.randrange(len(self.invoking)))
            outcome = self.random.choice(
                (Completed(result="5"), Completed(result='"given"'), Failed(reason="Broken", details="in a function"))
            )
            self.service.end(invocation, outcome)

    # Time, the machine, people.

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

    def restart(self) -> None:
        self.service.restart()

    def cancel(self) -> None:
        if self.random.random() < 0.1 and not self.closed:
            self.service.call("RequestCancelWorkflowExecution", domain=DOMAIN, workflowId="flow")

    def signal(self) -> None:
        if not self.closed:
            name = self.random.choice((*SIGNALS, "unheard"))
            self.service.call(
                "SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName=name, input=json.dumps(self.service.now)
            )


def chain_of(world: World) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The histories of the executions that the first one became, by runId, the last one first; as far back as they are kept."""
    histories: dict[str, Sequence[Mapping[str, Any]]] = {}
    run_id = world.run_id
    while run_id:
        try:
            history = world.service.history("flow", run_id)
        except Fault as fault:
            assert fault.code == "UnknownResourceFault", fault  # noqa: PT017  (any other fault fails the test)
            break
        histories[run_id] = history
        run_id = history[0]["workflowExecutionStartedEventAttributes"].get("continuedExecutionRunId", "")
    return histories
