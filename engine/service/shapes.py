"""Shapes of the service model, compiled to closures: `accepts` (a fast predicate) and `read` (the slow path, which explains).

The model's own constraints come from the document; what only the documentation's prose states (no `:` in a workflowId, timeouts are
digits or NONE) is the table `RULES` below, with its source. Knows nothing of operations. Imports faults.

Wordings are AWS's: "Value 'x' at 'domain' failed to satisfy constraint: Member must have length less than or equal to 256", list items
counted from 1 (`decisions.1.member.decisionType`); "Invalid name: a:b" for the documented rules.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from engine.service.faults import Fault, invalid

Accepts = Callable[[Any], bool]
Read = Callable[[Any, str, "Problems"], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """`accepts(value)`: the value is right as it stands. `read(value, path, problems)`: the value cleaned, its violations noted."""

    accepts: Accepts
    read: Read


class Problems:
    """What is wrong with one request: violations of the model, and of the documented rules, which AWS tells only after those."""

    __slots__ = ("_constraints", "_rules")

    def __init__(self) -> None:
        self._constraints: list[str] = []
        self._rules: list[str] = []

    def constraint(self, value: object, path: str, must: str) -> None:
        shown = "null" if value is None else f"'{_shorten(_text(value))}'"
        self._constraints.append(f"Value {shown} at '{path}' failed to satisfy constraint: Member must {must}")

    def rule(self, value: str, path: str, must: str) -> None:
        self._rules.append(f"Invalid {path}: {_shorten(value)} ({must})")

    def settle(self) -> None:
        """Raises: Fault, if there was anything."""
        if self._constraints:
            count = len(self._constraints)
            raise invalid(f"{count} validation error{'s' if count > 1 else ''} detected: {'; '.join(self._constraints)}")
        if self._rules:
            raise invalid("; ".join(self._rules))


def _text(value: object) -> str:
    return f"[{', '.join(_text(item) for item in value)}]" if isinstance(value, list) else str(value)


def _shorten(value: str) -> str:
    return value if len(value) <= 300 else value[:300] + "..."


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule that the documentation states and the model does not hold: what a string must be."""

    must: str
    holds: Callable[[str], bool]


_FORBIDDEN: Final = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
_PADDED: Final = re.compile(r"\s|.*\s\Z", re.DOTALL)
_NUMBER: Final = re.compile(r"-?[0-9]{1,10}\Z")
_TAG: Final = re.compile(r"[\w\s.:/=+\-@]*\Z")
_MAX_RETENTION_DAYS: Final = 90
_LAST_SECOND: Final = 2**53

_ID: Final = _Rule(
    "it must not contain : / | or control characters, nor be the literal string arn",
    lambda text: _FORBIDDEN.search(text) is None and text != "arn",
)
_NAME: Final = _Rule(
    "it must not contain : / | or control characters, start or end with whitespace, nor be the literal string arn",
    lambda text: _FORBIDDEN.search(text) is None and _PADDED.match(text) is None and text != "arn",
)
_SECONDS: Final = _Rule("it must be a number of seconds, 0 or more", lambda text: text.isascii() and text.isdigit())
_SECONDS_OR_NONE: Final = _Rule(
    "it must be a number of seconds, 0 or more, or NONE", lambda text: (text.isascii() and text.isdigit()) or text == "NONE"
)
_LAMBDA_SECONDS: Final = _Rule(
    "it must be a number of seconds from 1 to 900", lambda text: text.isascii() and text.isdigit() and 1 <= int(text) <= 900
)
_DAYS: Final = _Rule(
    f"it must be a number of days from 0 to {_MAX_RETENTION_DAYS}, or NONE",
    lambda text: (text.isascii() and text.isdigit() and int(text) <= _MAX_RETENTION_DAYS) or text == "NONE",
)
_PRIORITY: Final = _Rule(
    "it must be an integer from -2147483648 to 2147483647",
    lambda text: _NUMBER.match(text) is not None and -(2**31) <= int(text) < 2**31,
)
_TAG_TEXT: Final = _Rule(
    "tags may only contain letters, digits, whitespace, or these symbols: _ . : / = + - @", lambda text: _TAG.match(text) is not None
)

