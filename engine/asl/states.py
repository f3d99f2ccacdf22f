"""Each type of state -> nodes. One function per type; what tasks, maps and parallels have in common is in `work`.

Imports `conditions`, `jsonata`, `machine`, `payload`, `region`, `shaping` and below; imported by `importing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from engine.asl.conditions import condition
from engine.asl.flow import Back
from engine.asl.jsonata import literal, template_of
from engine.asl.loops import MOST_TURNS, Turn
from engine.asl.machine import END, Edge, State
from engine.asl.paths import Sight, path_of
from engine.asl.payload import payload_expression, plain, query_template, reach_template
from engine.asl.query import is_query, query_of
from engine.asl.region import Region, data_at_end
from engine.asl.shaping import after_input_path, assigned, description, effective_input, shaped
from engine.errors import AslError


def pass_state(region: Region, state: State) -> None:
    scope, fields, sight = region.scope, state.fields, region.sight(state)

    def write() -> Any:
        if state.queries:
            data = query_template(fields["Output"], sight) if "Output" in fields else template_of(sight.data)
            return scope.passed_on(data, sight, assigned(state, sight))
        effective = after_input_path(state, sight)
        assigns = assigned(state, effective)
        if fields.get("ResultPath", "$") != "$" or fields.get("OutputPath", "$") != "$":
            return scope.passed_on(shaped(state, sight, _result(state, effective)), sight, assigns)
        if "Result" in fields and not {"Parameters", "InputPath"} & fields.keys():
            return scope.passed_on(plain(fields["Result"]), sight, assigns)
        result = template_of(_result(state, effective)) if "Result" in fields else effective_input(state, sight)
        return scope.passed_on(result, sight, assigns)

    name = region.entries[state.name]
    output = scope.attempt(state.pointer, "this Pass", write)
    scope.put(name, {"type": "pass", **description(state), "output": output}, carrier=True)
    scope.nodes[name]["next"] = region.lead_next(state, {name})


def _result(state: State, effective: Sight) -> str:
    """What a Pass gives, as an expression; what its Result takes the place of is computed all the same: it may fail."""
    fields, steps = state.fields, []
    if fields.get("InputPath", "$") not in {"$", None}:
        steps.append(effective.data)
    if "Parameters" in fields:
        steps.append(payload_expression(fields["Parameters"], effective))
    steps.append(literal(fields["Result"]) if "Result" in fields else steps.pop() if "Parameters" in fields else effective.data)
    return f"({'; '.join(steps)})" if len(steps) > 1 else steps[0]


_WAITS: Final = {"Seconds": "for", "SecondsPath": "for", "Timestamp": "until", "TimestampPath": "until"}


def wait_state(region: Region, state: State) -> None:
    scope, fields, sight, name = region.scope, state.fields, region.sight(state), region.entries[state.name]
    given = [field for field in _WAITS if field in fields]
    if len(given) != 1:
        raise AslError(state.pointer, "a Wait needs one of Seconds, SecondsPath, Timestamp, TimestampPath")
    node: dict[str, Any] = {"type": "wait", **description(state)}
    until = scope.attempt(f"{state.pointer}/{given[0]}", given[0], lambda: _moment(state, given[0], sight))
    node[_WAITS[given[0]]] = until if _WAITS[given[0]] == "for" else until.removeprefix("{% ").removesuffix(" %}")
    changes = {"Assign", "Output"} & fields.keys() or any(fields.get(path, "$") != "$" for path in ("InputPath", "OutputPath"))
    carriers = region.sources[state.name]
    if changes:
        node["output"] = scope.attempt(state.pointer, "the output of this Wait", lambda: _passed(region, state, fields, sight))
        carriers = {name}
    scope.put(name, node, carrier=bool(changes))
    scope.nodes[name]["next"] = region.lead_next(state, carriers)


def _moment(state: State, field: str, sight: Sight) -> Any:
    value = state.fields[field]
    effective = sight if state.queries else after_input_path(state, sight)
    if not field.endswith("Path") and not is_query(value):
        return value if field == "Seconds" else template_of(literal(value))
    source = path_of(value, effective) if field.endswith("Path") else query_of(value, sight)
    return template_of(f"$asl_seconds({source})" if field.startswith("Seconds") else f"$asl_moment({source})")


def _passed(region: Region, state: State, fields: Mapping[str, Any], sight: Sight) -> Any:
    """The carrier of a state that computes nothing, or of a choice rule."""
    if state.queries:
        data = query_template(fields["Output"], sight) if "Output" in fields else template_of(sight.data)
        return region.scope.passed_on(data, sight, assigned(state, sight, fields))
    effective = after_input_path(state, sight)
    data = shaped(state, effective, effective.data)
    return region.scope.passed_on(data, sight, assigned(state, effective, fields))


def choice_state(region: Region, state: State) -> None:
    scope, sight, name = region.scope, region.sight(state), region.entries[state.name]
    effective = sight if state.queries else after_input_path(state, sight)
    choices: list[dict[str, Any]] = []
    default = ""
    for edge in state.edges:
        rule = state.fields["Choices"][edge.index] if edge.kind == "choice" else state.fields
        place = f"{state.pointer}/Choices/{edge.index}" if edge.kind == "choice" else f"{state.pointer}/Default"
        if edge.kind == "default":
            default = _choice_target(region, state, edge, rule, sight)
            continue
        when = scope.attempt(place, "the condition", partial(_condition, rule, effective, queries=state.queries))
        when = when.removeprefix("{% ").removesuffix(" %}")
        choices += _choices(region, state, edge, rule, when)
    scope.put(name, {"type": "decision", **description(state), "choices": choices, "default": default})


def _condition(rule: Mapping[str, Any], sight: Sight, *, queries: bool) -> str:
    return f"{{% {condition(rule, sight, queries=queries)} %}}"


def _choices(region: Region, state: State, edge: Edge, rule: Mapping[str, Any], when: str) -> list[dict[str, Any]]:
    sight = region.sight(state)
    if region.turns.get(Back(state.name, edge)) is Turn.RETRY:
        region.note_turn(state, Turn.RETRY)
        back = {"when": when, "retryFrom": region.entries[edge.target], "maxTimes": MOST_TURNS}
        return [back, {"when": when, "next": region.exhausted()}]
    return [{"when": when, "next": _choice_target(region, state, edge, rule, sight)}]


def _choice_target(region: Region, state: State, edge: Edge, rule: Mapping[str, Any], sight: Sight) -> str:
    """The node that a choice leads to: the next state's, or one that computes what the choice passes on."""
    changes = {"Assign", "Output"} & rule.keys() or any(state.fields.get(path, "$") != "$" for path in ("InputPath", "OutputPath"))
    if not changes:
        return region.lead(state, edge, region.sources[state.name])
    scope = region.scope
    label = f"{region.entries[state.name]}_{edge.index + 1 if edge.kind == 'choice' else 'default'}"
    name = scope.fresh(label)
    output = scope.attempt(state.pointer, "what this choice passes on", lambda: _passed(region, state, rule, sight))
    scope.put(name, {"type": "pass", "output": output}, carrier=True)
    scope.nodes[name]["next"] = region.lead(state, edge, {name})
    return name


