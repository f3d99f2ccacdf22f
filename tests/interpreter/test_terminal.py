from __future__ import annotations

import json
from typing import Any

import pytest

from engine.interpreter.events import CloseStatus
from engine.interpreter.view import Outcome
from engine.spec.model import ABSENT
from tests.interpreter.api import complaints_about
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import T0, Execution, kinds
from tests.interpreter.telling import closing, failure, swf_of, timers

AGAIN = {"a": activity("again"), "again": end("continued", output={"n": "{% results.a %}"})}
TERMS = {
    "executionStartToCloseTimeout": "7200",
    "taskStartToCloseTimeout": "NONE",
    "taskList": {"name": "elsewhere"},
    "childPolicy": "REQUEST_CANCEL",
    "taskPriority": "-3",
    "lambdaRole": "arn:aws:iam::123456789012:role/caller",
    "tagList": ["red", "green"],
}


def test_a_continued_terminal_starts_the_workflow_once_more_with_its_output_as_the_input() -> None:
    swf = swf_of(AGAIN, {"n": 1}).decide().complete("a", 2).decide()
    assert kinds(swf.decisions) == ["ContinueAsNewWorkflowExecution"]
    assert json.loads(closing(swf)["input"]) == {"n": 2}
    assert swf.closed == "WorkflowExecutionContinuedAsNew"


@pytest.mark.parametrize("given", ['{"n":  1}', "no JSON", ""])
def test_without_an_output_it_has_the_same_input_to_the_letter(given: str) -> None:
    swf = Execution(plan_of({"again": end("continued")})).start(input=given).decide()
    assert closing(swf)["input"] == given


def test_an_execution_without_input_continues_without_one() -> None:
    assert "input" not in closing(swf_of({"again": end("continued")}).decide())


def test_everything_else_is_as_this_execution_was_started_with() -> None:
    swf = Execution(plan_of({"again": end("continued")})).start(7, **TERMS).wait(60).decide()
    assert closing(swf) == {"input": "7", **TERMS}
    assert complaints_about(swf.decisions) == ""


def test_what_it_was_started_without_is_left_to_the_workflow_type() -> None:
    swf = Execution(plan_of({"again": end("continued")})).start(7, tagList=[]).decide()
    assert closing(swf).keys() == {"input", "taskList", "childPolicy"}


def test_the_outcome_names_the_run_that_it_goes_on_as() -> None:
    swf = swf_of({"again": end("continued")}).take()
    swf.event("WorkflowExecutionContinuedAsNew", newExecutionRunId="next", workflowType={"name": "Test", "version": "1.0"})
    outcome = Outcome(status=CloseStatus.CONTINUED_AS_NEW, time=T0, result=ABSENT, reason="", details="", new_run_id="next")
    assert swf.run.outcome == outcome


def test_a_continuation_that_did_not_see_everything_is_decided_again() -> None:
    swf = swf_of(AGAIN).decide().complete("a", 2).take()
    swf.signal("hello").respond().decide()
    assert kinds(swf.decisions) == ["ContinueAsNewWorkflowExecution"]
    assert swf.closed


def test_a_continuation_that_swf_refuses_is_tried_again_later() -> None:
    swf = swf_of({"again": end("continued")}).refuse("ContinueAsNewWorkflowExecution", "WORKFLOW_TYPE_DEPRECATED").decide().decide()
    assert timers(swf) == {"swfgraph.close.1": "60"}
    assert swf.fire("swfgraph.close.1").decide().closed == "WorkflowExecutionContinuedAsNew"


def test_an_input_for_the_next_run_that_is_too_large_fails_the_node() -> None:
    swf = swf_of(AGAIN).decide().complete("a", "x" * 32_768).decide()
    reason, details = failure(swf)
    assert reason == "again: Payload.TooLarge"
    assert details["message"].startswith("the output is 327")


@pytest.mark.parametrize("tags", ["red", [7], {"red": 1}])
def test_tags_that_are_no_list_of_texts_are_no_history(tags: Any) -> None:
    with pytest.raises(Exception, match="its tagList should be a list of texts"):
        Execution(plan_of({"again": end("continued")})).start(tagList=tags)
