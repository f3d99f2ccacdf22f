"""The generic decider: any number of plans, one loop. Polls for decision tasks, folds what is new into the execution's Run, answers
with what the Run wants.

Nothing here can be lost: a Run that is not in the cache is folded again from the execution's history. While a thread folds a Run,
that Run is out of the cache; where SWF hands the same execution to a second thread meanwhile (the first task timed out), that one
folds its own. What we can't decide is left alone: the task times out and goes to whoever polls next. An error of ours, or an
execution of another spec, never fails somebody's execution. Order of calls: `start`, `drain`, `finish`; or `step` any number of times.
Imports `interpreter.run`, its `draining` and `portions`, `graph.plan`, `adopt`, `carried`, `loops`, `backoff`, `history`, `payloads`,
`queues` and `swf`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from engine.errors import EndpointError, EndpointUnavailable, HistoryError, PayloadError, SpecMismatch, SwfFault
from engine.graph.plan import Plan
from engine.interpreter.draining import MOST_EVENTS, Carry
from engine.interpreter.portions import Means
from engine.interpreter.run import Run
from engine.runtime.adopt import adopted
from engine.runtime.backoff import Patience
from engine.runtime.carried import NOT_KEPT, means_in, with_state
from engine.runtime.history import events_after
from engine.runtime.loops import Grace, Loops
from engine.runtime.payloads.claims import LIMIT, NO_CLAIMS, Claims, brought
from engine.runtime.queues import TaskQueue, default_identity, take_one
from engine.runtime.runcache import Held, RunCache, Said
from engine.runtime.said import describe_decision
from engine.runtime.start import Started
from engine.spec.model import ABSENT, Absent, WorkflowNode
from engine.swf.client import Answered, Client, Request, Told, outcome_of
from engine.swf.tasks import EMPTY, DecisionTask, parse_decision_task

log = logging.getLogger(__name__)

ANSWER: Final = "RespondDecisionTaskCompleted"

PAGE: Final = 1000
"""Events in a poll's response. API reference, PollForDecisionTask, maximumPageSize."""

AT_ONCE: Final = 8
"""Tasks that a thread takes at once where so many wait, if the client can do that: one wait for all of their answers."""
QUICK: Final = 0.02
"""Seconds: where what it took before lasted longer (histories to be read first, say), it takes one, and leaves the others to others."""