def succeed_state(region: Region, state: State) -> None:
    scope, sight, name = region.scope, region.sight(state), region.entries[state.name]
    plain_output = not state.fields.keys() & {"Output", "InputPath", "OutputPath"}

    def write() -> Any:
        if state.queries:
            return query_template(state.fields["Output"], sight) if "Output" in state.fields else template_of(sight.data)
        effective = after_input_path(state, sight)
        return shaped(state, effective, effective.data)

    output = scope.attempt(state.pointer, "the output of this Succeed", write)
    if not region.branch:
        scope.put(name, {"type": "terminal", **description(state), "status": "completed", "output": output})
        return
    carrier = template_of(scope.carried(region.sources[state.name])) if plain_output else scope.passed_on(output, sight)
    scope.put(name, {"type": "pass", **description(state), "output": carrier}, carrier=True)
    scope.nodes[name]["next"] = region.lead(state, Edge(kind="next", index=0, target=END), {name})


def fail_state(region: Region, state: State) -> None:
    scope, sight, fields = region.scope, region.sight(state), state.fields
    node: dict[str, Any] = {"type": "terminal", **description(state), "status": "failed"}
    for key, field in (("reason", "Error"), ("details", "Cause")):
        if f"{field}Path" in fields:
            path = fields[f"{field}Path"]
            node[key] = scope.attempt(f"{state.pointer}/{field}Path", field, partial(reach_template, path, sight))
        elif field in fields:
            value = fields[field]
            written = partial(query_template, value, sight) if state.queries else partial(plain, value)
            node[key] = scope.attempt(f"{state.pointer}/{field}", field, written)
    scope.put(region.entries[state.name], node)


def end_terminal(region: Region) -> None:
    """The terminal of a machine whose states end it themselves."""
    if region.end and not region.branch:
        region.scope.put(region.end, {"type": "terminal", "status": "completed", "output": template_of(data_at_end(region))})


Writer = Callable[[Region, State], None]
SIMPLE: Final[Mapping[str, Writer]] = {
    "Pass": pass_state,
    "Wait": wait_state,
    "Choice": choice_state,
    "Succeed": succeed_state,
    "Fail": fail_state,
}
