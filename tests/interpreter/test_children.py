"""What child executions do: claims about whole runs on the tiny SWF."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import HistoryError
from tests.interpreter.plans import activity, end
from tests.interpreter.swf import Execution, kinds
from tests.interpreter.telling import attributes, closing, failure, states, swf_of, timers

START = "StartChildWorkflowExecution"
CANCEL = "RequestCancelExternalWorkflowExecution"
OWN = "w.c.454349e4"
"""The workflowId of the child of node c: the parent is w, its run r."""


def child(*next_nodes: str, **more: Any) -> dict[str, Any]:
    return {"type": "workflow", "workflow": {"name": "Part", "version": "1.0"}, "next": list(next_nodes), **more}


def parent(**more: Any) -> dict[str, Any]:
    return {"c": child("done", **more), "done": end(output="{% results.c %}")}


def test_a_child_says_everything_that_the_spec_says() -> None:
    more: dict[str, Any] = {
        "input": {"n": "{% input %}"},
        "workflowId": "part-{% input %}",
        "tags": ["t", "{% input %}"],
        "childPolicy": "ABANDON",
    }
    more |= {"timeouts": {"execution": "1h", "decision": "none"}, "taskList": "parts", "priority": -2}
    assert attributes(swf_of(parent(**more), 7).decide(), START) == [
        {
            "workflowType": {"name": "Part", "version": "1.0"},
            "workflowId": "part-7",
            "control": '{"node":"c","visit":1,"attempt":1}',
            "input": '{"n":7}',
            "tagList": ["t", "7"],
            "childPolicy": "ABANDON",
            "executionStartToCloseTimeout": "3600",
            "taskStartToCloseTimeout": "NONE",
            "taskList": {"name": "parts"},
            "taskPriority": "-2",
        }
    ]


def test_what_the_spec_does_not_say_is_left_to_the_type() -> None:
    assert set(attributes(swf_of(parent()).decide(), START)[0]) == {"workflowType", "workflowId", "control"}


def test_a_childs_result_is_the_nodes() -> None:
    swf = swf_of(parent(output="{% result.n + 1 %}")).decide()
    assert closing(swf.end_child(OWN, result={"n": 4}).decide()) == {"result": "5"}


def test_a_child_without_a_result_gives_null() -> None:
    assert closing(swf_of(parent()).decide().end_child(OWN).decide()) == {"result": "null"}


def test_a_childs_own_workflowid_is_made_of_its_parents_and_of_its_work() -> None:
    swf = swf_of(parent(retry={"interval": 0})).decide()
    assert list(swf.children) == [OWN]
    swf.end_child(OWN, "Failed").decide()
    assert list(swf.children) == ["w.c.1.2.454349e4"]


def test_another_run_of_the_parent_has_children_of_other_names() -> None:
    plan = swf_of(parent()).plan
    names = {attributes(Execution(plan, run_id=run).start().decide(), START)[0]["workflowId"] for run in ("r", "r2")}
    assert len(names) == 2


def test_a_long_workflowid_is_cut_for_its_children() -> None:
    plan = swf_of({"n" * 64: child("done"), "done": end()}).plan
    (given,) = attributes(Execution(plan, workflow_id="p" * 256).start().decide(), START)
    assert given["workflowId"] == f"{'p' * 180}.{'n' * 64}.454349e4"[:256]
    assert len(given["workflowId"]) <= 256


@pytest.mark.parametrize("workflow_id", ["", "a:b", "a/b", "a|b", "arn", " a", "a\n", "x" * 257, {"a": 1}])
def test_what_is_no_workflowid_is_the_nodes_error(workflow_id: Any) -> None:
    swf = swf_of(parent(workflowId="{% input %}", retry={"interval": 0}), workflow_id).decide()
    assert failure(swf)[0] == "c: WorkflowId.Illegal"


@pytest.mark.parametrize("tag", ["", "x" * 257])
def test_what_is_no_tag_is_the_nodes_error(tag: str) -> None:
    assert failure(swf_of(parent(tags=["{% input %}"]), tag).decide())[0] == "c: Tag.Illegal"


FAILURES = [
    ("Failed", {"reason": "Broken", "details": "it fell"}, "Child.Failed", "Broken: it fell"),
    ("Failed", {"reason": "Broken"}, "Child.Failed", "Broken"),
    ("Failed", {}, "Child.Failed", ""),
    ("TimedOut", {}, "Child.TimedOut", ""),
    ("Terminated", {}, "Child.Terminated", ""),
    ("Canceled", {"details": "enough"}, "Child.Canceled", "enough"),
]


@pytest.mark.parametrize(("how", "given", "name", "message"), FAILURES)
def test_how_a_child_ends_badly_is_an_error_with_a_name(how: str, given: dict[str, str], name: str, message: str) -> None:
    swf = swf_of(parent()).decide().end_child(OWN, how, **given).decide()
    reason, details = failure(swf)
    assert (reason, details["error"], details["message"]) == (f"c: {name}", name, message)


def test_a_failed_child_is_repeated_and_caught_as_any_work_is() -> None:
    swf = swf_of({"c": child("done", retry={"maxAttempts": 2, "interval": 5}, catch=[{"errors": ["Child.*"], "next": "mend"}])} |
                 {"mend": activity("done"), "done": end(join="any")}).decide().end_child(OWN, "Failed").decide()  # fmt: skip
    assert timers(swf) == {"c.retry.1.1": "5"}
    swf.fire("c.retry.1.1").decide().end_child("w.c.1.2.454349e4", "Terminated").decide()
    assert states(swf)["mend"] == "open"


def test_a_workflowid_that_somebody_has_is_an_error() -> None:
    swf = swf_of(parent(workflowId="taken"))
    swf.strangers.add("taken")
    assert failure(swf.decide().decide())[0] == "c: ScheduleFailed.WORKFLOW_ALREADY_RUNNING"


@pytest.mark.parametrize("cause", ["OPEN_CHILDREN_LIMIT_EXCEEDED", "OPEN_WORKFLOWS_LIMIT_EXCEEDED", "CHILD_CREATION_RATE_EXCEEDED"])
def test_a_cause_that_passes_is_waited_for(cause: str) -> None:
    swf = swf_of(parent()).refuse(START, cause).decide().decide()
    assert timers(swf) == {"swfgraph.throttle.1": "1"}
    assert kinds(swf.fire("swfgraph.throttle.1").decide().decisions) == [START]


def test_where_too_many_children_are_open_each_that_closes_lets_one_in() -> None:
    nodes = {"fork": {"type": "pass", "next": ["c", "d"]}, "c": child("done"), "d": child("done"), "done": end()}
    swf = swf_of(nodes).take()
    swf.decisions = swf.decisions[:2]
    swf.respond().refuse(START, "OPEN_CHILDREN_LIMIT_EXCEEDED").decide().decide()
    assert swf.decisions == []
    assert kinds(swf.end_child(OWN).decide().decisions) == [START]


def test_any_other_refusal_is_an_error() -> None:
    swf = swf_of(parent()).refuse(START, "WORKFLOW_TYPE_DOES_NOT_EXIST").decide().decide()
    assert failure(swf)[0] == "c: ScheduleFailed.WORKFLOW_TYPE_DOES_NOT_EXIST"


# Being canceled.

BESIDE = {"fork": {"type": "pass", "next": ["a", "c"]}, "a": activity("done"), "c": child("done"), "done": end()}


def test_a_child_is_asked_to_cancel_by_its_run_when_the_execution_fails() -> None:
    swf = swf_of(BESIDE).decide().fail("a", "Broken").take()
    run_id = swf.runs[OWN]
    assert attributes(swf, CANCEL) == [{"workflowId": OWN, "runId": run_id, "control": '{"node":"c","visit":1,"attempt":1}'}]
    assert kinds(swf.decisions)[-1] == "FailWorkflowExecution"


def test_a_canceled_execution_waits_for_its_child() -> None:
    swf = swf_of(BESIDE).decide().begin("a").request_cancel().decide()
    assert OWN in swf.asked
    swf.cancel("a").decide()
    assert not swf.closed
    assert swf.end_child(OWN, "Canceled").decide().closed == "WorkflowExecutionCanceled"
    assert states(swf)["c"] == "canceled"


def test_a_child_that_has_continued_as_new_is_asked_whatever_run_it_is_in() -> None:
    swf = swf_of(BESIDE).decide().continue_child(OWN).request_cancel().decide()
    assert OWN not in swf.asked
    (again,) = attributes(swf.decide(), CANCEL)
    assert "runId" not in again
    assert OWN in swf.asked
    assert attributes(swf.decide(), CANCEL) == []


def test_a_child_that_can_not_be_asked_is_asked_no_more() -> None:
    swf = swf_of(BESIDE).decide().begin("a").request_cancel().refuse(CANCEL, "OPERATION_NOT_PERMITTED").decide().decide()
    assert attributes(swf, CANCEL) == []


def test_where_children_are_asked_too_fast_they_are_asked_again_but_not_for_ever() -> None:
    swf = swf_of(BESIDE).decide().begin("a").request_cancel()
    swf.refuse(CANCEL, *["REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED"] * 30)
    asked = 0
    while attributes(swf.decide(), CANCEL):
        asked += 1
    assert asked == 20


RESET = {
    "fork": {"type": "pass", "next": ["a", "c"]},
    "a": activity("done", catch=[{"errors": ["*"], "retryFrom": "fork", "maxTimes": 1}]),
    "c": child("done"),
    "done": end(output="{% results.c %}"),
}


def test_a_child_that_is_decided_on_and_then_not_wanted_is_asked_as_soon_as_it_has_started() -> None:
    swf = swf_of(RESET).take()
    swf.event("DecisionTaskCompleted")
    swf.event("MarkerRecorded", markerName="swfgraph.spec", details=swf.decisions[0]["recordMarkerDecisionAttributes"]["details"])
    swf.tasks["a"] = swf.event("ActivityTaskScheduled", activityId="a", activityType={"name": "Work", "version": "1.0"})
    given = attributes(swf, START)[0]
    swf.controls["a"] = {}
    initiated = swf.event("StartChildWorkflowExecutionInitiated", **given)
    swf.fail("a").take()
    assert attributes(swf, CANCEL) == []
    swf.event("ChildWorkflowExecutionStarted", workflowExecution={"workflowId": OWN, "runId": "x"}, initiatedEventId=initiated)
    assert attributes_of(swf, CANCEL)[0]["runId"] == "x"


def attributes_of(swf: Execution, kind: str) -> list[dict[str, Any]]:
    """Of what the run wants now."""
    swf.decisions = swf.run.decisions()
    return attributes(swf, kind)


def test_the_late_answer_of_a_child_of_an_earlier_visit_is_ignored() -> None:
    swf = swf_of(RESET).decide().fail("a").decide().end_child(OWN, result="late").decide()
    assert states(swf)["c"] == "open"
    swf.complete("a.2.1").decide().end_child("w.c.2.1.454349e4", result="in time").decide()
    assert closing(swf) == {"result": '"in time"'}


def test_a_child_of_the_same_name_as_one_that_is_still_open_is_refused() -> None:
    nodes = RESET | {"c": child("done", workflowId="one")}
    swf = swf_of(nodes).decide().fail("a").decide().decide()
    assert failure(swf)[0] == "c: ScheduleFailed.WORKFLOW_ALREADY_RUNNING"


# Histories that can't be.


def test_a_child_is_known_by_its_control() -> None:
    swf = swf_of(parent()).take()
    given = attributes(swf, START)[0]
    with pytest.raises(HistoryError, match="the child execution elsewhere is none that this spec wants here"):
        swf.event("StartChildWorkflowExecutionInitiated", **(given | {"control": "{}", "workflowId": "elsewhere"}))


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        ({"workflowId": "other"}, "the child execution is called other, this spec says w.c"),
        ({"workflowType": {"name": "Part", "version": "2.0"}}, r"is of the type Part 2.0, this spec says Part 1.0"),
    ],
)
def test_a_child_is_what_was_asked_for(other: dict[str, Any], complaint: str) -> None:
    swf = swf_of(parent()).take()
    with pytest.raises(HistoryError, match=complaint):
        swf.event("StartChildWorkflowExecutionInitiated", **(attributes(swf, START)[0] | other))


def test_an_answer_is_of_the_kind_that_was_begun() -> None:
    swf = swf_of(BESIDE).decide()
    with pytest.raises(HistoryError, match="has scheduled no activity task that is open"):
        swf.event("ActivityTaskCompleted", scheduledEventId=swf.children[OWN])


def test_where_the_children_are_can_be_seen() -> None:
    swf = swf_of(parent()).decide()
    (seen,) = swf.run.view().nodes["c"].children
    assert (seen.workflow_id, seen.run_id) == (OWN, swf.runs[OWN])
    assert json.loads(swf.run.context())["open"][0]["node"] == "c"
