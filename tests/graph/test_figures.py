"""Claims about `engine.graph.figures`: what a figure is drawn of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.graph.chart import Badge, Figure, Line, Palette, Shape
from engine.graph.figures import figure_marks
from engine.graph.marks import Curve, Mark, Outline, Words

PLAIN = Figure(
    name="n",
    shape=Shape.RECTANGLE,
    lines=(Line(text="n", size=12.0, bold=True), Line(text="Work", size=9.5)),
    palette=Palette(fill="#ffffff", stroke="#111111", ink="#222222"),
    width=100,
    height=60,
)


def marks(**changed: object) -> tuple[Mark, ...]:
    return figure_marks(replace(PLAIN, **changed), 50, 30).marks  # type: ignore[arg-type]  # fields by name


def outlines(drawn: tuple[Mark, ...]) -> list[Outline]:
    return [mark for mark in drawn if isinstance(mark, Outline)]


@pytest.mark.parametrize("shape", Shape)
def test_every_shape_is_one_outline_within_its_size(shape: Shape) -> None:
    (outline,) = outlines(marks(shape=shape))
    across, down = zip(*outline.points, strict=True)
    assert (min(across), max(across)) == pytest.approx((0, 100))
    assert (min(down), max(down)) == pytest.approx((0, 60))
    assert len(outline.points) % 3 == 1


def test_text_stands_in_the_middle_line_below_line() -> None:
    first, second = (mark for mark in marks() if isinstance(mark, Words))
    assert first.x == second.x == 50
    assert 0 < first.y < second.y < 60


def test_a_stack_has_sheets_behind_it_the_farthest_first() -> None:
    behind, between, front = outlines(marks(stacked=True))
    assert between.points == outlines(marks())[0].points
    assert behind.points[0] > between.points[0] > front.points[0]


def test_the_bars_of_a_child_stand_inside_at_either_side() -> None:
    left, right = (mark for mark in marks(shape=Shape.BARRED) if isinstance(mark, Curve))
    assert 0 < left.points[0][0] < 20
    assert 80 < right.points[0][0] < 100


def test_a_footer_stands_below_a_line_below_the_text() -> None:
    drawn = marks(footer=(Line(text="undo: Work", size=9.5),))
    line = next(mark for mark in drawn if isinstance(mark, Curve))
    *above, footer = (mark for mark in drawn if isinstance(mark, Words))
    assert footer.text == "undo: Work"
    assert all(words.y < line.points[0][1] < footer.y < 60 for words in above)


def test_in_a_figure_without_corners_a_footer_is_its_last_line() -> None:
    drawn = marks(shape=Shape.OVAL, footer=(Line(text="undo first", size=9.5),))
    assert [mark.text for mark in drawn if isinstance(mark, Words)] == ["n", "Work", "undo first"]
    assert not any(isinstance(mark, Curve) for mark in drawn)


@pytest.mark.parametrize("badge", [badge for badge in Badge if badge is not Badge.NONE])
def test_a_badge_stands_left_of_the_text_which_makes_room(badge: Badge) -> None:
    plain, drawn = marks(), marks(badge=badge)
    assert len(drawn) > len(plain)
    words = [mark for mark in drawn if isinstance(mark, Words)]
    assert all(word.x > 50 for word in words)
    for mark in drawn[len(plain) :]:
        assert isinstance(mark, Outline | Curve)
        assert all(0 < x < 50 and 0 < y < 60 for x, y in mark.points)
