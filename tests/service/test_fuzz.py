"""Law: whatever is asked, the core answers, or refuses with a fault that is the client's and changes nothing; and it goes on working.

Requests come as a client's bytes do, through wire, or as Python values, as the in-process client hands them over.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.service.core import Parked, Reply
from engine.service.faults import Fault
from engine.service.model import operations, shape
from engine.service.wire import Access, answer, read_request, refusal
from tests.service.driving import DOMAIN, START, Service, complete, schedule
from tests.service.laws import check_history
from tests.service.mutations import FOR_ACTIVITY, FOR_DECISION, OPERATIONS, RUN_ID, as_json, requests, spoilt

ACCESS = Access()
NO_JSON = (math.nan, math.inf, b"bytes", Decimal(1), {1, 2}, object(), 1j, ("a", "b"), {1: 2}, {None: None}, 10**400)
"""What Python callers may hand over and no JSON can hold."""


class Fuzzed:
    """A service with work under way, which is asked anything."""

    def __init__(self) -> None:
        self.service = Service()
        self.run_id = self.service.start()
        self.service.start("other")
        self.service.decide_next(schedule("one"))
        self.tokens = {
            FOR_DECISION: self.service.poll_decision()["taskToken"],
            FOR_ACTIVITY: self.service.poll_activity()["taskToken"],
            RUN_ID: self.run_id,
        }

    def ask(self, operation: str, value: Any) -> None:
        """As over HTTP: bytes in, bytes out."""
        body = as_json(value, self.tokens)
        headers = {b"content-type": b"application/x-amz-json-1.0", b"x-amz-target": b"SimpleWorkflowService." + operation.encode()}
        try:
            asked = read_request(ACCESS, headers, body, START)
        except Fault as fault:
            assert_told(fault)
            return
        self.put(operation, asked.request)

    def put(self, operation: str, request: Mapping[str, Any]) -> None:
        """As in process."""
        core, store = self.service.core, self.service.store
        try:
            given_back = core.handle(operation, request, self.service.now)
            store.write(core.take_changes())
            if isinstance(given_back, Parked):
                return
            body = given_back.body if isinstance(given_back, Reply) else given_back.build()
        except Fault as fault:
            assert_told(fault)
            assert core.take_changes() == [], "a refused request has changed something"
            return
        output = operations()[operation].output_shape
        assert shape(output).accepts(body) if output else body == {}, (operation, body)
        assert answer(body, "id").status == 200

    def assert_well(self) -> None:
        """Histories are lawful, a restart changes nothing that can be seen, and an execution runs from start to end."""
        service = self.service
        before = [self.seen(name) for name in ("flow", "other")]
        service.restart()
        assert [self.seen(name) for name in ("flow", "other")] == before
        service.call("RegisterDomain", name="after", workflowExecutionRetentionPeriodInDays="1")
        service.call("RegisterWorkflowType", domain="after", name="After", version="1")
        options = {"taskStartToCloseTimeout": "60", "executionStartToCloseTimeout": "60", "childPolicy": "TERMINATE"}
        started = service.call(
            "StartWorkflowExecution", domain="after", workflowId="after", workflowType={"name": "After", "version": "1"},
            taskList={"name": "after"}, **options,
        )  # fmt: skip
        task = service.call("PollForDecisionTask", domain="after", taskList={"name": "after"})
        service.decide(task, complete())
        execution = {"workflowId": "after", "runId": started["runId"]}
        ended = service.call("DescribeWorkflowExecution", domain="after", execution=execution)
        assert ended["executionInfo"]["closeStatus"] == "COMPLETED"

    def seen(self, workflow_id: str) -> Any:
        if DOMAIN not in {info["name"] for info in self.service.call("ListDomains", registrationStatus="REGISTERED")["domainInfos"]}:
            return "deprecated"
        history = self.service.history(workflow_id)
        check_history(history)
        return history, self.service.describe(workflow_id)


def assert_told(fault: Fault) -> None:
    """It is the client's, says why, and can be sent."""
    assert 400 <= fault.status < 500, fault
    assert fault.message
    assert json.loads(refusal(fault, "id").body).keys() == {"__type", "message"}
    assert len(fault.message) < 20_000, "a fault is no place for the whole request"


@st.composite
def spoilt_requests(draw: DrawFn) -> tuple[str, Any]:
    operation = draw(st.sampled_from(OPERATIONS))
    return operation, draw(spoilt(operation))


@given(st.lists(spoilt_requests(), min_size=5, max_size=20))
@settings(max_examples=150, deadline=None)
def test_whatever_a_client_sends_it_is_answered_or_told_what_is_wrong(asked: list[tuple[str, Any]]) -> None:
    world = Fuzzed()
    for operation, value in asked:
        world.ask(operation, value)
    world.assert_well()


@pytest.mark.parametrize("operation", OPERATIONS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_each_operation_bears_what_it_is_asked(operation: str, data: st.DataObject) -> None:
    world = Fuzzed()
    for _ in range(8):
        world.ask(operation, data.draw(spoilt(operation)))
    world.assert_well()


@given(st.sampled_from(OPERATIONS).flatmap(lambda operation: st.tuples(st.just(operation), requests(operation))), st.data())
@settings(max_examples=150, deadline=None)
def test_what_python_hands_over_and_json_can_not_hold_is_refused(asked: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    operation, request = asked
    world = Fuzzed()
    request[data.draw(st.sampled_from([*request, "unknown", 7, None]))] = data.draw(st.sampled_from(NO_JSON))  # type: ignore[index]
    world.put(operation, request)
    world.assert_well()
