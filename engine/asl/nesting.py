"""Map and Parallel: branches written into the spec, or children.

A Parallel without Retry and Catch is a fan-out and a fan-in: a branch that fails fails the execution, as it does there. With them, and
for every Map that has a Retry, the state as a whole is a child workflow, so that what is repeated or caught is all of it. What a Map does
with each item is a child workflow per item. A branch whose loop carries data is a child as well, since it must be able to begin anew.
Imports `work` and below; imported by `importing`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.asl.flow import flow_of
from engine.asl.jsonata import literal, template_of
from engine.asl.loops import Turn, turns_of
from engine.asl.machine import Machine, State, read_machine
from engine.asl.outside import batch_size, read_items
from engine.asl.paths import Sight, path_of
from engine.asl.payload import payload_template, query_template
from engine.asl.query import is_query, query_expression
from engine.asl.region import Region, data_at_end
from engine.asl.shaping import after_input_path, description, effective_input
from engine.asl.work import is_distributed, put_work

Weave = Callable[[Region], None]

_OUTSIDE = ("Retry", "Catch", "ResultSelector", "ResultPath", "OutputPath", "Output", "Assign", "Next", "End")
"""What of a Map or Parallel stays with its parent when the rest becomes a child."""


def parallel_state(region: Region, state: State, weave: Weave) -> None:
    if {"Retry", "Catch"} & state.fields.keys():
        _as_a_whole(region, state)
        return
    scope, name = region.scope, region.entries[state.name]
    sight = region.sight(state)
    given = scope.attempt(state.pointer, "the input of the branches", lambda: effective_input(state, sight))
    scope.put(name, {"type": "pass", **description(state), "output": scope.passed_on(given, sight)}, carrier=True)
    inside = [
        read_machine(branch, scope.report, pointer=f"{state.pointer}/Branches/{index}", queries=state.queries)
        for index, branch in enumerate(state.fields["Branches"])
    ]
    collected = scope.fresh(f"{name}_results")
    ends = [_branch(region, state, machine, collected, weave) for machine in inside]
    starts, results = zip(*ends, strict=True)
    scope.nodes[name]["next"] = list(dict.fromkeys(starts))
    if state.passes:
        scope.put(collected, {"type": "pass", "output": [template_of(result) for result in results]})
        _collect(region, state, collected, [name])
    elif any(results):  # the branches that end have to wait for the one that fails
        scope.put(collected, {"type": "wait", "for": "365d", "next": region.never()})


def _branch(region: Region, state: State, machine: Machine, collected: str, weave: Weave) -> tuple[str, str]:
    """The branch's first node, and its result as an expression; its last node leads to `collected`."""
    scope, fork = region.scope, region.entries[state.name]
    flow = flow_of(machine)
    turns = turns_of(machine, flow)
    last = scope.fresh(f"{fork}_branch")
    if Turn.CONTINUE in turns.values():
        sight = scope.sight({fork}, state.name)
        child = scope.add_child(f"{state.name} branch", machine, scope)
        node: dict[str, Any] = {
            "type": "workflow",
            **_of_type(child, scope),
            "input": packed(region, machine, sight, template_of(sight.data)),
        }
        scope.put(last, {**node, "next": collected})
        return last, f"results.{last}"
    inner = Region(scope=scope, machine=machine, flow=flow, turns=turns, end=last, branch=True)
    start = inner.begin(fork)
    weave(inner)
    if not inner.ended:
        return start, ""
    scope.put(last, {"type": "pass", "output": template_of(data_at_end(inner)), "next": collected})
    return start, f"results.{last}"


def _collect(region: Region, state: State, collected: str, before: list[str]) -> None:
    """Behind the branches: the state's output, made from the list of theirs."""
    scope, fields = region.scope, state.fields
    shapes = {"ResultSelector", "ResultPath", "OutputPath", "Output", "Assign"} & fields.keys()
    if not shapes and not scope.wrapped:
        scope.serials[collected] = len(scope.serials)
        scope.nodes[collected]["next"] = region.lead_next(state, {collected})
        return
    out = scope.fresh(f"{before[0]}_output")
    scope.nodes[collected]["next"] = out
    region.workers[state.name] = out
    node: dict[str, Any] = {"type": "pass"}
    put_work(
        region,
        State(name=state.name, kind="Pass", pointer=state.pointer, queries=state.queries, fields=fields),
        node,
        raw=f"results.{collected}",
    )