RULES: Final[Mapping[str, _Rule]] = {
    # Keyed by string shape, or by structure.member, which comes first. Source: the API reference at that member.
    "DurationInSecondsOptional": _SECONDS_OR_NONE,
    "DurationInSeconds": _SECONDS,
    "DurationInDays": _DAYS,
    "WorkflowExecutionConfiguration.taskStartToCloseTimeout": _SECONDS_OR_NONE,  # "You can use NONE to specify unlimited duration"
    "WorkflowExecutionConfiguration.executionStartToCloseTimeout": _SECONDS_OR_NONE,  # likewise
    "TaskPriority": _PRIORITY,
    "RegisterWorkflowTypeInput.defaultExecutionStartToCloseTimeout": _SECONDS,  # "you cannot specify a value of NONE"
    "StartWorkflowExecutionInput.executionStartToCloseTimeout": _SECONDS,  # likewise
    "ScheduleLambdaFunctionDecisionAttributes.startToCloseTimeout": _LAMBDA_SECONDS,
    "RegisterDomainInput.name": _NAME,
    "TaskList.name": _NAME,  # stated at PollForActivityTask and StartChildWorkflowExecution; a list that can't be polled helps nobody
    "StartWorkflowExecutionInput.domain": _ID,
    "StartWorkflowExecutionInput.workflowId": _ID,
    "StartChildWorkflowExecutionDecisionAttributes.workflowId": _ID,
    "RegisterActivityTypeInput.name": _ID,
    "RegisterActivityTypeInput.version": _ID,
    "RegisterWorkflowTypeInput.name": _ID,
    "RegisterWorkflowTypeInput.version": _ID,
    "ScheduleActivityTaskDecisionAttributes.activityId": _ID,
    "StartTimerDecisionAttributes.timerId": _ID,
    "ResourceTag.key": _TAG_TEXT,
    "ResourceTag.value": _TAG_TEXT,
}


def compile_shape(shapes: Mapping[str, Any], name: str, owner: str = "") -> Shape:
    """The shape `name` of the model's `shapes`; `owner` is the structure.member that holds it, for the documented rules."""
    shape = shapes[name]
    match shape["type"]:
        case "structure":
            return _structure(shapes, name)
        case "list":
            return _list(compile_shape(shapes, shape["member"]["shape"]), shape.get("min", 0), shape.get("max", math.inf))
        case "string" if "enum" in shape:
            return _enum(tuple(shape["enum"]))
        case "string":
            rule = RULES.get(owner, RULES.get(name, _ANYTHING))
            return _string(shape.get("min", 0), shape.get("max", math.inf), rule, blank_is_absent=name.endswith("Optional"))
        case "integer" | "long":
            return _integer(shape.get("min", -math.inf), shape.get("max", math.inf))
        case other:
            return _PLAIN[other]


class _Absent:
    """What `read` gives for a value that counts as not given."""


_ABSENT: Final = _Absent()
_ANYTHING: Final = _Rule("", lambda _text: True)
_REMEMBERED: Final = 512
"""Texts, for each place where a rule holds."""

_JSON_TYPES: Final[Mapping[type, str]] = {
    str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", bool: "BOOLEAN_VALUE", dict: "START_OBJECT", list: "START_ARRAY",
}  # fmt: skip


def _misplaced(value: object, path: str, wanted: str) -> Fault:
    found = _JSON_TYPES.get(type(value), type(value).__name__)
    return Fault("SerializationException", f"{found} can not be converted to {wanted}{f' at {path!r}' if path else ''}")


