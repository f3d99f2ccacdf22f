"""Two implementations of JSONata give the same: jsonatapy, which decides in production, and jsonata-python, the second opinion."""

from __future__ import annotations

import json
from typing import Final

import pytest
from hypothesis import given

from tests.spec.expressions import CORPUS, DATA, EXPRESSIONS, outcome

DEVIATIONS: Final = {
    "5.5 % 2": "jsonata-python drops the fraction of a remainder; 1.5 is right",
    "100000000000000000000": "jsonata-python keeps integers of any size; JSONata's numbers are doubles",
    "1e21": "jsonata-python makes an integer of a large double",
    "$string(1e20)": "jsonata-python writes an exponent where JavaScript writes the digits, as JSONata says",
    '$replace("abc", "b", "$0x")': "jsonata-python replaces $0 for a text pattern too; JSONata does so only for regular expressions",
    "$sort(input.list, function($l,$r){$l.k>$r.k}).v": "jsonata-python's sort is not stable",
    "$length($string(input))": "jsonata-python's $string escapes what is not ASCII",
    "$distinct([1, 1])": "jsonata-python takes a list of one out of its list",
    "$count(null)": "to jsonata-python null is nothing as an argument; to JSONata it is a list of one null",
    "$map(null, function($v){[$v]})": "to jsonata-python null is nothing as an argument",
    "$sum(null)": "to jsonata-python null is nothing as an argument; to JSONata it is no number",
    "-1 ?? 2": "jsonata-python reads a negative literal left of ?? as positive",
    "true in 1": "to Python, True is 1",
    "0 in [false]": "to Python, False is 0",
}
"""Expression -> why the two may differ. In all of them jsonatapy is right: https://docs.jsonata.org/ and the reference implementation."""


def same(source: str) -> bool:
    rust, python = outcome("rust", source, DATA), outcome("python", source, DATA)
    return json.dumps(rust, sort_keys=True) == json.dumps(python, sort_keys=True)


@pytest.mark.parametrize("source", [source for source in CORPUS if source not in DEVIATIONS])
def test_both_give_the_same(source: str) -> None:
    assert same(source)


@pytest.mark.parametrize("source", DEVIATIONS)
def test_where_they_are_known_to_differ_they_still_do(source: str) -> None:
    assert not same(source)


@given(EXPRESSIONS)
def test_both_give_the_same_for_any_expression(source: str) -> None:
    assert same(source)
