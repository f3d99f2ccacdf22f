"""Retry and Catch: the errors they name, as patterns of ours, and the order that keeps ASL's exceptions.

Ours match by glob and first rule, so what `States.ALL` and `States.TaskFailed` leave out is caught by a rule of its own before them:
`States.ALL` does not match runtime errors (JSONPath mode), `States.TaskFailed` does not match timeouts.
Imports `machine`, `report`; imported by `work`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.asl.machine import State
from engine.asl.report import Report

ALL: Final = "*"
RUNTIME: Final = ("Expression.*", "Payload.TooLarge")
_PATTERNS: Final = {
    "States.ALL": ALL,
    "States.TaskFailed": ALL,
    "States.Timeout": "Timeout.*",
    "States.HeartbeatTimeout": "Timeout.Heartbeat",
    "States.QueryEvaluationError": "Expression.*",
    "States.DataLimitExceeded": "Payload.TooLarge",
}
_LONGEST: Final = 366 * 86_400
_MOST: Final = 99_999_999
"""MaxAttempts of ASL."""

_NUMBERS: Final = frozenset({"MaxAttempts", "IntervalSeconds", "BackoffRate", "MaxDelaySeconds"})

NOBODY: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """These errors go to the rule of that index; `NOBODY`: to none."""

    patterns: tuple[str, ...]
    rule: int


_UNTOLD: Final = frozenset({"States.ParameterPathFailure", "States.ResultPathMatchFailure", "States.IntrinsicFailure"})


def tell_untold(state: State, report: Report) -> None:
    """Runtime errors can't be caught (`States.Runtime` in a rule changes nothing); their finer kinds are not told apart here.

    Nor is a pace of retries known that only the data know.
    """
    for field in ("Retry", "Catch"):
        for index, rule in enumerate(state.fields.get(field, [])):
            for name in sorted(_UNTOLD & set(rule["ErrorEquals"])):
                report.loss(f"{state.pointer}/{field}/{index}", name, "errors of paths and intrinsic functions end the execution here")
    for index, rule in enumerate(state.fields.get("Retry", [])):
        for field in sorted(_NUMBERS & rule.keys()):
            if isinstance(rule[field], str):
                why = "known only at run time; ours stand in the spec. The default holds"
                report.loss(f"{state.pointer}/Retry/{index}/{field}", field, why)


def matchings(rules: Sequence[Mapping[str, Any]], *, queries: bool, risky: bool) -> list[Matching]:
    """In the order in which ours are asked. `risky`: whether an expression of the node may fail."""
    found: list[Matching] = []
    for index, rule in enumerate(rules):
        names = rule["ErrorEquals"]
        patterns = tuple(dict.fromkeys(_PATTERNS.get(name, name) for name in names))
        if ALL in patterns:
            found += _exceptions(rules, index, queries=queries, risky=risky, found=found)
            patterns = (ALL,)
        if patterns:
            found.append(Matching(patterns=patterns, rule=index))
    return found


def _exceptions(rules: Sequence[Mapping[str, Any]], index: int, *, queries: bool, risky: bool, found: Sequence[Matching]) -> list[Matching]:
    taken = {pattern for matching in found for pattern in matching.patterns}
    exceptions: list[Matching] = []
    if "States.ALL" not in rules[index]["ErrorEquals"] and "States.Timeout" not in rules[index]["ErrorEquals"] and "Timeout.*" not in taken:
        later = next((at for at, rule in enumerate(rules) if at > index and _covers_timeouts(rule)), NOBODY)
        exceptions.append(Matching(patterns=("Timeout.*",), rule=later))
    runtime = tuple(pattern for pattern in RUNTIME if pattern not in taken)
    if risky and not queries and runtime:
        exceptions.append(Matching(patterns=runtime, rule=NOBODY))
    return exceptions


def _covers_timeouts(rule: Mapping[str, Any]) -> bool:
    return bool({"States.ALL", "States.Timeout"} & set(rule["ErrorEquals"]))


def retry_rules(state: State, report: Report, *, risky: bool) -> list[dict[str, Any]]:
    """The `retry` of an activity or lambda node."""
    tell_untold(state, report)
    rules = state.fields.get("Retry", [])
    if sum(rule.get("MaxAttempts", 3) != 0 for rule in rules) > 1:
        why = (
            "its rules count attempts each for itself; in a loop ours count all attempts of the node: mixed errors are repeated less often"
        )
        report.loss(f"{state.pointer}/Retry", "Retry", why)
    written = []
    for matching in matchings(rules, queries=state.queries, risky=risky):
        rule = {"MaxAttempts": 0} if matching.rule == NOBODY else rules[matching.rule]
        written.append({"errors": list(matching.patterns), **pace(rule)})
    return written


def pace(rule: Mapping[str, Any]) -> dict[str, Any]:
    """How often and how fast a retry rule repeats."""
    rule = {field: value for field, value in rule.items() if not (isinstance(value, str) and field in _NUMBERS)}
    most = int(rule.get("MaxAttempts", 3))
    if most == 0:
        return {"maxAttempts": 1}
    jitter = {"jitter": 1} if rule.get("JitterStrategy") == "FULL" else {}
    return {
        "maxAttempts": min(most, _MOST) + 1,
        "interval": rule.get("IntervalSeconds", 1),
        "backoff": rule.get("BackoffRate", 2.0),
        "maxInterval": rule.get("MaxDelaySeconds", _LONGEST),
        **jitter,
    }
