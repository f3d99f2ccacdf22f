"""The end of a scenario: what its executions came to, as an Outcome. Pure. Imports `outcome`, `tracing`, `world`, `service`, `spec`;
imported by `stage`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from engine.service.events import ATTRIBUTES, CLOSE_STATUS, Event
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.payload import decode
from engine.testing.answering import Answerbook
from engine.testing.model import Scenario, Status
from engine.testing.outcome import Followed, Outcome
from engine.testing.tracing import Follower
from engine.testing.world import World

COMPENSATION: Final = "swfgraph.compensation"
"""The marker whose details say what was undone and what could not be."""

_STATUSES: Final[Mapping[str, Status]] = {
    "COMPLETED": Status.COMPLETED,
    "FAILED": Status.FAILED,
    "CANCELED": Status.CANCELED,
    "TERMINATED": Status.TERMINATED,
    "CONTINUED_AS_NEW": Status.CONTINUED,
    "TIMED_OUT": Status.TIMED_OUT,
}


def outcome_of(
    scenario: Scenario, world: World, chain: Sequence[str], followers: Mapping[str, Follower], book: Answerbook
) -> Outcome:  # fmt: skip
    """`chain`: the runIds of the workflow under test."""
    ended = next(run_id for run_id in reversed(chain) if world.close_event(run_id) is not None)
    close = world.histories[ended][-1]
    attributes: Mapping[str, Any] = close[ATTRIBUTES[close["eventType"]]]
    status = _STATUSES[CLOSE_STATUS[close["eventType"]]]
    followed = {run_id: _followed(follower) for run_id, follower in followers.items()}
    mine = [followed[run_id] for run_id in chain if run_id in followed]
    path = tuple(name for one in mine for name in one.path)
    nodes = followed[ended].view.nodes
    undone, not_undone = _compensation(world.histories[ended])
    return Outcome(
        status=status,
        output=_decoded(attributes, "input" if status is Status.CONTINUED else "result"),
        reason=attributes.get("reason", ""),
        details=_decoded(attributes, "details"),
        duration=round(close["eventTimestamp"] - scenario.start, 3),
        runs=chain.index(ended) + 1,
        path=path,
        visits={name: path.count(name) for name in nodes},
        attempts={name: node.attempt for name, node in nodes.items()},
        calls={name: tuple(given) for name, given in book.inputs.items()},
        results={name: node.result for name, node in nodes.items() if node.result is not ABSENT},
        errors={name: node.error.name for name, node in nodes.items() if node.error is not ABSENT},
        undone=undone,
        not_undone=not_undone,
        open=tuple(followers[ended].left_open),
        input=scenario.input,
        run_id=ended,
        history=tuple(world.histories[ended]),
        followed=tuple(followed.values()),
    )


def _followed(follower: Follower) -> Followed:
    return Followed(
        plan=follower.plan,
        view=follower.view(),
        path=tuple(follower.trace.path),
        caught=tuple(follower.caught),
        repeated=frozenset(follower.trace.repeated),
        undoing=frozenset(follower.undoing),
    )


def _decoded(attributes: Mapping[str, Any], key: str) -> Json | Literal[Absent.ABSENT]:
    return decode(attributes[key]) if attributes.get(key) else ABSENT


def _compensation(history: Sequence[Event]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was undone, and what could not be, in order."""
    key = ATTRIBUTES["MarkerRecorded"]
    told = [event[key] for event in history if event["eventType"] == "MarkerRecorded" and event[key]["markerName"] == COMPENSATION]
    details: Mapping[str, Json] = decode(told[-1]["details"]) if told else {}
    return _named(details.get("undone", ())), _named(details.get("failed", ()))


def _named(entries: Sequence[Mapping[str, Json]]) -> tuple[str, ...]:
    return tuple(f"{entry['node']}[{entry['item']}]" if "item" in entry else entry["node"] for entry in entries)
