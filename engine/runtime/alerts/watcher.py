"""`swfgraph alerts run`: looks at the endpoint again and again, and writes down what is to be told.

Closed executions by the time of their close, since the last look and somewhat further back (lists of AWS may lag); each is looked at
once. Open ones: those that are late, and, where specs want to know of nodes, those whose histories have grown. So also what no decider
sees is told: timed out, terminated. Imports `failures`, `occurrence`, `outbox`, `sending`, the runtime's `backoff`, `loops`, `swf`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from engine.errors import EndpointError, HistoryError, PayloadError, SwfFault, UsageError
from engine.graph.plan import Plan
from engine.interpreter.events import CloseStatus
from engine.runtime.alerts.channels import Channel
from engine.runtime.alerts.failures import Failures, NodeFailed
from engine.runtime.alerts.occurrence import WORDS, About, Level, Message, Occurrence, alert_id_of, message
from engine.runtime.alerts.outbox import Outbox
from engine.runtime.alerts.sending import Sending
from engine.runtime.backoff import Patience
from engine.runtime.loops import Grace, Loops
from engine.runtime.payloads.claims import NO_CLAIMS, Claims
from engine.runtime.reading.closing import LAST_WORDS, closing_lines, compensation_in, parse_closing
from engine.runtime.reading.executions import Info, NoProgress, parse_info, parse_progress
from engine.runtime.reading.moments import span
from engine.runtime.runcache import Said
from engine.spec.model import ABSENT, Alert, AlertOn
from engine.swf.client import Client
from engine.swf.paging import paged

log = logging.getLogger(__name__)

BACK: Final = 15.0
FAR_BACK: Final = 900.0
FAR_EVERY: Final = 60.0
"""Seconds: each look goes so far back behind the last close that it knows; every minute one goes further."""
_BATCH: Final = 200

Told: TypeAlias = tuple[Occurrence, tuple[str, ...]]
"""What happened, and the channels that are told."""

OUTCOMES: Final = {
    CloseStatus.COMPLETED: AlertOn.COMPLETED,
    CloseStatus.FAILED: AlertOn.FAILED,
    CloseStatus.TIMED_OUT: AlertOn.TIMED_OUT,
    CloseStatus.CANCELED: AlertOn.CANCELED,
    CloseStatus.TERMINATED: AlertOn.TERMINATED,
}
"""What is continued as new is not over."""

BY_DECISION: Final = frozenset({CloseStatus.COMPLETED, CloseStatus.FAILED, CloseStatus.CANCELED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A workflow in a domain, by version. Versions that nobody gave have the alerts of the last one given, those on nodes aside."""

    domain: str
    workflow: str
    plans: dict[str, Plan]

    def alerts(self, version: str) -> tuple[Alert, ...]:
        plan = self.plans.get(version)
        return (plan or list(self.plans.values())[-1]).spec.alerts

    @property
    def all(self) -> list[Alert]:
        return [alert for plan in self.plans.values() for alert in plan.spec.alerts]


