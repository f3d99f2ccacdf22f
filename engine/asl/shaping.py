"""The fields that shape a state's data: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, Assign, Arguments, Output.

Imports `jsonata`, `jsonpath`, `machine`, `paths`, `payload`, `report`; imported by `nesting`, `outside`, `states`, `work`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from engine.asl.jsonata import literal, merged, template_of
from engine.asl.jsonpath import Name, parse_path
from engine.asl.machine import State
from engine.asl.paths import Sight, needed
from engine.asl.payload import payload_expression, payload_template, query_template, query_value
from engine.asl.report import NotExpressible

_LONGEST_DESCRIPTION: Final = 1024


def description(state: State) -> dict[str, str]:
    """The state's own name (a node's may differ), and its comment."""
    comment = state.fields.get("Comment", "")
    text = f"{state.name}: {comment}" if comment and isinstance(comment, str) else state.name
    return {"description": text[:_LONGEST_DESCRIPTION]}


def after_input_path(state: State, sight: Sight) -> Sight:
    """JSONPath mode: what Parameters and the like see."""
    path = state.fields.get("InputPath", "$")
    if path is None:
        return sight.on("{}", whole=True)
    return sight if path == "$" else sight.on(needed(path, sight))


def effective_input(state: State, sight: Sight) -> Any:
    """What a task or a branch is given, as a template."""
    fields = state.fields
    if state.queries:
        return query_template(fields["Arguments"], sight) if "Arguments" in fields else template_of(sight.data)
    effective = after_input_path(state, sight)
    if "Parameters" not in fields:
        return template_of(effective.data)
    return unread_input(state, effective, fields["Parameters"]) or payload_template(fields["Parameters"], effective)


def unread_input(state: State, effective: Sight, value: Any) -> str:
    """For a value that looks at no data: it is given all the same only where InputPath leads somewhere. "": nothing of the kind."""
    reads = '.$"' in json.dumps(value)
    return (
        template_of(f"({effective.data}; {literal(value)})") if state.fields.get("InputPath", "$") not in {"$", None} and not reads else ""
    )


def shaped(state: State, sight: Sight, source: str) -> Any:
    """ResultPath and OutputPath: the state's output as a template, where `source` is its result."""
    path = state.fields.get("ResultPath", "$")
    if path is None:  # what is thrown away is computed all the same: it may fail
        return _after_output_path(state, sight, f"({source}; {sight.data})" if "$asl_" in source else sight.data)
    return _after_output_path(state, sight, source if path == "$" else merged(sight.data, _names(path), source))


def _after_output_path(state: State, sight: Sight, source: str) -> Any:
    path = state.fields.get("OutputPath", "$")
    if path is None:
        return {}
    return template_of(source if path == "$" else needed(path, sight.on(source)))


def output_of(state: State, sight: Sight, raw: str) -> Any:
    """The output of a state with the result `raw`, as a template of the data alone."""
    fields = state.fields
    if state.queries:
        return query_template(fields["Output"], sight) if "Output" in fields else template_of(raw)
    selected = sight.on(raw, whole=True)
    if fields.get("ResultPath", "$") == "$" and fields.get("OutputPath", "$") == "$":
        return payload_template(fields["ResultSelector"], selected) if "ResultSelector" in fields else template_of(raw)
    source = payload_expression(fields["ResultSelector"], selected) if "ResultSelector" in fields else raw
    return shaped(state, sight, source)


def result_path(rule: Mapping[str, Any], sight: Sight, source: str) -> Any:
    """Where a Catch rule puts the error: the data as a template."""
    path = rule.get("ResultPath", "$")
    if path is None:
        return template_of(sight.data)
    return template_of(source if path == "$" else merged(sight.data, _names(path), source))


def assigned(state: State, sight: Sight, fields: Mapping[str, Any] | None = None) -> str:
    """The object of the variables that a state assigns; "" where it assigns none. In JSONPath mode `$` is `sight.data`."""
    given = (state.fields if fields is None else fields).get("Assign")
    if not given:
        return ""
    return query_value(given, sight) if state.queries else payload_expression(given, sight)


def _names(path: str) -> tuple[str, ...]:
    parsed = parse_path(path)
    names = tuple(step.key for step in parsed.steps if isinstance(step, Name))
    if parsed.root or len(names) != len(parsed.steps) or not names:
        raise NotExpressible(f"the ResultPath {path!r}: only names can be set")
    return names
