"""Registers what specs name: their domains, workflow types and activity types, with the specs' values as the types' defaults.

Registering twice changes nothing and says so: a registered type can't be changed in SWF, only deprecated and replaced by a new
version, so a type whose defaults are others than the spec's is reported, not corrected. (Executions begun by swfgraph and tasks
scheduled by its decider state their own values; the defaults matter to others.) Imports `errors`, `spec.model`, `swf.client`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from engine.errors import SwfFault
from engine.spec.model import ABSENT, ActivityType, Spec, Timeout
from engine.swf.client import Client

RETENTION_DAYS: Final = "30"
"""How long a new domain keeps closed executions. API reference, RegisterDomain: 90 at most; NONE keeps nothing."""


class Kind(StrEnum):
    DOMAIN = "domain"
    WORKFLOW = "workflow type"
    ACTIVITY = "activity type"


class Standing(StrEnum):
    CREATED = "created"
    EXISTS = "exists already"
    DIFFERS = "exists already, but differs"
    DEPRECATED = "is deprecated"
    """Exists, and can't be used until it is undeprecated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A default of a registered type that is not the spec's; empty where there is none."""

    default: str
    """As the API names it, e.g. `defaultTaskList`."""
    registered: str
    ours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    kind: Kind
    name: str
    version: str
    """Empty for a domain."""
    standing: Standing
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    """What RegisterWorkflowType and RegisterActivityType have in common."""

    kind: Kind
    domain: str
    name: str
    version: str
    description: str
    defaults: Mapping[str, Any]


def register(client: Client, specs: Sequence[Spec], retention_days: str = RETENTION_DAYS) -> tuple[Registration, ...]:
    """Domains first, then types, each once; a deprecated domain takes no types. Raises: SwfFault, EndpointError."""
    names = dict.fromkeys(spec.domain for spec in specs)
    domains = [_register_domain(client, name, retention_days) for name in names]
    closed = {domain.name for domain in domains if domain.standing is Standing.DEPRECATED}
    types = {(one.kind, one.domain, one.name, one.version): one for spec in specs for one in _types(spec)}
    return (*domains, *(_register_type(client, one) for one in types.values() if one.domain not in closed))


def _types(spec: Spec) -> Iterator[_Type]:
    yield _Type(
        kind=Kind.WORKFLOW,
        domain=spec.domain,
        name=spec.name,
        version=spec.version,
        description=spec.description,
        defaults=workflow_defaults(spec),
    )
    for activity in spec.activities.values():
        yield _Type(
            kind=Kind.ACTIVITY,
            domain=spec.domain,
            name=activity.name,
            version=activity.version,
            description=activity.description,
            defaults=activity_defaults(activity),
        )


def workflow_defaults(spec: Spec) -> Mapping[str, Any]:
    """The `default...` members of RegisterWorkflowType."""
    priority = {} if spec.task_priority is ABSENT else {"defaultTaskPriority": str(spec.task_priority)}
    return {
        "defaultTaskList": {"name": spec.task_list},
        "defaultExecutionStartToCloseTimeout": str(spec.timeouts.execution),
        "defaultTaskStartToCloseTimeout": seconds(spec.timeouts.decision),
        "defaultChildPolicy": str(spec.child_policy),
        **priority,
        **({} if spec.lambda_role is ABSENT else {"defaultLambdaRole": spec.lambda_role}),
    }


def activity_defaults(activity: ActivityType) -> Mapping[str, Any]:
    """The `default...` members of RegisterActivityType."""
    return {
        "defaultTaskList": {"name": activity.task_list},
        "defaultTaskScheduleToStartTimeout": seconds(activity.timeouts.schedule_to_start),
        "defaultTaskScheduleToCloseTimeout": seconds(activity.timeouts.schedule_to_close),
        "defaultTaskStartToCloseTimeout": seconds(activity.timeouts.start_to_close),
        "defaultTaskHeartbeatTimeout": seconds(activity.timeouts.heartbeat),
    }


def seconds(timeout: Timeout) -> str:
    """API reference, DurationInSecondsOptional: a number as text, or NONE."""
    return str(timeout) if isinstance(timeout, int) else "NONE"


def _register_domain(client: Client, name: str, retention_days: str) -> Registration:
    standing = Standing.CREATED
    try:
        client.call("RegisterDomain", {"name": name, "workflowExecutionRetentionPeriodInDays": retention_days})
    except SwfFault as fault:
        if fault.code != "DomainAlreadyExistsFault":
            raise
        status = client.call("DescribeDomain", {"name": name})["domainInfo"]["status"]
        standing = Standing.DEPRECATED if status == "DEPRECATED" else Standing.EXISTS
    return Registration(kind=Kind.DOMAIN, name=name, version="", standing=standing)


def _register_type(client: Client, one: _Type) -> Registration:
    operation = "RegisterWorkflowType" if one.kind is Kind.WORKFLOW else "RegisterActivityType"
    described = {"description": one.description} if one.description else {}
    request = {"domain": one.domain, "name": one.name, "version": one.version, **described, **one.defaults}
    try:
        client.call(operation, request)
    except SwfFault as fault:
        if fault.code != "TypeAlreadyExistsFault":
            raise
        return _compare(client, one)
    return Registration(kind=one.kind, name=one.name, version=one.version, standing=Standing.CREATED)


def _compare(client: Client, one: _Type) -> Registration:
    member = "workflowType" if one.kind is Kind.WORKFLOW else "activityType"
    operation = "DescribeWorkflowType" if one.kind is Kind.WORKFLOW else "DescribeActivityType"
    found = client.call(operation, {"domain": one.domain, member: {"name": one.name, "version": one.version}})
    registered = found["configuration"]
    differences = tuple(
        Difference(default=name, registered=_plain(registered.get(name, "")), ours=_plain(one.defaults.get(name, "")))
        for name in sorted({*one.defaults, *(name for name in registered if name.startswith("default"))})
        if _plain(registered.get(name, "")) != _plain(one.defaults.get(name, ""))
    )
    standing = Standing.DIFFERS if differences else Standing.EXISTS
    if found["typeInfo"]["status"] == "DEPRECATED":
        standing = Standing.DEPRECATED
    return Registration(kind=one.kind, name=one.name, version=one.version, standing=standing, differences=differences)


def _plain(value: Any) -> str:
    """A task list by its name, everything else is text already."""
    return str(value["name"]) if isinstance(value, Mapping) else str(value)
