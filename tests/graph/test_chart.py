from __future__ import annotations

from typing import Any, get_args

from engine.graph.chart import SHAPE_OF, Arrow, Badge, EdgeStatus, Figure, NodeStatus, Overlay, Shape, State, chart_of
from engine.graph.plan import Plan
from engine.spec.model import Node
from tests.graph.samples import UNDO, act, bare, call, child, choose, end, listen, plan

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


SAGA = {
    "book": child("score", forEach={"items": "input.trips", "maxConcurrency": 4, "tolerate": "10%"}, compensate=UNDO),
    "score": call("approve"),
    "approve": listen("again", timeout="2d"),
    "again": choose("more", default="done"),
    "more": end("continued"),
    "done": end(),
    "tell": act("stopped", forEach={"items": "input.people"}),
    "stopped": end("canceled", compensate=True),
}
CANCELED = plan(SAGA, onCancel="tell", lambdaRole="arn:aws:iam::123456789012:role/r")


def saga(name: str, overlay: Overlay | None = None) -> Figure:
    return figure(name, CANCELED, overlay)


def test_every_type_of_node_has_a_shape_of_its_own() -> None:
    assert set(SHAPE_OF) == set(get_args(Node))
    assert len(set(SHAPE_OF.values())) == len(SHAPE_OF)


def test_a_child_says_its_type_its_items_and_their_limits() -> None:
    said = [line.text for line in saga("book").lines]
    assert said == ["book", "Child 1.0", "for each input.trips", "4 at once, 10% may fail"]
    assert [line.text for line in saga("tell").lines] == ["tell", "Work", "for each input.people"]


def test_what_runs_once_per_item_is_a_stack() -> None:
    assert [name for name in SAGA if saga(name).stacked] == ["book", "tell"]


def test_what_undoes_a_node_stands_at_its_foot() -> None:
    assert [line.text for line in saga("book").footer] == ["undo: Work"]
    assert [line.text for line in saga("stopped").footer] == ["undo first"]
    assert saga("score").footer == ()


def test_a_function_is_marked() -> None:
    assert [line.text for line in saga("score").lines] == ["score", "λ work"]


def test_a_wait_for_a_signal_has_another_badge_than_one_for_a_time() -> None:
    assert [line.text for line in saga("approve").lines] == ["approve", "signal: go", "at most 2d"]
    assert (saga("approve").badge, figure("pause").badge, saga("book").badge) == (Badge.SIGNAL, Badge.CLOCK, Badge.NONE)


def test_a_terminal_that_goes_on_has_a_loop_and_a_colour_of_its_own() -> None:
    assert [line.text for line in saga("more").lines] == ["more", "continue as new"]
    assert (saga("more").badge, saga("done").badge) == (Badge.LOOP, Badge.NONE)
    assert saga("more").palette not in {saga("done").palette, saga("stopped").palette}


def test_a_marker_leads_to_where_a_cancel_request_does() -> None:
    chart = chart_of(CANCELED)
    (arrow,) = (arrow for arrow in chart.arrows if arrow.target == "tell")
    assert arrow.lines == ("on cancel",)
    assert {figure.name: figure.shape for figure in chart.figures}[arrow.source] is Shape.DOT
    assert arrow.source not in {figure.name for figure in chart_of(plan(FRUIT)).figures}


def test_in_an_execution_that_way_is_grey_until_it_was_gone() -> None:
    def stroke(state: State) -> str:
        overlay = Overlay(nodes={"tell": NodeStatus(state=state)})
        return next(arrow.stroke for arrow in chart_of(CANCELED, overlay).arrows if arrow.lines == ("on cancel",))

    assert stroke(State.IDLE) != stroke(State.OPEN)


def test_progress_is_a_note_under_what_a_stack_says() -> None:
    shown = saga("book", Overlay(nodes={"book": NodeStatus(state=State.OPEN, note="37/100, 2 failed")}))
    assert shown.lines[-1].text == "37/100, 2 failed"
    assert (shown.kind, shown.footer) == ("open", saga("book").footer)


def test_a_footer_and_a_badge_have_room() -> None:
    assert saga("book").height > sum(line.size for line in (*saga("book").lines, *saga("book").footer))
    plain = figure("a", plan({"a": act("done"), "done": end()}))
    assert figure("a", plan({"a": act("done", compensate=UNDO), "done": end()})).height > plain.height
