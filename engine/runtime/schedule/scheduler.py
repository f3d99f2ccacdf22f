"""`swfgraph schedule run`: the decider of schedules. One loop per schedule: poll, read what is new, decide, answer.

It holds nothing. The state is in the history, and SWF gives each decision to one decider at a time and takes one answer to it: so any
number of schedulers, killed at any moment, start each time once. Imports `asking`, `course`, `decisions`, `events`, `state`, the
runtime's `backoff`, `loops`, and `swf`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from engine.errors import EndpointUnavailable, SwfFault, SwfgraphError, UsageError
from engine.runtime.backoff import Patience
from engine.runtime.loops import Grace, Loops
from engine.runtime.payloads.claims import NO_CLAIMS, Claims
from engine.runtime.schedule.actions import Start
from engine.runtime.schedule.asking import ensure, look_again
from engine.runtime.schedule.course import Moment, Step, decide
from engine.runtime.schedule.decisions import Executions, decisions_of
from engine.runtime.schedule.events import Happening, happenings
from engine.runtime.schedule.names import schedule_id
from engine.runtime.schedule.state import State, UnknownState, read_state, write_state
from engine.spec.model import ABSENT, Schedule, Spec
from engine.swf.client import Client

log = logging.getLogger(__name__)

_PAGE: Final = 100
"""Events asked for at a time, the newest first: as a rule there are a dozen new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A spec that has a schedule."""

    spec: Spec
    schedule: Schedule


def scheduled(specs: Sequence[Spec]) -> list[Scheduled]:
    """Those that have a schedule. Raises: UsageError where none has, or where two versions of one workflow have."""
    found: dict[tuple[str, str], Scheduled] = {}
    for spec in specs:
        if spec.schedule is ABSENT:
            continue
        key = (spec.domain, spec.name)
        if key in found:
            versions = f"{found[key].spec.version} ({found[key].spec.file}) and {spec.version} ({spec.file})"
            raise UsageError(f"two specs of the workflow {spec.name} have a schedule, {versions}: name one of them only")
        found[key] = Scheduled(spec=spec, schedule=spec.schedule)
    if not found:
        raise UsageError(f'none of {", ".join(spec.file for spec in specs)} has a "schedule"')
    return list(found.values())


class Scheduler:
    """A Part (see until_signal)."""

    def __init__(self, client: Client, specs: Sequence[Scheduled], identity: str, claims: Claims = NO_CLAIMS) -> None:
        self._client = client
        self._specs = specs
        self._identity = identity
        self._claims = claims
        self._loops = Loops("schedule")
        self._give_up = threading.Event()
        patience = Patience(client)
        self._polls = patience.until(self._loops.stopping)
        self._answers = patience.until(self._give_up)

    def begin(self) -> None:
        """See to it that every schedule is there, and knows of us. Raises: UsageError (not registered), SwfFault, EndpointError."""
        for one in self._specs:
            if not ensure(self._answers, one.spec):
                look_again(self._answers, one.spec)

    def start(self, on_end: Callable[[], None]) -> None:
        self._loops.start([partial(self._turn, one) for one in self._specs], on_end)

    def drain(self) -> None:
        self._loops.stop()
        self._client.interrupt()

    def finish(self, grace: Grace) -> None:
        """Wait for the decisions under way. Raises: what a loop ended by."""
        self._loops.join(grace.remaining)
        self._give_up.set()
        self._loops.check()

    def step(self, one: Scheduled) -> bool:
        """Poll once, and decide; whether there was anything to decide."""
        request = {
            "domain": one.spec.domain,
            "taskList": {"name": schedule_id(one.spec.name)},
            "identity": self._identity,
            "reverseOrder": True,
            "maximumPageSize": _PAGE,
        }
        response = self._polls.call("PollForDecisionTask", request)
        if not response.get("taskToken"):
            return False
        self._answer(one, response, request)
        return True

    def _turn(self, one: Scheduled) -> None:
        try:
            if not self.step(one) and not self._loops.stopping.is_set() and ensure(self._polls, one.spec):
                log.warning("The schedule of %s was not there any more: it begins anew, now", one.spec.name)
        except SwfFault as fault:
            log.error("The schedule of %s can't be seen to: %s", one.spec.name, fault)
            self._loops.stopping.wait(_PAUSE)

    def _answer(self, one: Scheduled, response: Mapping[str, Any], poll: Mapping[str, Any]) -> None:
        """Make the decision, and tell it. One that can't be made is left to time out, and comes again."""
        try:
            step, answer = self._decide(one, response, poll)
        except UnknownState as error:
            log.error("%s: the decision is left alone: %s", one.spec.name, error)
            return
        except SwfgraphError:
            raise
        except Exception:
            log.exception("%s: a bug of swfgraph; the decision is left alone, and comes again. Please report it.", one.spec.name)
            return
        try:
            self._answers.call("RespondDecisionTaskCompleted", answer)
        except SwfFault as fault:
            if fault.code != "UnknownResourceFault":
                raise
            log.warning("%s: the decision came too late, it is made again", one.spec.name)
        except EndpointUnavailable as error:
            log.error("%s: the decision could not be told, it will be made again: %s", one.spec.name, error)
        else:
            _tell(one.spec.name, step)

    def _decide(self, one: Scheduled, response: Mapping[str, Any], poll: Mapping[str, Any]) -> tuple[Step, Mapping[str, Any]]:
        history = read(self._answers, response, poll)
        executions = Executions(self._answers, one.spec, one.schedule, self._claims)
        moment = Moment(now=history.now, events=response["startedEventId"])
        step = decide(one.spec.name, one.schedule, history.state, history.happened, moment, executions)
        decisions = decisions_of(step.actions, executions)
        return step, {"taskToken": response["taskToken"], "decisions": decisions, "executionContext": write_state(step.state)}


_PAUSE: Final = 10.0
"""Seconds after a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a decision task is about."""

    state: State
    happened: Sequence[Happening]
    """Since the decision that left the state."""
    now: float


def read(client: Client, response: Mapping[str, Any], poll: Mapping[str, Any]) -> Read:
    """Backwards through the history to the last decision that was taken. Raises: UnknownState."""
    events: list[Mapping[str, Any]] = []
    text, seen = "", 0
    for event in _newest_first(client, response, poll):
        context = event.get("decisionTaskCompletedEventAttributes", {}).get("executionContext", "")
        if context and not text:
            text, seen = context, event["decisionTaskCompletedEventAttributes"]["startedEventId"]
        if event["eventId"] <= seen:
            break
        events.append(event)
    now = events[0]["eventTimestamp"]
    if not seen:
        text = events[-1]["workflowExecutionStartedEventAttributes"].get("input", "")
    state = read_state(text) if text else State(through=events[-1]["eventTimestamp"])
    return Read(state=state, happened=tuple(happenings(reversed(events))), now=now)


def _newest_first(client: Client, response: Mapping[str, Any], poll: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """From the task's DecisionTaskStarted, the newest event that it has, to the first."""
    yield from response["events"]
    token = response.get("nextPageToken", "")
    while token:
        page = client.call("PollForDecisionTask", {**poll, "nextPageToken": token})
        yield from page["events"]
        token = page.get("nextPageToken", "")


def _tell(workflow: str, step: Step) -> None:
    for note in step.notes:
        log.warning("%s: %s", workflow, note)
    for action in step.actions:
        if isinstance(action, Start):
            log.info("%s: started %s", workflow, action.workflow_id)
