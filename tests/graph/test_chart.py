from __future__ import annotations

from typing import Any

from engine.graph.chart import Arrow, EdgeStatus, Figure, NodeStatus, Overlay, Shape, State, chart_of
from engine.graph.plan import Plan
from tests.graph.samples import act, bare, choose, end, plan

FRUIT = {
    "pick": act("is_letter", retry={"maxAttempts": 3}),
    "is_letter": choose("name", default="no_letter"),
    "name": act("pause", catch=[{"errors": ["Timeout.*", "Bad"], "next": "no_letter"}]),
    "pause": {"type": "wait", "for": "5m", "next": "check", "description": "Let it cool."},
    "check": {"type": "decision", "choices": [{"when": "input", "retryFrom": "pick", "maxTimes": 2}], "default": "both"},
    "both": bare("left", "right"),
    "left": act("done"),
    "right": act("done"),
    "done": end(join="any"),
    "no_letter": end("failed", reason="NoLetter"),
}


def figure(name: str, compiled: Plan | None = None, overlay: Overlay | None = None) -> Figure:
    compiled = compiled or plan(FRUIT)
    chart = chart_of(compiled) if overlay is None else chart_of(compiled, overlay)
    return next(figure for figure in chart.figures if figure.name == name)


def arrow(source: str, target: str, overlay: Overlay | None = None) -> Arrow:
    chart = chart_of(plan(FRUIT)) if overlay is None else chart_of(plan(FRUIT), overlay)
    return next(arrow for arrow in chart.arrows if (arrow.source, arrow.target) == (source, target))


def texts(name: str) -> list[str]:
    return [line.text for line in figure(name).lines]


def test_every_kind_of_node_has_its_shape() -> None:
    shapes = {name: figure(name).shape for name in ("pick", "is_letter", "pause", "both", "done")}
    assert shapes == {
        "pick": Shape.RECTANGLE,
        "is_letter": Shape.DIAMOND,
        "pause": Shape.CLOCK,
        "both": Shape.ROUNDED,
        "done": Shape.OVAL,
    }


def test_a_name_is_bold_and_the_activity_stands_below_it() -> None:
    assert [(line.text, line.bold) for line in figure("pick").lines] == [("pick", True), ("Work", False)]


def test_waits_and_terminals_say_what_they_do() -> None:
    assert texts("pause") == ["pause", "for 5m"]
    assert texts("no_letter") == ["no_letter", "failed: NoLetter"]


def test_a_join_that_is_not_all_is_marked() -> None:
    assert texts("done") == ["any 1 of 2", "done", "completed"]


def test_terminals_are_coloured_by_their_status() -> None:
    colours = {status: figure("e", plan({"a": act("e"), "e": end(status)})).palette.fill for status in ("completed", "failed", "canceled")}
    assert len(set(colours.values())) == 3


def test_choices_show_their_condition_and_the_default_is_else() -> None:
    assert arrow("is_letter", "name").lines == ("input = 0",)
    assert arrow("is_letter", "no_letter").lines == ("else",)


def test_a_long_condition_is_wrapped_and_shortened_and_whole_in_the_tooltip() -> None:
    condition = "$contains(results.pick, /^[a-z]$/) and " * 8 + "true"
    nodes: dict[str, Any] = {"d": {"type": "decision", "choices": [{"when": condition, "next": "e"}], "default": "e"}, "e": end()}
    shown = chart_of(plan(nodes)).arrows[1]
    assert len(shown.lines) == 3
    assert shown.lines[-1].endswith("…")
    assert shown.tooltip == condition


def test_caught_errors_are_named_on_their_edge() -> None:
    assert arrow("name", "no_letter").lines == ("Timeout.*, Bad",)
    assert arrow("name", "no_letter").stroke != arrow("name", "pause").stroke


def test_edges_that_repeat_are_dashed_bounded_and_have_no_say_in_the_layout() -> None:
    for again, said in ((arrow("pick", "pick"), "retry ≤ 2"), (arrow("check", "pick"), "input, ≤ 2 times")):
        assert (again.dashed, again.back, again.lines) == (True, True, (said,))


def test_a_marker_leads_to_the_start() -> None:
    first = chart_of(plan(FRUIT)).arrows[0]
    assert first.target == "pick"
    assert chart_of(plan(FRUIT)).figures[0].name == first.source


def test_the_tooltip_is_the_description() -> None:
    assert figure("pause").tooltip == "pause: Let it cool."


def test_in_an_execution_states_give_the_colours_and_notes_stand_below() -> None:
    overlay = Overlay(nodes={"pick": NodeStatus(state=State.RETRYING, note="attempt 2 of 3")})
    retried, idle = figure("pick", overlay=overlay), figure("name", overlay=overlay)
    assert retried.lines[-1].text == "attempt 2 of 3"
    assert (retried.kind, idle.kind) == ("retrying", "idle")
    assert retried.palette != idle.palette


def test_every_state_is_told_apart() -> None:
    looks = [figure("pick", overlay=Overlay(nodes={"pick": NodeStatus(state=state)})) for state in State]
    assert len({(look.palette, look.dashed, look.weight) for look in looks}) == len(State)


def test_the_terminal_that_was_reached_keeps_the_colour_of_its_status() -> None:
    overlay = Overlay(nodes={"no_letter": NodeStatus(state=State.COMPLETED)})
    assert figure("no_letter", overlay=overlay).palette == figure("no_letter").palette


def test_edges_show_what_was_taken_and_what_is_dead() -> None:
    compiled = plan(FRUIT)
    by_ends = {(edge.source, edge.target): edge.id for edge in compiled.edges}
    overlay = Overlay(
        nodes={},
        edges={
            by_ends["pick", "is_letter"]: EdgeStatus(taken=2),
            by_ends["is_letter", "no_letter"]: EdgeStatus(dead=True),
            by_ends["pick", "pick"]: EdgeStatus(taken=1),
        },
    )
    taken, dead, rest = arrow("pick", "is_letter", overlay), arrow("is_letter", "no_letter", overlay), arrow("is_letter", "name", overlay)
    assert len({taken.stroke, dead.stroke, rest.stroke}) == 3
    assert taken.weight > rest.weight
    assert taken.lines == ("twice",)
    assert arrow("pick", "pick", overlay).lines == ("retry ≤ 2, taken once",)


def test_a_figure_has_room_for_its_lines() -> None:
    long_name = "validate_the_payment_of_the_customer_and_ship_the_order_by_air_x"
    shown = figure(long_name, plan({long_name: act("e"), "e": end()}))
    assert len([line for line in shown.lines if line.bold]) > 1
    assert shown.height > sum(line.size for line in shown.lines)
    assert shown.width < 220
