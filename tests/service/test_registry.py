"""Claims about engine.service.registry. Requests go through validation, as the core's do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from engine.service.faults import Fault
from engine.service.model import operations, shape, validate
from engine.service.registry import MAX_DOMAINS, MAX_TYPES, Registry, domain_arn
from engine.service.rows import DomainRow, Row, TypeDeleted, TypeRow

NOW = 1_700_000_000.25
PACK = {"name": "Pack", "version": "1.0"}
KINDS = ("Workflow", "Activity")


class Desk:
    """A registry, asked as a client would; keeps every row that it gave out."""

    def __init__(self, registry: Registry | None = None) -> None:
        self.registry = Registry() if registry is None else registry
        self.rows: list[Row] = []
        self.now = NOW

    def ask(self, operation: str, **request: Any) -> Mapping[str, Any]:
        answer = self.registry.call(operation, validate(operation, request), self.now)
        self.rows += answer.changes
        output = operations()[operation].output_shape
        assert shape(output).accepts(answer.body) if output else answer.body == {}
        return answer.body

    def refusal(self, operation: str, **request: Any) -> Fault:
        before = list(self.rows)
        with pytest.raises(Fault) as caught:
            self.ask(operation, **request)
        assert self.rows == before
        assert caught.value.code in operations()[operation].faults | {"ValidationException"}
        return caught.value

    def reopened(self) -> Desk:
        """Another registry, from what the rows of this one leave on disk."""
        domains: dict[str, DomainRow] = {}
        types: dict[tuple[str, ...], TypeRow] = {}
        for row in self.rows:
            match row:
                case DomainRow():
                    domains[row.name] = row
                case TypeRow():
                    types[row.kind, row.domain, row.name, row.version] = row
                case TypeDeleted():
                    del types[row.kind, row.domain, row.name, row.version]
        return Desk(Registry(domains.values(), types.values()))


@pytest.fixture
def desk() -> Desk:
    one = Desk()
    one.ask("RegisterDomain", name="shop", description="orders", workflowExecutionRetentionPeriodInDays="7")
    return one


def register(desk: Desk, kind: str, name: str = "Pack", version: str = "1.0", **more: Any) -> None:
    desk.ask(f"Register{kind}Type", domain="shop", name=name, version=version, **more)


def names(infos: Sequence[Mapping[str, Any]], member: str) -> list[str]:
    return [f"{info[member]['name']} {info[member]['version']}" for info in infos]


# Domains.


def test_a_domain_is_described_as_it_was_registered(desk: Desk) -> None:
    assert desk.ask("DescribeDomain", name="shop") == {
        "domainInfo": {"name": "shop", "status": "REGISTERED", "description": "orders", "arn": domain_arn("shop")},
        "configuration": {"workflowExecutionRetentionPeriodInDays": "7"},
    }


@pytest.mark.parametrize("days", ["0", "NONE", "90"])
def test_a_retention_is_told_as_it_was_given(desk: Desk, days: str) -> None:
    desk.ask("RegisterDomain", name="other", workflowExecutionRetentionPeriodInDays=days)
    assert desk.reopened().ask("DescribeDomain", name="other")["configuration"] == {"workflowExecutionRetentionPeriodInDays": days}


def test_a_domain_that_is_registered_or_deprecated_can_not_be_registered_again(desk: Desk) -> None:
    for _ in range(2):
        fault = desk.refusal("RegisterDomain", name="shop", workflowExecutionRetentionPeriodInDays="1")
        assert (fault.code, fault.message) == ("DomainAlreadyExistsFault", "shop")
        if len(desk.rows) == 1:
            desk.ask("DeprecateDomain", name="shop")


@pytest.mark.parametrize("operation", ["DescribeDomain", "DeprecateDomain", "UndeprecateDomain"])
def test_a_domain_that_was_never_registered_is_unknown(desk: Desk, operation: str) -> None:
    fault = desk.refusal(operation, name="market")
    assert (fault.code, fault.message) == ("UnknownResourceFault", "Unknown domain: market")


def test_domains_are_listed_by_status_in_alphabetical_order_or_its_reverse(desk: Desk) -> None:
    for name in ("zoo", "bar", "old"):
        desk.ask("RegisterDomain", name=name, workflowExecutionRetentionPeriodInDays="1")
    desk.ask("DeprecateDomain", name="old")
    listed = desk.ask("ListDomains", registrationStatus="REGISTERED")["domainInfos"]
    assert [info["name"] for info in listed] == ["bar", "shop", "zoo"]
    assert desk.ask("ListDomains", registrationStatus="REGISTERED", reverseOrder=True)["domainInfos"] == listed[::-1]
    assert [info["name"] for info in desk.ask("ListDomains", registrationStatus="DEPRECATED")["domainInfos"]] == ["old"]


def test_deprecating_a_domain_deprecates_its_types(desk: Desk) -> None:
    register(desk, "Workflow")
    register(desk, "Activity")
    desk.now = NOW + 5
    desk.ask("DeprecateDomain", name="shop")
    for one in (desk, desk.reopened()):
        for kind in KINDS:
            info = one.ask(f"Describe{kind}Type", domain="shop", **{f"{kind.lower()}Type": PACK})["typeInfo"]
            assert (info["status"], info["deprecationDate"]) == ("DEPRECATED", NOW + 5)


def test_undeprecating_a_domain_leaves_its_types_deprecated(desk: Desk) -> None:
    register(desk, "Workflow")
    desk.ask("DeprecateDomain", name="shop")
    desk.ask("UndeprecateDomain", name="shop")
    assert desk.ask("DescribeDomain", name="shop")["domainInfo"]["status"] == "REGISTERED"
    assert desk.registry.type("workflow", "shop", "Pack", "1.0").status == "DEPRECATED"


def test_a_domain_can_not_be_deprecated_or_undeprecated_twice(desk: Desk) -> None:
    assert desk.refusal("UndeprecateDomain", name="shop").code == "DomainAlreadyExistsFault"
    desk.ask("DeprecateDomain", name="shop")
    assert desk.refusal("DeprecateDomain", name="shop").code == "DomainDeprecatedFault"


def test_there_are_at_most_a_hundred_domains(desk: Desk) -> None:
    for number in range(1, MAX_DOMAINS):
        desk.ask("RegisterDomain", name=f"d{number}", workflowExecutionRetentionPeriodInDays="1")
    assert desk.refusal("RegisterDomain", name="more", workflowExecutionRetentionPeriodInDays="1").code == "LimitExceededFault"


# Tags.


def tags(desk: Desk) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in desk.ask("ListTagsForResource", resourceArn=domain_arn("shop"))["tags"]}


def test_tags_come_with_the_registration_and_are_added_replaced_and_taken_away(desk: Desk) -> None:
    desk.ask("RegisterDomain", name="t", workflowExecutionRetentionPeriodInDays="1", tags=[{"key": "team", "value": "a"}])
    assert desk.ask("ListTagsForResource", resourceArn=domain_arn("t"))["tags"] == [{"key": "team", "value": "a"}]
    desk.ask("TagResource", resourceArn=domain_arn("shop"), tags=[{"key": "team", "value": "a"}, {"key": "stage"}])
    desk.ask("TagResource", resourceArn=domain_arn("shop"), tags=[{"key": "team", "value": "b"}])
    assert tags(desk) == tags(desk.reopened()) == {"team": "b", "stage": ""}
    desk.ask("UntagResource", resourceArn=domain_arn("shop"), tagKeys=["team", "never"])
    assert tags(desk) == {"stage": ""}


def test_the_arn_of_another_region_and_account_names_the_same_domain(desk: Desk) -> None:
    assert desk.ask("ListTagsForResource", resourceArn="arn:aws:swf:eu-west-1:123456789012:/domain/shop") == {"tags": []}


def test_an_arn_of_an_unknown_domain_or_of_something_else_is_refused(desk: Desk) -> None:
    assert desk.refusal("ListTagsForResource", resourceArn=domain_arn("market")).code == "UnknownResourceFault"
    assert desk.refusal("ListTagsForResource", resourceArn="arn:aws:s3:::bucket").code == "ValidationException"


def test_a_domain_has_at_most_fifty_tags_and_a_request_names_each_once(desk: Desk) -> None:
    many = [{"key": f"k{number}"} for number in range(51)]
    assert desk.refusal("TagResource", resourceArn=domain_arn("shop"), tags=many).code == "TooManyTagsFault"
    assert desk.refusal("TagResource", resourceArn=domain_arn("shop"), tags=[many[0], many[0]]).code == "ValidationException"
    assert tags(desk) == {}


# Types: everything holds for workflow and activity types alike.


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_is_described_as_it_was_registered(desk: Desk, kind: str) -> None:
    defaults: dict[str, Any] = {
        "defaultTaskList": {"name": "packers"},
        "defaultTaskStartToCloseTimeout": "NONE",
        "defaultTaskPriority": "3",
    }
    register(desk, kind, description="packs", **defaults)
    for one in (desk, desk.reopened()):
        assert one.ask(f"Describe{kind}Type", domain="shop", **{f"{kind.lower()}Type": PACK}) == {
            "typeInfo": {f"{kind.lower()}Type": PACK, "status": "REGISTERED", "description": "packs", "creationDate": NOW},
            "configuration": defaults,
        }


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_that_is_registered_or_deprecated_can_not_be_registered_again(desk: Desk, kind: str) -> None:
    register(desk, kind)
    fault = desk.refusal(f"Register{kind}Type", domain="shop", **PACK)
    assert (fault.code, fault.message) == ("TypeAlreadyExistsFault", f"{kind}Type=[name=Pack, version=1.0]")
    desk.ask(f"Deprecate{kind}Type", domain="shop", **{f"{kind.lower()}Type": PACK})
    assert desk.refusal(f"Register{kind}Type", domain="shop", **PACK).code == "TypeAlreadyExistsFault"


def test_a_workflow_type_and_an_activity_type_may_have_the_same_name(desk: Desk) -> None:
    register(desk, "Workflow")
    register(desk, "Activity")


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_is_deprecated_undeprecated_and_deleted_in_that_order_only(desk: Desk, kind: str) -> None:
    register(desk, kind)
    named = {"domain": "shop", f"{kind.lower()}Type": PACK}
    assert desk.refusal(f"Undeprecate{kind}Type", **named).code == "TypeAlreadyExistsFault"
    assert desk.refusal(f"Delete{kind}Type", **named).code == "TypeNotDeprecatedFault"
    desk.ask(f"Deprecate{kind}Type", **named)
    assert desk.refusal(f"Deprecate{kind}Type", **named).code == "TypeDeprecatedFault"
    desk.ask(f"Undeprecate{kind}Type", **named)
    assert "deprecationDate" not in desk.ask(f"Describe{kind}Type", **named)["typeInfo"]
    desk.ask(f"Deprecate{kind}Type", **named)
    desk.ask(f"Delete{kind}Type", **named)
    assert desk.refusal(f"Describe{kind}Type", **named).code == "UnknownResourceFault"
    register(desk, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", ["Describe", "Deprecate", "Undeprecate", "Delete"])
def test_a_type_that_was_never_registered_is_unknown(desk: Desk, kind: str, verb: str) -> None:
    fault = desk.refusal(f"{verb}{kind}Type", domain="shop", **{f"{kind.lower()}Type": PACK})
    assert (fault.code, fault.message) == ("UnknownResourceFault", f"Unknown type: {kind}Type=[name=Pack, version=1.0]")
    assert desk.refusal(f"{verb}{kind}Type", domain="market", **{f"{kind.lower()}Type": PACK}).message == "Unknown domain: market"


@pytest.mark.parametrize("kind", KINDS)
def test_a_deprecated_domain_takes_no_types(desk: Desk, kind: str) -> None:
    register(desk, kind)
    desk.ask("DeprecateDomain", name="shop")
    named = {"domain": "shop", f"{kind.lower()}Type": PACK}
    assert desk.refusal(f"Register{kind}Type", domain="shop", name="New", version="1").code == "UnknownResourceFault"
    assert desk.refusal(f"Undeprecate{kind}Type", **named).code == "UnknownResourceFault"
    assert desk.ask(f"List{kind}Types", domain="shop", registrationStatus="DEPRECATED")["typeInfos"]


@pytest.mark.parametrize("kind", KINDS)
def test_types_are_listed_by_status_and_name_in_alphabetical_order_or_its_reverse(desk: Desk, kind: str) -> None:
    member = f"{kind.lower()}Type"
    for name, version in (("Ship", "1"), ("Pack", "2"), ("Pack", "1"), ("Weigh", "1")):
        register(desk, kind, name, version)
    desk.ask(f"Deprecate{kind}Type", domain="shop", **{member: {"name": "Weigh", "version": "1"}})

    def listed(**more: Any) -> list[str]:
        request = {"domain": "shop", "registrationStatus": "REGISTERED", **more}
        return names(desk.ask(f"List{kind}Types", **request)["typeInfos"], member)

    assert listed() == ["Pack 1", "Pack 2", "Ship 1"]
    assert listed(reverseOrder=True) == ["Ship 1", "Pack 2", "Pack 1"]
    assert listed(name="Pack") == ["Pack 1", "Pack 2"]
    assert listed(name="Weigh") == []
    assert listed(registrationStatus="DEPRECATED") == ["Weigh 1"]
    assert desk.refusal(f"List{kind}Types", domain="market", registrationStatus="REGISTERED").code == "UnknownResourceFault"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_pages_of_a_list_are_the_list_whatever_happens_between_them(desk: Desk, kind: str, *, backwards: bool) -> None:
    for number in range(5):
        register(desk, kind, f"T{number}")
    request = {"domain": "shop", "registrationStatus": "REGISTERED", "maximumPageSize": 2, "reverseOrder": backwards}
    first = desk.ask(f"List{kind}Types", **request)
    desk.ask(f"Deprecate{kind}Type", domain="shop", **{f"{kind.lower()}Type": first["typeInfos"][-1][f"{kind.lower()}Type"]})
    second = desk.reopened().ask(f"List{kind}Types", **request, nextPageToken=first["nextPageToken"])
    third = desk.ask(f"List{kind}Types", **request, nextPageToken=second["nextPageToken"])
    assert "nextPageToken" not in third
    found = names([*first["typeInfos"], *second["typeInfos"], *third["typeInfos"]], f"{kind.lower()}Type")
    assert found == [f"T{number} 1.0" for number in (range(4, -1, -1) if backwards else range(5))]


def test_a_full_last_page_has_no_successor(desk: Desk) -> None:
    register(desk, "Workflow", "A")
    register(desk, "Workflow", "B")
    assert "nextPageToken" not in desk.ask("ListWorkflowTypes", domain="shop", registrationStatus="REGISTERED", maximumPageSize=2)


def test_a_domain_has_at_most_ten_thousand_types_of_a_kind() -> None:
    domain = DomainRow(name="shop", status="REGISTERED", description="", retention_days=1, tags={})
    row = {"kind": "activity", "domain": "shop", "version": "1", "description": "", "created": NOW, "defaults": {}}
    rows = [TypeRow(name=f"T{number}", status="DEPRECATED", deprecated=NOW, **row) for number in range(MAX_TYPES)]  # type: ignore[arg-type]  # the keys and types are as above
    desk = Desk(Registry([domain], rows))
    assert desk.refusal("RegisterActivityType", domain="shop", **PACK).code == "LimitExceededFault"
    desk.ask("RegisterWorkflowType", domain="shop", **PACK)


# What the core asks.


def test_the_core_finds_domains_and_types_or_gets_the_fault_to_answer_with(desk: Desk) -> None:
    register(desk, "Activity")
    assert desk.registry.domain("shop").retention_days == 7
    assert desk.registry.type("activity", "shop", "Pack", "1.0").created == NOW
    with pytest.raises(Fault, match="UnknownResourceFault: Unknown type: WorkflowType"):
        desk.registry.type("workflow", "shop", "Pack", "1.0")
    with pytest.raises(Fault, match="UnknownResourceFault: Unknown domain: market"):
        desk.registry.type("workflow", "market", "Pack", "1.0")


def test_the_registry_answers_every_operation_on_domains_types_and_tags() -> None:
    assert Registry().operations == {name for name in operations() if "Type" in name or "Domain" in name or "Resource" in name}
