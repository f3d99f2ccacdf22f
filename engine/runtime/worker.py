"""The generic worker: polls for activity tasks, runs what its specs say, answers.

One loop per slot and task list: poll, run, respond, without handing over to another thread. A task whose type its specs don't
name fails with `UnknownActivity`: nothing that arrives over the wire names a program. Order of calls: `start`, `drain`, `finish`;
or `step` any number of times, then `drain` and `finish`. Imports `known`, `heart`, `loops`, `backoff`, `payloads`, `task` and `swf`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, assert_never

from msgspec.structs import replace

from engine.errors import EndpointUnavailable, InputError, PayloadError, PayloadMissing, SwfFault, UsageError
from engine.runtime.backoff import Patience
from engine.runtime.heart import Heart
from engine.runtime.known import Known, repertoire
from engine.runtime.loops import Grace, Loops
from engine.runtime.payloads.claims import NO_CLAIMS, Claims
from engine.runtime.payloads.reference import may_refer
from engine.runtime.queues import TaskQueue, default_identity, take_one
from engine.runtime.task import (
    PAYLOAD_LIMIT,
    REASON_LIMIT,
    Abandoned,
    Canceled,
    Completed,
    Failed,
    HandedOn,
    Job,
    Leash,
    Outcome,
    Text,
    Why,
)
from engine.spec.inputs import check_input
from engine.spec.model import ABSENT, Spec
from engine.spec.payload import decode
from engine.swf.client import Answered, Client, Request, outcome_of
from engine.swf.tasks import EMPTY, ActivityTask, parse_activity_task

log = logging.getLogger(__name__)
of_programs = logging.getLogger("engine.runtime.handlers")
"""What is heard where answers are told in another way (`worker --once`), but not what programs do."""

_LOGGED: Final = 200
_LOOK: Final = 0.05
_AFTER_KILL: Final = 3.0
"""Seconds to tell the service about programs that were just killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    concurrency: int = 1
    """Tasks at once, for each task list."""
    identity: str = field(default_factory=default_identity)
    grace: float = 10.0
    """Seconds between TERM and KILL for a program that has to stop."""
    task_lists: frozenset[str] = frozenset()
    """Poll these only. Empty: all that the specs name."""


