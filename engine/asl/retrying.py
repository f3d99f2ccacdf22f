"""Retry rules as nodes: which rule it is and whether it has attempts left (a decision), the pause (a wait), and back (a retry edge).

Our own `retry` counts all attempts of a node, knows a child's failures by one name, and makes the input once. Where a state's rules need
more than that they become nodes: the visits of a rule's pause are its count, and each attempt is a visit of the state's node. Visits are
counted over the whole execution, so this is exact only where nothing else goes back over the state.
Imports `jsonata`, `machine`, `region`, `rules`; imported by `work`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil, log
from typing import Any, Final

from engine.asl.jsonata import complete, template_of
from engine.asl.loops import MOST_TURNS
from engine.asl.machine import State, texts
from engine.asl.region import Region
from engine.asl.rules import pace, tell_untold

_ALL: Final = ["States.ALL"]


def needs_nodes(region: Region, state: State, *, child: bool, drawn: bool) -> bool:
    """Whether `retry` could not say it, and nodes can. `drawn`: the input is another one for each attempt."""
    rules = [rule for rule in state.fields.get("Retry", []) if rule.get("MaxAttempts", 3) != 0]
    by_name = child and state.kind != "Task" and not (state.queries and [rule["ErrorEquals"] for rule in rules] == [_ALL])
    counted = any("State.RetryCount" in text for text in texts(state.without("Catch", "ItemProcessor", "Iterator", "Branches").fields))
    return bool(rules) and not region.scope.rewinds and (len(rules) > 1 or by_name or drawn or counted)


def by_rule(region: Region, state: State, named: Callable[[list[str]], str], handled: str) -> str:
    """The decision behind a node that has failed. `named`: whether by one of these errors; `handled`: where to go if no rule helps."""
    scope, node = region.scope, region.worker(state)
    tell_untold(state, scope.report)
    why = "each rule counts for itself, by nodes of its own; each attempt is a visit of the state's node"
    scope.report.note(f"{state.pointer}/Retry", "Retry", why)
    name = scope.fresh(f"{node}_retry")
    choices: list[dict[str, Any]] = []
    for rule in state.fields["Retry"]:
        is_it, how = complete(named(rule["ErrorEquals"])), pace(rule)
        if how["maxAttempts"] > 1:
            pause = _pause(region, state, how, handled)
            left = f"(execution.visits.{pause} ?? 0) < {how['maxAttempts'] - 1}"
            choices.append({"when": f"{is_it} and {left}", "next": pause})
        choices.append({"when": is_it, "next": handled})
    return scope.put(name, {"type": "decision", "choices": choices, "default": handled})


def _pause(region: Region, state: State, how: Mapping[str, Any], handled: str) -> str:
    """The wait of one rule, and what leads back behind it."""
    scope, node = region.scope, region.worker(state)
    pause, again = scope.fresh(f"{node}_pause"), scope.fresh(f"{node}_again")
    scope.put(pause, {"type": "wait", "for": _seconds(region, state, how, pause), "next": again})
    back = {"when": "true", "retryFrom": region.entries[state.name], "maxTimes": min(how["maxAttempts"] - 1, MOST_TURNS)}
    scope.put(again, {"type": "decision", "choices": [back], "default": handled})
    return pause


def _seconds(region: Region, state: State, how: Mapping[str, Any], pause: str) -> Any:
    first, factor, longest = how["interval"], how["backoff"], how["maxInterval"]
    seconds = f"{first}"
    if factor > 1 and 0 < first < longest and how["maxAttempts"] > 2:
        enough = ceil(log(longest / first) / log(factor))
        seconds = f"$min([{first} * $power({factor}, $min([execution.visits.{pause} - 1, {enough}])), {longest}])"
    if how.get("jitter"):
        sight = replace(region.sight(state), seed=f"execution.visits.{pause}")
        seconds = f"({seconds}) * $asl_random($asl_draw({sight.draw()}))"
    return min(first, longest) if seconds == f"{first}" else template_of(f"$round({seconds})")
