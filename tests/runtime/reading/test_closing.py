from __future__ import annotations

from typing import Any

import pytest

from engine.runtime.reading.closing import STATUS, closing_lines, parse_closing


def closed(kind: str, **attributes: Any) -> dict[str, Any]:
    return {"eventId": 9, "eventTimestamp": 12.5, "eventType": kind, f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes}


@pytest.mark.parametrize(("kind", "status"), STATUS.items())
def test_every_closing_event_has_its_status(kind: str, status: str) -> None:
    closing = parse_closing(closed(kind))
    assert (closing.status, closing.at, closing.completed) == (status, 12.5, status == "COMPLETED")


@pytest.mark.parametrize(("result", "output"), [('"banana"', "banana"), ('{"a":[1]}', {"a": [1]}), ("plain", "plain"), ("null", None)])
def test_the_output_is_the_value_of_the_result(result: str, output: Any) -> None:
    assert parse_closing(closed("WorkflowExecutionCompleted", result=result)).output == output


def test_the_failure_of_a_node_says_what_failed_why_and_how_often() -> None:
    details = '{"node":"pick","error":"ExitCode.3","message":"no letters left\\n","attempts":3}'
    closing = parse_closing(closed("WorkflowExecutionFailed", reason="pick: ExitCode.3", details=details))
    assert closing_lines(closing) == ["pick: ExitCode.3", "no letters left (after 3 attempts)"]


def test_a_failed_terminal_says_its_reason_and_details() -> None:
    closing = parse_closing(closed("WorkflowExecutionFailed", reason="NoLetter", details="Test_Task_A gave 7."))
    assert closing_lines(closing) == ["NoLetter", "Test_Task_A gave 7."]


def test_details_of_another_shape_are_shown_as_they_are() -> None:
    closing = parse_closing(closed("WorkflowExecutionFailed", details='{"code":7}'))
    assert closing_lines(closing) == ['{"code": 7}']


def test_an_execution_that_swf_terminated_by_itself_says_for_what_cause() -> None:
    closing = parse_closing(closed("WorkflowExecutionTerminated", childPolicy="TERMINATE", cause="EVENT_LIMIT_EXCEEDED"))
    assert closing_lines(closing) == ["EVENT_LIMIT_EXCEEDED"]