class Worker:
    """Raises: UsageError (see `known.repertoire`; or the specs name none of the settings' task lists)."""

    def __init__(self, client: Client, specs: Sequence[Spec], settings: WorkerSettings, claims: Claims = NO_CLAIMS) -> None:
        self._client = client
        self._claims = claims
        self._longest = claims.longest
        self._settings = settings
        self._repertoire = repertoire(specs, settings.grace)
        self.queues = _polled(self._repertoire.queues, settings.task_lists)
        self._heart = Heart(client, min(known.interval for known in self._repertoire.known.values()))
        self._slots = Loops("worker")
        self._beats = Loops("heart")
        self._give_up = threading.Event()
        """Set: an answer that the endpoint doesn't take now is dropped."""
        self._in_hand: dict[str, Job] = {}
        """Running or being answered, by token."""
        self._abandoned: frozenset[str] = frozenset()
        self._patience = Patience(client)
        self._polls = self._patience.until(self._slots.stopping)
        self._answers = self._patience.until(self._give_up)
        self._requests = {queue: _poll(queue, settings.identity) for queue in self.queues}

    def start(self, on_end: Callable[[], None]) -> None:
        self._start_heart(on_end)
        self._slots.start([partial(self._turn, queue) for queue in self.queues for _ in range(self._settings.concurrency)], on_end)

    def step(self) -> bool:
        """Run one task, waiting about a long poll's time for it; whether there was one."""
        if not self._beats.running:
            self._start_heart(lambda: None)
        return take_one(self.queues, self._work_one, "CountPendingActivityTasks", self._polls, self._slots.stopping)

    def drain(self) -> None:
        """No new polls; those under way end now, where the endpoint can do that."""
        self._slots.stop()
        self._client.interrupt()

    @property
    def in_hand(self) -> frozenset[tuple[str, str]]:
        """workflowId and runId of the executions whose tasks it is running or answering."""
        return frozenset((job.workflow_id, job.run_id) for job in list(self._in_hand.values()))

    def abandon(self, run_ids: Collection[str]) -> None:
        """Those executions have ended: their tasks, which nobody waits for, are ended, and `finish` gives its time to those of others."""
        self._abandoned = frozenset(run_ids)
        for run_id in self._abandoned:
            self._heart.stop_all(Why.LOST, run_id)

    def finish(self, grace: Grace) -> None:
        """Wait for the running tasks, then end them. Raises: what a loop ended by."""
        if not self._slots.join(lambda: grace.remaining() if self._waits() else 0.0):
            self._heart.stop_all(Why.DRAINED)
            self._await_ends(grace)
        self._give_up.set()
        for job in list(self._in_hand.values()):
            log.error("%s is still running and can't be ended from outside: its task is left to time out", job.activity, extra=job.address)
        self._beats.stop()
        self._slots.check()
        self._beats.check()

    def _waits(self) -> bool:
        """Whether anybody waits for what is in hand. (Where nothing was abandoned, polls are waited for too: they may bring a task.)"""
        return not self._abandoned or any(job.run_id not in self._abandoned for job in list(self._in_hand.values()))

    def _await_ends(self, grace: Grace) -> None:
        """Of what was told to stop, answers included."""
        deadline = time.monotonic() + self._settings.grace + _AFTER_KILL
        while not self._slots.join(Grace(_LOOK).remaining) and self._in_hand and time.monotonic() < deadline:
            if grace.cuts > 1:
                self._heart.hurry_all()

    def _start_heart(self, on_end: Callable[[], None]) -> None:
        self._beats.start([partial(self._heart.turn, self._beats.stopping)], on_end)

    def _turn(self, queue: TaskQueue) -> None:
        """Run tasks until a poll brings none. Each answer is waited for with the poll after it."""
        task = parse_activity_task(self._polls.call(*self._requests[queue]))
        while task is not EMPTY:
            job, outcome = self._work(queue, task)
            if isinstance(outcome, Abandoned | HandedOn) or self._slots.stopping.is_set():
                self._answer(task, job, outcome)
                return
            told, poll = partial(self._told, task, job), self._requests[queue]
            answers = [(_answer(task, outcome), told)]
            [response] = self._patience.exchange(answers, poll, 1, answering=self._give_up, polling=self._slots.stopping)
            task = parse_activity_task(response)

    def _work_one(self, queue: TaskQueue) -> bool:
        """One poll, and the task that it gave; whether it gave one."""
        task = parse_activity_task(self._polls.call(*self._requests[queue]))
        if task is EMPTY:
            return False
        self._answer(task, *self._work(queue, task))
        return True

    def _work(self, queue: TaskQueue, task: ActivityTask) -> tuple[Job, Outcome]:
        job = Job(
            activity=task.name,
            version=task.version,
            activity_id=task.activity_id,
            domain=queue.domain,
            task_list=queue.task_list,
            workflow_id=task.workflow_id,
            run_id=task.run_id,
            input=task.input,
            longest=self._longest,
        )
        log.info("Received an activity task: %s", job.activity, extra=job.address)
        self._in_hand[task.token] = job
        try:
            outcome = self._run(task, job)
        except BaseException:
            del self._in_hand[task.token]
            raise
        _log_outcome(job, outcome)
        return job, outcome

    def _run(self, task: ActivityTask, job: Job) -> Outcome:
        known = self._repertoire.known.get((TaskQueue(domain=job.domain, task_list=job.task_list), job.activity, job.version))
        if known is None:
            return self._unknown(job)
        leash = Leash()
        with self._heart.beating_for(task.token, job, leash, known.interval):
            try:
                return self._claimed(known, job, task.token, leash)
            except PayloadError as error:
                return Failed(
                    reason="Payload.Missing" if isinstance(error, PayloadMissing) else "Payload.StoreUnusable", details=str(error)
                )

    def _claimed(self, known: Known, job: Job, token: str, leash: Leash) -> Outcome:
        """Payloads that are too long for SWF are fetched and stored within the task's time. Raises: PayloadError."""
        if may_refer(job.input):
            job = replace(job, input=self._claims.resolved(job.input))
        refusal = _refusal(known, job)
        if refusal is not ABSENT:
            return Failed(reason="Input.Invalid", details=refusal)
        if known.activity.answered_later:
            outcome = known.handler.run(replace(job, token=token), leash)
            return HandedOn() if isinstance(outcome, Completed) else outcome
        outcome = known.handler.run(job, leash)
        if isinstance(outcome, Completed) and outcome.result is not ABSENT:
            sent = self._claims.kept(outcome.result)
            return outcome if sent is outcome.result else Completed(result=sent)
        return outcome

    def _unknown(self, job: Job) -> Failed:
        here = TaskQueue(domain=job.domain, task_list=job.task_list)
        ours = ", ".join(sorted(f"{name} {version}" for queue, name, version in self._repertoire.known if queue == here))
        return Failed(
            reason="UnknownActivity",
            details=f"the worker {self._settings.identity} on the task list {job.task_list} does not know {job.activity} {job.version}, "
            f"only {ours}: start a worker with the spec that has it, and give workers of other specs another task list",
        )

    def _answer(self, task: ActivityTask, job: Job, outcome: Outcome) -> None:
        if isinstance(outcome, Abandoned | HandedOn):
            del self._in_hand[task.token]
        else:
            self._told(task, job, outcome_of(self._answers, _answer(task, outcome)))

    def _told(self, task: ActivityTask, job: Job, answered: Answered) -> None:
        """The outcome of an answer is known."""
        try:
            answered()
        except SwfFault as fault:
            if fault.code == "UnknownResourceFault":
                log.warning("%s ended too late: its task has timed out, or its execution is closed", job.activity, extra=job.address)
            else:
                log.error("The answer for %s was refused, the task is left to time out: %s", job.activity, fault, extra=job.address)
        except EndpointUnavailable as error:
            log.error("The outcome of %s could not be told, the task is left to time out: %s", job.activity, error, extra=job.address)
        finally:
            del self._in_hand[task.token]


