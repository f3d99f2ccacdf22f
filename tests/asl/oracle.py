"""A state machine walked through as the language's specification says it: one state after the other, one document. JSONPath of names only.

Written for the tests, with nothing of the engine in it: what the imported specs are held against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class Missing(Exception):
    """A path that leads to nothing: the execution fails, and no Catch helps."""


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
            match state["Type"]:
                case "Succeed":
                    return End("completed", data)
                case "Fail":
                    return End("failed", error=state["Error"])
                case "Choice":
                    name = next((rule["Next"] for rule in state["Choices"] if _holds(rule, data)), state["Default"])
                    continue
                case "Parallel":
                    ends = [walk(branch, _given(state, data), work, most) for branch in state["Branches"]]
                    if None in ends:
                        return None
                    failed = next((end for end in ends if end is not None and end.status == "failed"), None)
                    if failed:
                        return failed
                    data = _put(state, data, [end.output for end in ends if end is not None])
                case _:
                    data, name = _step(state, name, data, work)
                    if not name:
                        return End("completed", data)
                    continue
        except Missing:
            return End("failed", error="States.Runtime")
        except TaskFailed as failure:
            return End("failed", error=str(failure))
        if state.get("End"):
            return End("completed", data)
        name = state["Next"]
    return None


def _step(state: Mapping[str, Any], name: str, data: Any, work: Callable[[str, Any], Any]) -> tuple[Any, str]:
    after = "" if state.get("End") else state["Next"]
    if state["Type"] == "Wait":
        return data, after
    given = _given(state, data)
    if state["Type"] == "Pass":
        return _put(state, data, state.get("Result", given)), after
    try:
        return _put(state, data, work(name, given)), after
    except TaskFailed as failure:
        for rule in state.get("Catch", []):
            if {"States.ALL", str(failure)} & set(rule["ErrorEquals"]):
                return _put(rule, data, {"Error": str(failure), "Cause": ""}), rule["Next"]
        raise


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
