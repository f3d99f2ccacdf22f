"""Claims about `engine.spec.guards`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.guards import guarded, needs_clock
from engine.spec.model import Json
from engine.spec.syntax import Symbol, SyntaxProblem, parse
from tests.spec.expressions import CORPUS, DATA, EXPRESSIONS, FAILED, outcome


def tree_of(source: str) -> Symbol:
    tree = parse(source)
    assert not isinstance(tree, SyntaxProblem)
    return tree


@given(EXPRESSIONS)
def test_an_expression_that_needs_no_guard_is_left_as_it_is(source: str) -> None:
    assert guarded(source, tree_of(source)) == source


@given(st.sampled_from([source for source in CORPUS if not isinstance(parse(source), SyntaxProblem)]))
def test_what_is_guarded_is_still_an_expression(source: str) -> None:
    assert not isinstance(parse(guarded(source, tree_of(source))), SyntaxProblem)


@pytest.mark.parametrize("evaluator", ["rust", "python"])
@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("$millis()", 1_700_000_000_123),
        ("$now()", "2023-11-14T22:13:20.123Z"),
        ('$now("[Y0001]/[M01]")', "2023/11"),
        ('$now("[H01]", "+0530")', "03"),
        ("[1, 2].$millis()", [1_700_000_000_123, 1_700_000_000_123]),
        ("$map([1], function($v) { $now() })", "2023-11-14T22:13:20.123Z"),
        ("($f := $millis; $f())", 1_700_000_000_123),
        ("($now := function() { 5 }; $now())", 5),
        ('$toMillis("2020-01-01T00:00:00Z")', 1_577_836_800_000),
        ('$toMillis("01/2020", "[M01]/[Y0001]")', 1_577_836_800_000),
        ('input.s.$toMillis("[Y]")', None),
        ("$pad('a', 3)", "a  "),
        ("$pad('a', -3, '-')", "--a"),
        ("'a' ~> $pad(3)", "a  "),
        ("input.s.$pad(12, '!')", "Hello wörld!"),
        ("$formatInteger(1999, 'I')", "MCMXCIX"),
        ("$formatInteger(1e9, 'w')", "one billion"),
        ("[1..3]", [1, 2, 3]),
        ("[1..3, 7, 9..9]", [1, 2, 3, 7, 9]),
        ("[[1..2][0]..[5..7][1]]", [1, 2, 3, 4, 5, 6]),
        ("[input.zz..3]", []),
        ("[(1; 2)..(/* ] */ 3)]", [2, 3]),
        ('{"k]": [$count(["]", 2])..3]}', {"k]": [2, 3]}),
        ("$split('a1b', /[0-9]/)[[0..0]]", "a"),
        ("input.b[[1..2]]", [2, 3]),
    ],
)
def test_a_guarded_expression_means_what_it_says(evaluator: str, source: str, value: Json) -> None:
    assert outcome(evaluator, source, DATA) == (FAILED if value is None else (value,))


@pytest.mark.parametrize("evaluator", ["rust", "python"])
@pytest.mark.parametrize(
    "source",
    [
        "$pad('a', 1e9)",
        "$pad('a', -1e12)",
        "($p := $pad; $p('a', 1e9))",
        "$map(['a'], function($v) { $pad($v, 1e9) })",
        "$formatInteger(1e18, 'I')",
        "[-5e18..5e18]",
        "[$number('-5e18')..$number('5e18')]",
        "[1, -5e18..5e18]",
        "[1..1e30]",
        "$toMillis('10:00', '[H01]:[m01]')",
        "$toMillis('5', '[D]')",
    ],
)
def test_what_would_not_end_or_depend_on_the_day_fails_at_once(evaluator: str, source: str) -> None:
    assert outcome(evaluator, source, DATA) == FAILED


@pytest.mark.parametrize(("source", "asks"), [("$now()", True), ("$millis", True), ("now", False), ("'$now()'", False), ("1", False)])
def test_only_an_expression_that_asks_for_the_time_needs_it(source: str, asks: bool) -> None:  # noqa: FBT001
    assert needs_clock(tree_of(source)) is asks
