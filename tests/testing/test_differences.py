"""Laws and looks of the JSON diff."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.testing.differences import MOST_LINES, diff_lines, same

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_is_the_same_as_its_copy(value: Any) -> None:
    assert same(value, json.loads(json.dumps(value)))


@given(VALUES, VALUES)
def test_sameness_is_that_of_json(left: Any, right: Any) -> None:
    """Booleans are no numbers, else as Python compares."""
    marked = [json.loads(json.dumps(value), parse_int=float) for value in (left, right)]
    assert same(left, right) == (
        json.dumps(marked[0], sort_keys=True).replace("-0.0", "0.0") == json.dumps(marked[1], sort_keys=True).replace("-0.0", "0.0")
    )


@given(VALUES, VALUES)
def test_what_differs_has_lines_of_both_sides(left: Any, right: Any) -> None:
    lines = diff_lines(left, right)
    if not same(left, right):
        assert any(line.startswith(("- ", "+ ")) for line in lines)
    assert all(line[:2] in {"- ", "+ ", "  "} for line in lines)


@pytest.mark.parametrize(
    ("expected", "came", "lines"),
    [
        ("kiwi", "kale", ['- "kiwi"', '+ "kale"']),
        (1, True, ["- 1", "+ true"]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ['- {"a": 1, "b": 2}', '+ {"a": 1, "b": 3}']),
        (
            {"a": {"deep": 1}, "b": 1, "c": 2},
            {"a": {"deep": 1}, "b": 1, "c": 3},
            ["  …", "    },", '    "b": 1,', '-   "c": 2', '+   "c": 3', "  }"],
        ),
    ],
)
def test_it_reads_like_a_diff(expected: Any, came: Any, lines: list[str]) -> None:
    assert diff_lines(expected, came) == lines


def test_long_ones_are_cut_and_say_so() -> None:
    lines = diff_lines(list(range(200)), {str(number): number for number in range(200)})
    assert len(lines) == MOST_LINES + 1
    assert "more" in lines[-1]