CLOSING: Final = frozenset(
    {"CompleteWorkflowExecution", "FailWorkflowExecution", "CancelWorkflowExecution", "ContinueAsNewWorkflowExecution"}
)
"""Decisions that end the execution: the last of their response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeciderSettings:
    threads: int = 2
    """For each task list."""
    cached_runs: int = 1000
    identity: str = field(default_factory=default_identity)
    adopt: bool = False
    """Decide also for executions that were begun under another spec of that name and version, where ours agrees with their histories."""
    most_events: int = MOST_EVENTS
    """In a history; with so many, a run goes on as a new execution."""


class Decider:
    """`on_decided` is told the runId after each answer that the service took, from the thread that gave it."""

    def __init__(
        self,
        client: Client,
        plans: Sequence[Plan],
        settings: DeciderSettings,
        claims: Claims = NO_CLAIMS,
        on_decided: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._claims = claims
        self._plans = {(plan.spec.domain, plan.spec.name, plan.spec.version): plan for plan in plans}
        self.queues = tuple(dict.fromkeys(_queues(plans, self._plans)))
        self._requests = {queue: poll_request(queue, settings.identity) for queue in self.queues}
        self._settings = settings
        self._on_decided = on_decided
        self._loops = Loops("decider")
        self._give_up = threading.Event()
        self._patience = Patience(client)
        self._polls = self._patience.until(self._loops.stopping)
        self._answers = self._patience.until(self._give_up)
        self._cache = RunCache(settings.cached_runs)
        self._said = Said()
        self._means: dict[str, Means] = {}
        """By domain."""

    def start(self, on_end: Callable[[], None]) -> None:
        self._loops.start([partial(self._turn, queue) for queue in self.queues for _ in range(self._settings.threads)], on_end)

    def step(self) -> bool:
        """Decide one task, waiting about a long poll's time for it; whether there was one."""
        return take_one(self.queues, self._decide_one, "CountPendingDecisionTasks", self._polls, self._loops.stopping)

    def drain(self) -> None:
        """No new polls; those under way end now, where the endpoint can do that."""
        self._loops.stop()
        self._client.interrupt()

    def finish(self, grace: Grace) -> None:
        """Wait for the decisions under way. Raises: what a loop ended by."""
        self._loops.join(grace.remaining)
        self._give_up.set()
        self._loops.check()

    def _turn(self, queue: TaskQueue) -> None:
        """Decide tasks until a poll brings none, or none that is ours to decide. Answers are waited for with the poll after them."""
        poll = self._requests[queue]
        found: Sequence[Mapping[str, Any]] = [self._polls.call(*poll)]
        begun = time.monotonic()
        while answers := list(self._answers_to(queue, found)):
            if self._loops.stopping.is_set():
                for request, told in answers:
                    told(outcome_of(self._answers, request))
                return
            most = AT_ONCE if time.monotonic() - begun < QUICK else 1
            found = self._patience.exchange(answers, poll, most, answering=self._give_up, polling=self._loops.stopping)
            begun = time.monotonic()

    def _answers_to(self, queue: TaskQueue, found: Sequence[Mapping[str, Any]]) -> Iterator[Told]:
        for response in found:
            task = parse_decision_task(response)
            if task is EMPTY:
                return
            answer = self._decide(queue, task)
            if answer is not ABSENT:
                yield (ANSWER, answer), partial(self._told, task, answer)

    def _decide_one(self, queue: TaskQueue) -> bool:
        """One poll, and the decision that it asked for; whether it asked for one."""
        task = parse_decision_task(self._polls.call(*self._requests[queue]))
        if task is EMPTY:
            return False
        answer = self._decide(queue, task)
        if answer is not ABSENT:
            self._told(task, answer, outcome_of(self._answers, (ANSWER, answer)))
        return True

    def _decide(self, queue: TaskQueue, task: DecisionTask) -> Mapping[str, Any] | Literal[Absent.ABSENT]:
        """What to answer; absent: the task is left alone."""
        if log.isEnabledFor(logging.INFO):
            log.info("Received a decision task: %s", task.name, extra=_address(task))
        plan = self._plans.get((queue.domain, task.name, task.version))
        if plan is None:
            self._leave_unknown(queue, task)
            return ABSENT
        held = self._cache.take(task.run_id) or self._new_run(plan, queue.domain, task)
        run = held.run
        try:
            self._fold(held, queue.domain, task)
            decisions = self._claims.decisions(run.decisions())
            context = run.context()
            self._warn_of_growth(queue.domain, task, run)
        except HistoryError as error:
            self._leave(task, error)
        except PayloadError as error:
            self._leave_for_now(task, error)
        except SwfFault as fault:
            log.error("The history could not be read, the task is left to time out: %s", fault, extra=_address(task))
        except EndpointError:
            raise
        except Exception:
            log.exception(
                "A bug of swfgraph at event %d; the decision task is left to time out, and will be tried again. Please report it.",
                run.last_event_id + 1,
                extra=_address(task),
            )
        else:
            if not decisions or decisions[-1]["decisionType"] not in CLOSING:
                # It holds what events said, not what we answer: it is right whatever comes of that.
                self._cache.give_back(task.run_id, held)
            return {"taskToken": task.token, "decisions": decisions, "executionContext": context}
        return ABSENT

    def _new_run(self, plan: Plan, domain: str, task: DecisionTask) -> Held:
        run = Run(
            plan,
            workflow_id=task.workflow_id,
            run_id=task.run_id,
            longest=self._claims.longest,
            most_events=self._settings.most_events,
            means=self._means_in(domain),
        )
        return Held(run=run)

    def _means_in(self, domain: str) -> Means:
        """Asked once; where it can't be known that histories are kept, they are taken as not kept."""
        if domain not in self._means:
            try:
                self._means[domain] = means_in(self._answers, domain)
            except SwfFault as fault:
                log.warning("It can't be seen how long the domain %s keeps histories: %s", domain, fault)
                self._means[domain] = NOT_KEPT
        return self._means[domain]

    def _fold(self, held: Held, domain: str, task: DecisionTask) -> None:
        """Bring it up to the task's DecisionTaskStarted: by what the poll brought if that is all, else by reading what is missing."""
        last = held.run.last_event_id
        address = (domain, task.workflow_id, task.run_id)
        events = _above(task.events, last)
        if last < task.started_event_id and not _reaches(events, last, task.started_event_id):
            missing = task.started_event_id - last
            events = events_after(self._answers, address, last, until=task.started_event_id, expected=missing)
            log.debug("Read %d events that the poll did not bring", len(events), extra=_address(task))
        elif last == 0:
            events = with_state(self._answers, address, events)
        if last == 0 and self._settings.adopt:
            execution = Started(domain=domain, workflow_id=task.workflow_id, run_id=task.run_id)
            events = adopted(held.run.plan, execution, events, self._claims)
        fold = held.run.fold
        with_payloads = self._claims.events(events)
        for event in with_payloads:
            fold(event)
        if with_payloads is not events:
            held.characters += brought(events, with_payloads)

    def _told(self, task: DecisionTask, answer: Mapping[str, Any], outcome: Answered) -> None:
        """The outcome of an answer is known."""
        if log.isEnabledFor(logging.INFO):
            for decision in answer["decisions"]:
                log.info("Decision made: %s", describe_decision(decision), extra=_address(task))
        try:
            outcome()
        except SwfFault as fault:
            if fault.code == "UnknownResourceFault":
                log.warning("The decision came too late: the task has timed out, or the execution is closed", extra=_address(task))
            else:
                log.error("The decision was refused, the task is left to time out: %s", fault, extra=_address(task))
        except EndpointUnavailable as error:
            log.error("The decision could not be told, the task is left to time out: %s", error, extra=_address(task))
        else:
            self._on_decided(task.run_id)

    def _warn_of_growth(self, domain: str, task: DecisionTask, run: Run) -> None:
        means = self._means_in(domain)
        if run.carry is Carry.TOO_LARGE and self._said.first(f"{task.run_id}/{Carry.TOO_LARGE}"):
            log.warning(
                "After %d events it should go on as a new execution, but its state is longer than the %s characters that can be carried: "
                "its history grows on, and at 20,000 events it fails (History.TooLong), since SWF ends it at 25,000. %s",
                run.last_event_id,
                f"{max(self._claims.longest, means.most * means.portion):,}",
                _advice(self._claims.longest, means),
                extra=_address(task),
            )

    def _leave_unknown(self, queue: TaskQueue, task: DecisionTask) -> None:
        if self._said.first(f"{queue.domain}/{task.name}/{task.version}"):
            ours = ", ".join(sorted(f"{name} {version}" for domain, name, version in self._plans if domain == queue.domain))
            log.error(
                "The task list %s has tasks of the workflow type %s %s, which this decider does not know (only %s): they are left alone. "
                "Start a decider with that spec; give other workflows another task list.",
                queue.task_list,
                task.name,
                task.version,
                ours,
                extra=_address(task),
            )

    def _leave_for_now(self, task: DecisionTask, error: PayloadError) -> None:
        if self._said.first(f"{task.run_id} {error}"):
            log.error(
                "The decision task of %s is left to time out, and will be tried again: %s", task.workflow_id, error, extra=_address(task)
            )

    def _leave(self, task: DecisionTask, error: HistoryError) -> None:
        if self._said.first(task.run_id):
            what = "another version of the spec" if isinstance(error, SpecMismatch) else "something else than this spec"
            log.error("The execution %s was decided by %s and is left alone: %s", task.workflow_id, what, error, extra=_address(task))


