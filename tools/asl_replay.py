"""Recorded executions of state machines, played again: the imported spec, with activities that answer as was recorded, must end the same.

A recording is {"name", "definition", "input", "events"}: `events` as GetExecutionHistory gives them (payloads parsed or as text).
Imports engine.asl and engine.testing; used by tools/asl_survey.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.asl.importing import Imported
from engine.errors import InputError, ScenarioError
from engine.graph.check import check_document
from engine.graph.plan import Plan
from engine.spec.model import ABSENT
from engine.spec.source import parse_document
from engine.testing.differences import same
from engine.testing.model import Answer, Attempts, Fail, Result, Scenario, Status, TimeOut, TimeoutKind
from engine.testing.outcome import Outcome
from engine.testing.registered import register
from engine.testing.stage import play

_SUCCEEDED: Final = ("lambdaFunctionSucceededEventDetails", "taskSucceededEventDetails", "activitySucceededEventDetails")
_FAILED: Final = (
    "lambdaFunctionFailedEventDetails", "taskFailedEventDetails", "activityFailedEventDetails", "taskSubmitFailedEventDetails",
    "lambdaFunctionScheduleFailedEventDetails", "taskStartFailedEventDetails", "lambdaFunctionStartFailedEventDetails",
)  # fmt: skip
_ENDS: Final = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut"})
_TIME: Final = re.compile(r'"(<timestamp[^"]*>|date)"')
_TIMED_OUT: Final = ("lambdaFunctionTimedOutEventDetails", "taskTimedOutEventDetails", "activityTimedOutEventDetails")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    kind: Literal["same", "other", "not comparable"]
    reason: str = ""


def replay(imported: Imported, recording: Mapping[str, Any]) -> Verdict:
    """Whether status and output are as recorded."""
    plans = [_plan(name, document) for name, document in imported.specs.items()]
    events: Sequence[Mapping[str, Any]] = recording["events"]
    if events[-1]["type"] not in _ENDS:
        return Verdict(kind="not comparable", reason=f"the recording ends with {events[-1]['type']}")
    if _TIME.search(json.dumps(_input(recording, events))):
        return Verdict(kind="not comparable", reason="the recorder took the time out of the input")
    scenario = Scenario(
        name=str(recording["name"]), input=_input(recording, events), activities=_answers(imported, events), max_events=20_000
    )
    main, *children = plans
    try:
        outcome = play(scenario, main, children, register(main.spec, [child.spec for child in children]))
    except (ScenarioError, InputError) as error:
        return Verdict(kind="not comparable", reason=f"the recording does not say all that is needed: {error}")
    return _compared(outcome, events)


def _plan(name: str, document: Any) -> Plan:
    plan = check_document(parse_document(json.dumps(document), f"{name}.json")).plan
    if plan is ABSENT:
        raise AssertionError(name)
    return plan


def _input(recording: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Any:
    for event in events:
        given = event.get("executionStartedEventDetails", {})
        if "input" in given:
            return _value(given["input"])
    return _value(recording.get("input") or "{}")


def _answers(imported: Imported, events: Sequence[Mapping[str, Any]]) -> dict[str, Attempts]:
    by_state: dict[str, list[Answer]] = {}
    ids = {event["id"]: event for event in events if isinstance(event.get("id"), int)}
    entered = ""
    for event in events:
        entered = event["stateEnteredEventDetails"]["name"] if "stateEnteredEventDetails" in event else entered
        answer = _answer(event)
        if answer is not None:
            by_state.setdefault(_state_of(event, ids) or entered, []).append(answer)
    found: dict[str, Attempts] = {}
    for place, (name, document) in enumerate(imported.specs.items()):
        for node, body in document["nodes"].items():
            state = body.get("description", "").partition(": ")[0]
            given = by_state.get(body.get("description", "")) or by_state.get(state)
            if body["type"] == "activity" and given:
                found[node if place == 0 else f"{name}/{node}"] = Attempts(answers=tuple(given))
    return found


def _state_of(event: Mapping[str, Any], ids: Mapping[int, Mapping[str, Any]]) -> str:
    """The state that an event belongs to, by the chain of what was before it."""
    here: Mapping[str, Any] | None = event
    for _ in range(len(ids)):
        if here is None:
            return ""
        if "stateEnteredEventDetails" in here:
            return str(here["stateEnteredEventDetails"]["name"])
        before = here.get("previousEventId")
        here = ids.get(before) if isinstance(before, int) else None
    return ""


def _answer(event: Mapping[str, Any]) -> Answer | None:
    for key in _SUCCEEDED:
        if key in event:
            return Result(value=_value(event[key].get("output")), templates=False)
    for key in _FAILED:
        if key in event:
            return Fail(name=event[key].get("error", "Failed"), message=_text(event[key].get("cause", "")))
    for key in _TIMED_OUT:
        if key in event:
            return TimeOut(kind=TimeoutKind.SCHEDULE_TO_CLOSE)
    return None


def _compared(outcome: Outcome, events: Sequence[Mapping[str, Any]]) -> Verdict:
    last = events[-1]
    if "executionSucceededEventDetails" in last:
        if outcome.status is not Status.COMPLETED:
            return Verdict(kind="other", reason=f"recorded: completed; came: {outcome.status}, {outcome.reason}: {outcome.details}")
        expected, came = _value(last["executionSucceededEventDetails"].get("output")), outcome.output
        if "RandomNumberGenerated" in json.dumps(expected):
            return Verdict(kind="not comparable", reason="the recorder took the random number out of the output")
        equal = same(_told(expected), _told(None if came is ABSENT else came)) or _fits(expected, came)
        return Verdict(
            kind="same" if equal else "other",
            reason="" if equal else f"recorded: {json.dumps(expected)}; came: {json.dumps(came, default=str)}",
        )
    status = {"ExecutionFailed": Status.FAILED, "ExecutionTimedOut": Status.TIMED_OUT}.get(last["type"])
    if outcome.status is not status:
        detail = last.get("executionFailedEventDetails", "")
        return Verdict(
            kind="other", reason=f"recorded: {last['type']} {detail}; came: {outcome.status}, {outcome.output}, {outcome.reason}"
        )
    return Verdict(kind="same")


_STAND_IN: Final = re.compile(r"<[\w:/. -]+>")


def _fits(expected: Any, came: Any) -> bool:
    """Equal but for what the recorder put in place of names and times (`<uuid:1>`, `date`): there is anything there."""
    match expected, came:
        case dict(), dict():
            return expected.keys() == came.keys() and all(_fits(value, came[name]) for name, value in expected.items())
        case list(), list():
            return len(expected) == len(came) and all(map(_fits, expected, came))
        case str(), str() if _STAND_IN.search(expected) or expected in {"date", "timestamp"}:
            pattern = ".*".join(map(re.escape, _STAND_IN.split(expected)))
            return expected in {"date", "timestamp"} or re.fullmatch(pattern, came, re.DOTALL) is not None
        case _:
            return same(_told(expected), _told(came))


def _told(value: Any) -> Any:
    """Texts that are JSON as their values: the recorder parsed some of them."""
    match value:
        case dict():
            return {name: _told(inner) for name, inner in value.items()}
        case list():
            return [_told(inner) for inner in value]
        case str() if value[:1] in ("{", "["):
            return _value(value)
        case _:
            return value


def _value(payload: Any) -> Any:
    if not isinstance(payload, str):
        return payload
    try:
        return json.loads(payload)
    except ValueError:
        return payload


def _text(cause: Any) -> str:
    return cause if isinstance(cause, str) else json.dumps(cause, separators=(",", ":"))
