"""Law: whatever is asked, the core answers, or refuses with a fault that is the client's and changes nothing; and it goes on working.

Requests come as a client's bytes do, through wire, or as Python values, as the in-process client hands them over.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.service.core import Parked, Reply
from engine.service.faults import Fault
from engine.service.model import operations, shape
from engine.service.paging import page_token
from engine.service.wire import Access, answer, read_request, refusal
from tests.clients.serving import KEY, SECRET
from tests.service.driving import DOMAIN, START, Service, complete, schedule
from tests.service.laws import check_history
from tests.service.mutations import FOR_ACTIVITY, FOR_DECISION, ODD_NUMBERS, OPERATIONS, RUN_ID, as_json, requests, spoilt
from tests.service.serving import HEADERS

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


def tokens_of_pages(world: Fuzzed) -> dict[str, tuple[dict[str, Any], str]]:
    """Operation -> a request that has a second page, and that page's token."""
    execution = {"workflowId": "flow", "runId": world.run_id}
    asked: dict[str, dict[str, Any]] = {
        "GetWorkflowExecutionHistory": {"domain": DOMAIN, "execution": execution},
        "ListDomains": {"registrationStatus": "REGISTERED"},
        "ListWorkflowTypes": {"domain": DOMAIN, "registrationStatus": "REGISTERED"},
        "ListOpenWorkflowExecutions": {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}},
        "PollForDecisionTask": {"domain": DOMAIN, "taskList": {"name": "decisions"}},
    }
    world.service.start("third")
    world.service.call("RegisterDomain", name="second", workflowExecutionRetentionPeriodInDays="1")
    world.service.call("RegisterWorkflowType", domain=DOMAIN, name="Second", version="1.0")
    return {
        operation: (request, world.service.call(operation, **request, maximumPageSize=1)["nextPageToken"])
        for operation, request in asked.items()
    }


POSITIONS: SearchStrategy[list[Any]] = st.lists(
    st.sampled_from((*ODD_NUMBERS, math.nan, math.inf, "", "x", "\ud800", None, True, [], {})), max_size=4
) | st.just([1, 999, 1, 5, "1.2.3.abcdefgh", 5, 0, "nobody", "never"])


@given(POSITIONS, st.sampled_from((START, 0, -1e300, math.nan, "yesterday", None, [])))
@settings(max_examples=150, deadline=None)
def test_forged_page_tokens_are_refused_or_lead_somewhere(position: list[Any], issued: Any) -> None:
    world = Fuzzed()
    for operation, (request, token) in tokens_of_pages(world).items():
        world.put(operation, {**request, "nextPageToken": token})
        with suppress(UnicodeEncodeError):  # a token that can't even be written
            world.put(operation, {**request, "nextPageToken": page_token(operation, request, position, issued)})


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_damaged_task_tokens_are_refused(data: st.DataObject) -> None:
    world = Fuzzed()
    for kind, operation in ((FOR_DECISION, "RespondDecisionTaskCompleted"), (FOR_ACTIVITY, "RespondActivityTaskCompleted")):
        token = world.tokens[kind]
        place = data.draw(st.integers(0, len(token)))
        piece = data.draw(st.sampled_from(("", "0", "9" * 30, "9" * 900, "-", "_", ".", " ", "a", "\u0661", "\x00")))
        damaged = token[:place] + piece + token[place + data.draw(st.integers(0, 30)) :]
        if damaged not in {token, ""}:
            with pytest.raises(Fault) as refused:
                world.service.call(operation, taskToken=damaged)
            assert refused.value.code in {"ValidationException", "UnknownResourceFault"}


def test_page_tokens_have_room_for_the_longest_names() -> None:
    """They are at most 2048 characters (API reference, nextPageToken), and an emoji takes four bytes of them."""
    service = Service()
    long, version = "\U0001f388" * 256, "\U0001f34e" * 64
    for name in (long, long[1:]):
        options = {"defaultTaskStartToCloseTimeout": "60", "defaultExecutionStartToCloseTimeout": "60", "defaultChildPolicy": "TERMINATE"}
        service.call("RegisterWorkflowType", domain=DOMAIN, name=name, version=version, defaultTaskList={"name": long}, **options)
    service.start(long, workflowType={"name": long, "version": version})
    asked = {"domain": DOMAIN, "maximumPageSize": 1}
    first = service.call("PollForDecisionTask", **asked, taskList={"name": long})
    second = service.call("PollForDecisionTask", **asked, taskList={"name": long}, nextPageToken=first["nextPageToken"])
    assert second["events"][0]["eventId"] == 2
    assert all(first[member] == second[member] for member in first.keys() - {"events", "nextPageToken"})
    types = service.call("ListWorkflowTypes", **asked, registrationStatus="REGISTERED", reverseOrder=True)
    types = service.call(
        "ListWorkflowTypes", **asked, registrationStatus="REGISTERED", reverseOrder=True, nextPageToken=types["nextPageToken"]
    )
    assert types["typeInfos"][0]["workflowType"]["name"] == long[1:]


def signed() -> dict[bytes, bytes]:
    """The headers of a request that is signed."""
    request = AWSRequest(method="POST", url="http://localhost/", data=b"{}", headers=HEADERS)
    SigV4Auth(Credentials(KEY, SECRET), "swf", "us-east-1").add_auth(request)
    return {name.lower().encode(): value.encode() for name, value in {"Host": "localhost", **request.headers}.items()}


ODD_BYTES = (b"", b"\xff", b"\xb2", b"/", b",", b";", b"=", b" ", b"AWS4-HMAC-SHA256", b"SignedHeaders=", b"00000000", b"T", b"x" * 5_000)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_signature_is_refused(data: st.DataObject) -> None:
    headers = signed()
    access, now = Access(keys={KEY: SECRET}), time.time()
    assert read_request(access, headers, b"{}", now).operation == "ListDomains"
    name = data.draw(st.sampled_from((b"authorization", b"x-amz-date", b"x-amz-target", b"host")))
    value = headers[name]
    place = data.draw(st.integers(0, len(value)))
    damaged = value[:place] + data.draw(st.sampled_from(ODD_BYTES)) + value[place + data.draw(st.integers(0, 40)) :]
    if damaged.split() != value.split() and damaged.replace(b" ", b"") != value.replace(b" ", b""):  # the signature covers no spacing
        with pytest.raises(Fault) as refused:
            read_request(access, {**headers, name: damaged}, b"{}", now)
        assert_told(refused.value)
