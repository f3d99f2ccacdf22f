"""Executions that a task starts and waits for (`startExecution.sync`), as child workflows: where the author of the import says so.

The state machine's name is the workflow type's. Of what Step Functions tells about the execution, Output and Status are told here; of a
failure, Status, Error and Cause. Whatever else a state reads is a loss.
Imports `jsonata`, `machine`, `report`, `rules`, `scope`; imported by `work`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.asl.jsonata import literal
from engine.asl.machine import State, texts
from engine.asl.report import Report
from engine.asl.rules import ALL, pace
from engine.asl.scope import Options

_RESOURCE: Final = re.compile(r"arn:[\w-]+:states:[\w-]*:\d*:states:startExecution\.sync(:2)?")
_MACHINE: Final = re.compile(r"arn:.*:stateMachine:([^:{}$]+)")
_TOLD: Final = re.compile(r"\$(?:states\.result)?\.(?:Output|Status)(?!\w)")
_MADE: Final = re.compile(r"\$states\.result(?!\w)|^\$(?![$\w])")
_NOT_TIMED_OUT: Final = ("Child.Failed", "Child.Terminated", "Child.Canceled")


def started(state: State, options: Options) -> dict[str, Any]:
    """The workflow node that stands for the state's task, without what all tasks have; empty: it is none."""
    resource = _RESOURCE.fullmatch(state.fields.get("Resource", ""))
    arguments = state.fields.get("Parameters", state.fields.get("Arguments"))
    if not (options.children and resource and isinstance(arguments, Mapping)):
        return {}
    machine = _MACHINE.fullmatch(str(arguments.get("StateMachineArn", "")))
    if machine is None:
        return {}
    output = "result" if resource.group(1) else "$asl_text(result)"
    child = {"workflow": {"name": machine.group(1), "version": options.version}}
    return {"type": "workflow", **child, "raw": f'{{"Output": {output}, "Status": "SUCCEEDED"}}', "wrap": _input_alone}


def _input_alone(given: Any) -> Any:
    return given.get("Input", {}) if isinstance(given, Mapping) else given


def tell_untold(state: State, report: Report) -> None:
    """What the state reads of the execution that there is nothing of here."""
    fields = state.fields
    report.note(f"{state.pointer}/Resource", "startExecution", "a child workflow: import its state machine under that name")
    thrown_away = not state.queries and fields.get("ResultPath", "$") is None
    read = list(_reads(state))
    if not thrown_away and (not read or any(_MADE.search(text) and not _TOLD.search(text) for text in read)):
        report.loss(f"{state.pointer}/Resource", "startExecution", "of the execution, only Output and Status are told")


def _reads(state: State) -> Iterator[str]:
    """The paths and expressions that may read the result."""
    fields = state.fields
    if state.queries:
        yield from texts([fields.get("Output"), fields.get("Assign")])
    elif "ResultSelector" in fields:
        yield from texts(fields["ResultSelector"])
    elif fields.get("ResultPath", "$") == "$" and "OutputPath" in fields:
        yield str(fields["OutputPath"])


def name_and_cause(state: State, node: str) -> tuple[str, str]:
    """Of a child that has ended otherwise than well, as expressions."""
    error = f"errors.{node}"
    own = f'{error}.name = "Child.TimedOut"'
    name = f'({own} ? "States.Timeout" : "States.TaskFailed")' if "TimeoutSeconds" in state.fields else literal("States.TaskFailed")
    status = f'({error}.name = "Child.Failed" ? "FAILED" : {own} ? "TIMED_OUT" : "ABORTED")'
    told = f'{{"Error": $asl_failed({error}.message), "Cause": $asl_cause({error}.message), "Status": {status}}}'
    return name, f"$string({told})"


def retries(state: State, report: Report) -> list[dict[str, Any]]:
    """The child fails by one name, unless its time is over that the task gives it."""
    found = []
    for index, rule in enumerate(state.fields.get("Retry", [])):
        names = set(rule["ErrorEquals"])
        if "States.ALL" in names:
            patterns = [ALL]
        elif "TimeoutSeconds" not in state.fields:
            patterns = ["Child.*"] if "States.TaskFailed" in names else []
        else:
            patterns = [
                *(_NOT_TIMED_OUT if "States.TaskFailed" in names else ()),
                *(["Child.TimedOut"] if "States.Timeout" in names else ()),
            ]
        if patterns:
            found.append({"errors": patterns, **pace(rule)})
        else:
            report.note(f"{state.pointer}/Retry/{index}", "Retry", "a child fails by none of these names")
    return found
