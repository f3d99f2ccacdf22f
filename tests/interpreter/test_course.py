"""What nodes do: claims about whole runs on the tiny SWF."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import HistoryError
from engine.interpreter.states import NodeState
from engine.spec.model import ABSENT
from tests.interpreter.plans import activity, end
from tests.interpreter.swf import T0, kinds
from tests.interpreter.telling import SERIAL, closing, failure, scheduled, states, swf_of, timers

# Activities.


def test_serial_activities_run_one_after_another_and_hand_on_their_results() -> None:
    swf = swf_of(SERIAL).decide()
    assert scheduled(swf) == ["a"]
    swf.complete("a", {"x": [1, 2]}).decide()
    assert scheduled(swf) == ["b"]
    assert swf.decisions[0]["scheduleActivityTaskDecisionAttributes"]["input"] == '{"x":[1,2]}'
    swf.complete("b", "plain text").decide()
    assert closing(swf) == {"result": '"plain text"'}
    assert swf.closed == "WorkflowExecutionCompleted"


def test_an_activity_without_input_gets_none_and_without_result_has_null() -> None:
    swf = swf_of(SERIAL).decide()
    assert "input" not in swf.decisions[1]["scheduleActivityTaskDecisionAttributes"]
    swf.complete("a").decide()
    assert swf.decisions[0]["scheduleActivityTaskDecisionAttributes"]["input"] == "null"


def test_output_shapes_what_the_activity_gave() -> None:
    swf = swf_of({"a": activity("done", output={"sum": "{% result.x + input %}"}), "done": end(output="{% results.a %}")}, 3)
    swf.decide().complete("a", {"x": 4}).decide()
    assert json.loads(closing(swf)["result"]) == {"sum": 7}


def test_control_says_which_node_visit_and_attempt_a_task_is() -> None:
    swf = swf_of({"a": activity("done", retry={"maxAttempts": 2, "interval": 0}), "done": end()}).decide()
    assert swf.control_of("a") == {"node": "a", "visit": 1, "attempt": 1}
    swf.fail("a").decide()
    assert swf.control_of("a.1.2") == {"node": "a", "visit": 1, "attempt": 2}


def test_an_input_that_swf_cannot_carry_is_the_nodes_error() -> None:
    big = {"a": activity("b"), "b": activity("done", input="{% results.a %}{% results.a %}"), "done": end()}
    swf = swf_of(big).decide().complete("a", "x" * 20_000).decide()
    reason, details = failure(swf)
    assert reason == "b: Payload.TooLarge"
    assert "40002 characters" in details["message"]


# Fan-out and fan-in.


PARALLEL = {"fork": {"type": "pass", "next": ["a", "b", "c"]}} | {name: activity("join") for name in "abc"}
PARALLEL |= {"join": {"type": "pass", "output": "{% [results.a, results.b, results.c] %}", "next": "done"}}
PARALLEL |= {"done": end(output="{% results.join %}")}


def test_a_fan_out_schedules_all_at_once_in_the_documents_order() -> None:
    assert scheduled(swf_of(PARALLEL).decide()) == ["a", "b", "c"]


def test_completions_that_arrive_together_are_all_seen() -> None:
    """The tutorial's decider looks at the last event only, and waits for ever after this."""
    swf = swf_of(PARALLEL).decide()
    swf.complete("b", 2).complete("a", 1).complete("c", 3).decide()
    assert json.loads(closing(swf)["result"]) == [1, 2, 3]


@pytest.mark.parametrize("asked", [(), (0,), (1,), (0, 1), (0, 1, 2)])
def test_it_does_not_matter_which_completions_arrive_together(asked: tuple[int, ...]) -> None:
    swf = swf_of(PARALLEL).decide()
    for number, name in enumerate("cab"):
        swf.complete(name, number)
        if number in asked:
            swf.decide()
    if not swf.closed:
        swf.decide()
    assert json.loads(closing(swf)["result"]) == [1, 2, 0]