def watched(plans: Sequence[Plan]) -> list[Watched]:
    """The workflows that have alerts. Raises: UsageError where none has."""
    found: dict[tuple[str, str], dict[str, Plan]] = {}
    for plan in plans:
        if plan.spec.alerts:
            found.setdefault((plan.spec.domain, plan.spec.name), {})[plan.spec.version] = plan
    if not found:
        raise UsageError(f'none of {", ".join(plan.spec.file for plan in plans)} has "alerts"')
    return [Watched(domain=domain, workflow=name, plans=versions) for (domain, name), versions in found.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    interval: float = 10.0
    """Seconds between two looks."""
    claims: Claims = NO_CLAIMS
    now: Callable[[], float] = time.time


class Watcher:
    """A Part (see until_signal): one loop that looks, and one per channel that sends."""

    def __init__(
        self,
        client: Client,
        what: Sequence[Watched],
        outbox: Outbox,
        channels: Sequence[Channel],
        settings: WatchSettings,
    ) -> None:
        self._client = client
        self._what = what
        self._outbox = outbox
        self._channels = {channel.name: channel for channel in channels}
        self._claims = settings.claims
        self._interval = settings.interval
        self._now = settings.now
        self._loops = Loops("alerts")
        self._patient = Patience(client).until(self._loops.stopping)
        self._failures = Failures(self._patient, settings.claims)
        self._far_at: dict[tuple[str, str], float] = {}
        self._since: dict[tuple[str, str], float] = {}
        self._said = Said()
        self._trouble = ""
        """Why the last look failed; it is said once."""
        self._sending = [Sending(outbox, channel, now=settings.now) for channel in channels]

    def start(self, on_end: Callable[[], None]) -> None:
        self._loops.start([self._turn, *(one.turn for one in self._sending)], on_end)

    def drain(self) -> None:
        self._loops.stop()
        for one in self._sending:
            one.news.set()

    def finish(self, grace: Grace) -> None:
        self._loops.join(grace.remaining)
        self._loops.check()

    def begin(self) -> None:
        """From now on, for workflows that the state file does not know yet."""
        for one in self._what:
            self._since[one.domain, one.workflow] = self._outbox.begin(one.domain, one.workflow, self._now()).since

    def look(self) -> None:
        """At everything, once. Raises: SwfFault, EndpointError."""
        for one in self._what:
            self._look_at_closed(one)
            self._look_at_open(one)
        for alert_id, channel, title in self._outbox.tidy(self._now()):
            log.error("Given up after a week: the alert %s to %s (%s)", alert_id, channel, title)
        for sending in self._sending:
            sending.news.set()

    def send(self) -> bool:
        """Whatever is due; whether there was anything."""
        return any(list(map(Sending.send_due, self._sending)))

    def _turn(self) -> None:
        try:
            self.look()
        except SwfFault as fault:
            if str(fault) != self._trouble:
                log.error("The endpoint can't be watched, trying again: %s", fault)
            self._trouble = str(fault)
        else:
            if self._trouble:
                log.warning("The endpoint can be watched again")
            self._trouble = ""
        self._loops.stopping.wait(self._interval)

    def _look_at_closed(self, one: Watched) -> None:
        key, now = (one.domain, one.workflow), self._now()
        reached = self._outbox.begin(one.domain, one.workflow, now)
        far = now >= self._far_at.get(key, 0.0)
        oldest = max(reached.since, reached.reached - (FAR_BACK if far else BACK))
        request = {"domain": one.domain, "typeFilter": {"name": one.workflow}, "closeTimeFilter": {"oldestDate": oldest}}
        latest = reached.reached
        for infos in _batches(map(parse_info, paged(self._patient, "ListClosedWorkflowExecutions", request, "executionInfos"))):
            unseen = self._outbox.unseen([info.run_id for info in infos])
            new = [info for info in infos if info.run_id in unseen and info.closed >= reached.since]
            occurrences = [occurrence for info in new for occurrence in self._of_closed(one, info)]
            self._write(occurrences, {info.run_id: info.closed for info in new})
            latest = max([latest, *(info.closed for info in infos)])
        self._outbox.reach(one.domain, one.workflow, latest)
        if far:
            self._far_at[key] = now + FAR_EVERY

    def _look_at_open(self, one: Watched) -> None:
        late = [alert.late for alert in one.all if alert.late is not ABSENT]
        nodes = any(alert.nodes for alert in one.all)
        if not late and not nodes:
            return
        latest = {} if nodes else {"latestDate": self._now() - min(late)}
        request = {"domain": one.domain, "typeFilter": {"name": one.workflow}, "startTimeFilter": {"oldestDate": 0.0, **latest}}
        for infos in _batches(map(parse_info, paged(self._patient, "ListOpenWorkflowExecutions", request, "executionInfos"))):
            occurrences: list[Told] = []
            for info in infos:
                occurrences += self._of_late(one, info, self._now())
                if nodes:
                    occurrences += self._of_nodes(one, info, closed=False)
            self._write(occurrences, {})

    def _of_closed(self, one: Watched, info: Info) -> Iterator[Told]:
        """What is told of an execution that has closed, and to which channels."""
        yield from self._of_nodes(one, info, closed=True)
        outcome = OUTCOMES.get(CloseStatus(info.close_status))
        if outcome is None:
            return
        yield from self._of_late(one, info, info.closed)
        to = _channels(alert for alert in one.alerts(info.type_version) if outcome in alert.on)
        if to:
            words, level = WORDS[outcome]
            yield (
                Occurrence(about=_about(one, info), key=outcome, words=words, level=level, at=info.closed, lines=self._lines(one, info)),
                to,
            )

    def _of_late(self, one: Watched, info: Info, until: float) -> Iterator[Told]:
        for alert in one.alerts(info.type_version):
            if alert.late is not ABSENT and until - info.started > alert.late:
                key, line = f"late {alert.late}", f"It has been open for more than {span(alert.late)}."
                if info.closed:
                    line = f"It was open for more than {span(alert.late)}, until it closed: {info.close_status}."
                yield Occurrence(about=_about(one, info), key=key, words="is late", level=Level.WARNING, at=until, lines=(line,)), alert.to

    def _of_nodes(self, one: Watched, info: Info, *, closed: bool) -> Iterator[Told]:
        plan = one.plans.get(info.type_version)
        if plan is None or not any(alert.nodes for alert in plan.spec.alerts):
            return
        for failed in self._failed(plan, one, info, closed=closed):
            to = _channels(alert for alert in plan.spec.alerts if failed.node in alert.nodes)
            if to and failed.at >= self._since[one.domain, one.workflow]:
                tried = f" (after {failed.attempts} attempts)" if failed.attempts > 1 else ""
                lines = (f"{failed.node}: {failed.error}{tried}", failed.message)
                key, words = f"node {failed.node} {failed.event_id}", f"node {failed.node} failed"
                yield Occurrence(about=_about(one, info), key=key, words=words, level=Level.FAILURE, at=failed.at, lines=lines), to

    def _failed(self, plan: Plan, one: Watched, info: Info, *, closed: bool) -> Sequence[NodeFailed]:
        try:
            if closed:
                return self._failures.closed(plan, one.domain, info.workflow_id, info.run_id)
            return self._failures.open(plan, one.domain, info.workflow_id, info.run_id, self._now(), self._interval)
        except (HistoryError, PayloadError, SwfFault) as error:  # a fault: it has been forgotten meanwhile
            if self._said.first(info.run_id):
                log.error("%s (%s): its nodes can't be watched: %s", info.workflow_id, info.run_id, error)
        except EndpointError:
            raise
        except Exception:
            if self._said.first(info.run_id):
                log.exception("A bug of swfgraph: the nodes of %s (%s) can't be watched. Please report it.", info.workflow_id, info.run_id)
        return ()

    def _lines(self, one: Watched, info: Info) -> tuple[str, ...]:
        """What the event says that closed it. Of one that has been forgotten meanwhile: nothing."""
        request = {
            "domain": one.domain,
            "execution": {"workflowId": info.workflow_id, "runId": info.run_id},
            "reverseOrder": True,
            "maximumPageSize": LAST_WORDS,
        }
        try:
            last = self._patient.call("GetWorkflowExecutionHistory", request)["events"]
            [event] = self._claims.events(last[:1])
            told = tuple(closing_lines(parse_closing(event, compensation_in(last))))
            return told if info.close_status in BY_DECISION else (*told, *self._stood(one, info))
        except (SwfFault, PayloadError) as error:
            return (f"(what closed it can't be read: {error})",)

    def _stood(self, one: Watched, info: Info) -> tuple[str, ...]:
        """Where it stood when it was ended from outside, as its decider had said last."""
        execution = {"workflowId": info.workflow_id, "runId": info.run_id}
        described = self._patient.call("DescribeWorkflowExecution", {"domain": one.domain, "execution": execution})
        progress = parse_progress(described.get("latestExecutionContext", ""))
        if isinstance(progress, NoProgress):
            return ()
        return tuple(f"{node.node} was {node.state} (attempt {node.attempt})" for node in progress.open)

    def _write(self, occurrences: Iterable[Told], seen: dict[str, float]) -> None:
        there = {alert_id_of(occurrence, name): (occurrence, name) for occurrence, to in occurrences for name in to}
        new = self._outbox.unknown(there)
        messages: list[Message] = [
            message(occurrence, name, url=self._client.url, plain=self._channels[name].plain)
            for alert_id, (occurrence, name) in there.items()
            if alert_id in new
        ]
        if messages or seen:
            self._outbox.write(messages, seen, self._now())


def _about(one: Watched, info: Info) -> About:
    return About(
        domain=one.domain,
        workflow=one.workflow,
        version=info.type_version,
        workflow_id=info.workflow_id,
        run_id=info.run_id,
        started=info.started,
    )


def _channels(alerts: Iterable[Alert]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for alert in alerts for name in alert.to))


def _batches(infos: Iterator[Info]) -> Iterator[list[Info]]:
    while batch := list(islice(infos, _BATCH)):
        yield batch