def _advice(longest: int, means: Means) -> str:
    """What would help a state that is too long to be carried."""
    if longest > LIMIT:
        return "Smaller results, or a child workflow for each part, make it shorter."
    store = "a store for long payloads (--payloads) for deciders, workers and `start`"
    if means is NOT_KEPT:
        return f"Give it {store}, or a domain that keeps closed executions for a day at least (and DescribeDomain says so to the decider)."
    return f"Give it {store}, smaller results, or a child workflow for each part."


def _queues(plans: Sequence[Plan], known: Collection[tuple[str, str, str]]) -> Iterator[TaskQueue]:
    """Where decision tasks of these plans come up: their own task lists, and those that nodes give to children that are known here."""
    for plan in plans:
        yield TaskQueue(domain=plan.spec.domain, task_list=plan.spec.task_list)
        for node in plan.nodes.values():
            if not isinstance(node, WorkflowNode) or node.task_list is ABSENT:
                continue
            if (plan.spec.domain, node.workflow.name, node.workflow.version) in known:
                yield TaskQueue(domain=plan.spec.domain, task_list=node.task_list)


def poll_request(queue: TaskQueue, identity: str) -> Request:
    """Asks for what is new since the decision before, which is all that whoever holds the Run needs."""
    request = {
        "domain": queue.domain,
        "taskList": {"name": queue.task_list},
        "identity": identity,
        "maximumPageSize": PAGE,
        "startAtPreviousStartedEvent": True,
    }
    return "PollForDecisionTask", request


def _above(events: Sequence[Mapping[str, Any]], last: int) -> Sequence[Mapping[str, Any]]:
    """Without those that were folded already; ids of a page are consecutive."""
    if not events:
        return events
    return events[max(0, last + 1 - events[0]["eventId"]) :]


def _reaches(events: Sequence[Mapping[str, Any]], last: int, until: int) -> bool:
    """No gap: from the one after `last` up to `until`."""
    return bool(events) and events[0]["eventId"] == last + 1 and events[-1]["eventId"] >= until


def _address(task: DecisionTask) -> dict[str, str]:
    return {"workflowId": task.workflow_id, "runId": task.run_id}
