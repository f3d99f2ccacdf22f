"""Plays one scenario: the real interpreter against the real service core, under virtual time. No sleeping, no threads, no randomness.

One thing at a time: whatever wants to be decided is decided, whatever waits for a worker is taken, what is due by now is done; when
nothing is left to do, time jumps to what is due next. Imports `errors`, the rest of `testing`, `runtime.carried`, `runtime.start`,
`service`, `spec`; imported by `suite` and `fixture`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from engine.errors import ScenarioError
from engine.graph.plan import Plan
from engine.runtime.carried import run_before, with_state_from
from engine.runtime.start import StartOptions, start_request
from engine.service.events import ATTRIBUTES, Event
from engine.service.faults import Fault
from engine.service.queues import ACTIVITY, DECISION
from engine.spec.duration import format_duration
from engine.spec.model import ABSENT, Json
from engine.spec.payload import decode, encode
from engine.testing.agenda import Action, Agenda
from engine.testing.answering import Answerbook, Asked, Kind
from engine.testing.ending import outcome_of
from engine.testing.model import MOST_YEARS, At, Call, Moment, Scenario, Status, When
from engine.testing.outcome import Outcome
from engine.testing.registered import Registered
from engine.testing.stubs import Stub, check_child_answer, stub_decisions, terminates
from engine.testing.tracing import Follower
from engine.testing.working import Workers, called
from engine.testing.world import World

WORKFLOW_ID: Final = "scenario"
_YEAR: Final = 31_536_000


def play(scenario: Scenario, plan: Plan, children: Sequence[Plan], registered: Registered) -> Outcome:
    """The whole of it. Raises: ScenarioError (an answer is missing, it never ends), InputError (inputSchema refuses the input)."""
    return Stage(scenario, plan, children, registered).play()


class Stage:
    """One scenario under way."""

    def __init__(self, scenario: Scenario, plan: Plan, children: Sequence[Plan], registered: Registered) -> None:
        self._scenario = scenario
        self._plan = plan
        self._plans = {(one.spec.name, one.spec.version): one for one in (*children, plan)}
        self._world = World(registered, scenario.start)
        self._agenda = Agenda()
        self._book = Answerbook(scenario)
        self._workers = Workers(self._world, self._agenda, self._book)
        self._followers: dict[str, Follower] = {}
        """By runId."""
        self._stubs: dict[str, Stub] = {}
        """By workflowId."""
        self._whens: list[tuple[When, Action]] = []
        self._visits: dict[str, int] = {}
        """To nodes of the workflow under test, for as long as something waits for one."""
        self._unsent: dict[str, Moment] = {}
        """What is still to happen from outside, by its pointer in the scenario."""

    def play(self) -> Outcome:
        self._plan_from_outside()
        request = start_request(self._plan.spec, self._scenario.input, StartOptions(workflow_id=WORKFLOW_ID))
        self._call("StartWorkflowExecution", {**request, "domain": self._world.domain})
        while self._agenda.next_time() <= self._world.now:  # what comes with the start comes before the first decision
            self._agenda.take()()
        while not self._over():
            self._hear_news()
            if self._work():
                continue
            if self._agenda.next_time() <= self._world.now:
                self._agenda.take()()
            else:
                self._pass_time()
            self._watch_out()
        chain = self._world.runs[WORKFLOW_ID]
        for run_id, follower in self._followers.items():
            follower.catch_up(self._history(run_id))
        self._nothing_left_unsent()
        return outcome_of(self._scenario, self._world, chain, self._followers, self._book)

    # Time.

    def _over(self) -> bool:
        run_id = self._world.runs[WORKFLOW_ID][-1]
        closed = self._world.close_event(run_id)
        if closed is None:
            before = self._world.runs[WORKFLOW_ID][:-1]
            return bool(before) and self._scenario.expect.status is Status.CONTINUED and not _carried(self._world.histories[run_id][0])
        return True

    def _pass_time(self) -> None:
        moment = min(self._agenda.next_time(), self._world.next_due())
        if moment > self._scenario.start + MOST_YEARS * _YEAR or moment == math.inf:
            raise ScenarioError(f"the scenario has not ended after {MOST_YEARS} years of virtual time", hint=self._standing())
        self._world.pass_until(moment)

    def _watch_out(self) -> None:
        if self._world.events > self._scenario.max_events:
            took = f"after {self._world.events:,} events"
            raise ScenarioError(f"the scenario has not ended {took}", hint=f"{self._standing()}; maxEvents of the scenario allows for more")

    def _standing(self) -> str:
        runs = len(self._world.runs[WORKFLOW_ID])
        path = [name for run_id in self._world.runs[WORKFLOW_ID][-3:] for name in self._path(run_id)]
        where = f"it went {' → '.join(('…', *path[-4:]))}"
        return f"{where}, in its execution {runs}" if runs > 1 else where

    def _path(self, run_id: str) -> list[str]:
        return self._followers[run_id].trace.path if run_id in self._followers else []

    # What happens from outside.

    def _plan_from_outside(self) -> None:
        for index, signal in enumerate(self._scenario.signals):
            given = {} if signal.input is ABSENT else {"input": encode(signal.input)}
            request = {"domain": self._world.domain, "workflowId": WORKFLOW_ID, "signalName": signal.name, **given}
            self._plan_one(f"/signals/{index}", signal.moment, ("SignalWorkflowExecution", request))
        if self._scenario.cancel is not ABSENT:
            request = {"domain": self._world.domain, "workflowId": WORKFLOW_ID}
            self._plan_one("/cancel", self._scenario.cancel, ("RequestCancelWorkflowExecution", request))

    def _plan_one(self, pointer: str, moment: Moment, request: tuple[str, Mapping[str, Any]]) -> None:
        self._unsent[pointer] = moment
        action = partial(self._from_outside, pointer, request)
        if isinstance(moment, At):
            self._agenda.put(self._scenario.start + moment.seconds, action)
        else:
            self._whens.append((moment, action))

    def _from_outside(self, pointer: str, request: tuple[str, Mapping[str, Any]]) -> None:
        self._call(*request)
        del self._unsent[pointer]

    def _nothing_left_unsent(self) -> None:
        for pointer, moment in self._unsent.items():
            what = "the signal was never sent" if pointer.startswith("/signals") else "the cancel request was never made"
            raise ScenarioError(f"{what}: the execution ended before {_said(moment)}", pointer=pointer)

    def _hear_entries(self, follower: Follower, since: int) -> None:
        """Nodes that the workflow under test has entered since: what waits for that comes next."""
        if not self._whens or follower.workflow_id != WORKFLOW_ID:
            return
        for name in follower.trace.path[since:]:
            visit = self._visits[name] = self._visits.get(name, 0) + 1
            for moment, action in [one for one in self._whens if (one[0].node, one[0].visit) == (name, visit)]:
                self._whens.remove((moment, action))
                self._agenda.put(self._world.now + moment.delay, action)

    # What happens inside.

    def _hear_news(self) -> None:
        while self._world.news:
            run_id, event = self._world.news.popleft()
            if event["eventType"] == "ActivityTaskCancelRequested":
                self._workers.asked_to_cancel(run_id, event[ATTRIBUTES["ActivityTaskCancelRequested"]])
            elif event["eventType"] == "ActivityTaskTimedOut":
                self._workers.timed_out(run_id, event[ATTRIBUTES["ActivityTaskTimedOut"]])

    def _work(self) -> bool:
        """Decisions first, then workers; false where nothing waits."""
        waiting = self._world.take_waiting()
        for kind, _, name in sorted(waiting, key=lambda key: key[0] != DECISION):
            if kind == DECISION:
                self._decide_all(name)
            elif kind == ACTIVITY:
                self._workers.take_tasks(name)
            else:
                self._workers.take_functions()
        return bool(waiting)

    def _decide_all(self, task_list: str) -> None:
        request = {
            "domain": self._world.domain,
            "taskList": {"name": task_list},
            "identity": "scenario",
            "startAtPreviousStartedEvent": True,
        }
        while not self._over() and (task := self._call("PollForDecisionTask", request)):
            self._decide(task)
            self._watch_out()

    def _decide(self, task: Mapping[str, Any]) -> None:
        execution, kind = task["workflowExecution"], task["workflowType"]
        run_id, workflow_id = execution["runId"], execution["workflowId"]
        stub = self._stubs.get(workflow_id)
        if stub is not None:
            self._decide_for_stub(stub, task["taskToken"], workflow_id, run_id)
            return
        follower = self._followers.get(run_id)
        if follower is None:
            plan = self._plans[kind["name"], kind["version"]]
            follower = self._followers[run_id] = Follower(plan, workflow_id, run_id)
        entered = len(follower.trace.path)
        follower.catch_up(self._history(run_id))
        decisions = [self._prepared(follower, decision) for decision in follower.decisions()]
        self._call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": decisions})
        self._hear_entries(follower, entered)

    def _history(self, run_id: str) -> Sequence[Event]:
        """With what the run has taken over from the one before."""
        events = self._world.histories[run_id]
        return with_state_from(events, self._world.histories.get(run_before(events), ()))

    def _decide_for_stub(self, stub: Stub, token: str, workflow_id: str, run_id: str) -> None:
        history = self._world.histories[run_id]
        self._call("RespondDecisionTaskCompleted", {"taskToken": token, "decisions": stub_decisions(stub, history, self._world.now)})
        if terminates(stub, history):
            self._call("TerminateWorkflowExecution", {"domain": self._world.domain, "workflowId": workflow_id, "runId": run_id})

    def _prepared(self, follower: Follower, decision: Mapping[str, Any]) -> Mapping[str, Any]:
        """Who is going to be asked by a decision is told what to answer; where nobody is, or nobody knows, the scenario ends here."""
        match decision["decisionType"]:
            case "ScheduleActivityTask":
                key = "scheduleActivityTaskDecisionAttributes"
                attributes = dict(decision[key])
                asked = self._asked(Kind.ACTIVITY, attributes["activityType"]["name"], attributes["activityId"], follower, attributes)
                if asked.undoes:
                    follower.undoing.add(asked.node)
                self._workers.expect_task(follower.run_id, attributes, asked)
                return {**decision, key: attributes}
            case "ScheduleLambdaFunction":
                attributes = decision["scheduleLambdaFunctionDecisionAttributes"]
                asked = self._asked(Kind.LAMBDA, attributes["name"], attributes["id"], follower, attributes)
                self._workers.expect_function(follower.run_id, attributes, asked)
            case "StartChildWorkflowExecution":
                attributes = decision["startChildWorkflowExecutionDecisionAttributes"]
                self._expect_child(follower, attributes)
        return decision

    def _expect_child(self, follower: Follower, attributes: Mapping[str, Any]) -> None:
        kind, workflow_id = attributes["workflowType"], attributes["workflowId"]
        asked = self._asked(Kind.CHILD, kind["name"], "", follower, attributes)
        if workflow_id not in self._stubs or self._stubs[workflow_id].asked != asked:
            self._book.note(asked)
        else:
            return  # SWF refused it for a while, and it is asked for again
        if self._book.has(asked) or (kind["name"], kind["version"]) not in self._plans:
            answer = self._book.answer(asked)
            if isinstance(answer, Call):
                answer = called(answer, asked)
            check_child_answer(asked, answer)
            self._stubs[workflow_id] = Stub(asked=asked, answer=answer)

    def _asked(self, kind: Kind, what: str, work_id: str, follower: Follower, attributes: Mapping[str, Any]) -> Asked:
        control: Mapping[str, Json] = decode(attributes["control"])
        return Asked(
            kind=kind,
            what=what,
            workflow=follower.plan.spec.name,
            workflow_id=follower.workflow_id,
            main=follower.workflow_id == WORKFLOW_ID,
            node=control["node"],
            undoes=work_id.startswith(f"{control['node']}.undo."),
            visit=control["visit"],
            attempt=control["attempt"],
            index=control.get("item", ABSENT),
            input=decode(attributes["input"]) if "input" in attributes else ABSENT,
        )

    def _call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises: ScenarioError, where the service refuses it."""
        try:
            return self._world.call(operation, request)
        except Fault as fault:
            raise ScenarioError(f"the service refuses {operation}: {fault.message}") from fault


def _said(moment: Moment) -> str:
    if isinstance(moment, At):
        return f"{format_duration(moment.seconds)} had gone by"
    later = f" and {format_duration(moment.delay)} had gone by" if moment.delay else ""
    visit = f" for the {moment.visit}. time" if moment.visit > 1 else ""
    return f"node {moment.node} was entered{visit}{later}"


def _carried(started: Event) -> bool:
    """Whether an execution carries on with an earlier one's state, since that one's history had become too long."""
    given = started[ATTRIBUTES["WorkflowExecutionStarted"]].get("input", "")
    value = decode(given) if "$swfgraph" in given else None
    return isinstance(value, Mapping) and "$swfgraph" in value
