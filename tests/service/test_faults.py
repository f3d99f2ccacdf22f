"""Claims about engine.service.faults."""

from __future__ import annotations

import pytest

from engine.service.faults import ON_THE_WIRE, Fault, unknown_domain, unknown_execution, unknown_type
from engine.service.model import operations


def test_every_fault_that_an_operation_declares_has_its_form_on_the_wire() -> None:
    declared = {fault for operation in operations().values() for fault in operation.faults}
    assert declared <= ON_THE_WIRE.keys()
    assert all(ON_THE_WIRE[fault].status == 400 for fault in declared)


@pytest.mark.parametrize(
    ("code", "type_name", "status"),
    [
        ("UnknownResourceFault", "com.amazonaws.swf.base.model#UnknownResourceFault", 400),
        ("ValidationException", "com.amazon.coral.validate#ValidationException", 400),
        ("SerializationException", "com.amazon.coral.service#SerializationException", 400),
        ("InternalFailure", "com.amazon.coral.service#InternalFailure", 500),
        ("ServiceUnavailable", "com.amazon.coral.service#ServiceUnavailable", 503),
    ],
)
def test_a_fault_names_its_type_and_its_http_status(code: str, type_name: str, status: int) -> None:
    fault = Fault(code, "no")
    assert fault.type_name == type_name
    assert fault.status == status
    assert fault.body() == {"__type": type_name, "message": "no"}


def test_what_is_unknown_is_named_as_aws_names_it() -> None:
    assert unknown_domain("shop").message == "Unknown domain: shop"
    assert unknown_type("activity", "Pack", "2").message == "Unknown type: ActivityType=[name=Pack, version=2]"
    assert unknown_execution("order-1", "r1").message == "Unknown execution: WorkflowExecution=[workflowId=order-1, runId=r1]"
    assert unknown_execution("order-1").message == "Unknown execution, workflowId = order-1"
