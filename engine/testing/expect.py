"""What was expected, held against what came: every difference, with its place in the scenario. Pure.

Imports `errors`, `differences`, `model`, `outcome`, `spec`; imported by `suite`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.errors import ExpressionError
from engine.spec.duration import format_duration
from engine.spec.errornames import match
from engine.spec.expression import References, evaluate_condition
from engine.spec.model import ABSENT, Absent, Expression, Json
from engine.spec.payload import encode
from engine.spec.source import pointer_to
from engine.testing.differences import diff_lines, same, value_lines
from engine.testing.model import Expectation, Status
from engine.testing.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`pointer`: from the scenario, of the expectation. `lines`: what was expected and what came (`- `, `+ `), or what there is to say."""

    pointer: str
    what: str
    lines: tuple[str, ...]


def differences(expect: Expectation, outcome: Outcome) -> tuple[Difference, ...]:
    """None: all came as expected. An execution that ended otherwise than expected is not asked for its output as well."""
    if outcome.status is not expect.status:
        return (_status(expect.status, outcome), *_path(expect, outcome))
    return (
        *_values(expect, outcome),
        *_path(expect, outcome),
        *_by_node("visits", expect.visits, outcome.visits),
        *_by_node("attempts", expect.attempts, outcome.attempts),
        *_by_node("inputs", expect.inputs, outcome.inputs),
        *_by_node("calls", expect.calls, {name: list(given) for name, given in outcome.calls.items()}),
        *_by_node("results", expect.results, outcome.results),
        *_errors(expect.errors, outcome),
        *_conditions(expect, outcome),
    )


def _status(expected: Status, outcome: Outcome) -> Difference:
    lines = [*diff_lines(str(expected), str(outcome.status))]
    if outcome.reason:
        lines.append(f"  reason: {outcome.reason}")
    if outcome.details is not ABSENT:
        lines.append(f"  details: {outcome.details if isinstance(outcome.details, str) else encode(outcome.details)}")
    if outcome.output is not ABSENT:
        lines.append(f"  output: {encode(outcome.output)}")
    if outcome.open:
        lines.append(f"  after {_span(outcome.duration)} these nodes were still open: {', '.join(outcome.open)}")
    return Difference(pointer="/expect/status", what="status", lines=tuple(lines))


def _values(expect: Expectation, outcome: Outcome) -> Iterator[Difference]:
    yield from _value("output", expect.output, outcome.output)
    yield from _value("reason", expect.reason, outcome.reason)
    yield from _value("details", expect.details, outcome.details)
    if expect.duration is not ABSENT and expect.duration != outcome.duration:
        lines = (f"- {_span(expect.duration)}", f"+ {_span(outcome.duration)}")
        yield Difference(pointer="/expect/duration", what="duration", lines=lines)
    yield from _value("runs", expect.runs, outcome.runs)
    yield from _value("undone", _listed(expect.undone), list(outcome.undone))
    yield from _value("notUndone", _listed(expect.not_undone), list(outcome.not_undone))


def _value(key: str, expected: Json | Literal[Absent.ABSENT], came: Json | Literal[Absent.ABSENT]) -> Iterator[Difference]:
    if expected is ABSENT or (came is not ABSENT and same(expected, came)):
        return
    yield Difference(pointer=pointer_to("expect", key), what=key, lines=_compared(expected, came))


def _compared(expected: Json, came: Json | Literal[Absent.ABSENT]) -> tuple[str, ...]:
    if came is ABSENT:
        return (*(f"- {line}" for line in value_lines(expected)), "+ (nothing)")
    return tuple(diff_lines(expected, came))


def _path(expect: Expectation, outcome: Outcome) -> Iterator[Difference]:
    """The nodes from where the paths part."""
    if expect.path is ABSENT or expect.path == outcome.path:
        return
    parted = next((at for at, (ours, theirs) in enumerate(zip(expect.path, outcome.path, strict=False)) if ours != theirs), None)
    at = min(len(expect.path), len(outcome.path)) if parted is None else parted
    before = " → ".join(outcome.path[max(0, at - 2) : at])
    dots = "… → " if at > 2 else ""
    since = f"{dots}{before} → " if before else ""
    lines = (f"- {since}{' → '.join(expect.path[at:]) or '(the end)'}", f"+ {since}{' → '.join(outcome.path[at:]) or '(the end)'}")
    yield Difference(pointer="/expect/path", what="path", lines=lines)


def _by_node(key: str, expected: Mapping[str, Json], came: Mapping[str, Json]) -> Iterator[Difference]:
    for name, value in expected.items():
        there = came.get(name, ABSENT)
        if there is ABSENT or not same(value, there):
            yield Difference(pointer=pointer_to("expect", key, name), what=f"{key} of {name}", lines=_compared(value, there))


def _errors(expected: Mapping[str, str], outcome: Outcome) -> Iterator[Difference]:
    for name, pattern in expected.items():
        there = outcome.errors.get(name)
        if there is None or not match(pattern, there):
            lines = (f"- {pattern}", f"+ {there or '(none)'}")
            yield Difference(pointer=pointer_to("expect", "errors", name), what=f"errors of {name}", lines=lines)


def _conditions(expect: Expectation, outcome: Outcome) -> Iterator[Difference]:
    if not expect.check:
        return
    scope = _OutcomeScope(outcome)
    for index, condition in enumerate(expect.check):
        try:
            holds, why = evaluate_condition(Expression(source=condition), scope), "it does not hold"
        except ExpressionError as error:
            holds, why = False, error.reason
        if not holds:
            yield Difference(pointer=pointer_to("expect", "check", index), what="check", lines=(f"  {condition}", f"  {why}"))


class _OutcomeScope:
    """What a condition reads: the outcome, by name."""

    def __init__(self, outcome: Outcome) -> None:
        self._root = outcome.document()
        self.now = outcome.history[-1]["eventTimestamp"]

    def root(self, references: References, /) -> dict[str, Json]:  # noqa: ARG002  (it is small: all of it)
        return self._root


def _listed(names: tuple[str, ...] | Literal[Absent.ABSENT]) -> Json | Literal[Absent.ABSENT]:
    return ABSENT if names is ABSENT else list(names)


def _span(seconds: float) -> str:
    return format_duration(int(seconds)) if seconds == int(seconds) else f"{seconds:g}s"
