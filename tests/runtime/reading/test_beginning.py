"""How an execution came to be."""

from __future__ import annotations

import json

import pytest

from engine.runtime.reading.beginning import NONE, beginning_of
from engine.spec.model import ABSENT

OLD = {"workflowId": "W", "runId": "r1"}


def test_what_a_person_gave_is_shown_as_they_gave_it() -> None:
    beginning = beginning_of({"input": '{"a": 1}', "tagList": ["x"], "parentWorkflowExecution": OLD})
    assert (beginning.input, beginning.tags, beginning.parent) == ({"a": 1}, ("x",), ("W", "r1"))
    assert (beginning.continues, beginning.retry_of, beginning.taken) == ("", NONE, ())


def test_without_input_there_is_none() -> None:
    assert beginning_of({}).input is ABSENT


def test_of_a_retry_it_says_of_which_and_what_it_has_taken_over() -> None:
    wrapped = {"$swfgraph": {"v": 1, "input": {"a": 1}, "known": {"b": {"result": 2}, "c": {"result": 3}}, "retryOf": OLD}}
    beginning = beginning_of({"input": json.dumps(wrapped)})
    assert (beginning.input, beginning.retry_of, beginning.taken) == ({"a": 1}, ("W", "r1"), ("b", "c"))


def test_of_a_run_that_goes_on_it_says_from_which() -> None:
    beginning = beginning_of({"input": '{"$swfgraph": {"v": 1, "state": {}}}', "continuedExecutionRunId": "r1"})
    assert (beginning.input, beginning.continues) == (ABSENT, "r1")


@pytest.mark.parametrize("wrapped", [None, 1, "text", [], {"retryOf": 1}, {"retryOf": {"workflowId": 2}}, {"known": [1]}])
def test_what_a_foreign_client_wrote_there_breaks_nothing(wrapped: object) -> None:
    beginning = beginning_of({"input": json.dumps({"$swfgraph": wrapped})})
    assert (beginning.retry_of, beginning.taken) == (NONE, ())
