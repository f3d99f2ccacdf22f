"""What nodes and activity types have in common, read from a document: templates, targets, joins, retry and catch rules, timeouts.

Like `parse`, it never complains: what the schema lets through, this turns into values. Imports `spec.model`, `spec.duration`;
imported by `spec.parse` and `spec.parse_nodes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from engine.spec.duration import parse_duration
from engine.spec.model import (
    ABSENT,
    UNLIMITED,
    Absent,
    ActivityTimeouts,
    CatchRule,
    Goto,
    Join,
    JoinKind,
    Json,
    RetryFrom,
    RetryRule,
    Template,
    Timeout,
)

Object: TypeAlias = Mapping[str, Json]


def activity_timeouts(value: Object, inherited: ActivityTimeouts) -> ActivityTimeouts:
    def timeout(key: str, otherwise: Timeout) -> Timeout:
        return parse_duration(value[key]) if key in value else otherwise

    return ActivityTimeouts(
        schedule_to_start=timeout("scheduleToStart", inherited.schedule_to_start),
        schedule_to_close=timeout("scheduleToClose", inherited.schedule_to_close),
        start_to_close=timeout("startToClose", inherited.start_to_close),
        heartbeat=timeout("heartbeat", inherited.heartbeat),
    )


def retry_rules(value: Json) -> tuple[RetryRule, ...]:
    return tuple(_retry_rule(rule) for rule in (value if isinstance(value, list) else [value]))


def _retry_rule(value: Object) -> RetryRule:
    rule = RetryRule()
    return RetryRule(
        errors=_errors(value),
        max_attempts=int(value.get("maxAttempts", rule.max_attempts)),
        interval=seconds(value.get("interval", rule.interval)),
        backoff=float(value.get("backoff", rule.backoff)),
        max_interval=seconds(value.get("maxInterval", rule.max_interval)),
        jitter=float(value.get("jitter", rule.jitter)),
    )


def catch_rules(value: Object) -> tuple[CatchRule, ...]:
    return tuple(CatchRule(errors=_errors(rule), then=then(rule)) for rule in value.get("catch", ()))


def _errors(value: Object) -> tuple[str, ...]:
    return tuple(value.get("errors", ("*",)))


def then(value: Object) -> Goto | RetryFrom:
    if "next" in value:
        return Goto(targets=one_or_several(value["next"]))
    return RetryFrom(target=value["retryFrom"], max_times=int(value["maxTimes"]))


def one_or_several(value: Json) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def join(value: Object) -> Join:
    said = value.get("join", "all")
    return JoinKind(said) if isinstance(said, str) else int(said)


def template(value: Object, key: str) -> Template | Literal[Absent.ABSENT]:
    return Template(value=value[key]) if key in value else ABSENT


def whole(value: Object, key: str) -> int | Literal[Absent.ABSENT]:
    """JSON Schema's integers include 5.0."""
    return int(value[key]) if key in value else ABSENT


def duration(value: Object, key: str) -> int | Literal[Absent.ABSENT]:
    return seconds(value[key]) if key in value else ABSENT


def seconds(value: Json) -> int:
    found = parse_duration(value)
    if found is UNLIMITED:
        raise ValueError("a duration that the schema does not let be unlimited")
    return found