def test_completions_of_different_steps_that_arrive_together_each_lead_on() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "b"]}, "a": activity("c"), "b": activity("d"), "c": activity("e"), "d": activity("e")}
    swf = swf_of(nodes | {"e": end()}).decide().complete("a").complete("b").decide()
    assert scheduled(swf) == ["c", "d"]


def test_any_enters_at_the_first_and_ignores_the_rest() -> None:
    nodes = {name: activity("join") for name in "abc"} | {"join": activity("done", join="any"), "done": end()}
    swf = swf_of({"fork": {"type": "pass", "next": ["a", "b", "c"]}} | nodes).decide()
    assert scheduled(swf.complete("b").decide()) == ["join"]
    assert scheduled(swf.complete("a").complete("c").decide()) == []


def test_a_number_enters_at_the_nth_taken() -> None:
    nodes = {name: activity("join") for name in "abc"} | {"join": activity("done", join=2), "done": end()}
    swf = swf_of({"fork": {"type": "pass", "next": ["a", "b", "c"]}} | nodes).decide()
    assert scheduled(swf.complete("b").decide()) == []
    assert scheduled(swf.complete("c").decide()) == ["join"]


def test_exclusive_branches_meet_again_without_a_special_node() -> None:
    choice = {"type": "decision", "choices": [{"when": "input > 1", "next": "b"}], "default": "c"}
    nodes = {"a": choice, "b": activity("d"), "c": activity("d"), "d": activity("done"), "done": end()}
    swf = swf_of(nodes, 2).decide()
    assert scheduled(swf) == ["b"]
    assert states(swf)["c"] == "skipped"
    assert scheduled(swf.complete("b").decide()) == ["d"]


def test_the_first_terminal_entered_ends_the_execution_and_later_ones_are_not_entered() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "one", "two", "b"]}, "a": activity("one"), "one": end(join="any", output=1)}
    swf = swf_of(nodes | {"two": end("failed", join="any"), "b": activity("two")}).decide()
    assert kinds(swf.decisions) == ["RecordMarker", "CompleteWorkflowExecution"]
    assert states(swf) == {"fork": "completed", "a": "canceled", "one": "completed", "two": "idle", "b": "idle"}


def test_an_execution_whose_branches_all_die_fails_as_stalled() -> None:
    """Both ways to the terminal exclude each other, and it asks for two."""
    choice = {"type": "decision", "choices": [{"when": "input", "next": ["b", "done"]}], "default": "c"}
    nodes = {"a": choice, "b": activity("done"), "c": activity("other"), "done": end(join=2), "other": activity("done")}
    swf = swf_of(nodes, value=False).decide().complete("c").decide().complete("other").decide()
    reason, details = failure(swf)
    assert reason == "Stalled"
    assert "none of them in a terminal" in details["message"]


# Decisions.


def test_a_decision_takes_the_first_choice_that_holds() -> None:
    choices = [{"when": "input.missing", "next": "b"}, {"when": "input.n > 1", "next": "c"}, {"when": "true", "next": "b"}]
    nodes = {"a": {"type": "decision", "choices": choices, "default": "b"}, "b": activity("done"), "c": activity("done"), "done": end()}
    assert scheduled(swf_of(nodes, {"n": 2}).decide()) == ["c"]


def test_a_decision_without_a_choice_that_holds_takes_its_default() -> None:
    choice = {"type": "decision", "choices": [{"when": "false", "next": "b"}], "default": "c"}
    swf = swf_of({"a": choice, "b": activity("done"), "c": activity("done"), "done": end()}).decide()
    assert states(swf) == {"a": "completed", "b": "skipped", "c": "open", "done": "idle"}


def test_no_choice_and_no_default_fails_the_execution() -> None:
    nodes = {"a": {"type": "decision", "choices": [{"when": "false", "next": "done"}]}, "done": end()}
    assert failure(swf_of(nodes).decide())[0] == "a: NoChoice"


