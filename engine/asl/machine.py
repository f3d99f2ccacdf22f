"""The door: an ASL document -> states with their transitions. The one place that reads its JSON as a whole; what is wrong is refused.

What stands in a state's fields is left as it is: templates and paths are read where they are translated. Fields that the language does not
have at that place are losses, since nobody can know what was meant. Imports `errors`, `report`; imported by the rest of the import.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.asl.report import Report
from engine.errors import AslError

END: Final = ""
"""Where a state leads that ends its machine."""

_EVERY: Final = {"Type", "Comment", "QueryLanguage", "Label"}
_PATHS: Final = {"InputPath", "OutputPath"}
_NEXT: Final = {"Next", "End", "Assign", "Output"}
_WORK: Final = {"Parameters", "Arguments", "ResultSelector", "ResultPath", "Retry", "Catch", *_PATHS, *_NEXT}
_MAP: Final = {
    "Iterator", "ItemProcessor", "ItemsPath", "Items", "ItemSelector", "MaxConcurrency", "MaxConcurrencyPath", "ItemReader", "ItemBatcher",
    "ResultWriter", "ToleratedFailureCount", "ToleratedFailureCountPath", "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
}  # fmt: skip
_FIELDS: Final[Mapping[str, set[str]]] = {
    "Task": {"Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Credentials", *_WORK},
    "Pass": {"Result", "ResultPath", "Parameters", *_PATHS, *_NEXT},
    "Wait": {"Seconds", "SecondsPath", "Timestamp", "TimestampPath", *_PATHS, *_NEXT},
    "Choice": {"Choices", "Default", "Assign", "Output", *_PATHS},
    "Succeed": {"Output", *_PATHS},
    "Fail": {"Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": {"Branches", *_WORK},
    "Map": {*_MAP, *_WORK},
}
_LEADING: Final = frozenset({"Task", "Pass", "Wait", "Parallel", "Map"})


_TEXT: Final = (str,)
_SHAPES: Final[Mapping[str, tuple[type, ...]]] = {
    "Resource": _TEXT, "InputPath": (str, type(None)), "OutputPath": (str, type(None)), "ResultPath": (str, type(None)),
    "ItemsPath": _TEXT, "SecondsPath": _TEXT, "TimestampPath": _TEXT, "Timestamp": _TEXT, "Seconds": (int, str), "Default": _TEXT,
    "Error": _TEXT, "Cause": _TEXT, "ErrorPath": _TEXT, "CausePath": _TEXT, "Next": _TEXT, "End": (bool,), "Assign": (dict,),
    "MaxConcurrency": (int, str), "MaxConcurrencyPath": _TEXT, "ToleratedFailureCount": (int, str),
    "ToleratedFailurePercentage": (int, float, str),
    "ItemReader": (dict,), "ItemBatcher": (dict,), "ResultWriter": (dict,), "TimeoutSeconds": (int, str), "HeartbeatSeconds": (int, str),
    "Variable": _TEXT, "And": (list,), "Or": (list,), "Not": (dict,), "ErrorEquals": (list,), "MaxAttempts": (int, str),
    "IntervalSeconds": (int, str), "BackoffRate": (int, float, str), "MaxDelaySeconds": (int, str), "JitterStrategy": _TEXT,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A transition: `kind` is next, catch, choice or default; `index` that of the rule."""

    kind: str
    index: int
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    name: str
    kind: str
    pointer: str
    queries: bool
    """JSONata mode."""
    fields: Mapping[str, Any]
    passes: bool = True
    """False: a Parallel that always fails, since one of its branches does. Nothing comes after it but what catches."""

    def without(self, *names: str) -> State:
        return replace(self, fields={name: value for name, value in self.fields.items() if name not in names})

    @property
    def edges(self) -> Iterator[Edge]:
        if self.kind in _LEADING and self.passes:
            yield Edge(kind="next", index=0, target=self.fields.get("Next", END))
        for index, rule in enumerate(self.fields.get("Catch", ())):
            yield Edge(kind="catch", index=index, target=rule["Next"])
        for index, rule in enumerate(self.fields.get("Choices", ())):
            yield Edge(kind="choice", index=index, target=rule["Next"])
        if "Default" in self.fields:
            yield Edge(kind="default", index=0, target=self.fields["Default"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """States that run one after the other: all of a document, a branch, or what is done with each item."""

    start: str
    states: Mapping[str, State]
    pointer: str
    queries: bool
    comment: str = ""
    timeout: int = 0
    """Seconds; 0: none."""

    def mentions(self, *texts: str) -> bool:
        """Whether one of these texts stands anywhere in it, inner machines included."""
        written = json.dumps([dict(state.fields) for state in self.states.values()])
        return any(text in written for text in texts)


def read_machine(value: Any, report: Report, *, pointer: str = "", queries: bool = False) -> Machine:
    """Raises: AslError."""
    if not isinstance(value, dict) or not isinstance(value.get("States"), dict):
        raise AslError(pointer, 'no state machine: an object with "StartAt" and "States" is needed')
    language = str(value.get("QueryLanguage", "JSONata" if queries else "JSONPath"))
    states = {name: _state(name, state, f"{pointer}/States/{escaped(name)}", language, report) for name, state in value["States"].items()}
    start = value.get("StartAt")
    if not isinstance(start, str) or start not in states:
        raise AslError(f"{pointer}/StartAt", f"StartAt is {start!r}, which is no state")
    for state in states.values():
        for edge in state.edges:
            if edge.target != END and edge.target not in states:
                raise AslError(state.pointer, f"it leads to {edge.target!r}, which is no state beside it")
    timeout = value.get("TimeoutSeconds", 0)
    return Machine(
        start=start,
        states=states,
        pointer=pointer,
        queries=language == "JSONata",
        comment=str(value.get("Comment", "")),
        timeout=timeout if isinstance(timeout, int) else 0,
    )


def texts(value: Any) -> list[str]:
    """All strings that stand anywhere in a value, as values."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in texts(inner)]
    return []


def escaped(name: str) -> str:
    """A name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _state(name: str, value: Any, pointer: str, language: str, report: Report) -> State:
    if not isinstance(value, dict):
        raise AslError(pointer, "a state must be an object")
    kind = value.get("Type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise AslError(f"{pointer}/Type", f"there is no type of state {kind!r}")
    for field in sorted(value.keys() - _FIELDS[kind] - _EVERY):
        report.loss(f"{pointer}/{escaped(field)}", field, f"a {kind} state has no such field")
    _check_shape(value, kind, pointer)
    queries = value.get("QueryLanguage", language) == "JSONata"
    passes = kind != "Parallel" or all(map(_can_end, _branches(value)))
    return State(name=name, kind=kind, pointer=pointer, queries=queries, fields=value, passes=passes)


def _branches(state: Mapping[str, Any]) -> list[Any]:
    found = state.get("Branches")
    return found if isinstance(found, list) else []


def _can_end(machine: Any) -> bool:
    """Whether any way through a machine ends it other than by failing."""
    states = machine.get("States") if isinstance(machine, dict) else None
    waiting, seen = [machine.get("StartAt")] if isinstance(states, dict) else [], set[str]()
    while waiting:
        name = waiting.pop()
        state = states.get(name) if states is not None and isinstance(name, str) and name not in seen else None
        seen.add(str(name))
        if not isinstance(state, dict):
            continue
        passes = state.get("Type") != "Parallel" or all(map(_can_end, _branches(state)))
        if state.get("Type") == "Succeed" or (state.get("End") is True and passes):
            return True
        lists = [rules for rules in (state.get("Catch"), state.get("Choices")) if isinstance(rules, list)]
        waiting += [rule.get("Next") for rules in lists for rule in rules if isinstance(rule, dict)]
        waiting += [state.get("Default"), state.get("Next") if passes else None]
    return False


def _check_types(value: Mapping[str, Any], pointer: str) -> None:
    """Of the fields that are read as what they are (templates may be anything)."""
    for field, given in value.items():
        shapes = _SHAPES.get(field, (object,))
        if not isinstance(given, shapes) or (isinstance(given, bool) and int in shapes):
            raise AslError(f"{pointer}/{escaped(field)}", f"{field} can't be {json.dumps(given)[:80]}")
    for field in ("And", "Or"):
        for index, rule in enumerate(value.get(field, [])):
            if not isinstance(rule, dict):
                raise AslError(f"{pointer}/{field}/{index}", "a rule must be an object")
            _check_types(rule, f"{pointer}/{field}/{index}")
        if value.get(field) == []:
            raise AslError(f"{pointer}/{field}", "there are no rules in it")
    if "Not" in value:
        _check_types(value["Not"], f"{pointer}/Not")
    if "ErrorEquals" in value and not (value["ErrorEquals"] and all(isinstance(name, str) and name for name in value["ErrorEquals"])):
        raise AslError(f"{pointer}/ErrorEquals", "a list of names of errors is needed")


def _check_shape(value: Mapping[str, Any], kind: str, pointer: str) -> None:
    _check_types(value, pointer)
    if kind in _LEADING and not isinstance(value.get("Next"), str) and value.get("End") is not True:
        raise AslError(pointer, 'it leads nowhere: "Next" or "End": true is missing')
    if kind == "Task" and not isinstance(value.get("Resource"), str):
        raise AslError(f"{pointer}/Resource", "a Task needs a Resource")
    for field, needs in (("Catch", ("ErrorEquals", "Next")), ("Retry", ("ErrorEquals",)), ("Choices", ("Next",))):
        rules = value.get(field, [])
        if not isinstance(rules, list) or (kind == "Choice" and field == "Choices" and not rules):
            raise AslError(f"{pointer}/{field}", "a list of rules is needed")
        for index, rule in enumerate(rules):
            missing = [need for need in needs if not isinstance(rule, dict) or need not in rule]
            if missing:
                raise AslError(f"{pointer}/{field}/{index}", f"{missing[0]} is missing")
            _check_types(rule, f"{pointer}/{field}/{index}")
    if kind == "Parallel" and not (isinstance(value.get("Branches"), list) and value["Branches"]):
        raise AslError(f"{pointer}/Branches", "a Parallel needs a list of branches")
    if kind == "Choice" and "Choices" not in value:
        raise AslError(pointer, "a Choice needs Choices")
    if kind == "Map" and not isinstance(value.get("ItemProcessor", value.get("Iterator")), dict):
        raise AslError(pointer, "a Map needs an ItemProcessor")
