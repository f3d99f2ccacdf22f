from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Severity
from tests.graph.samples import act, bare, call, child, choose, document, end, findings, listen, only, rules

SPLIT = {"a": act("x", "y"), "x": act("m"), "y": act("m"), "m": bare("done"), "done": end()}
LOOP = {"a": act("b"), "b": act("c"), "c": act("done", catch=[{"retryFrom": "b", "maxTimes": 2}]), "done": end()}


def reading(nodes: dict[str, Any], reader: str, expression: str, key: str = "input") -> dict[str, Any]:
    return nodes | {reader: nodes[reader] | {key: f"{{% {expression} %}}"}}


def test_reading_what_has_certainly_completed_is_fine() -> None:
    assert rules(reading(SPLIT, "m", "results.x & results.y & results.a", "output")) == []


@pytest.mark.parametrize("key", ["input", "output"])
def test_a_syntax_error_is_shown_at_its_own_line_and_column(key: str) -> None:
    nodes = reading(SPLIT, "x", 'input.name & "q" &', key)
    finding = only(nodes)
    assert (finding.rule, finding.severity, finding.pointer) == ("syntax", Severity.ERROR, f"/nodes/x/{key}")
    line = document(nodes).text.split("\n")[finding.line - 1]
    assert line[: finding.column - 1].endswith(r"&")


def test_a_syntax_error_in_a_condition_is_found_too() -> None:
    nodes = SPLIT | {"m": {"type": "decision", "choices": [{"when": "input ==", "next": "done"}], "default": "done"}}
    assert [(finding.rule, finding.pointer) for finding in findings(nodes)] == [("syntax", "/nodes/m/choices/0/when")]


def test_braces_that_are_not_closed_are_found() -> None:
    assert rules(SPLIT | {"x": act("m", input={"deep": ["a {% input"]})}) == ["syntax"]


def test_an_unknown_root_name_comes_with_the_one_that_was_meant() -> None:
    finding = only(reading(SPLIT, "m", "result.x", "output"))
    assert finding.rule == "unknown-name"
    assert finding.hint.startswith('did you mean "results"?; a node')


@pytest.mark.parametrize(("key", "known"), [("input", False), ("output", True)])
def test_result_is_known_in_an_activitys_output_only(key: str, *, known: bool) -> None:
    assert (rules(reading(SPLIT, "x", "result.size", key)) == []) is known


def test_an_unknown_result_comes_with_the_one_that_was_meant() -> None:
    finding = only(reading({"fetch": act("m"), "m": bare("done"), "done": end()}, "m", "results.fetsh", "output"))
    assert (finding.rule, finding.hint) == ("unknown-result", 'did you mean "fetch"?')


def test_decisions_have_no_results() -> None:
    nodes = {"a": choose("x", default="x"), "x": act("done", input="{% results.a %}"), "done": end()}
    assert rules(nodes) == ["unknown-result"]


@pytest.mark.parametrize(
    ("reader", "expression"), [("x", "results.x"), ("a", "results.m"), ("b", "results.c")], ids=["itself", "later", "after going back"]
)
def test_what_cannot_have_completed_is_an_error(reader: str, expression: str) -> None:
    nodes = LOOP if reader == "b" else SPLIT
    finding = only(reading(nodes, reader, expression))
    assert (finding.rule, finding.severity) == ("no-result", Severity.ERROR)


def test_a_default_does_not_excuse_what_can_never_be_there() -> None:
    assert rules(reading(SPLIT, "a", "results.m ?? 'none'")) == ["no-result"]


def test_an_exclusive_branch_is_an_error() -> None:
    nodes = {"a": choose("x", default="y"), "x": act("done"), "y": act("done", input="{% results.x %}"), "done": end()}
    assert rules(nodes) == ["no-result"]


def test_the_result_of_what_has_failed_is_an_error_and_its_error_is_there() -> None:
    nodes = {"a": act("done", catch=[{"next": "oops"}]), "done": end(), "oops": end("failed", details="{% results.a & errors.a.name %}")}
    assert rules(nodes) == ["no-result"]


EITHER = {"a": choose("x", default="y"), "x": act("m"), "y": act("m"), "m": act("done"), "done": end()}


def test_what_may_have_been_skipped_is_a_warning() -> None:
    finding = only(reading(EITHER, "m", "results.x"))
    assert (finding.rule, finding.severity) == ("maybe-no-result", Severity.WARNING)


@pytest.mark.parametrize("expression", ["results.x ?? results.y ?? 0", "$exists(results.x) ? results.x : 0"])
def test_an_expression_that_provides_for_it_is_fine(expression: str) -> None:
    assert rules(reading(EITHER, "m", expression.replace("?? results.y ", ""))) == []


def test_a_parallel_branch_is_a_warning_that_says_why() -> None:
    finding = only(reading(SPLIT, "x", "results.y"))
    assert "runs beside" in finding.message


def test_a_join_of_any_is_a_warning_that_says_why() -> None:
    finding = only(reading(SPLIT | {"m": act("done", join="any")}, "m", "results.x"))
    assert "still be at work" in finding.message