def test_a_condition_that_is_neither_true_nor_false_fails_the_execution() -> None:
    nodes = {"a": {"type": "decision", "choices": [{"when": "input.n", "next": "done"}], "default": "done"}, "done": end(join="any")}
    assert failure(swf_of(nodes, {"n": 5}).decide())[0] == "a: Expression.NotBoolean"


def test_a_decision_goes_back_until_its_budget_is_spent_and_then_on() -> None:
    check = {"type": "decision", "choices": [{"when": "results.a < 10", "retryFrom": "a", "maxTimes": 2}], "default": "done"}
    swf = swf_of({"a": activity("check"), "check": check, "done": end(output="{% execution.visits %}")}).decide()
    swf.complete("a", 1).decide()
    assert scheduled(swf) == ["a.2.1"]
    swf.complete("a.2.1", 1).decide()
    assert scheduled(swf) == ["a.3.1"]
    swf.complete("a.3.1", 1).decide()
    assert json.loads(closing(swf)["result"]) == {"a": 3, "check": 3, "done": 1}


def test_a_spent_condition_is_not_even_evaluated() -> None:
    choices = [{"when": "results.a", "retryFrom": "a", "maxTimes": 1}, {"when": "true", "next": "done"}]
    swf = swf_of({"a": activity("check"), "check": {"type": "decision", "choices": choices}, "done": end()}).decide()
    swf.complete("a", result=True).decide().complete("a.2.1", "not even a boolean").decide()
    assert swf.closed == "WorkflowExecutionCompleted"


# Failures.


def test_a_failure_that_nothing_catches_fails_the_execution_with_name_and_error() -> None:
    swf = swf_of(SERIAL).decide().fail("a", "DiskFull", "no space on /dev/sda1").decide()
    assert failure(swf) == ("a: DiskFull", {"node": "a", "error": "DiskFull", "message": "no space on /dev/sda1", "attempts": 1})


def test_a_failure_without_a_reason_is_called_failed() -> None:
    assert failure(swf_of(SERIAL).decide().fail("a").decide())[0] == "a: Failed"


def test_what_is_still_open_is_asked_to_cancel_before_the_close() -> None:
    nodes = PARALLEL | {"fork": {"type": "pass", "next": ["a", "b", "c", "w"]}, "w": {"type": "wait", "for": "1h", "next": "join"}}
    swf = swf_of(nodes).decide().begin("b").fail("a", "Broken").decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask", "RequestCancelActivityTask", "CancelTimer", "FailWorkflowExecution"]
    assert swf.closed == "WorkflowExecutionFailed"
    states_now = states(swf)
    assert [states_now[name] for name in ("a", "b", "c", "w", "join")] == ["failed", "canceled", "canceled", "canceled", "idle"]


@pytest.mark.parametrize(("timeout", "name"), [("HEARTBEAT", "Timeout.Heartbeat"), ("SCHEDULE_TO_START", "Timeout.ScheduleToStart")])
def test_timeouts_are_errors_with_names(timeout: str, name: str) -> None:
    assert failure(swf_of(SERIAL).decide().time_out("a", timeout).decide())[0] == f"a: {name}"


def test_a_task_that_its_worker_cancels_unasked_is_an_error() -> None:
    assert failure(swf_of(SERIAL).decide().cancel("a", "SIGTERM").decide())[0] == "a: Canceled"


def test_retries_wait_longer_each_time_and_then_the_error_stands() -> None:
    retry = {"maxAttempts": 3, "interval": 10, "backoff": 3}
    swf = swf_of({"a": activity("done", retry=retry), "done": end()}).decide().fail("a", "Broken").decide()
    assert timers(swf) == {"a.retry.1.1": "10"}
    assert states(swf)["a"] == "retrying"
    assert scheduled(swf.fire("a.retry.1.1").decide()) == ["a.1.2"]
    assert timers(swf.fail("a.1.2", "Broken").decide()) == {"a.retry.1.2": "30"}
    swf.fire("a.retry.1.2").decide().fail("a.1.3", "Broken").decide()
    assert failure(swf)[1]["attempts"] == 3


