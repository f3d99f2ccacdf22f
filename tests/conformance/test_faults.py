"""What is asked of things that are not there, and requests that are no requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.service.model import operations
from tests.conformance.world import ACTIVITY, EVERYTHING, UNKNOWN, WORKFLOW, World

DAYS = {"workflowExecutionRetentionPeriodInDays": "1"}
LIST = {"taskList": {"name": "list"}}

IN_A_DOMAIN: Mapping[str, Mapping[str, Any]] = {
    "CountClosedWorkflowExecutions": EVERYTHING,
    "CountOpenWorkflowExecutions": EVERYTHING,
    "CountPendingActivityTasks": LIST,
    "CountPendingDecisionTasks": LIST,
    "DeleteActivityType": {"activityType": ACTIVITY},
    "DeleteWorkflowType": {"workflowType": WORKFLOW},
    "DeprecateActivityType": {"activityType": ACTIVITY},
    "DeprecateWorkflowType": {"workflowType": WORKFLOW},
    "DescribeActivityType": {"activityType": ACTIVITY},
    "DescribeWorkflowExecution": {"execution": {"workflowId": "w", "runId": "r"}},
    "DescribeWorkflowType": {"workflowType": WORKFLOW},
    "GetWorkflowExecutionHistory": {"execution": {"workflowId": "w", "runId": "r"}},
    "ListActivityTypes": {"registrationStatus": "REGISTERED"},
    "ListClosedWorkflowExecutions": EVERYTHING,
    "ListOpenWorkflowExecutions": EVERYTHING,
    "ListWorkflowTypes": {"registrationStatus": "REGISTERED"},
    "PollForActivityTask": LIST,
    "PollForDecisionTask": LIST,
    "RegisterActivityType": ACTIVITY,
    "RegisterWorkflowType": WORKFLOW,
    "RequestCancelWorkflowExecution": {"workflowId": "w"},
    "SignalWorkflowExecution": {"workflowId": "w", "signalName": "go", "input": ""},
    "StartWorkflowExecution": {"workflowId": "w", "workflowType": WORKFLOW},
    "TerminateWorkflowExecution": {"workflowId": "w"},
    "UndeprecateActivityType": {"activityType": ACTIVITY},
    "UndeprecateWorkflowType": {"workflowType": WORKFLOW},
}

OF_TYPES = sorted(operation for operation, request in IN_A_DOMAIN.items() if "workflowType" in request or "activityType" in request)


@pytest.mark.parametrize("operation", sorted(IN_A_DOMAIN))
def test_a_domain_that_is_not_there_is_unknown(world: World, operation: str) -> None:
    """Every operation that names a domain: UnknownResourceFault."""
    assert world.name("nowhere") in world.refuses("UnknownResourceFault", operation, domain=world.name("nowhere"), **IN_A_DOMAIN[operation])


@pytest.mark.parametrize("operation", ["DescribeDomain", "DeprecateDomain", "UndeprecateDomain"])
def test_so_it_is_for_what_is_asked_of_domains(world: World, operation: str) -> None:
    """DescribeDomain, DeprecateDomain, UndeprecateDomain: UnknownResourceFault."""
    world.refuses("UnknownResourceFault", operation, name=world.name("nowhere"))


@pytest.mark.parametrize("operation", OF_TYPES)
def test_a_type_that_is_not_there_is_unknown(world: World, operation: str) -> None:
    """Every operation that names a type: UnknownResourceFault."""
    request = {member: UNKNOWN if member.endswith("Type") else value for member, value in IN_A_DOMAIN[operation].items()}
    assert "Nothing" in world.refuses("UnknownResourceFault", operation, domain=world.domain, **request)


@pytest.mark.parametrize("operation", ["DescribeWorkflowExecution", "GetWorkflowExecutionHistory"])
def test_an_execution_that_is_not_there_is_unknown(world: World, operation: str) -> None:
    """DescribeWorkflowExecution, GetWorkflowExecutionHistory: UnknownResourceFault, also for a runId of another workflowId."""
    flow = world.start()
    for execution in ({**flow.execution, "workflowId": world.name("other")}, {**flow.execution, "runId": "none"}):
        world.refuses("UnknownResourceFault", operation, domain=world.domain, execution=execution)


@pytest.mark.parametrize("operation", ["RequestCancelWorkflowExecution", "SignalWorkflowExecution", "TerminateWorkflowExecution"])
def test_so_it_is_for_what_acts_on_open_executions(world: World, operation: str) -> None:
    """RequestCancelWorkflowExecution, SignalWorkflowExecution, TerminateWorkflowExecution: UnknownResourceFault."""
    request = {**IN_A_DOMAIN[operation], "workflowId": world.name("nobody")}
    assert world.name("nobody") in world.refuses("UnknownResourceFault", operation, domain=world.domain, **request)


REQUIRED_BY_ALL = sorted(name for name in operations() if name not in {"ListTagsForResource", "TagResource", "UntagResource"})


@pytest.mark.parametrize("operation", REQUIRED_BY_ALL)
def test_a_request_without_its_required_members_is_invalid(world: World, operation: str) -> None:
    """Common errors, ValidationError: every operation has members that are "Required: Yes"; the message names them."""
    assert "must not be null" in world.refuses("ValidationException", operation)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("RegisterDomain", {"name": 5, **DAYS}),
        ("ListDomains", {"registrationStatus": "REGISTERED", "maximumPageSize": "many"}),
        ("ListDomains", {"registrationStatus": "REGISTERED", "reverseOrder": "yes"}),
    ],
    ids=["string", "integer", "boolean"],
)
def test_a_member_of_another_json_type_can_not_be_read(world: World, operation: str, request_: dict[str, Any]) -> None:
    """SerializationException: what the JSON protocol answers to a value of the wrong type."""
    world.refuses("SerializationException", operation, **request_)


def test_an_enumeration_has_its_values(world: World) -> None:
    """ListDomains: registrationStatus, valid values REGISTERED | DEPRECATED."""
    said = world.refuses("ValidationException", "ListDomains", registrationStatus="FORGOTTEN")
    assert "registrationStatus" in said
    assert "enum value set" in said