def test_errors_of_what_is_never_caught_are_an_error() -> None:
    finding = only(reading(SPLIT, "m", "errors.x.name ?? 'none'", "output"))
    assert (finding.rule, finding.severity) == ("no-error", Severity.ERROR)


def test_errors_of_unknown_nodes_are_an_error() -> None:
    assert rules(reading(SPLIT, "m", "errors.q.name ?? 0", "output")) == ["unknown-error"]


def test_where_a_node_runs_again_it_may_ask_why() -> None:
    assert rules(reading(LOOP, "b", "errors.c.name ?? 'first time'")) == []


def test_on_the_first_visit_there_is_no_error_yet() -> None:
    finding = only(reading(LOOP, "b", "errors.c.name"))
    assert (finding.rule, finding.severity) == ("maybe-no-error", Severity.WARNING)


def test_in_a_condition_an_error_that_is_not_there_is_simply_false() -> None:
    nodes = LOOP | {"b": {"type": "decision", "choices": [{"when": "errors.c.name = 'Bad'", "next": "done"}], "default": "c"}}
    assert rules(nodes) == []


def test_an_output_may_read_the_errors_of_its_own_earlier_attempts() -> None:
    nodes = {"a": act("done", retry={}, output="{% errors.a.attempts ?? 0 %}"), "done": end()}
    assert rules(nodes) == []


def test_an_expression_that_reads_everything_is_left_alone() -> None:
    assert rules(reading(SPLIT, "a", "$string($)")) == []


def test_names_are_checked_even_where_the_graph_is_broken() -> None:
    nodes = reading(SPLIT, "x", "results.nowhere") | {"y": act("gone")}
    assert set(rules(nodes)) == {"unknown-result", "unknown-node"}


WORKER = {"a": act("done"), "done": end()}


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ({"command": ["echo", "{% input.name %}"]}, []),
        ({"command": ["echo", "{% workflowId %}-{% runId %}-{% activityId %}"]}, []),
        ({"command": ["echo", "{% results.a %}"]}, ["unknown-name"]),
        ({"command": ["echo", "{% input. %}"]}, ["syntax"]),
    ],
)
def test_what_the_worker_renders_sees_the_task_alone(run: dict[str, Any], found: list[str]) -> None:
    assert rules(WORKER, activities={"Work": {"version": "1", "run": run}}) == found


def test_the_output_file_of_an_activity_is_a_template_too() -> None:
    activity = {"version": "1", "run": {"command": ["x"]}, "output": {"file": "{% resluts %}"}}
    finding = only(WORKER, activities={"Work": activity})
    assert (finding.rule, finding.pointer) == ("unknown-name", "/activities/Work/output/file")


@pytest.mark.parametrize("key", ["for", "until"])
def test_waits_are_checked(key: str) -> None:
    expression = "{% results.w %}" if key == "for" else "results.w"
    nodes = {"w": {"type": "wait", key: expression, "next": "done"}, "done": end()}
    assert rules(nodes) == ["no-result"]


def test_the_timeout_of_a_wait_for_a_signal_is_checked() -> None:
    assert rules({"w": listen("done", timeout="{% results.w %}"), "done": end()}) == ["no-result"]


EACH: dict[str, Any] = {"items": "input.list"}


@pytest.mark.parametrize(
    "place",
    [
        {"input": "{% item & index %}"},
        {"output": "{% item & index & result %}"},
        {"workflowId": "{% item & index %}"},
        {"tags": ["{% item & index %}"]},
        {"compensate": {"activity": "Work", "input": "{% item & index & result %}"}},
    ],
    ids=lambda place: next(iter(place)),
)
def test_an_item_is_seen_where_it_is_worked_on_and_nowhere_else(place: dict[str, Any]) -> None:
    assert rules({"a": child("done", forEach=EACH, **place), "done": end()}) == []
    found = findings({"a": child("done", **place), "done": end()})
    assert [finding.rule for finding in found] == ["unknown-name", "unknown-name"]
    assert all("forEach" in finding.hint for finding in found)


def test_the_items_themselves_are_worked_out_before_there_is_one() -> None:
    finding = only({"a": act("done", forEach={"items": "item.x"}), "done": end()})
    assert (finding.rule, finding.pointer) == ("unknown-name", "/nodes/a/forEach/items")


def test_items_see_what_their_node_sees() -> None:
    assert rules({"a": act("b"), "b": act("done", forEach={"items": "results.a"}), "done": end()}) == []
    assert rules({"a": act("b", forEach={"items": "results.b"}), "b": act("done"), "done": end()}) == ["no-result"]


@pytest.mark.parametrize("node", [child("done"), call("done"), listen("done")], ids=lambda node: node["type"])
def test_every_output_of_what_gives_something_sees_it(node: dict[str, Any]) -> None:
    assert rules({"a": node | {"output": "{% result.x %}"}, "done": end()}) == []


