from __future__ import annotations

from typing import Any

from engine.graph.chart import Chart, Shape, chart_of
from engine.graph.connectors import FAR, with_connectors
from tests.graph.samples import act, end, plan


def chain(length: int, **last: Any) -> dict[str, Any]:
    nodes = {f"n{index}": act(f"n{index + 1}", catch=[{"next": "failed"}]) for index in range(length)}
    return nodes | {f"n{length}": act("done", **last), "done": end(), "failed": end("failed")}


def drawn(nodes: dict[str, Any]) -> Chart:
    compiled = plan(nodes)
    return with_connectors(chart_of(compiled), compiled)


def test_a_small_chart_is_left_as_it_is() -> None:
    compiled = plan(chain(FAR - 2))
    assert with_connectors(chart_of(compiled), compiled) == chart_of(compiled)


def test_a_far_terminal_is_drawn_again_beside_what_leads_to_it() -> None:
    chart = drawn(chain(FAR + 5))
    copies = [figure for figure in chart.figures if figure.name.startswith("failed@")]
    original = next(figure for figure in chart.figures if figure.name == "failed")
    assert copies
    assert all((copy.lines, copy.palette, copy.shape) == (original.lines, original.palette, original.shape) for copy in copies)
    assert {arrow.target for arrow in chart.arrows if arrow.source == "n0"} == {"n1", "failed@n0"}


def test_every_figure_keeps_an_arrow_that_leads_to_it() -> None:
    chart = drawn(chain(FAR + 5))
    assert {figure.name for figure in chart.figures[1:]} <= {arrow.target for arrow in chart.arrows}


def test_going_back_far_ends_in_a_connector_that_names_its_target() -> None:
    chart = drawn(chain(FAR + 5, catch=[{"retryFrom": "n1", "maxTimes": 2}]))
    (connector,) = [figure for figure in chart.figures if figure.shape is Shape.CONNECTOR]
    assert connector.lines[0].text == "back to n1"
    assert next(arrow for arrow in chart.arrows if arrow.target == connector.name).lines == ("any error, ≤ 2 times",)


def test_every_arrow_is_still_drawn_once() -> None:
    compiled = plan(chain(FAR + 5))
    assert [arrow.name for arrow in drawn(chain(FAR + 5)).arrows] == [arrow.name for arrow in chart_of(compiled).arrows]
