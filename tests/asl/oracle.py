"""A state machine walked through as the language's specification says it: one state after the other, one document. JSONPath of names only.

Written for the tests, with nothing of the engine in it: what the imported specs are held against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class Missing(Exception):
    """A path that leads to nothing: the execution fails, and no Catch helps."""


class Unlike(Exception):
    """A path into a list that holds objects: JSONata goes on with what they have, as the documentation says."""


class TaskFailed(Exception):
    """A task that fails, with its error's name."""


@dataclass(frozen=True, slots=True)
class End:
    status: str
    output: Any = None
    error: str = ""


def walk(machine: Mapping[str, Any], data: Any, work: Callable[[str, Any], Any], most: int) -> End | None:
    """`work`: what a task's state gives for an input; raises TaskFailed. None: it has not ended after so many states."""
    name = machine["StartAt"]
    for _ in range(most):
        state = machine["States"][name]
        try:
            if state["Type"] == "Fail":
                return End("failed", error=state["Error"])
            data, name = _enter(state, name, data, work, most)
        except (Missing, TaskFailed) as failure:
            return End("failed", error=str(failure))
        except Endless:
            return None
        if not name:
            return End("completed", data)
    return None


class Endless(Exception):
    """A branch that has not ended after so many states."""


def _enter(state: Mapping[str, Any], name: str, data: Any, work: Callable[[str, Any], Any], most: int) -> tuple[Any, str]:
    """What the state passes on, and to whom: "" to nobody."""
    match state["Type"]:
        case "Succeed":
            return data, ""
        case "Choice":
            return data, next((rule["Next"] for rule in state["Choices"] if _holds(rule, data)), state["Default"])
        case "Parallel":
            given = _given(state, data)
            ends = [walk(branch, given, work, most) for branch in state["Branches"]]
            known = [end for end in ends if end is not None]
            if len(known) < len(ends):  # whether it is stopped by another's failure depends on what takes how long
                raise Endless
            for end in known:
                if end.status == "failed":
                    raise TaskFailed(end.error)
            return _put(state, data, [end.output for end in known]), "" if state.get("End") else state["Next"]
        case _:
            return _step(state, name, data, work)


def _step(state: Mapping[str, Any], name: str, data: Any, work: Callable[[str, Any], Any]) -> tuple[Any, str]:
    after = "" if state.get("End") else state["Next"]
    if state["Type"] == "Wait":
        return data, after
    given = _given(state, data)
    if state["Type"] == "Pass":
        return _put(state, data, state.get("Result", given)), after
    try:
        return _put(state, data, _tried(state, name, given, work)), after
    except TaskFailed as failure:
        for rule in state.get("Catch", []):
            if _matches(rule, failure):
                return _put(rule, data, {"Error": str(failure), "Cause": ""}), rule["Next"]
        raise


def _tried(state: Mapping[str, Any], name: str, given: Any, work: Callable[[str, Any], Any]) -> Any:
    """Until it works, or the first rule that matches has no attempt left."""
    left = [rule["MaxAttempts"] for rule in state.get("Retry", [])]
    while True:
        try:
            return work(name, given)
        except TaskFailed as failure:
            found = next((index for index, rule in enumerate(state.get("Retry", [])) if _matches(rule, failure)), None)
            if found is None or not left[found]:
                raise
            left[found] -= 1


def _matches(rule: Mapping[str, Any], failure: TaskFailed) -> bool:
    return bool({"States.ALL", str(failure)} & set(rule["ErrorEquals"]))


def _given(state: Mapping[str, Any], data: Any) -> Any:
    data = _look(data, state.get("InputPath", "$"))
    if "Parameters" not in state:
        return data
    return {key.removesuffix(".$"): _look(data, value) if key.endswith(".$") else value for key, value in state["Parameters"].items()}


def _put(state: Mapping[str, Any], data: Any, result: Any) -> Any:
    path = state.get("ResultPath", "$")
    if path is None or path == "$":
        return data if path is None else result
    if not isinstance(data, dict):
        raise Missing
    return {**data, path[2:]: result}


def _look(data: Any, path: str) -> Any:
    for name in path.split(".")[1:]:
        if isinstance(data, list) and any(isinstance(inner, dict | list) for inner in data):
            raise Unlike
        if not isinstance(data, dict) or name not in data:
            raise Missing
        data = data[name]
    return data


def _holds(rule: Mapping[str, Any], data: Any) -> bool:
    if "IsPresent" in rule:
        try:
            _look(data, rule["Variable"])
        except Missing:
            return not rule["IsPresent"]
        return bool(rule["IsPresent"])
    value = _look(data, rule["Variable"])
    number = isinstance(value, int) and not isinstance(value, bool)
    return number and value < rule["NumericLessThan"]
