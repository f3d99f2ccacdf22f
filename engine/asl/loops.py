"""Transitions that go back: which become retry edges, and which begin a new execution.

A retry edge forgets the results of all that runs again, so it can carry no data; ASL's loops do. It is the right thing only where what the
loop changes is not looked at before it is set anew. That is shown by following the paths: a loop *dirties* the members that its results are
put at; a state that reads a dirty member, or the document as a whole, spoils it; one that sets a member anew cleans it. Where that can't be
shown, the loop's next turn is an execution of its own (a `continued` terminal with the data in its input): exact for every loop, also for
those that are entered in their middle, and without bound. Imports `flow`, `jsonpath`, `machine`, `report`; imported by what walks a
machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from engine.asl.flow import Back, Flow, dominated
from engine.asl.jsonpath import Name, parse_path
from engine.asl.machine import END, Edge, Machine, State, texts
from engine.asl.report import NotExpressible

MOST_TURNS: Final = 100_000
"""Of a retry edge, which needs a bound; one that is spent fails the execution."""

_EVERYTHING: Final = frozenset({"*"})
_PATHS: Final = re.compile(r"\$(?![$A-Za-z_])[^\s,()\"]*")


class Turn(Enum):
    RETRY = "retry edge"
    CONTINUE = "new execution"


def turns_of(machine: Machine, flow: Flow) -> dict[Back, Turn]:
    """What becomes of each transition that goes back."""
    to_itself = {back for back in flow.back if back.edge.kind == "choice" and back.edge.target == back.source}
    retried = {back for back in flow.back - to_itself if _is_clean(machine, back.edge.target)}
    while True:
        entries = {back.edge.target for back in flow.back if back not in retried}
        kept = retried & dominated(machine, flow, entries)
        if kept == retried:
            return {back: Turn.RETRY if back in retried else Turn.CONTINUE for back in flow.back}
        retried = kept


def _is_clean(machine: Machine, target: str) -> bool:
    """Whether beginning at `target` once more, its earlier turn's data forgotten, can't be told from going on with them."""
    inside = _between(machine, target)
    dirt: set[str] = set()
    for name in inside:
        written = _writes(machine.states[name])
        if written is None or "Assign" in json.dumps(dict(machine.states[name].fields)):
            return False
        dirt |= written
    return not dirt or _is_overwritten(machine, target, frozenset(dirt))


def _between(machine: Machine, target: str) -> set[str]:
    """The states that can come after `target` and before it once more."""
    after, waiting = {target}, [target]
    while waiting:
        for edge in machine.states[waiting.pop()].edges:
            if edge.target != END and edge.target not in after:
                after.add(edge.target)
                waiting.append(edge.target)
    before: set[str] = set()
    grown = True
    while grown:
        found = {
            name for name in after - before if any(edge.target == target or edge.target in before for edge in machine.states[name].edges)
        }
        before |= found
        grown = bool(found)
    return before


def _writes(state: State) -> set[str] | None:
    """The members of the document that the state changes; None: who knows."""
    fields = state.fields
    if state.queries or fields.get("OutputPath", "$") != "$":
        return None
    written: set[str] = set()
    places = [fields.get("ResultPath", "$")] if _has_result(state) else []
    places += [rule.get("ResultPath", "$") for rule in fields.get("Catch", ())]
    for place in places:
        if place is None:
            continue
        member = _member(place)
        if member is None:
            return None
        written.add(member)
    return written


def _has_result(state: State) -> bool:
    plain_pass = state.kind == "Pass" and not {"Result", "Parameters", "InputPath"} & state.fields.keys()
    return state.kind in {"Task", "Parallel", "Map", "Pass"} and not plain_pass


def _member(path: str) -> str | None:
    try:
        steps = parse_path(path).steps
    except NotExpressible:
        return None
    return steps[0].key if len(steps) == 1 and isinstance(steps[0], Name) else None


def _is_overwritten(machine: Machine, target: str, dirt: frozenset[str]) -> bool:
    """Whether no path from `target` reads a dirty member before it is set anew."""
    seen: dict[str, frozenset[str]] = {}
    waiting = [(target, dirt)]
    while waiting:
        name, dirty = waiting.pop()
        known = seen.get(name, frozenset())
        if name in seen and dirty <= known:
            continue
        seen[name] = dirty = dirty | known
        state = machine.states[name]
        if dirty and state.kind != "Fail":
            read = _reads(state)
            if read == _EVERYTHING or read & dirty:
                return False
        for edge in state.edges:
            left = dirty - _cleaned(state, edge)
            if edge.target == END and left:
                return False
            if edge.target != END:
                waiting.append((edge.target, left))
    return True


def _cleaned(state: State, edge: Edge) -> frozenset[str]:
    fields: Mapping[str, Any] = state.fields["Catch"][edge.index] if edge.kind == "catch" else state.fields
    sets = edge.kind == "catch" or (edge.kind == "next" and _has_result(state))
    member = _member(fields.get("ResultPath", "$") or "$") if sets else None
    return frozenset({member}) if member else frozenset()


def _reads(state: State) -> frozenset[str]:
    """The members of its input that a state looks at; `*` for all of it."""
    fields = state.fields
    if state.kind == "Succeed" or state.queries:
        return _EVERYTHING
    if state.kind in {"Task", "Map", "Parallel"} and "InputPath" not in fields and not {"Parameters", "ItemsPath"} & fields.keys():
        return _EVERYTHING
    if state.kind in {"Map", "Parallel"}:
        return _EVERYTHING
    own = {key: value for key, value in fields.items() if key not in {"Catch", "Retry", "ResultSelector", "ResultPath", "OutputPath"}}
    if state.kind == "Pass" and not _has_result(state):
        own.pop("Parameters", None)
    if state.kind == "Pass" and "Parameters" not in own and "Result" not in own and "InputPath" not in own:
        return frozenset()
    read: set[str] = set()
    for text in texts(own):
        for path in _PATHS.findall(text):
            member = _first(path)
            if member is None:
                return _EVERYTHING
            read.add(member)
    return frozenset(read)


def _first(path: str) -> str | None:
    try:
        steps = parse_path(path).steps
    except NotExpressible:
        return None
    return steps[0].key if steps and isinstance(steps[0], Name) else None
