"""Claims about progress as lines and as a live picture: rows in, text out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from engine.cli.lines import line
from engine.cli.live import MARKS, PLAIN_MARKS, Picture
from engine.cli.options import Common
from engine.cli.progress import Drawn, Lines, Watch, watching
from engine.cli.rows import Look, Row, changed, fitting
from engine.graph.check import load_plan

FRUIT = Path(__file__).parents[2] / "specs" / "fruit" / "fruit.json"


def row(node: str, look: Look, **more: Any) -> Row:
    return Row(**{"node": node, "look": look, "visit": 1, "attempt": 1, "since": 0.0, "until": 0.0, "note": "", **more})


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (row("a", Look.RUNNING, since=60.0), "00:01:05 a running"),
        (row("a", Look.RUNNING, attempt=2, note="again, after ExitCode.3"), "00:01:05 a (attempt 2) running: again, after ExitCode.3"),
        (row("a", Look.COMPLETED, since=60.0, until=62.5, note='{"b":  1}'), '00:01:02 a completed in 2.5s: {"b": 1}'),
        (row("a", Look.COMPLETED, since=62.0, until=62.0), "00:01:02 a completed"),
        (
            row("a", Look.FAILED, visit=2, attempt=3, since=60.0, until=61.0, note="Canceled"),
            "00:01:01 a (visit 2, attempt 3) failed in 1s: Canceled",
        ),
        (row("a", Look.SKIPPED, visit=0, attempt=0), "00:01:05 a skipped"),
    ],
)
@pytest.mark.usefixtures("in_utc")
def test_a_change_is_a_line(shown: Row, text: str) -> None:
    assert line(shown, 65.0) == text


def test_only_what_is_new_is_told() -> None:
    before = [row("a", Look.RUNNING), row("b", Look.IDLE), row("c", Look.COMPLETED)]
    after = [row("a", Look.COMPLETED), row("b", Look.IDLE), row("c", Look.COMPLETED, visit=2)]
    assert [one.node for one in changed(before, after)] == ["a", "c"]
    assert changed([], after) == after


MANY = [
    *(row(f"done{number}", Look.COMPLETED, until=float(number + 1)) for number in range(10)),
    row("run", Look.RUNNING),
    row("bad", Look.FAILED, until=5.0),
    *(row(f"late{number}", Look.IDLE) for number in range(10)),
    *(row(f"skip{number}", Look.SKIPPED) for number in range(10)),
]


@pytest.mark.parametrize("height", [1, 5, 12, 40])
def test_what_does_not_fit_is_left_out_from_the_least_telling_on(height: int) -> None:
    shown = fitting(MANY, height)
    assert len(shown) == min(height, len(MANY))
    assert shown == [one for one in MANY if one in shown]
    assert MANY[10] in shown
    completed = [one.node for one in shown if one.look is Look.COMPLETED]
    assert completed == [f"done{number}" for number in range(10 - len(completed), 10)]


def drawn(rows: list[Row], *, width: int = 80, height: int = 20, closed: bool = False, encoding: str = "utf-8") -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=file, width=width, height=height, markup=False, highlight=False)
    shown = Picture(console, clock=lambda: 100.0)
    shown.replace(rows, "Flow 1.0  W", closed=closed)
    console.print(shown)
    file.seek(0)
    return [text.rstrip() for text in file.read().splitlines()]


def test_a_node_is_a_line_with_its_mark_state_time_and_note() -> None:
    title, done, running, waiting, idle = drawn(
        [
            row("first", Look.COMPLETED, since=90.0, until=95.0, note="b"),
            row("second", Look.RUNNING, since=95.0, attempt=2, note="again, after ExitCode.3"),
            row("pause", Look.WAITING, since=40.0, visit=2, note="until 12:00:00"),
            row("last", Look.IDLE, note="after second"),
        ]
    )
    assert title == "Flow 1.0  W"
    assert done.split() == ["✓", "first", "completed", "5s", "b"]
    assert running.split()[1:] == ["second", "running,", "attempt", "2", "5s", "again,", "after", "ExitCode.3"]
    assert waiting.split() == ["◷", "pause", "waiting", "#2", "1m00s", "until", "12:00:00"]
    assert idle.split() == ["·", "last", "after", "second"]


def test_a_long_note_is_cut_at_the_edge_and_squeezes_nothing() -> None:
    lines = drawn([row("node", Look.FAILED, since=90.0, until=95.0, note="word " * 100)], width=60)
    assert len(lines) == 2
    assert lines[1].startswith("✗ node failed 5s word word")
    assert lines[1].endswith("…")
    assert len(lines[1]) <= 60


def test_a_small_terminal_counts_what_it_does_not_show() -> None:
    lines = drawn(MANY, height=12)
    assert len(lines) <= 12
    assert lines[-1] == "  ... and 4 completed, 10 skipped, 10 to come"
    assert any("bad" in text for text in lines)


def test_the_last_picture_has_every_node() -> None:
    assert len(drawn(MANY, height=12, closed=True)) == 1 + len(MANY)


def test_an_old_terminal_gets_marks_that_it_knows() -> None:
    lines = drawn([row("first", Look.COMPLETED), row("second", Look.RUNNING)], encoding="ascii")
    assert lines[1].startswith("+ first")
    assert all(text.isascii() for text in lines)


@pytest.mark.parametrize(("term", "kind"), [("xterm", Drawn), ("dumb", Lines)])
def test_a_terminal_that_can_not_draw_gets_lines(monkeypatch: pytest.MonkeyPatch, term: str, kind: type[Watch]) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with watching(Common(), load_plan(FRUIT)) as watch:
        assert type(watch) is kind


def test_every_look_has_a_mark() -> None:
    assert set(MARKS) == set(PLAIN_MARKS) == set(Look) - {Look.RUNNING}
