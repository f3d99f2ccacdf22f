"""What waiting for signals does: claims about whole runs on the tiny SWF."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.interpreter.plans import activity, end
from tests.interpreter.swf import kinds
from tests.interpreter.telling import closing, failure, scheduled, states, swf_of, timers


def wait(*next_nodes: str, signal: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "wait", "signal": signal, "next": list(next_nodes), **more}


def plain(**more: Any) -> dict[str, Any]:
    return {"w": wait("done", **more), "done": end(output="{% results.w %}")}


def test_a_signal_ends_the_wait_and_its_input_is_the_result() -> None:
    swf = swf_of(plain()).decide()
    assert states(swf)["w"] == "open"
    assert closing(swf.signal("go", {"who": "Ann"}).decide()) == {"result": '{"who":"Ann"}'}


def test_a_signal_without_an_input_gives_null() -> None:
    assert closing(swf_of(plain()).decide().signal("go").decide()) == {"result": "null"}


def test_the_output_shapes_what_the_signal_brings() -> None:
    assert closing(swf_of(plain(output="{% result.n + 1 %}")).decide().signal("go", {"n": 1}).decide()) == {"result": "2"}


def test_a_signal_of_another_name_is_not_waited_for() -> None:
    swf = swf_of(plain()).decide().signal("stop").decide()
    assert states(swf)["w"] == "open"


def test_a_signal_that_has_come_before_is_there() -> None:
    nodes = {"a": activity("w"), "w": wait("v"), "v": wait("done"), "done": end(output="{% [results.w, results.v] %}")}
    swf = swf_of(nodes).signal("go", 1).decide().signal("go", 2).signal("stop", 3).complete("a").decide()
    assert closing(swf) == {"result": "[1,2]"}


def test_of_several_that_wait_the_first_to_have_begun_has_it() -> None:
    nodes = {"fork": {"type": "pass", "next": ["a", "late"]}, "a": activity("early"), "early": wait("join"), "late": activity("second")}
    nodes |= {"second": wait("join"), "join": {"type": "pass", "next": "done"}, "done": end(output="{% [results.early, results.second] %}")}
    swf = swf_of(nodes).decide().complete("late").decide().complete("a").decide().signal("go", "first").decide()
    assert states(swf)["second"] == "completed"
    assert states(swf)["early"] == "open"
    assert closing(swf.signal("go", "then").decide()) == {"result": '["then","first"]'}


def test_all_signals_so_far_can_be_read() -> None:
    nodes = plain() | {"done": end(output={"go": "{% signals.go %}", "stop": "{% signals.stop ?? [] %}"})}
    swf = swf_of(nodes).signal("go", 1).decide()
    assert closing(swf) == {"result": '{"go":[1],"stop":[]}'}


def test_where_one_is_kept_no_timer_is_started() -> None:
    assert "StartTimer" not in kinds(swf_of(plain(timeout="5m")).signal("go").decide().decisions)


# Timeouts.


def test_a_wait_that_lasts_too_long_is_an_error() -> None:
    swf = swf_of(plain(timeout="5m")).decide()
    assert timers(swf) == {"w.signal.1": "300"}
    assert failure(swf.fire("w.signal.1").decide())[0] == "w: Timeout.Signal"


def test_a_timeout_can_be_caught_and_may_be_computed() -> None:
    catch = [{"errors": ["Timeout.Signal"], "next": "late"}]
    nodes = {"w": wait("done", timeout="{% input.patience %}", catch=catch), "late": activity("done"), "done": end(join="any")}
    swf = swf_of(nodes, {"patience": 7}).decide()
    assert timers(swf) == {"w.signal.1": "7"}
    assert scheduled(swf.fire("w.signal.1").decide()) == ["late"]


def test_the_signal_cancels_the_timer() -> None:
    nodes = {"w": wait("a", timeout=60), "a": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().signal("go").decide()
    assert kinds(swf.decisions) == ["CancelTimer", "ScheduleActivityTask"]
    assert swf.timers == {}


def test_a_wait_without_end_has_no_timer() -> None:
    assert timers(swf_of(plain()).decide()) == timers(swf_of(plain(timeout="{% input %}"), "none").decide()) == {}


def test_what_is_no_duration_is_the_nodes_error() -> None:
    assert failure(swf_of(plain(timeout="{% input %}"), "soon").decide())[0] == "w: Expression.NotDuration"


def test_a_signal_after_the_timeout_is_kept_for_the_next() -> None:
    catch = [{"errors": ["*"], "next": "again"}]
    nodes = {"w": wait("done", timeout=5, catch=catch), "again": wait("done"), "done": end(join="any", output="{% results.again %}")}
    swf = swf_of(nodes).decide().fire("w.signal.1").decide().signal("go", 2).decide()
    assert closing(swf) == {"result": "2"}


# Going back, ending.


def test_a_wait_that_is_reset_waits_for_a_signal_of_its_own() -> None:
    nodes = {"w": wait("a"), "a": activity("done", catch=[{"errors": ["*"], "retryFrom": "w", "maxTimes": 1}])}
    swf = swf_of(nodes | {"done": end(output="{% results.w %}")}).decide().signal("go", 1).decide().fail("a").decide()
    assert states(swf)["w"] == "open"
    swf.signal("go", 2).decide().complete("a.2.1").decide()
    assert closing(swf) == {"result": "2"}


def test_one_that_waits_and_is_reset_waits_at_the_end_of_the_line() -> None:
    back = [{"errors": ["*"], "retryFrom": "w", "maxTimes": 1}]
    nodes = {"fork": {"type": "pass", "next": ["w", "v"]}, "w": {"type": "pass", "next": ["x", "a"]}, "x": wait("join")}
    nodes |= {"a": activity("join", catch=back), "v": wait("join"), "join": {"type": "pass", "next": "done"}, "done": end()}
    swf = swf_of(nodes).decide().fail("a").decide().signal("go").decide()
    assert (states(swf)["x"], states(swf)["v"]) == ("open", "completed")
    assert states(swf.signal("go").decide())["x"] == "completed"


def test_a_canceled_execution_does_not_wait_for_signals() -> None:
    swf = swf_of(plain(timeout=60)).decide().request_cancel().decide()
    assert swf.closed == "WorkflowExecutionCanceled"
    assert states(swf)["w"] == "canceled"


def test_a_signal_to_an_execution_that_is_being_canceled_is_not_lost_on_anybody() -> None:
    nodes = {"fork": {"type": "pass", "next": ["w", "a"]}, "w": wait("done"), "a": activity("done"), "done": end()}
    swf = swf_of(nodes).decide().begin("a").request_cancel().decide().signal("go").decide()
    assert states(swf)["w"] == "canceled"
    assert swf.cancel("a").decide().closed == "WorkflowExecutionCanceled"


@pytest.mark.parametrize("count", [1, 50])
def test_signals_go_round_in_order(count: int) -> None:
    names = [f"w{number:02}" for number in range(count)]
    nodes = {name: wait(after) for name, after in zip(names, [*names[1:], "done"], strict=True)}
    swf = swf_of(nodes | {"done": end(output="{% signals.go %}")})
    for number in range(count):
        swf.signal("go", number)
    assert json.loads(closing(swf.decide())["result"]) == list(range(count))
