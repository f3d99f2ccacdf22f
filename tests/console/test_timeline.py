"""Works as bars: where they stand, and in which order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.console.timeline import LEFT, MOST_LANES, MOST_ROWS, TICKS, WIDTH, timeline_of
from engine.runtime.reading.works import Work

ONE = Work(kind="activity", id="a", type="A 1.0", node="a", status="completed", scheduled=10.0, started=12.0, closed=16.0)
TIMES = st.floats(0, 31_536_000)
"""An execution lasts a year at most."""


@given(st.lists(st.tuples(TIMES, TIMES, TIMES, st.sampled_from("abc")), min_size=1, max_size=12))
def test_no_bar_leaves_the_drawing_and_none_runs_backwards(given_times: list[tuple[float, float, float, str]]) -> None:
    works = [
        replace(ONE, node=node, scheduled=early, started=middle, closed=late)
        for one, two, three, node in given_times
        for early, middle, late in [sorted((one, two, three))]
    ]
    drawn = timeline_of(works, min(work.scheduled for work in works), max(work.closed for work in works))
    bars = [bar for row in drawn.rows for bar in row.bars]
    assert len(bars) == len(works)
    for bar in bars:
        assert LEFT - 0.01 <= bar.x <= bar.begun <= bar.end <= WIDTH or not bar.work.started or not bar.work.closed
    assert len(drawn.ticks) <= TICKS + 1


def test_attempts_of_a_node_share_its_row_and_rows_stand_as_nodes_first_appear() -> None:
    drawn = timeline_of([ONE, replace(ONE, node="b", scheduled=11.0), replace(ONE, attempt=2, scheduled=13.0)], 10, 20)
    assert [(row.name, len(row.bars)) for row in drawn.rows] == [("a", 2), ("b", 1)]
    assert [row.y for row in drawn.rows] == sorted({row.y for row in drawn.rows})


def test_items_that_run_at_the_same_time_lie_side_by_side() -> None:
    works = [replace(ONE, item=number, scheduled=10.0 + number // 3 * 6.0, closed=16.0 + number // 3 * 6.0) for number in range(6)]
    [items, after] = timeline_of([*works, replace(ONE, node="b")], 10, 22).rows
    assert len({bar.y for bar in items.bars}) == 3
    assert [bar.y for bar in items.bars[:3]] == [bar.y for bar in items.bars[3:]]
    assert max(bar.y + bar.height for bar in items.bars) <= items.y + items.height == after.y


def test_a_row_does_not_grow_beyond_the_most_lanes() -> None:
    [row] = timeline_of([replace(ONE, item=number) for number in range(3 * MOST_LANES)], 10, 20).rows
    assert len({bar.y for bar in row.bars}) == MOST_LANES
    assert len(row.bars) == 3 * MOST_LANES


def test_what_is_open_lasts_until_the_end_of_the_drawing() -> None:
    [row] = timeline_of([replace(ONE, status="started", closed=0.0)], 10, 20).rows
    [closed] = timeline_of([replace(ONE, closed=20.0)], 10, 20).rows
    assert row.bars[0].end == closed.bars[0].end


def test_a_bar_says_how_long_it_waited_and_worked() -> None:
    [row] = timeline_of([replace(ONE, attempt=2)], 10, 20).rows
    assert row.bars[0].said == "a, attempt 2: completed for 4s, after waiting 2s"


def test_rows_beyond_the_most_are_counted() -> None:
    drawn = timeline_of([replace(ONE, node=f"n{number}") for number in range(MOST_ROWS + 7)], 10, 20)
    assert (len(drawn.rows), drawn.left_out) == (MOST_ROWS, 7)