def map_state(region: Region, state: State, _weave: Weave) -> None:
    fields, scope = state.fields, region.scope
    processor = fields.get("ItemProcessor", fields.get("Iterator", {}))
    place = f"{state.pointer}/{'ItemProcessor' if 'ItemProcessor' in fields else 'Iterator'}"
    if "Retry" in fields or ("Catch" in fields and {"ItemReader", "ResultWriter"} & fields.keys()):
        _as_a_whole(region, state)
        return
    if is_distributed(state):
        scope.report.note(place, "distributed Map", "its children are child workflows here, as those of any Map")
    machine = read_machine(processor, scope.report, pointer=place, queries=state.queries)
    sight = region.sight(state)
    child = scope.add_child(state.name, machine, scope)
    seen = replace(
        sight,
        context={**sight.context, "Map": {"Item": {"Index": "index", "Value": "item"}}},
        whole=True,
        seed=f'{sight.seed} & "/" & index',
    )
    given = scope.attempt(state.pointer, "the input per item", lambda: _per_item(state, seen))
    read = read_items(region, state) if "ItemReader" in fields else ""
    each: dict[str, Any] = {
        "items": scope.attempt(state.pointer, "the items", lambda: _items(state, sight, read)),
        **_limits(region, state),
    }
    each["items"] = each["items"].removeprefix("{% ").removesuffix(" %}")
    node: dict[str, Any] = {"type": "workflow", **description(state), **_of_type(child, scope), "forEach": each}
    put_work(region, state, {**node, "input": packed(region, machine, seen, given)}, raw="result")


def _items(state: State, sight: Sight, read: str) -> str:
    fields = state.fields
    if read:
        source = f"results.{read}"
        if "ItemsPath" in fields:
            source = path_of(fields["ItemsPath"], sight.on(source))
    elif state.queries:
        items = fields.get("Items")
        source = sight.data if items is None else query_expression(items, sight) if is_query(items) else literal(items)
    else:
        effective = after_input_path(state, sight)
        source = path_of(fields["ItemsPath"], effective) if "ItemsPath" in fields else effective.data
    size = batch_size(state)
    return template_of(f"$asl_chunks($asl_list({source}), {size})" if size else f"$asl_list({source})")


def _per_item(state: State, sight: Sight) -> Any:
    fields = state.fields
    if "ItemBatcher" in fields:
        given = fields["ItemBatcher"].get("BatchInput", {})
        common = query_template(given, sight) if state.queries else payload_template(given, after_input_path(state, sight))
        return {"Items": template_of("item"), **({"BatchInput": common} if common else {})}
    if state.queries:
        return query_template(fields["ItemSelector"], sight) if "ItemSelector" in fields else template_of("item")
    selector = fields.get("ItemSelector", fields.get("Parameters"))
    return template_of("item") if selector is None else payload_template(selector, after_input_path(state, sight))


def _limits(region: Region, state: State) -> dict[str, Any]:
    fields, found = state.fields, dict[str, Any]()
    for field, key, form in (
        ("MaxConcurrency", "maxConcurrency", "{}"),
        ("ToleratedFailureCount", "tolerate", "{}"),
        ("ToleratedFailurePercentage", "tolerate", "{}%"),
    ):
        given = fields.get(field)
        if isinstance(given, int) and given > 0:
            found[key] = given if form == "{}" else form.format(given)
            if key == "tolerate":
                region.scope.report.note(f"{state.pointer}/{field}", field, "the results of items that failed are null in the list")
        elif given not in (None, 0) or f"{field}Path" in fields:
            why = "a limit that is known only at run time; ours stand in the spec"
            region.scope.report.loss(f"{state.pointer}/{field}", field, why)
    return found


def _as_a_whole(region: Region, state: State) -> None:
    """The state itself as a child, around which its Retry and Catch stand."""
    scope, sight = region.scope, region.sight(state)
    inner = State(
        name=state.name,
        kind=state.kind,
        pointer=state.pointer,
        queries=state.queries,
        fields={**state.without(*_OUTSIDE).fields, "End": True},
        passes=state.passes,
    )
    machine = Machine(start=state.name, states={state.name: inner}, pointer=state.pointer, queries=state.queries)
    child = scope.add_child(state.name, machine, scope)
    node: dict[str, Any] = {"type": "workflow", **description(state), **_of_type(child, scope)}
    put_work(region, state, {**node, "input": packed(region, machine, sight, template_of(sight.data))}, raw="result")


def _of_type(child: str, scope: Any) -> dict[str, Any]:
    return {"workflow": {"name": child, "version": scope.options.version}}


def packed(region: Region, machine: Machine, sight: Sight, data: Any) -> Any:
    """The input of a child: the document, and what else the child reads."""
    scope = region.scope
    if not scope.packs(machine):
        return data
    found: dict[str, Any] = {"data": data, "vars": template_of(sight.variables) if sight.variables else {}}
    context = {name: part for name, part in sight.context.items() if name != "State"}
    found["context"] = _context_template(context)
    return found


def _context_template(part: Any) -> Any:
    return template_of(part) if isinstance(part, str) else {name: _context_template(inner) for name, inner in part.items()}