def test_a_schedules_input_sees_the_schedule_alone() -> None:
    line = {"a": act("done"), "done": end()}
    cron = {"cron": "0 3 * * *"}
    assert rules(line, schedule=cron | {"input": {"day": "{% $substring(schedule.time, 0, 10) %}"}}) == []
    finding = only(line, schedule=cron | {"input": "{% input.day %}"})
    assert (finding.rule, finding.pointer) == ("unknown-name", "/schedule/input")
    assert rules(reading(line, "a", "schedule.time")) == ["unknown-name"]


def test_signals_of_any_name_can_be_read() -> None:
    assert rules(reading({"a": act("done"), "done": end()}, "a", "$count(signals.anything)")) == []


def test_a_signal_that_nearly_is_one_that_is_waited_for_is_a_warning() -> None:
    nodes = {"w": listen("m", signal="approve"), "m": bare("done", output="{% signals.aprove %}"), "done": end()}
    finding = only(nodes)
    assert (finding.rule, finding.severity, finding.hint) == ("unknown-signal", Severity.WARNING, 'did you mean "approve"?')


def test_what_an_execution_does_not_have_is_an_error() -> None:
    finding = only(reading({"a": act("done"), "done": end()}, "a", "execution.workflowid"))
    assert (finding.rule, finding.hint) == ("unknown-name", 'did you mean "workflowId"?')


def test_visits_are_counted_of_nodes_only() -> None:
    assert rules(reading(LOOP, "b", "execution.visits.b")) == []
    assert rules(reading(LOOP, "b", "execution.visits.q")) == ["unknown-name"]


def test_a_node_that_tolerates_failures_has_errors_to_read_though_it_completed() -> None:
    def nodes(tolerate: object) -> dict[str, Any]:
        return {
            "a": act("m", forEach=EACH | {"tolerate": tolerate}),
            "m": bare("done", output="{% [errors.a.items.index] %}"),
            "done": end(),
        }

    assert rules(nodes(1)) == rules(nodes("10%")) == []
    assert rules(nodes(0)) == rules(nodes("0%")) == ["no-error"]


def test_tolerating_every_failure_unseen_is_a_warning() -> None:
    nodes = {"a": act("done", forEach=EACH | {"tolerate": "100%"}), "done": end()}
    finding = only(nodes)
    assert (finding.rule, finding.severity, finding.pointer) == ("tolerates-everything", Severity.WARNING, "/nodes/a/forEach/tolerate")
    assert rules(nodes | {"done": end(output="{% [errors.a.items.name] %}")}) == []


def test_children_of_one_name_for_all_items_are_a_warning() -> None:
    nodes = {"a": child("done", forEach=EACH, workflowId="{% input.id %}-region"), "done": end()}
    finding = only(nodes)
    assert (finding.rule, finding.severity, finding.pointer) == ("same-workflow-id", Severity.WARNING, "/nodes/a/workflowId")
    assert rules(nodes | {"a": child("done", forEach=EACH, workflowId="{% input.id %}-{% index %}")}) == []


RESCUED = {"a": act("b"), "b": act("done"), "done": end(), "tell": act("stopped"), "stopped": end("canceled")}


def test_after_a_cancel_request_anything_may_be_missing() -> None:
    finding = only(reading(RESCUED, "tell", "results.a"), onCancel="tell")
    assert (finding.rule, finding.severity) == ("maybe-no-result", Severity.WARNING)
    assert "asked to cancel" in finding.message
    assert rules(reading(RESCUED, "tell", "results.a ?? 0"), onCancel="tell") == []


def test_what_follows_a_cancel_request_knows_its_own_results() -> None:
    assert rules(reading(RESCUED, "stopped", "results.tell", "details"), onCancel="tell") == []


def test_what_is_not_canceled_never_sees_what_follows_a_cancel_request() -> None:
    assert rules(reading(RESCUED, "b", "results.tell"), onCancel="tell") == ["no-result"]


def test_what_both_lead_to_may_lack_the_results_of_either() -> None:
    nodes = {"a": act("m"), "m": bare("done", output="{% [results.a, results.tell] %}"), "done": end(), "tell": act("m")}
    assert rules(nodes, onCancel="tell") == ["maybe-no-result", "maybe-no-result"]


UNDONE = {"a": act("b"), "b": act("c", compensate={"activity": "Work", "input": "{% results.a %}"}), "c": act("done"), "done": end()}


def test_an_undo_sees_what_was_there_when_the_node_ran() -> None:
    assert rules(UNDONE) == []


@pytest.mark.parametrize("expression", ["results.b", "results.c"])
def test_an_undo_may_lack_its_own_nodes_result_and_later_ones(expression: str) -> None:
    nodes = UNDONE | {"b": UNDONE["b"] | {"compensate": {"activity": "Work", "input": f"{{% {expression} %}}"}}}
    finding = only(nodes)
    assert (finding.rule, finding.severity, finding.pointer) == ("maybe-no-result", Severity.WARNING, "/nodes/b/compensate/input")


def test_an_undo_may_lack_what_going_back_has_forgotten() -> None:
    nodes = UNDONE | {"c": act("done", catch=[{"retryFrom": "a", "maxTimes": 1}])}
    assert rules(nodes) == ["maybe-no-result"]
    assert rules(UNDONE | {"c": act("done", catch=[{"retryFrom": "b", "maxTimes": 1}])}) == []
