"""A test file that its schema found nothing wrong with, as a Suite. The one place that reads a test file's JSON.

One function per object of the schema, reading like it. Never complains: what the schema lets through, this turns into values; answers
that are given in Python (the pytest fixture) come in here too. Imports `model`, `schema`, `spec`; imported by `suite`, `fixture`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from engine.spec.duration import parse_duration
from engine.spec.model import ABSENT, UNLIMITED, Absent, Json
from engine.spec.source import Document
from engine.testing.model import (
    MOST_EVENTS,
    START,
    Answer,
    Answers,
    At,
    Attempts,
    ByItem,
    Call,
    Cancel,
    Expectation,
    Fail,
    Moment,
    Result,
    Scenario,
    Sent,
    Status,
    Suite,
    Terminate,
    TimeOut,
    TimeoutKind,
    When,
)
from engine.testing.schema import read_time

_Object = Mapping[str, Json]
SUFFIX: Final = ".test.json"


def parse_suite(document: Document) -> Suite:
    """The suite that a document holds. The document must have passed `schema.schema_findings`."""
    top: _Object = document.value
    file = Path(document.file)
    return Suite(
        file=file,
        document=document,
        spec=file.parent / top.get("spec", file.name.removesuffix(SUFFIX) + ".json"),
        specs=tuple(file.parent / name for name in top["specs"]) if "specs" in top else ABSENT,
        scenarios=tuple(map(parse_scenario, top["scenarios"])),
    )


def parse_scenario(value: _Object) -> Scenario:
    """Answers may hold Python functions, where whoever gives the scenario is a Python program."""
    return Scenario(
        name=value["name"],
        description=value.get("description", ""),
        start=read_time(value["start"]) if "start" in value else START,
        input=value.get("input", ABSENT),
        activities=_by_name(value.get("activities", {})),
        children=_by_name(value.get("children", {})),
        lambdas=_by_name(value.get("lambdas", {})),
        signals=tuple(_signal(signal) for signal in value.get("signals", ())),
        cancel=_moment(value["cancel"]) if "cancel" in value else ABSENT,
        max_events=int(value.get("maxEvents", MOST_EVENTS)),
        expect=_expectation(value.get("expect", {})),
    )


def _by_name(value: _Object) -> dict[str, Answers]:
    return {name: _answers(answers) for name, answers in value.items()}


def _answers(value: Any) -> Answers:
    if isinstance(value, Mapping) and "items" in value:
        return ByItem(items={int(index): _attempts(inner) for index, inner in value["items"].items()}, others=_others(value))
    if isinstance(value, Mapping) and "each" in value:
        return ByItem(items={index: _attempts(inner) for index, inner in enumerate(value["each"])}, others=_others(value))
    return _attempts(value)


def _others(value: _Object) -> Attempts | Literal[Absent.ABSENT]:
    return _attempts(value["others"]) if "others" in value else ABSENT


def _attempts(value: Any) -> Attempts:
    if isinstance(value, list):
        return Attempts(answers=tuple(map(_answer, value)))
    return Attempts(answers=(_answer(value),), always=True)


def _answer(value: Any) -> Answer:
    if callable(value):
        return Call(function=value)
    if isinstance(value, Result | Fail | TimeOut | Cancel | Terminate):
        return value
    return next(make(value) for key, make in _ANSWERS.items() if key in value)


def _result(value: _Object) -> Answer:
    return Result(value=value["result"], delay=_seconds(value, "delay"), ignores_cancel=value.get("ignoresCancel", False))


def _fail(value: _Object) -> Answer:
    message, delay = value.get("message", ""), _seconds(value, "delay")
    return Fail(name=value["fail"], message=message, delay=delay, ignores_cancel=value.get("ignoresCancel", False))


def _timeout(value: _Object) -> Answer:
    return TimeOut(kind=TimeoutKind(value["timeout"]))


def _canceled(value: _Object) -> Answer:
    return Cancel(details=value.get("details", ""), delay=_seconds(value, "delay"))


def _terminated(value: _Object) -> Answer:
    return Terminate(delay=_seconds(value, "delay"))


_ANSWERS: Final[Mapping[str, Callable[[_Object], Answer]]] = {
    "result": _result,
    "fail": _fail,
    "timeout": _timeout,
    "canceled": _canceled,
    "terminated": _terminated,
}


def _signal(value: _Object) -> Sent:
    return Sent(name=value["name"], input=value.get("input", ABSENT), moment=_moment(value))


def _moment(value: _Object) -> Moment:
    if "at" in value:
        return At(seconds=_seconds(value, "at"))
    return When(node=value["when"], visit=int(value.get("visit", 1)), delay=_seconds(value, "delay"))


def _expectation(value: _Object) -> Expectation:
    def whole(key: str) -> dict[str, int]:
        return {name: int(number) for name, number in value.get(key, {}).items()}

    return Expectation(
        status=Status(value.get("status", Status.COMPLETED)),
        output=value.get("output", ABSENT),
        reason=value.get("reason", ABSENT),
        details=value.get("details", ABSENT),
        path=tuple(value["path"]) if "path" in value else ABSENT,
        duration=_seconds(value, "duration") if "duration" in value else ABSENT,
        runs=int(value["runs"]) if "runs" in value else ABSENT,
        visits=whole("visits"),
        attempts=whole("attempts"),
        inputs=value.get("inputs", {}),
        calls=value.get("calls", {}),
        results=value.get("results", {}),
        errors=value.get("errors", {}),
        undone=tuple(value["undone"]) if "undone" in value else ABSENT,
        not_undone=tuple(value["notUndone"]) if "notUndone" in value else ABSENT,
        check=tuple(value.get("check", ())),
    )


def _seconds(value: _Object, key: str) -> int:
    duration = parse_duration(value.get(key, 0))
    if duration is UNLIMITED:
        raise ValueError("a duration that the schema does not let be unlimited")
    return duration