def _poll(queue: TaskQueue, identity: str) -> Request:
    return "PollForActivityTask", {"domain": queue.domain, "taskList": {"name": queue.task_list}, "identity": identity}


def _polled(queues: Sequence[TaskQueue], only: frozenset[str]) -> tuple[TaskQueue, ...]:
    named = {queue.task_list for queue in queues}
    if only - named:
        raise UsageError(
            f"no activity of these specs is on the task list {', '.join(sorted(only - named))}, only on {', '.join(sorted(named))}"
        )
    return tuple(queue for queue in queues if not only or queue.task_list in only)


def _refusal(known: Known, job: Job) -> Text:
    """What the activity's inputSchema has against the input, if anything."""
    schema = known.activity.input_schema
    if schema is ABSENT:
        return ABSENT
    try:
        check_input(schema, decode(job.input) if job.input else None, f"the activity {job.activity}")
    except InputError as error:
        return str(error)
    return ABSENT


def _answer(task: ActivityTask, outcome: Completed | Failed | Canceled) -> Request:
    token = {"taskToken": task.token}
    match outcome:
        case Completed():
            return "RespondActivityTaskCompleted", token if outcome.result is ABSENT else {**token, "result": outcome.result}
        case Failed():
            said = {"reason": _wire(outcome.reason, REASON_LIMIT), "details": _wire(outcome.details)}
            return "RespondActivityTaskFailed", {**token, **said}
        case Canceled():
            return "RespondActivityTaskCanceled", token if outcome.details is ABSENT else {**token, "details": _wire(outcome.details)}
        case _:
            assert_never(outcome)


def _wire(text: str, limit: int = PAYLOAD_LIMIT) -> str:
    """Within SWF's bounds; half surrogate pairs, which exception messages may hold, are replaced."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def _log_outcome(job: Job, outcome: Outcome) -> None:
    match outcome:
        case Completed() if not log.isEnabledFor(logging.INFO):
            return
        case Completed():
            said = "no output" if outcome.result is ABSENT else f"output: {_line(outcome.result)}"
            log.info("%s succeeded with %s", job.activity, said, extra=job.address)
        case Failed():
            log.warning("%s failed with %s: %s", job.activity, outcome.reason, _line(outcome.details), extra=job.address)
        case Canceled():
            log.info("%s was canceled", job.activity, extra=job.address)
        case Abandoned():
            log.warning("%s was ended: nobody waits for it any more", job.activity, extra=job.address)
        case HandedOn():
            of_programs.info("%s has handed its task on: whoever has the token answers it", job.activity, extra=job.address)
        case _:
            assert_never(outcome)


def _line(text: str) -> str:
    """The beginning of it, on one line."""
    line = " ".join(_wire(text, 2 * _LOGGED).split())
    return line if len(line) <= _LOGGED else f"{line[:_LOGGED]}..."
