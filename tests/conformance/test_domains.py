"""Domains: registered, described, listed, deprecated and back, tagged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.world import WORKFLOW, World


def domain_names(world: World, status: str = "REGISTERED") -> list[str]:
    """Those of this case."""
    pages = world.pages("ListDomains", "domainInfos", registrationStatus=status)
    return [info["name"] for page in pages for info in page if world.mark in info["name"]]


def test_a_domain_is_described_as_it_was_registered(world: World) -> None:
    """RegisterDomain; DescribeDomain; DomainDetail: domainInfo, configuration."""
    name = world.register_domain("one", description="Fruit", workflowExecutionRetentionPeriodInDays="30")
    detail = world.call("DescribeDomain", name=name)
    assert detail["configuration"] == {"workflowExecutionRetentionPeriodInDays": "30"}
    info = detail["domainInfo"]
    assert (info["name"], info["status"], info["description"]) == (name, "REGISTERED", "Fruit")
    assert info["arn"].endswith(f":/domain/{name}")


@pytest.mark.parametrize("days", ["NONE", "0", "90"])
def test_retention_is_a_number_of_days_up_to_90_or_none(world: World, days: str) -> None:
    """RegisterDomain: workflowExecutionRetentionPeriodInDays."""
    name = world.register_domain("kept", workflowExecutionRetentionPeriodInDays=days)
    assert world.call("DescribeDomain", name=name)["configuration"]["workflowExecutionRetentionPeriodInDays"] == days


def test_domains_are_listed_by_name_ascending_or_descending(world: World) -> None:
    """ListDomains: reverseOrder; "results are returned in ascending alphabetical order by name of the domains"."""
    names = [world.register_domain(label) for label in ("b", "a", "c")]
    assert domain_names(world) == sorted(names)
    backwards = world.call("ListDomains", registrationStatus="REGISTERED", reverseOrder=True)["domainInfos"]
    assert [info["name"] for info in backwards if world.mark in info["name"]] == sorted(names, reverse=True)


def test_a_deprecated_domain_is_listed_as_such_and_comes_back(world: World) -> None:
    """DeprecateDomain; UndeprecateDomain; ListDomains: registrationStatus."""
    name = world.register_domain("old")
    world.call("DeprecateDomain", name=name)
    assert world.call("DescribeDomain", name=name)["domainInfo"]["status"] == "DEPRECATED"
    assert domain_names(world) == []
    assert domain_names(world, "DEPRECATED") == [name]
    world.call("UndeprecateDomain", name=name)
    assert domain_names(world) == [name]


def test_deprecating_a_domain_deprecates_its_types(world: World) -> None:
    """DeprecateDomain: "Deprecating a domain also deprecates all activity and workflow types registered in the domain"."""
    name = world.register_domain("old")
    world.call("RegisterWorkflowType", domain=name, name="flow", version="1")
    world.call("RegisterActivityType", domain=name, name="work", version="1")
    world.call("DeprecateDomain", name=name)
    for kind in ("Workflow", "Activity"):
        (info,) = world.call(f"List{kind}Types", domain=name, registrationStatus="DEPRECATED")["typeInfos"]
        assert info["status"] == "DEPRECATED"


def test_a_deprecated_domain_takes_no_types_and_no_executions_but_can_be_looked_at(world: World) -> None:
    """DeprecateDomain: "it cannot be used to create new workflow executions or register new types"; visibility actions go on."""
    name = world.register_domain("old")
    world.call("RegisterWorkflowType", domain=name, **WORKFLOW)
    world.call("DeprecateDomain", name=name)
    world.refuses("UnknownResourceFault", "RegisterWorkflowType", domain=name, name="new", version="1")
    world.refuses("UnknownResourceFault", "RegisterActivityType", domain=name, name="new", version="1")
    world.refuses("TypeDeprecatedFault", "StartWorkflowExecution", domain=name, workflowId="w", workflowType=WORKFLOW)
    counted = world.call("CountOpenWorkflowExecutions", domain=name, startTimeFilter={"oldestDate": 0})
    assert counted == {"count": 0, "truncated": False}


def test_a_domain_is_registered_once_though_deprecated(world: World) -> None:
    """DomainAlreadyExistsFault: "registering a domain that is either already registered or deprecated"; UndeprecateDomain likewise."""
    name = world.register_domain("one")
    world.refuses("DomainAlreadyExistsFault", "RegisterDomain", name=name, workflowExecutionRetentionPeriodInDays="1")
    world.refuses("DomainAlreadyExistsFault", "UndeprecateDomain", name=name)
    world.call("DeprecateDomain", name=name)
    world.refuses("DomainAlreadyExistsFault", "RegisterDomain", name=name, workflowExecutionRetentionPeriodInDays="1")
    world.refuses("DomainDeprecatedFault", "DeprecateDomain", name=name)


def test_tags_of_a_domain_are_given_changed_and_taken_away(world: World) -> None:
    """RegisterDomain: tags; TagResource; UntagResource; ListTagsForResource."""
    name = world.register_domain("tagged", tags=[{"key": "team", "value": "fruit"}, {"key": "stage", "value": "test"}])
    arn = world.call("DescribeDomain", name=name)["domainInfo"]["arn"]

    def tags() -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in world.call("ListTagsForResource", resourceArn=arn)["tags"]}

    assert tags() == {"team": "fruit", "stage": "test"}
    world.call("TagResource", resourceArn=arn, tags=[{"key": "stage", "value": "live"}, {"key": "a/b:c=d+e-f@g.h i_j", "value": ""}])
    assert tags() == {"team": "fruit", "stage": "live", "a/b:c=d+e-f@g.h i_j": ""}
    world.call("UntagResource", resourceArn=arn, tagKeys=["stage", "a/b:c=d+e-f@g.h i_j", "never there"])
    assert tags() == {"team": "fruit"}


def test_a_domain_has_at_most_50_tags(world: World) -> None:
    """TagResource: "A maximum of 50 tags can be added to a resource"; TooManyTagsFault of RegisterDomain and TagResource."""
    fifty = [{"key": f"key-{number}", "value": "value"} for number in range(50)]
    one_more = {"key": "one more", "value": ""}
    days = {"workflowExecutionRetentionPeriodInDays": "1"}
    world.refuses("TooManyTagsFault", "RegisterDomain", name=world.name("no"), **days, tags=[*fifty, one_more])
    arn = world.call("DescribeDomain", name=world.register_domain("tagged", tags=fifty))["domainInfo"]["arn"]
    world.refuses("TooManyTagsFault", "TagResource", resourceArn=arn, tags=[one_more])
    world.call("TagResource", resourceArn=arn, tags=[{"key": "key-0", "value": "another"}])


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource", "ListTagsForResource"])
def test_only_a_domain_that_is_there_has_tags(world: World, operation: str) -> None:
    """TagResource, UntagResource, ListTagsForResource: UnknownResourceFault."""
    arn = world.call("DescribeDomain", name=world.domain)["domainInfo"]["arn"].replace(world.domain, world.name("nowhere"))
    more: dict[str, dict[str, Any]] = {"TagResource": {"tags": [{"key": "a", "value": "b"}]}, "UntagResource": {"tagKeys": ["a"]}}
    world.refuses("UnknownResourceFault", operation, resourceArn=arn, **more.get(operation, {}))
