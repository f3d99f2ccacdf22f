"""Claims about engine.service.model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from engine.service import model
from engine.service.faults import Fault
from engine.service.model import validate

SCHEDULE = {
    "decisionType": "ScheduleActivityTask",
    "scheduleActivityTaskDecisionAttributes": {
        "activityType": {"name": "Pack", "version": "1.0"},
        "activityId": "pack",
        "control": '{"node": "pack"}',
        "taskList": {"name": "packers"},
        "scheduleToCloseTimeout": "NONE",
        "scheduleToStartTimeout": "60",
        "taskPriority": "-3",
    },
}


def refusal(operation: str, request: Mapping[str, Any]) -> Fault:
    with pytest.raises(Fault) as caught:
        validate(operation, request)
    return caught.value


def test_the_model_has_every_operation_of_the_api() -> None:
    assert len(model.operations()) == 39
    described = model.operations()["DeprecateDomain"]
    assert described.input_shape == "DeprecateDomainInput"
    assert described.output_shape == ""
    assert described.faults == {"UnknownResourceFault", "DomainDeprecatedFault", "OperationNotPermittedFault"}


def test_reading_the_model_does_not_import_botocore() -> None:
    code = (
        "import sys; from engine.service.model import validate; validate('DescribeDomain', {'name': 'a'}); print('botocore' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_event_type_and_decision_type_has_its_attributes_in_the_model() -> None:
    assert set(model.event_attributes().values()) == set(model.members("HistoryEvent")) - {"eventId", "eventType", "eventTimestamp"}
    assert set(model.decision_attributes().values()) == set(model.members("Decision")) - {"decisionType"}
    assert model.event_attributes()["TimerFired"] == "timerFiredEventAttributes"
    assert model.decision_attributes()["StartTimer"] == "startTimerDecisionAttributes"


def test_enumerations_can_be_asked_for() -> None:
    assert model.enum("ChildPolicy") == ("TERMINATE", "REQUEST_CANCEL", "ABANDON")


def test_a_request_that_is_right_comes_back_itself() -> None:
    request = {
        "taskToken": "t",
        "decisions": [SCHEDULE, {"decisionType": "CompleteWorkflowExecution", "completeWorkflowExecutionDecisionAttributes": {}}],
    }
    assert validate("RespondDecisionTaskCompleted", request) is request


def test_members_that_the_model_does_not_know_are_left_out_at_every_depth() -> None:
    request = {"taskToken": "t", "wish": 1, "decisions": [{**SCHEDULE, "wish": [2]}], "taskList": {"name": "x", "wish": 3}}
    assert validate("RespondDecisionTaskCompleted", request) == {"taskToken": "t", "decisions": [SCHEDULE], "taskList": {"name": "x"}}


def test_members_that_are_null_are_left_out() -> None:
    assert validate("RespondActivityTaskCompleted", {"taskToken": "t", "result": None}) == {"taskToken": "t"}


def test_an_empty_string_where_the_model_says_optional_is_left_out() -> None:
    request = {"domain": "d", "workflowId": "w", "runId": "", "signalName": "s"}
    assert validate("SignalWorkflowExecution", request) == {"domain": "d", "workflowId": "w", "signalName": "s"}


def test_an_empty_string_elsewhere_stays_what_it_is() -> None:
    request = {"taskToken": "t", "result": ""}
    assert validate("RespondActivityTaskCompleted", request) is request


def test_a_decision_without_its_attributes_gets_empty_ones_where_none_are_required() -> None:
    request = {"taskToken": "t", "decisions": [{"decisionType": "CompleteWorkflowExecution"}]}
    assert validate("RespondDecisionTaskCompleted", request)["decisions"] == [
        {"decisionType": "CompleteWorkflowExecution", "completeWorkflowExecutionDecisionAttributes": {}}
    ]


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("DescribeDomain", {}, "Value null at 'name' failed to satisfy constraint: Member must not be null"),
        (
            "DescribeDomain",
            {"name": ""},
            "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "RespondActivityTaskFailed",
            {"taskToken": "t", "reason": "x" * 257},
            f"Value '{'x' * 257}' at 'reason' failed to satisfy constraint: Member must have length less than or equal to 256",
        ),
        (
            "ListDomains",
            {"registrationStatus": "GONE"},
            (
                "Value 'GONE' at 'registrationStatus' failed to satisfy constraint: "
                "Member must satisfy enum value set: [REGISTERED, DEPRECATED]"
            ),
        ),
        (
            "ListDomains",
            {"registrationStatus": "REGISTERED", "maximumPageSize": 1001},
            "Value '1001' at 'maximumPageSize' failed to satisfy constraint: Member must have value less than or equal to 1000",
        ),
        (
            "ListDomains",
            {"registrationStatus": "REGISTERED", "maximumPageSize": -1},
            "Value '-1' at 'maximumPageSize' failed to satisfy constraint: Member must have value greater than or equal to 0",
        ),
        (
            "StartWorkflowExecution",
            {"domain": "d", "workflowId": "w", "workflowType": {"name": "n", "version": "v"}, "tagList": list("abcdef")},
            "Value '[a, b, c, d, e, f]' at 'tagList' failed to satisfy constraint: Member must have length less than or equal to 5",
        ),
        (
            "RespondDecisionTaskCompleted",
            {"taskToken": "t", "decisions": [SCHEDULE, {"decisionType": "CancelTimer"}]},
            (
                "Value null at 'decisions.2.member.cancelTimerDecisionAttributes.timerId' failed to satisfy constraint: "
                "Member must not be null"
            ),
        ),
    ],
)
def test_a_violation_is_told_in_the_words_of_aws(operation: str, request_: Mapping[str, Any], message: str) -> None:
    fault = refusal(operation, request_)
    assert fault.code == "ValidationException"
    assert fault.message == f"1 validation error detected: {message}"


def test_all_violations_are_told_at_once() -> None:
    fault = refusal("DescribeWorkflowExecution", {"domain": "", "execution": {"workflowId": "w"}})
    assert fault.message == (
        "2 validation errors detected: "
        "Value '' at 'domain' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        "Value null at 'execution.runId' failed to satisfy constraint: Member must not be null"
    )


def test_a_long_value_is_not_repeated_whole() -> None:
    assert len(refusal("RespondActivityTaskCompleted", {"taskToken": "t", "result": "x" * 40_000}).message) < 500


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"name": 3}, "NUMBER_VALUE can not be converted to a String at 'name'"),
        ({"name": ["a"]}, "START_ARRAY can not be converted to a String at 'name'"),
        ({"name": "\ud800"}, "STRING_VALUE can not be converted to a String at 'name'"),
        ([], "START_ARRAY can not be converted to a Structure"),
    ],
)
def test_a_value_of_another_json_type_can_not_be_read(request_: Any, message: str) -> None:
    fault = refusal("DescribeDomain", request_)
    assert fault.code == "SerializationException"
    assert fault.message == message


def test_a_decision_type_that_is_no_string_can_not_be_read() -> None:
    assert refusal("RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": [{"decisionType": []}]}).code == "SerializationException"


@pytest.mark.parametrize("value", [True, "1", 1.5])
def test_a_page_size_is_an_integer(value: object) -> None:
    assert refusal("ListDomains", {"registrationStatus": "REGISTERED", "maximumPageSize": value}).code == "SerializationException"


@pytest.mark.parametrize("value", [True, "1", float("nan"), float("inf"), 10**400])
def test_a_time_is_a_number(value: object) -> None:
    assert (
        refusal("CountOpenWorkflowExecutions", {"domain": "d", "startTimeFilter": {"oldestDate": value}}).code == "SerializationException"
    )


def test_an_operation_that_is_none_is_refused() -> None:
    assert refusal("DoWhatIMean", {}).code == "UnknownOperationException"
