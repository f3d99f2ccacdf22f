from __future__ import annotations

import json
from typing import Any

import pytest

from engine.interpreter import compensation
from engine.runtime.reading.closing import MARKER, STATUS, closing_lines, compensation_in, parse_closing


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


SAID = {
    "undone": [{"node": "charge", "visit": 1}, {"node": "pack", "visit": 1, "item": 2}],
    "failed": [{"node": "reserve", "visit": 1, "error": "ExitCode.1", "message": "no such\nstock"}],
}


def marker(name: str, details: str) -> dict[str, Any]:
    attributes = {"markerName": name, "details": details}
    return {"eventId": 8, "eventTimestamp": 12.5, "eventType": "MarkerRecorded", "markerRecordedEventAttributes": attributes}


def test_what_was_undone_is_told_after_a_terminals_own_words() -> None:
    event = closed("WorkflowExecutionFailed", reason="NotShipped", details="nobody there")
    said = compensation_in([event, marker(MARKER, json.dumps(SAID)), marker("swfgraph.spec", "{}")])
    assert closing_lines(parse_closing(event, said)) == [
        "NotShipped",
        "nobody there",
        "undone: charge, pack[2]",
        "NOT undone: reserve: ExitCode.1: no such stock",
    ]


def test_what_was_undone_is_told_once_where_the_details_have_it_too() -> None:
    event = closed("WorkflowExecutionCanceled", details=json.dumps({"canceled": ["ship"], "compensation": SAID}))
    lines = closing_lines(parse_closing(event, SAID))
    assert lines[0] == "stopped: ship"
    assert len(lines) == 3


def test_of_a_long_list_of_what_was_undone_it_is_said_how_much_is_left_out() -> None:
    said = {"undone": [{"node": "a", "visit": 1}], "failed": [], "omitted": {"undone": 1200, "failed": 3}}
    assert closing_lines(parse_closing(closed("WorkflowExecutionCompleted"), said)) == ["undone: a and 1,200 more", "NOT undone: 3 more"]


def test_without_the_marker_nothing_was_undone() -> None:
    assert compensation_in([closed("WorkflowExecutionCompleted"), marker("somebody's", "{}")]) == {}
    assert compensation.MARKER == MARKER
