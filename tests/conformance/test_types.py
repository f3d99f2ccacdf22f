"""Workflow and activity types: registered with defaults, listed, deprecated and back, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conformance.world import ACTIVITY_DEFAULTS, World, complete

KINDS = ("Workflow", "Activity")
kinds = pytest.mark.parametrize("kind", KINDS)

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "Workflow": {
        "defaultTaskStartToCloseTimeout": "NONE",
        "defaultExecutionStartToCloseTimeout": "31536000",
        "defaultTaskList": {"name": "decisions"},
        "defaultTaskPriority": "-2147483648",
        "defaultChildPolicy": "ABANDON",
        "defaultLambdaRole": "arn:aws:iam::123456789012:role/lambda",
    },
    "Activity": {
        "defaultTaskStartToCloseTimeout": "600",
        "defaultTaskHeartbeatTimeout": "NONE",
        "defaultTaskList": {"name": "work"},
        "defaultTaskPriority": "2147483647",
        "defaultTaskScheduleToStartTimeout": "0",
        "defaultTaskScheduleToCloseTimeout": "900",
    },
}


def register(world: World, kind: str, name: str, version: str = "1", **options: Any) -> None:
    world.call(f"Register{kind}Type", domain=world.domain, name=name, version=version, **options)


def about(world: World, kind: str, name: str, version: str = "1") -> dict[str, Any]:
    """How a request names a type."""
    return {"domain": world.domain, f"{kind.lower()}Type": {"name": name, "version": version}}


def versions(world: World, kind: str, name: str, status: str = "REGISTERED", **options: Any) -> list[str]:
    found = world.call(f"List{kind}Types", domain=world.domain, name=name, registrationStatus=status, **options)["typeInfos"]
    return [info[f"{kind.lower()}Type"]["version"] for info in found]


@kinds
def test_a_type_is_described_as_it_was_registered(world: World, kind: str) -> None:
    """RegisterWorkflowType, RegisterActivityType; DescribeWorkflowType, DescribeActivityType: typeInfo, configuration."""
    name = world.name("type")
    register(world, kind, name, description="Fruit", **DEFAULTS[kind])
    detail = world.call(f"Describe{kind}Type", **about(world, kind, name))
    assert detail["configuration"] == DEFAULTS[kind]
    info = detail["typeInfo"]
    assert info[f"{kind.lower()}Type"] == {"name": name, "version": "1"}
    assert (info["status"], info["description"]) == ("REGISTERED", "Fruit")
    assert abs(info["creationDate"] - world.now()) < 60
    assert "deprecationDate" not in info


@kinds
def test_a_type_without_defaults_has_an_empty_configuration(world: World, kind: str) -> None:
    """DescribeWorkflowType, DescribeActivityType: configuration, whose members are all optional."""
    register(world, kind, world.name("type"))
    assert world.call(f"Describe{kind}Type", **about(world, kind, world.name("type")))["configuration"] == {}


@kinds
def test_a_type_is_registered_once_though_deprecated(world: World, kind: str) -> None:
    """TypeAlreadyExistsFault: "registering a type that is either already registered or deprecated"."""
    name = world.name("type")
    register(world, kind, name)
    world.refuses("TypeAlreadyExistsFault", f"Register{kind}Type", domain=world.domain, name=name, version="1")
    world.refuses("TypeAlreadyExistsFault", f"Undeprecate{kind}Type", **about(world, kind, name))
    world.call(f"Deprecate{kind}Type", **about(world, kind, name))
    world.refuses("TypeAlreadyExistsFault", f"Register{kind}Type", domain=world.domain, name=name, version="1")


@kinds
def test_types_are_listed_by_name_in_either_order(world: World, kind: str) -> None:
    """ListWorkflowTypes, ListActivityTypes: reverseOrder; "ascending alphabetical order by name"."""
    names = [world.name(label) for label in ("b", "a", "c")]
    for name in names:
        register(world, kind, name)

    def listed(**options: Any) -> list[str]:
        pages = world.pages(f"List{kind}Types", "typeInfos", domain=world.domain, registrationStatus="REGISTERED", **options)
        found = [info[f"{kind.lower()}Type"]["name"] for page in pages for info in page]
        return [name for name in found if world.mark in name]

    assert listed() == sorted(names)
    assert listed(reverseOrder=True) == sorted(names, reverse=True)


@kinds
def test_types_are_listed_by_a_name_in_all_versions(world: World, kind: str) -> None:
    """ListWorkflowTypes, ListActivityTypes: name, "lists the types with this name"."""
    for version in ("1", "2"):
        register(world, kind, world.name("one"), version)
    register(world, kind, world.name("other"))
    assert versions(world, kind, world.name("one")) == ["1", "2"]


@kinds
def test_a_deprecated_type_is_listed_as_such_and_comes_back(world: World, kind: str) -> None:
    """DeprecateWorkflowType, DeprecateActivityType, UndeprecateWorkflowType, UndeprecateActivityType; deprecationDate."""
    name = world.name("type")
    register(world, kind, name)
    world.call(f"Deprecate{kind}Type", **about(world, kind, name))
    assert versions(world, kind, name) == []
    assert versions(world, kind, name, "DEPRECATED") == ["1"]
    info = world.call(f"Describe{kind}Type", **about(world, kind, name))["typeInfo"]
    assert info["status"] == "DEPRECATED"
    assert abs(info["deprecationDate"] - world.now()) < 60
    world.refuses("TypeDeprecatedFault", f"Deprecate{kind}Type", **about(world, kind, name))
    world.call(f"Undeprecate{kind}Type", **about(world, kind, name))
    assert versions(world, kind, name) == ["1"]


@kinds
def test_only_a_deprecated_type_can_be_deleted_and_then_it_is_gone(world: World, kind: str) -> None:
    """DeleteWorkflowType, DeleteActivityType: TypeNotDeprecatedFault; "Prior to deletion, types must first be deprecated"."""
    name = world.name("type")
    register(world, kind, name)
    world.refuses("TypeNotDeprecatedFault", f"Delete{kind}Type", **about(world, kind, name))
    world.call(f"Deprecate{kind}Type", **about(world, kind, name))
    world.call(f"Delete{kind}Type", **about(world, kind, name))
    world.refuses("UnknownResourceFault", f"Describe{kind}Type", **about(world, kind, name))
    assert versions(world, kind, name, "DEPRECATED") == []
    register(world, kind, name)


def test_what_was_started_before_its_type_went_goes_on(world: World) -> None:
    """DeprecateWorkflowType, DeleteWorkflowType: "Executions that started before the type was deleted will continue to run"."""
    named = world.register_workflow()
    flow = world.start(workflowType=named, executionStartToCloseTimeout="60", taskStartToCloseTimeout="60", childPolicy="ABANDON")
    world.call("DeprecateWorkflowType", domain=world.domain, workflowType=named)
    refused = {"domain": world.domain, "workflowId": world.name("late"), "workflowType": named}
    world.refuses("TypeDeprecatedFault", "StartWorkflowExecution", **refused)
    world.call("DeleteWorkflowType", domain=world.domain, workflowType=named)
    world.refuses("UnknownResourceFault", "StartWorkflowExecution", **refused)
    flow.decide(complete())
    assert flow.status() == "COMPLETED"


def test_an_activity_scheduled_before_its_type_went_goes_on(world: World) -> None:
    """DeleteActivityType: "Activities that started before the type was deleted will continue to run"."""
    named = world.register_activity(**ACTIVITY_DEFAULTS)
    flow = world.start()
    flow.decide(world.schedule(activityType=named))
    task = world.poll_activity()
    world.call("DeprecateActivityType", domain=world.domain, activityType=named)
    world.call("DeleteActivityType", domain=world.domain, activityType=named)
    world.complete(task, result="ripe")
    assert flow.last("ActivityTaskCompleted")["result"] == "ripe"
