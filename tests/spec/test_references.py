"""Claims about `engine.spec.references`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.model import Json
from engine.spec.references import BRANCHES, EVERYTHING, References, references
from tests.spec.expressions import CORPUS, DATA, EXPRESSIONS, outcome


def only_what_is_read(found: References) -> dict[str, Json]:
    """The root document as a scope gives it."""
    if found.everything:
        return DATA
    root: dict[str, Json] = {}
    for name in found.names & DATA.keys():
        entries: frozenset[str] = getattr(found, name, frozenset())
        pruned = name in BRANCHES and name not in found.whole
        root[name] = {key: value for key, value in DATA[name].items() if key in entries} if pruned else DATA[name]
    return root


@given(EXPRESSIONS | st.sampled_from(CORPUS))
def test_an_expression_gives_the_same_on_what_it_reads_as_on_everything(source: str) -> None:
    pruned = only_what_is_read(references(source))
    assert json.dumps(outcome("rust", source, pruned)) == json.dumps(outcome("rust", source, DATA))


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("results.a", {"a"}),
        ("$.results.a", {"a"}),
        ("$$.results.a.b", {"a"}),
        ("results.`a b`", {"a b"}),
        ('results."a b"', {"a b"}),
        ("results.a + results.b", {"a", "b"}),
        ("results.(a + b)", {"a", "b"}),
        ("(results).a", {"a"}),
        ("results[a = 1].b", {"a", "b"}),
        ("results.a[x = 1].b^(>c){d: e}", {"a"}),
        ("results.a[$ = $$.results.b]", {"a", "b"}),
        ("results.a.(results)", {"a"}),
        ("results.a#$i.x", {"a"}),
        ("($f := function($x) { $x + results.b }; $f(results.a))", {"a", "b"}),
        ("$map(results.a, function($v) { $v.x & $.results.b })", {"a", "b"}),
        ("results.a ~> $map(function($v) { $v })", {"a"}),
        ("results.a ~> | b | {'x': $$.results.c} |", {"a", "c"}),
        ("[1..results.a]", {"a"}),
        ("{'k': results.a, results.b: 1}", {"a", "b"}),
        ("results.a ? results.b : results.c", {"a", "b", "c"}),
        ("-results.a", {"a"}),
        ("results.a.$string()", {"a"}),
        ("results.a^(b)", {"a"}),
        ("λ($x) { results.a }", {"a"}),
        ("$string(?)", set()),
        ("1", set()),
    ],
)
def test_the_results_that_are_read_are_said(source: str, nodes: set[str]) -> None:
    found = references(source)
    assert (found.results, found.whole, found.everything) == (frozenset(nodes), frozenset(), False)


@pytest.mark.parametrize(
    "source",
    [
        "results",
        "results.*",
        "results.**",
        "$string(results)",
        "$lookup(results, 'a')",
        "($r := results; $r.a)",
        "results.$keys()",
        "results@$r.b",
    ],
)
def test_a_branch_that_is_used_as_a_value_is_read_whole(source: str) -> None:
    assert references(source).whole == {"results"}


@pytest.mark.parametrize(
    "source",
    ["$", "$$", "*", "**", "**.a", "$keys()", "$string()", "$each(function($v){1})", "$lookup('a')", "results.a.%", "$ ~> $keys()",
     "($f := function($o)<o-:n>{1}; $f())", "($x := $; $x.results)", "[$$]"],
)  # fmt: skip
def test_where_it_cannot_be_said_everything_is_read(source: str) -> None:
    assert references(source) == EVERYTHING


def test_root_names_and_the_other_branches_are_said() -> None:
    found = references("input.x & errors.a.name & signals.go & execution.runId & execution.visits.a & nonsense")
    assert found == References(
        names=frozenset({"input", "errors", "signals", "execution", "nonsense"}),
        errors=frozenset({"a"}),
        signals=frozenset({"go"}),
        execution=frozenset({"runId", "visits"}),
        visits=frozenset({"a"}),
    )


def test_a_pipe_gives_the_first_argument() -> None:
    assert references("input ~> $keys()") == References(names=frozenset({"input"}))


@pytest.mark.parametrize(
    "source",
    [
        "results.a ?? 0",
        "results.a.b ?? 0",
        "results.a ?: 0",
        "$exists(results.a)",
        "$exists(results.a) ? results.a.x : 0",
        "$exists(results.a) and results.a.x > 3 and results.a.y",
        "results.a ? results.a : 0",
        "results.a and true",
        "$not($exists(results.a))",
        "[results.a]",
        "[results.a.items.name]",
    ],
)
def test_a_result_whose_absence_is_provided_for_is_optional(source: str) -> None:
    assert references(source).optional == {("results", "a")}


@pytest.mark.parametrize(
    "source",
    [
        "results.a",
        "0 ?? results.a",
        "$exists(input.b) ? 0 : results.a",
        "$exists(results.a) ? 0 : results.a",
        "$exists(results.a) or results.a.x",
        "(results.a ?? 0) + results.a",
        "$not(results.a)",
        "results.(a + 1)",
        "[$exists(results.a), results.a]",
        "[results.a, 0]",
        "[0] ~> $append(results.a)",
    ],
)
def test_a_result_that_is_read_unasked_somewhere_is_not_optional(source: str) -> None:
    assert references(source).optional == frozenset()


def test_what_is_no_expression_reads_nothing() -> None:
    assert references("results.") == References()
