"""What a machine has done by others: resources as activities to be filled in; a distributed Map's reader and writer as activities too.

Imports `machine`, `payload`, `region`, `report`, `scope`, `shaping`; imported by `work`, `nesting`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from engine.asl.jsonata import template_of
from engine.asl.machine import State
from engine.asl.payload import payload_template, query_template
from engine.asl.region import Region
from engine.asl.report import NotExpressible
from engine.asl.scope import Scope
from engine.asl.shaping import after_input_path

LAMBDA_ARN: Final = re.compile(r"arn:[\w-]+:lambda:[\w-]*:\d*:function:([\w-]+)(?::[\w$-]+)?")
_STATES_ARN: Final = re.compile(r"arn:[\w-]+:states:[\w-]*:\d*:(?:activity:)?(.+)")
_MOST_CHARACTERS: Final = 64


def activity_of(scope: Scope, resource: str, *, as_role: bool = False) -> str:
    """The activity type that stands for a resource, named after it. `as_role`: with the credentials that it is given."""
    function, states = LAMBDA_ARN.fullmatch(resource), _STATES_ARN.fullmatch(resource)
    text = function.group(1) if function else states.group(1) if states else resource.strip("${}").rpartition(":")[2]
    role = "_as_role" if as_role else ""
    plain = (re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[: _MOST_CHARACTERS - 1 - len(role)] or "task") + role
    name = f"_{plain}" if plain[0].isdigit() or plain in {"arn", "true", "false", "null"} else plain
    shape = ', with its input under "Input", in the role of "Credentials"' if as_role else ""
    words = f"To be filled in. The original's resource: {resource}{shape}"
    scope.activities.setdefault(name, {"version": "1", "description": words[:1024]})
    return name


def read_items(region: Region, state: State) -> str:
    """In front of the Map's own node: an activity that gives the list of items. Its name."""
    scope, reader = region.scope, state.fields["ItemReader"]
    resource = str(reader.get("Resource", "read"))
    why = f"an activity, {activity_of(scope, resource)}, is to give the list of items that the reader would; its input says what to read"
    scope.report.note(f"{state.pointer}/ItemReader", "ItemReader", why)
    name = region.entries[state.name]
    region.workers[state.name] = scope.fresh(f"{name}_each")
    given = {"ReaderConfig": reader.get("ReaderConfig", {}), **_arguments(region, state, reader, "ItemReader")}
    return scope.put(name, {"type": "activity", "activity": activity_of(scope, resource), "input": given, "next": region.worker(state)})


def write_results(region: Region, state: State, name: str) -> None:
    """The node of an activity that puts the results away."""
    scope, writer = region.scope, state.fields["ResultWriter"]
    resource = str(writer.get("Resource", "write"))
    why = f"an activity, {activity_of(scope, resource)}, is given the results, and is to give what the writer would"
    scope.report.note(f"{state.pointer}/ResultWriter", "ResultWriter", why)
    given = {"Results": template_of(f"results.{name}"), **_arguments(region, state, writer, "ResultWriter")}
    scope.taken.add(f"{name}_written")
    scope.put(f"{name}_written", {"type": "activity", "activity": activity_of(scope, resource), "input": given})


def batch_size(state: State) -> int:
    """How many items an ItemBatcher puts together; 0: there is none. Raises: NotExpressible."""
    batcher = state.fields.get("ItemBatcher")
    if batcher is None:
        return 0
    size = batcher.get("MaxItemsPerBatch")
    if not isinstance(size, int) or size < 1 or batcher.keys() - {"MaxItemsPerBatch", "BatchInput"} or "ItemSelector" in state.fields:
        raise NotExpressible("an ItemBatcher other than by a number of items, without ItemSelector")
    return size


def _arguments(region: Region, state: State, given: dict[str, Any], what: str) -> dict[str, Any]:
    key = "Arguments" if state.queries else "Parameters"
    sight = region.sight(state)

    def write() -> Any:
        if state.queries:
            return query_template(given.get(key, {}), sight)
        return payload_template(given.get(key, {}), after_input_path(state, sight))

    return {key: region.scope.attempt(f"{state.pointer}/{what}/{key}", key, write)}