def _encodable(text: str) -> bool:
    """No lone surrogate: JSON can't carry one, nor can the store."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _string(low: float, high: float, rule: _Rule, *, blank_is_absent: bool) -> Shape:
    least = 1 if blank_is_absent else low
    holds = lru_cache(_REMEMBERED)(rule.holds)  # names and timeouts: the same few again and again

    def accepts_any(value: Any) -> bool:
        return type(value) is str and least <= len(value) <= high and (value.isascii() or _encodable(value))

    def accepts_ruled(value: Any) -> bool:
        return type(value) is str and least <= len(value) <= high and (value.isascii() or _encodable(value)) and holds(value)

    def read(value: Any, path: str, problems: Problems) -> Any:
        if not isinstance(value, str) or not _encodable(value):
            raise _misplaced(value, path, "a String")
        if blank_is_absent and not value:
            return _ABSENT
        if len(value) < low:
            problems.constraint(value, path, f"have length greater than or equal to {low}")
        elif len(value) > high:
            problems.constraint(value, path, f"have length less than or equal to {high}")
        elif not holds(value):
            problems.rule(value, path, rule.must)
        return value

    return Shape(accepts_any if rule is _ANYTHING else accepts_ruled, read)


def _enum(values: tuple[str, ...]) -> Shape:
    known = frozenset(values)

    def accepts(value: Any) -> bool:
        return type(value) is str and value in known

    def read(value: Any, path: str, problems: Problems) -> Any:
        if not isinstance(value, str):
            raise _misplaced(value, path, "a String")
        if value not in known:
            problems.constraint(value, path, f"satisfy enum value set: [{', '.join(values)}]")
        return value

    return Shape(accepts, read)


def _integer(low: float, high: float) -> Shape:
    def accepts(value: Any) -> bool:
        return type(value) is int and low <= value <= high

    def read(value: Any, path: str, problems: Problems) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _misplaced(value, path, "an Integer")
        if value < low:
            problems.constraint(value, path, f"have value greater than or equal to {low}")
        elif value > high:
            problems.constraint(value, path, f"have value less than or equal to {high}")
        return value

    return Shape(accepts, read)


def _accepts_boolean(value: Any) -> bool:
    return value is True or value is False


def _read_boolean(value: Any, path: str, _problems: Problems) -> Any:
    if not isinstance(value, bool):
        raise _misplaced(value, path, "a Boolean")
    return value


def _accepts_timestamp(value: Any) -> bool:
    """Epoch seconds, as AWS JSON sends them. What a float can't hold to the second is no time."""
    return (type(value) is float or type(value) is int) and -_LAST_SECOND <= value <= _LAST_SECOND


def _read_timestamp(value: Any, path: str, _problems: Problems) -> Any:
    if not _accepts_timestamp(value):
        raise _misplaced(value, path, "a Timestamp")
    return value


_PLAIN: Final = {"boolean": Shape(_accepts_boolean, _read_boolean), "timestamp": Shape(_accepts_timestamp, _read_timestamp)}


def _list(item: Shape, low: float, high: float) -> Shape:
    accepts_item = item.accepts

    def accepts(value: Any) -> bool:
        if type(value) is not list or not low <= len(value) <= high:
            return False
        for entry in value:  # noqa: SIM110  # all() over a generator costs twice as much
            if not accepts_item(entry):
                return False
        return True

    def read(value: Any, path: str, problems: Problems) -> Any:
        if not isinstance(value, list | tuple):
            raise _misplaced(value, path, "a List")
        if len(value) > high:
            problems.constraint(list(value), path, f"have length less than or equal to {high}")
        elif len(value) < low:
            problems.constraint(list(value), path, f"have length greater than or equal to {low}")
        cleaned = [
            _ABSENT if entry is None else item.read(entry, f"{path}.{number}.member", problems) for number, entry in enumerate(value, 1)
        ]
        return [entry for entry in cleaned if entry is not _ABSENT]

    return Shape(accepts, read)


def _structure(shapes: Mapping[str, Any], name: str) -> Shape:
    declared = shapes[name]["members"]
    readers = {key: compile_shape(shapes, member["shape"], f"{name}.{key}") for key, member in declared.items()}
    required = frozenset(shapes[name].get("required", ()))
    accepts = _accepts_members({key: shape.accepts for key, shape in readers.items()}, required)
    attributes = _decision_keys(shapes) if name == "Decision" else {}

    def accepts_decision(value: Any) -> bool:
        return accepts(value) and attributes[value["decisionType"]] in value

    def read(value: Any, path: str, problems: Problems) -> Any:
        if not isinstance(value, Mapping):
            raise _misplaced(value, path, "a Structure")
        given = {key: item for key, item in value.items() if item is not None and key in readers}
        kind = given.get("decisionType")
        if isinstance(kind, str) and kind in attributes:
            given.setdefault(attributes[kind], {})
        prefix = f"{path}." if path else ""
        cleaned = {key: readers[key].read(item, prefix + key, problems) for key, item in given.items()}
        for key in sorted(required - cleaned.keys()):
            problems.constraint(None, prefix + key, "not be null")
        return {key: item for key, item in cleaned.items() if item is not _ABSENT}

    return Shape(accepts_decision if attributes else accepts, read)


def _accepts_members(tests: Mapping[str, Accepts], required: frozenset[str]) -> Accepts:
    def accepts(value: Any) -> bool:
        if type(value) is not dict:
            return False
        try:
            for key, item in value.items():
                if not tests[key](item):
                    return False
        except KeyError:
            return False
        return required <= value.keys()

    return accepts


def _decision_keys(shapes: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: name[0].lower() + name[1:] + "DecisionAttributes" for name in shapes["DecisionType"]["enum"]}
