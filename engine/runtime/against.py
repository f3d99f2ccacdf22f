"""Would this spec have decided as the open executions were decided? Their histories, folded under it, decision by decision.

At every DecisionTaskCompleted, what the run wants, folded up to that decision's DecisionTaskStarted, is held against the events that came
of it. The marker with the spec's digest aside, they have to be the same; where they are not, the first event says what history has, and
beside it stands what the spec would do. Imports `asif`, `confirmed`, `history`, `interpreter.run`, `payloads`, `swf`; imported by
`check --against`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import HistoryError
from engine.graph.plan import Plan
from engine.interpreter.run import Run
from engine.runtime.asif import as_if_under, digest_in
from engine.runtime.confirmed import Act, acts_of, difference, wanted_act
from engine.runtime.history import events_after
from engine.runtime.payloads.claims import Claims
from engine.runtime.payloads.store import NoStore
from engine.runtime.start import Started
from engine.swf.client import Client
from engine.swf.paging import paged

_COMPLETED: Final = "decisionTaskCompletedEventAttributes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    event_id: int
    had: str
    """What history has there."""
    would: str
    """What the spec would do, or why it can't go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    execution: Started
    decisions: int
    """Decision tasks that were looked at."""
    same_spec: bool
    """It was begun under this very spec, to the digest."""
    parted: Parted | None


def compare_open(client: Client, plan: Plan, claims: Claims) -> Iterator[Compared]:
    """Every open execution of the spec's type. Raises: PayloadError, SwfFault, EndpointError."""
    spec = plan.spec
    request = {
        "domain": spec.domain,
        "startTimeFilter": {"oldestDate": 0.0},
        "typeFilter": {"name": spec.name, "version": spec.version},
    }
    for info in list(paged(client, "ListOpenWorkflowExecutions", request, "executionInfos")):
        address = info["execution"]
        execution = Started(domain=spec.domain, workflow_id=address["workflowId"], run_id=address["runId"])
        yield compare(plan, execution, events_after(client, (spec.domain, execution.workflow_id, execution.run_id), 0), claims)


def compare(plan: Plan, execution: Started, events: Sequence[Mapping[str, Any]], claims: Claims) -> Compared:
    run = Run(plan, workflow_id=execution.workflow_id, run_id=execution.run_id, longest=claims.longest)
    digest = next(filter(None, map(digest_in, events)), plan.digest)
    told, parted = 0, None
    try:
        for told, parted in _compared(run, events, claims):  # noqa: B007 - the last ones count
            if parted is not None:
                break
    except HistoryError as error:
        parted = Parted(event_id=error.event_id, had=_named(events, error.event_id), would=str(error))
    return Compared(execution=execution, decisions=told, same_spec=digest == plan.digest, parted=parted)


def _compared(run: Run, events: Sequence[Mapping[str, Any]], claims: Claims) -> Iterator[tuple[int, Parted | None]]:
    """How many decision tasks have been looked at, and where the last one parts. Raises: HistoryError."""
    began = {event[_COMPLETED]["startedEventId"]: event["eventId"] for event in events if event["eventType"] == "DecisionTaskCompleted"}
    acts: dict[int, list[Act]] = {}
    for act in acts_of(as_if_under(run.plan, event) for event in events):
        acts.setdefault(act.decided_by, []).append(act)
    told = 0
    for event in claims.events(events):
        run.fold(as_if_under(run.plan, event))
        decided = began.get(event["eventId"])
        if decided is not None:
            told += 1
            yield told, _parting(decided, acts.get(decided, []), _wanted(run, claims))


def _wanted(run: Run, claims: Claims) -> list[Act]:
    """What it would send, with the references that would be sent, and without storing anything."""
    hashing = Claims(store=_Hashing(claims.longest))
    return [wanted_act(decision) for decision in hashing.decisions(run.decisions())]


class _Hashing(NoStore):
    """Takes everything and keeps nothing."""

    def __init__(self, longest: int) -> None:
        self.longest = longest  # type: ignore[misc]  # as the store whose payloads these would be

    def put(self, sha256: str, content: bytes) -> None:
        pass


def _parting(decided: int, had: Sequence[Act], wanted: Sequence[Act]) -> Parted | None:
    """The first thing that was decided and would not be, or differently; else what would be decided besides."""
    rest = list(wanted)
    for act in had:
        match = next((one for one in rest if one.about == act.about), None)
        if match is None:
            return Parted(event_id=act.event_id, had=str(act), would="not that" + _instead(rest, had))
        rest.remove(match)
        other = difference(act, match)
        if other is not None:
            return Parted(event_id=act.event_id, had=f"{act} with {other.name} {other.had}", would=f"{other.name} {other.would}")
    if rest:
        return Parted(event_id=decided, had="no such decision", would=", ".join(map(str, rest)))
    return None


def _instead(wanted: Sequence[Act], had: Sequence[Act]) -> str:
    known = {act.about for act in had}
    others = [str(one) for one in wanted if one.about not in known]
    return f", but {', '.join(others[:5])}{f' and {len(others) - 5} more' if len(others) > 5 else ''}" if others else ""


def _named(events: Sequence[Mapping[str, Any]], event_id: int) -> str:
    return next((str(event["eventType"]) for event in events if event["eventId"] == event_id), "")
