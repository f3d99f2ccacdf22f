"""Scenarios, played: what answers do, what time does, what happens from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, ScenarioError
from engine.testing.fixture import run_spec
from engine.testing.model import Fail, Status
from tests.testing.flows import DONE, flow, one, work

DAY = 86_400


def test_an_answer_without_a_list_is_given_every_time(tmp_path: Path) -> None:
    spec = one(tmp_path, retry={"maxAttempts": 3, "interval": "10s", "backoff": 1})
    outcome = run_spec(spec, activities={"Work": {"fail": "Broken", "message": "again"}}, expect={"status": "failed"})
    assert (outcome.status, outcome.reason, outcome.attempts["work"]) == (Status.FAILED, "work: Broken", 3)
    assert outcome.duration == 20


def test_the_answers_of_a_list_are_given_one_after_the_other(tmp_path: Path) -> None:
    spec = one(tmp_path, retry={"maxAttempts": 3, "interval": 0})
    assert run_spec(spec, activities={"work": [{"fail": "A"}, {"fail": "B"}, {"result": "c"}]}).output == "c"


def test_being_asked_more_often_than_the_list_is_long_is_an_error(tmp_path: Path) -> None:
    spec = one(tmp_path, retry={"maxAttempts": 3, "interval": 0})
    with pytest.raises(ScenarioError, match=r"activity Work \(node work, attempt 2\) is asked 2 times, with no input, .* only one answer"):
        run_spec(spec, activities={"work": [{"fail": "A"}]})


def test_a_list_goes_on_over_visits(tmp_path: Path) -> None:
    nodes = {
        "begin": {"type": "pass", "next": "work"},
        "work": work(catch=[{"errors": ["*"], "retryFrom": "begin", "maxTimes": 2}]),
        "done": {**DONE, "output": "{% execution.visits.work %}"},
    }
    outcome = run_spec(flow(tmp_path, nodes), activities={"Work": [{"fail": "A"}, {"fail": "B"}, {"result": 1}]})
    assert (outcome.output, outcome.visits["work"]) == (3, 3)
    assert outcome.path == ("begin", "work") * 3 + ("done",)


def test_each_node_goes_through_its_types_list_by_itself(tmp_path: Path) -> None:
    nodes = {"work": work(next="second"), "second": work(), "done": {**DONE, "output": "{% results.work & results.second %}"}}
    assert run_spec(flow(tmp_path, nodes), activities={"Work": [{"result": "x"}]}).output == "xx"


def test_a_result_is_a_template_over_the_task(tmp_path: Path) -> None:
    spec = one(tmp_path, input={"n": "{% input %}"})
    answer = {"result": {"twice": "{% input.n * 2 %}", "said": "{% node %} {% attempt %}/{% visit %}"}}
    assert run_spec(spec, input=21, activities={"Work": answer}).output == {"twice": 42, "said": "work 1/1"}


def test_a_template_that_yields_nothing_is_an_error_of_the_scenario(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"the result for the activity Work .* can't be made"):
        run_spec(one(tmp_path), activities={"Work": {"result": "{% input.nothing %}"}})


@pytest.mark.parametrize(
    ("answer", "error", "seconds"),
    [
        ({"timeout": "startToClose"}, "Timeout.StartToClose", 600),
        ({"timeout": "heartbeat"}, "Timeout.Heartbeat", 60),
        ({"timeout": "scheduleToStart"}, "Timeout.ScheduleToStart", 900),
        ({"timeout": "scheduleToClose"}, "Timeout.ScheduleToClose", 1000),
        ({"result": 1, "delay": "11m"}, "Timeout.StartToClose", 600),
        ({"canceled": True, "details": "had enough", "delay": 5}, "Canceled", 5),
        ({"fail": "Broken", "delay": "9m"}, "Broken", 540),
    ],
)
def test_failures_come_at_the_time_at_which_they_would(tmp_path: Path, answer: dict[str, Any], error: str, seconds: int) -> None:
    closing = {} if answer.get("timeout") != "scheduleToClose" else {"startToClose": "30m"}
    timeouts = {"startToClose": "10m", "heartbeat": "1m", "scheduleToStart": "15m", "scheduleToClose": "1000s", **closing}
    if answer.get("timeout") == "scheduleToClose":
        timeouts["scheduleToStart"] = "none"
    outcome = run_spec(one(tmp_path, timeouts=timeouts), activities={"Work": answer}, expect={"status": "failed"})
    assert (outcome.errors, outcome.duration) == ({"work": error}, seconds)


def test_heartbeats_are_sent_while_an_answer_takes_its_time(tmp_path: Path) -> None:
    spec = one(tmp_path, timeouts={"startToClose": "none", "heartbeat": "30s"})
    assert run_spec(spec, activities={"Work": {"result": "late", "delay": "3d"}}).duration == 3 * DAY


def test_a_timeout_that_the_node_does_not_have_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="work has no scheduleToStart timeout, so it can't time out by it"):
        run_spec(one(tmp_path), activities={"Work": {"timeout": "scheduleToStart"}})


def test_a_timeout_that_another_one_forestalls_is_an_error(tmp_path: Path) -> None:
    spec = one(tmp_path, timeouts={"startToClose": "10s", "heartbeat": "60s"})
    with pytest.raises(ScenarioError, match=r"work is to time out by heartbeat, but startToClose \(10 s\) comes first"):
        run_spec(spec, activities={"Work": {"timeout": "heartbeat"}})


def test_a_missing_answer_says_who_was_asked_and_with_what(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r'activity Work \(node work, attempt 1\), asked with the input \{"a":1\}'):
        run_spec(one(tmp_path, input={"a": 1}))


def test_weeks_pass_between_the_start_and_the_end(tmp_path: Path) -> None:
    nodes = {"rest": {"type": "wait", "for": "20d", "next": "done"}, "done": {**DONE, "output": "{% $now() %}"}}
    outcome = run_spec(flow(tmp_path, nodes), start="2024-02-20T12:00:00+01:00")
    assert (outcome.output, outcome.duration) == ("2024-03-11T11:00:00.000Z", 20 * DAY)


def test_an_execution_that_takes_too_long_times_out_and_names_what_was_open(tmp_path: Path) -> None:
    spec = flow(tmp_path, {"ask": {"type": "wait", "signal": "answer", "next": "done"}, "done": DONE})
    outcome = run_spec(spec, expect={"status": "timedOut"})
    assert (outcome.status, outcome.duration, outcome.open) == (Status.TIMED_OUT, 30 * DAY, ("ask",))


def test_the_same_scenario_always_comes_to_the_same(tmp_path: Path) -> None:
    spec = one(tmp_path, retry={"maxAttempts": 5, "interval": "1h", "jitter": 1})
    answers = {"Work": [{"fail": "A"}, {"fail": "A"}, {"fail": "A"}, {"result": 1}]}
    assert run_spec(spec, activities=answers).history == run_spec(spec, activities=answers).history


def test_an_input_that_the_spec_refuses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a number"):
        run_spec(flow(tmp_path, {"done": DONE}, inputSchema={"type": "number"}), input="three")


def test_a_result_that_is_too_long_fails_as_it_would_with_a_worker(tmp_path: Path) -> None:
    outcome = run_spec(one(tmp_path), activities={"Work": lambda _: "x" * 40_000}, expect={"status": "failed"})
    assert outcome.reason == "work: Output.TooLarge"


def test_a_python_function_may_answer_with_an_answer(tmp_path: Path) -> None:
    outcome = run_spec(one(tmp_path), activities={"Work": lambda _: Fail(name="Odd", delay=7)}, expect={"status": "failed"})
    assert (outcome.reason, outcome.duration) == ("work: Odd", 7)


def test_what_a_python_function_gives_is_no_template(tmp_path: Path) -> None:
    assert run_spec(one(tmp_path), activities={"Work": lambda _: "{% no %}"}).output == "{% no %}"


# From outside.

ASK = {
    "ask": {"type": "wait", "signal": "answer", "timeout": "2d", "catch": [{"errors": ["Timeout.Signal"], "next": "late"}], "next": "done"}
}


def asking(folder: Path) -> Path:
    return flow(folder, {**ASK, "late": {**DONE, "output": "late"}, "done": {**DONE, "output": "{% results.ask %}"}})


def test_a_signal_is_sent_at_its_time(tmp_path: Path) -> None:
    outcome = run_spec(asking(tmp_path), signals=[{"name": "answer", "input": {"yes": True}, "at": "1d"}])
    assert (outcome.output, outcome.duration) == ({"yes": True}, DAY)


def test_a_signal_is_sent_when_a_node_was_entered(tmp_path: Path) -> None:
    outcome = run_spec(asking(tmp_path), signals=[{"name": "answer", "when": "ask", "delay": "5m"}])
    assert (outcome.path, outcome.duration) == (("ask", "done"), 300)


def test_without_the_signal_its_timeout_comes(tmp_path: Path) -> None:
    assert run_spec(asking(tmp_path)).output == "late"


@pytest.mark.parametrize("moment", [{"at": "3d"}, {"when": "ask", "visit": 2}, {"when": "ask", "delay": "2d1s"}])
def test_a_signal_that_is_never_sent_is_an_error(tmp_path: Path, moment: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="the signal was never sent: the execution ended before"):
        run_spec(asking(tmp_path), signals=[{"name": "answer", **moment}])


UNDOING = {
    "first": work(next="second", compensate={"activity": "Undo"}),
    "second": work(next="third", compensate={"activity": "Undo", "input": "{% result %}"}),
    "third": work("More"),
    "done": DONE,
}


def test_what_was_done_is_undone_and_the_outcome_says_so(tmp_path: Path) -> None:
    answers = {"Work": {"result": "{% node %}"}, "More": {"fail": "No"}, "Undo": {"result": None}}
    outcome = run_spec(flow(tmp_path, UNDOING), activities=answers, expect={"status": "failed"})
    assert (outcome.undone, outcome.not_undone) == (("second", "first"), ())


def test_the_undoing_of_one_node_has_answers_of_its_own(tmp_path: Path) -> None:
    answers = {"Work": {"result": 1}, "More": {"fail": "No"}, "Undo": {"result": None}, "second.undo": {"fail": "Stuck"}}
    outcome = run_spec(flow(tmp_path, UNDOING), activities=answers, expect={"status": "failed"})
    assert (outcome.undone, outcome.not_undone) == (("first",), ("second",))


def test_what_can_be_stopped_stops_when_the_execution_is_asked_to_cancel(tmp_path: Path) -> None:
    answers = {"Work": {"result": 1}, "More": {"result": 1, "delay": "30m"}, "Undo": {"result": None}}
    outcome = run_spec(flow(tmp_path, UNDOING), activities=answers, cancel={"when": "third", "delay": "10m"})
    assert (outcome.status, outcome.duration, outcome.undone) == (Status.CANCELED, 600, ("second", "first"))


def test_what_ignores_the_request_goes_on_for_as_long_as_the_run_waits(tmp_path: Path) -> None:
    spec = flow(tmp_path, {"work": work(), "done": DONE})
    answer = {"result": 1, "delay": "30m", "ignoresCancel": True}
    assert run_spec(spec, activities={"Work": answer}, cancel={"at": "10m"}).duration == 660


# Items, children, functions.


def test_items_answer_by_their_index(tmp_path: Path) -> None:
    spec = one(tmp_path, forEach={"items": "input", "tolerate": 1}, input="{% item %}", retry={"maxAttempts": 2, "interval": 0})
    answers = {
        "items": {"1": {"fail": "Bad"}, "2": [{"fail": "Once"}, {"result": "second"}]},
        "others": {"result": "{% input * 10 + index %}"},
    }
    outcome = run_spec(spec, input=[1, 2, 3, 4], activities={"Work": answers})
    assert outcome.output == [10, None, "second", 43]
    assert run_spec(spec, input=[1, 2], activities={"work": {"each": [{"result": "a"}, {"result": "b"}]}}).output == ["a", "b"]


def test_an_item_without_an_answer_is_an_error(tmp_path: Path) -> None:
    spec = one(tmp_path, forEach={"items": "input"}, input="{% item %}")
    with pytest.raises(ScenarioError, match=r"\(node work, item 1, attempt 1\): there is none for item 1"):
        run_spec(spec, input=[1, 2], activities={"work": {"each": [{"result": "a"}]}})


def parent(folder: Path) -> Path:
    flow(folder, {"inner": work("More"), "done": {**DONE, "output": "{% results.inner & input %}"}}, name="Child", file="child.json")
    nodes = {
        "call": {
            "type": "workflow",
            "workflow": {"name": "Child", "version": "1.0"},
            "timeouts": {"execution": "7d"},
            "input": "{% input %}",
            "catch": [{"errors": ["Child.*"], "next": "bad"}],
            "next": "done",
        },
        "bad": {**DONE, "output": "{% errors.call.name & ' ' & errors.call.message %}"},
        "done": {**DONE, "output": "{% results.call %}"},
    }
    return flow(folder, nodes)


def test_a_child_is_run_from_the_spec_beside(tmp_path: Path) -> None:
    spec = parent(tmp_path)
    assert run_spec(spec, input="!", activities={"More": {"result": "ok"}}).output == "ok!"
    assert run_spec(spec, input="!", activities={"Child/inner": {"result": "ok"}}).output == "ok!"


def test_a_node_of_a_childs_spec_has_no_bare_name(tmp_path: Path) -> None:
    nodes = {"call": {"type": "workflow", "workflow": {"name": "Child", "version": "1.0"}, "next": "work"}, "work": work(), "done": DONE}
    spec = flow(tmp_path, nodes)
    flow(tmp_path, {"work": work(), "done": DONE}, name="Child", file="child.json")
    with pytest.raises(ScenarioError, match=r"activity Work \(node work of Child, attempt 1\)"):
        run_spec(spec, activities={"work": {"result": 1}})


@pytest.mark.parametrize(
    ("answer", "output", "seconds"),
    [
        ({"result": "stub {% input %}", "delay": "2d"}, "stub !", 2 * DAY),
        ({"fail": "Why", "message": "since"}, "Child.Failed Why: since", 0),
        ({"canceled": True}, "Child.Canceled ", 0),
        ({"terminated": True, "delay": "1h"}, "Child.Terminated ", 3600),
        ({"timeout": "startToClose"}, "Child.TimedOut ", 7 * DAY),
    ],
)
def test_a_child_that_is_answered_for_is_not_run(tmp_path: Path, answer: dict[str, Any], output: str, seconds: int) -> None:
    spec = parent(tmp_path)
    for name in ("call", "Child", "Flow/call"):
        outcome = run_spec(spec, input="!", children={name: answer})
        assert (str(outcome.output).strip(), outcome.duration) == (output.strip(), seconds)


def test_a_child_that_is_answered_for_is_canceled_with_its_parent(tmp_path: Path) -> None:
    outcome = run_spec(parent(tmp_path), children={"call": {"result": 1, "delay": "1d"}}, cancel={"at": "1h"})
    assert (outcome.status, outcome.duration) == (Status.CANCELED, 3600)


def test_a_child_without_spec_and_answer_is_an_error(tmp_path: Path) -> None:
    spec = parent(tmp_path)
    with pytest.raises(ScenarioError, match="no answer for the child workflow Child"):
        run_spec(spec, specs=[])


def test_lambda_functions_answer(tmp_path: Path) -> None:
    node = {"type": "lambda", "function": "double", "input": "{% input %}", "retry": {"maxAttempts": 2, "interval": 0}, "next": "done"}
    nodes = {"call": node, "done": {**DONE, "output": "{% results.call %}"}}
    spec = flow(tmp_path, nodes, lambdaRole="arn:aws:iam::123456789012:role/lambda")
    assert run_spec(spec, input=4, lambdas={"double": [{"fail": "Oops"}, {"result": "{% input * 2 %}", "delay": 3}]}).output == 8
    outcome = run_spec(spec, input=4, lambdas={"call": {"timeout": "startToClose"}}, expect={"status": "failed"})
    assert outcome.errors == {"call": "Timeout.StartToClose"}


# On and on.


def counting(folder: Path) -> Path:
    nodes = {
        "enough": {"type": "decision", "choices": [{"when": "input < 5", "next": "more"}], "default": "done"},
        "more": {"type": "terminal", "status": "continued", "output": "{% input + 1 %}"},
        "done": {**DONE, "output": "{% input %}"},
    }
    return flow(folder, nodes)


def test_an_execution_that_continues_as_new_is_followed(tmp_path: Path) -> None:
    outcome = run_spec(counting(tmp_path), input=3)
    assert (outcome.output, outcome.runs) == (5, 3)
    assert outcome.path == ("enough", "more", "enough", "more", "enough", "done")


def test_one_that_is_expected_to_continue_is_not(tmp_path: Path) -> None:
    outcome = run_spec(counting(tmp_path), input=3, expect={"status": "continued"})
    assert (outcome.status, outcome.output, outcome.runs) == (Status.CONTINUED, 4, 1)


def test_a_history_that_grows_too_long_is_carried_on_without_a_trace_in_the_outcome(tmp_path: Path) -> None:
    nodes = {
        "begin": {"type": "pass", "next": "work"},
        "work": work(catch=[{"errors": ["*"], "retryFrom": "begin", "maxTimes": 2_000}]),
        "done": {**DONE, "output": "{% execution.visits.work %}"},
    }
    outcome = run_spec(flow(tmp_path, nodes), activities={"Work": [*[{"fail": "A"}] * 1_999, {"result": 1}]})
    assert (outcome.output, len(outcome.calls["work"])) == (2_000, 2_000)
    assert outcome.runs > 1
    assert outcome.path == ("begin", "work") * 2_000 + ("done",)


def test_so_is_one_whose_state_is_too_long_for_an_input(tmp_path: Path) -> None:
    each = work(forEach={"items": "[1..4000]"})
    spec = flow(tmp_path, {"work": each, "done": {**DONE, "output": "{% $count(results.work) %}"}})
    outcome = run_spec(spec, activities={"Work": {"result": "x" * 200}}, maxEvents=50_000)
    assert outcome.output == 4_000
    assert outcome.runs > 1


def test_one_that_goes_on_for_ever_is_given_up(tmp_path: Path) -> None:
    spec = flow(tmp_path, {"begin": {"type": "pass", "next": "again"}, "again": {"type": "terminal", "status": "continued"}})
    with pytest.raises(ScenarioError, match=r"has not ended after 1,00\d events .*begin → again, in its execution"):
        run_spec(spec, maxEvents=1_000)


def test_one_that_would_take_centuries_is_given_up(tmp_path: Path) -> None:
    spec = flow(tmp_path, {"rest": {"type": "wait", "for": "29d", "next": "again"}, "again": {"type": "terminal", "status": "continued"}})
    with pytest.raises(ScenarioError, match="has not ended after 10 years of virtual time"):
        run_spec(spec)