def test_an_interval_of_zero_repeats_at_once_without_a_timer() -> None:
    swf = swf_of({"a": activity("done", retry={"maxAttempts": 2, "interval": 0}), "done": end()}).decide().fail("a").decide()
    assert kinds(swf.decisions) == ["ScheduleActivityTask"]


def test_every_attempt_of_a_visit_gets_the_same_input() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "b"]}, "b": activity("done"), "done": end()}
    nodes["a"] = activity("done", input="{% results.b ?? 'not yet' %}", retry={"maxAttempts": 2, "interval": 0})
    swf = swf_of(nodes).decide().complete("b", "there").fail("a").decide()
    assert swf.decisions[0]["scheduleActivityTaskDecisionAttributes"]["input"] == '"not yet"'


def test_a_caught_failure_takes_its_edge_and_kills_the_others() -> None:
    catch = [{"errors": ["Timeout.*"], "next": "late"}, {"errors": ["*"], "next": "mend"}]
    nodes = {"a": activity("b", catch=catch), "b": activity("done"), "late": activity("done"), "mend": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().time_out("a").decide()
    assert scheduled(swf) == ["late"]
    assert states(swf) == {"a": "failed", "b": "skipped", "late": "open", "mend": "skipped", "done": "idle"}


def test_success_kills_the_catch_edges() -> None:
    nodes = {"a": activity("b", catch=[{"errors": ["*"], "next": "mend"}]), "b": activity("done"), "mend": activity("done"), "done": end()}
    assert states(swf_of(nodes).decide().complete("a"))["mend"] == "skipped"


def test_the_handler_reads_the_error() -> None:
    catch = [{"errors": ["*"], "next": "mend"}]
    nodes = {"a": activity("done", catch=catch), "mend": activity("done", input="{% errors.a %}"), "done": end(join="any")}
    swf = swf_of(nodes).decide().fail("a", "Broken", "it fell").decide()
    given = json.loads(swf.decisions[0]["scheduleActivityTaskDecisionAttributes"]["input"])
    assert given == {"name": "Broken", "message": "it fell", "attempts": 1}


def test_retries_are_spent_before_anything_is_caught() -> None:
    a = activity("done", retry={"maxAttempts": 2, "interval": 0}, catch=[{"errors": ["*"], "next": "done"}])
    swf = swf_of({"a": a, "done": end(join="any", output="{% errors.a.attempts %}")}).decide().fail("a").decide()
    assert scheduled(swf) == ["a.1.2"]
    assert closing(swf.fail("a.1.2").decide()) == {"result": "2"}


def test_an_expression_error_of_an_input_is_not_repeated_but_caught() -> None:
    catch = [{"errors": ["Expression.*"], "next": "b"}]
    a = activity("done", input="{% input.missing %}", retry={"maxAttempts": 5, "interval": 0}, catch=catch)
    swf = swf_of({"a": a, "b": activity("done"), "done": end()}, {}).decide()
    assert scheduled(swf) == ["b"]


def test_an_expression_error_of_an_activitys_output_is_repeated() -> None:
    a = activity("done", output="{% result.x %}", retry={"maxAttempts": 2, "interval": 0})
    swf = swf_of({"a": a, "done": end(output="{% results.a %}")}).decide().complete("a", {}).decide()
    assert scheduled(swf) == ["a.1.2"]
    assert closing(swf.complete("a.1.2", {"x": 1}).decide()) == {"result": "1"}


def test_an_error_is_forgotten_once_the_node_completes() -> None:
    check = {"type": "decision", "choices": [{"when": "$exists(errors.a)", "next": "bad"}], "default": "done"}
    a = activity("check", retry={"maxAttempts": 2, "interval": 0})
    swf = swf_of({"a": a, "check": check, "bad": end("failed"), "done": end()}).decide().fail("a").decide().complete("a.1.2").decide()
    assert swf.closed == "WorkflowExecutionCompleted"


# Going back.


BACK = {
    "a": activity("b", input="{% errors.c.message ?? 'first' %}"),
    "b": activity("c"),
    "c": activity("done", catch=[{"errors": ["Broken"], "retryFrom": "a", "maxTimes": 1}]),
    "done": end(),
}


def test_the_earlier_step_sees_why_it_runs_again() -> None:
    swf = swf_of(BACK).decide().complete("a").decide().complete("b").decide().fail("c", "Broken", "bad letter").decide()
    assert scheduled(swf) == ["a.2.1"]
    assert swf.decisions[0]["scheduleActivityTaskDecisionAttributes"]["input"] == '"bad letter"'
    assert states(swf) == {"a": "open", "b": "idle", "c": "idle", "done": "idle"}
    assert swf.run.view().nodes["b"].result is ABSENT


def test_a_retryfrom_whose_budget_is_spent_catches_no_more() -> None:
    swf = swf_of(BACK).decide().complete("a").decide().complete("b").decide().fail("c", "Broken").decide()
    swf.complete("a.2.1").decide().complete("b.2.1").decide().fail("c.2.1", "Broken").decide()
    assert failure(swf)[0] == "c: Broken"


BESIDE = {
    "fork": {"type": "pass", "next": ["b", "slow"]},
    "b": activity("c"),
    "slow": activity("join"),
    "c": activity("join", catch=[{"errors": ["*"], "retryFrom": "fork", "maxTimes": 1}]),
    "join": activity("done"),
    "done": end(),
}


def test_open_tasks_of_what_is_reset_are_asked_to_cancel_and_their_late_answers_ignored() -> None:
    swf = swf_of(BESIDE).decide().begin("slow").complete("b").decide().fail("c").decide()
    assert kinds(swf.decisions) == ["RequestCancelActivityTask", "ScheduleActivityTask", "ScheduleActivityTask"]
    assert scheduled(swf) == ["b.2.1", "slow.2.1"]
    swf.complete("slow", "too late").decide()
    assert states(swf)["slow"] == "open"
    swf.complete("slow.2.1", "in time").decide().complete("b.2.1").decide().complete("c.2.1").decide()
    assert scheduled(swf) == ["join"]
    assert swf.run.view().nodes["slow"].result == "in time"


def test_a_task_that_was_decided_on_before_the_reset_and_scheduled_after_it_is_canceled() -> None:
    """Its decision was under way when the failure came: SWF schedules it all the same."""
    swf = swf_of(BESIDE).decide().complete("slow").complete("b").take()
    assert scheduled(swf) == ["c"]
    swf.respond().begin("c")
    nodes = BESIDE | {"fork": {"type": "pass", "next": ["b", "slow", "third"]}, "third": activity("fourth"), "fourth": activity("join")}
    swf = swf_of(nodes).decide().complete("b").decide().complete("third").take()
    assert scheduled(swf) == ["fourth"]
    swf.fail("c").respond()
    assert "fourth" in swf.tasks
    swf.decide()
    assert [decision for decision in swf.decisions if decision["decisionType"] == "RequestCancelActivityTask"] == [
        {"decisionType": "RequestCancelActivityTask", "requestCancelActivityTaskDecisionAttributes": {"activityId": "slow"}},
        {"decisionType": "RequestCancelActivityTask", "requestCancelActivityTaskDecisionAttributes": {"activityId": "fourth"}},
    ]


def test_a_wish_that_is_taken_back_before_it_was_sent_is_never_sent() -> None:
    swf = swf_of(BESIDE).decide().complete("b").decide().complete("slow").fail("c").decide()
    assert scheduled(swf) == ["b.2.1", "slow.2.1"]


def test_a_branch_that_was_dead_in_one_visit_can_be_taken_in_the_next() -> None:
    choice = {"type": "decision", "choices": [{"when": "results.a = 1", "next": "left"}], "default": "right"}
    nodes = {"a": activity("choice"), "choice": choice, "left": activity("join"), "right": activity("join"), "done": end()}
    nodes["join"] = activity("done", catch=[{"errors": ["*"], "retryFrom": "a", "maxTimes": 1}])
    swf = swf_of(nodes).decide().complete("a", 1).decide().complete("left").decide().fail("join").decide().complete("a.2.1", 2).decide()
    assert scheduled(swf) == ["right"]
    assert states(swf) == {"a": "completed", "choice": "completed", "left": "skipped", "right": "open", "done": "idle", "join": "idle"}
    assert scheduled(swf.complete("right").decide()) == ["join.2.1"]


def test_a_timer_of_what_is_reset_is_canceled() -> None:
    nodes = BESIDE | {"slow": {"type": "wait", "for": "1h", "next": "join"}}
    swf = swf_of(nodes).decide().complete("b").decide().fail("c").decide()
    assert kinds(swf.decisions) == ["CancelTimer", "ScheduleActivityTask", "StartTimer"]
    assert list(swf.timers) == ["slow.wait.2"]


def test_what_was_taken_back_is_unknown_once_the_next_decision_task_has_started() -> None:
    """Then the events of all decisions before it have been seen."""
    swf = swf_of(BESIDE).decide().complete("b").complete("slow").decide().complete("c").take().request_cancel().lose().take()
    with pytest.raises(HistoryError, match="the activity task join is none that this spec wants here"):
        swf.event("ActivityTaskScheduled", activityId="join", activityType={"name": "Work", "version": "1.0"})


# Waits.


def waiting(**on: Any) -> dict[str, Any]:
    return {"w": {"type": "wait", "next": "done", **on}, "mend": end("failed", reason="{% errors.w.name %}"), "done": end()}


def test_a_wait_is_a_timer() -> None:
    swf = swf_of({"w": {"type": "wait", "for": "1h30m", "next": "done"}, "done": end()}).decide()
    assert timers(swf) == {"w.wait.1": "5400"}
    assert swf.fire("w.wait.1").decide().closed == "WorkflowExecutionCompleted"


@pytest.mark.parametrize(("value", "seconds"), [(7, "7"), (2.1, "3"), (-5, "0"), ("5m", "300")])
def test_a_wait_may_be_computed(value: Any, seconds: str) -> None:
    swf = swf_of({"w": {"type": "wait", "for": "{% input %}", "next": "done"}, "done": end()}, value).decide()
    assert timers(swf) == {"w.wait.1": seconds}


def test_a_wait_that_is_no_duration_goes_to_its_catch() -> None:
    swf = swf_of(waiting(**{"for": "{% input %}"}, catch=[{"errors": ["*"], "next": "mend"}]), "soon").decide()
    assert closing(swf)["reason"] == "Expression.NotDuration"


def test_waiting_until_a_time_counts_from_when_the_decision_is_made() -> None:
    swf = swf_of({"w": {"type": "wait", "until": "input", "next": "done"}, "done": end()}, T0 + 100).wait(60).decide()
    assert timers(swf) == {"w.wait.1": "40"}


def test_waiting_until_a_time_that_has_passed_is_a_timer_of_zero_seconds() -> None:
    swf = swf_of({"w": {"type": "wait", "until": "input", "next": "done"}, "done": end()}, "1970-01-01T00:00:00Z").decide()
    assert timers(swf) == {"w.wait.1": "0"}


# Terminals.


def test_a_failed_terminal_gives_reason_and_details() -> None:
    nodes = {"no": end("failed", reason="No {% input %}", details={"asked": "{% input %}"})}
    swf = swf_of(nodes, "x").decide()
    assert closing(swf) == {"reason": "No x", "details": '{"asked":"x"}'}


def test_a_failed_terminal_without_a_reason_gives_its_own_name() -> None:
    assert closing(swf_of({"no_letter": end("failed")}).decide())["reason"] == "no_letter"


def test_a_canceled_terminal_cancels() -> None:
    swf = swf_of({"off": end("canceled", details="{% input %}")}, "enough").decide()
    assert closing(swf) == {"details": "enough"}
    assert swf.closed == "WorkflowExecutionCanceled"


def test_an_expression_error_in_a_terminal_fails_the_execution() -> None:
    assert failure(swf_of({"done": end(output="{% input.missing %}")}, {}).decide())[0] == "done: Expression.Undefined"


def test_an_output_that_swf_cannot_carry_fails_the_execution() -> None:
    swf = swf_of({"done": end(output="{% input & input %}")}, "x" * 20_000).decide()
    assert failure(swf)[0] == "done: Payload.TooLarge"


# Input.


def test_an_input_that_the_schema_refuses_fails_the_execution_with_what_is_wrong() -> None:
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    swf = swf_of(SERIAL, {"n": "two"}, inputSchema=schema).decide()
    reason, details = failure(swf)
    assert reason == "InputInvalid"
    assert "/n" in details["message"]
    assert kinds(swf.decisions) == ["RecordMarker", "FailWorkflowExecution"]


def test_an_input_that_the_schema_allows_starts() -> None:
    assert scheduled(swf_of(SERIAL, {"n": 2}, inputSchema={"type": "object"}).decide()) == ["a"]


# Refusals.


def test_any_other_refusal_is_an_error_that_rules_match() -> None:
    nodes = {"a": activity("b", catch=[{"errors": ["ScheduleFailed.ACTIVITY_TYPE_*"], "next": "b"}]), "b": activity("done", join="any")}
    swf = swf_of(nodes | {"done": end()}).refuse("ScheduleActivityTask", "ACTIVITY_TYPE_DEPRECATED").decide().decide()
    assert scheduled(swf) == ["b"]


def test_a_timer_that_is_refused_for_good_is_the_nodes_error() -> None:
    swf = swf_of(waiting(**{"for": 5}, catch=[{"errors": ["TimerFailed.*"], "next": "mend"}]))
    swf.refuse("StartTimer", "OPERATION_NOT_PERMITTED").decide().decide()
    assert closing(swf)["reason"] == "TimerFailed.OPERATION_NOT_PERMITTED"


def test_a_retry_whose_timer_is_refused_for_good_is_given_up() -> None:
    swf = swf_of({"a": activity("done", retry={"maxAttempts": 3, "interval": 5}), "done": end()}).decide().fail("a", "Broken")
    swf.refuse("StartTimer", "OPERATION_NOT_PERMITTED").decide().decide()
    assert failure(swf)[0] == "a: TimerFailed.OPERATION_NOT_PERMITTED"


def test_without_permission_to_record_markers_the_execution_goes_on() -> None:
    swf = swf_of(SERIAL).refuse("RecordMarker", "OPERATION_NOT_PERMITTED").decide()
    assert swf.run.decisions() == []
    assert scheduled(swf.complete("a").decide()) == ["b"]


def test_skipped_nodes_stay_untouched_by_later_edges() -> None:
    choice = {"type": "decision", "choices": [{"when": "true", "next": "x"}], "default": "y"}
    nodes = {"fork": {"type": "pass", "next": ["d", "slow"]}, "d": choice, "x": activity("end"), "y": activity("two")}
    nodes |= {"slow": activity("two"), "two": activity("end", join=2), "end": end(join="all")}
    swf = swf_of(nodes).decide()
    assert states(swf)["two"] == NodeState.SKIPPED
    swf.complete("slow").decide()
    assert states(swf)["two"] == NodeState.SKIPPED
    assert swf.complete("x").decide().closed == "WorkflowExecutionCompleted"
