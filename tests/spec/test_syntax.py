"""Claims about `engine.spec.syntax`."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.syntax import FORBIDDEN, FUNCTIONS, MAX_LENGTH, Symbol, SyntaxProblem, name_problem, parse, walk
from tests.spec.expressions import CORPUS, EXPRESSIONS


def tree_of(source: str) -> Symbol:
    tree = parse(source)
    assert not isinstance(tree, SyntaxProblem)
    return tree


def problem_of(source: str) -> SyntaxProblem:
    problem = parse(source)
    assert isinstance(problem, SyntaxProblem)
    return problem


@pytest.mark.parametrize(
    ("source", "offset", "message"),
    [
        ("", 0, "empty"),
        ("  \n", 0, "empty"),
        ("a b", 2, "Syntax error: b"),
        ("a +", 3, "Unexpected end"),
        ("(a", 2, "Expected )"),
        ("f(x", 3, "Expected )"),
        ("[1, 2", 5, "Expected ]"),
        ('{"a"}', 4, "Expected :"),
        ('"abc', 4, "terminated"),
        ("a := 1", 0, "must be a variable"),
        ("/abc", 4, "regular expression"),
        ("!a", 0, "no operator !"),
        ("a /* b", 2, "not closed"),
        ("%", 0, "parent"),
        ("(" * 5000, 0, "nested too deep"),
        ("1" * (MAX_LENGTH + 1), 0, "more than 32,768 characters"),
    ],
)
def test_what_is_no_expression_is_said_where_it_stops_being_one(source: str, offset: int, message: str) -> None:
    problem = problem_of(source)
    assert message in problem.message
    assert problem.offset == offset


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("a == b", "single ="),
        ("a && b", "`and`"),
        ("a || b", "`or`"),
        ("!a", "$not"),
        ("a ! b", "$not"),
        ("{% a.b %}", "braces"),
        ("{{ a.b }}", "braces"),
    ],
)
def test_habits_from_other_languages_are_met_with_a_hint(source: str, hint: str) -> None:
    assert hint in problem_of(source).hint


@given(st.text(max_size=20) | st.text(alphabet="ab$.()[]{}\"'/*+-~>?:;,=&|@#^%!` 01", max_size=20))
def test_any_text_is_parsed_or_has_a_problem_inside_it(source: str) -> None:
    match parse(source):
        case SyntaxProblem(offset=offset, message=message):
            assert message
            assert 0 <= offset <= len(source)
        case tree:
            assert tree in list(walk(tree))


@given(EXPRESSIONS)
def test_what_has_no_unknown_names_has_no_problem_with_names(source: str) -> None:
    assert name_problem(tree_of(source)) is None


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
@pytest.mark.parametrize("use", ["${}()", "$map([1], ${})", "($f := ${}; 1)", "[1].${}()"])
def test_what_is_not_deterministic_is_not_available(name: str, use: str) -> None:
    problem = name_problem(tree_of(use.format(name)))
    assert problem is not None
    assert problem.message == f"${name} is not available"


@pytest.mark.parametrize(
    ("source", "offset", "message", "hint"),
    [
        ("$lenght(a)", 0, "nothing defines $lenght", "did you mean $length"),
        ("1 + $input", 4, "nothing defines $input", "names in the data do not: input"),
        ("$zzzzzzz", 0, "nothing defines $zzzzzzz", "names in the data do not: zzzzzzz"),
        ("($total := 1; $totl)", 14, "nothing defines $totl", "did you mean $total"),
    ],
)
def test_a_variable_that_nothing_defines_is_found(source: str, offset: int, message: str, hint: str) -> None:
    problem = name_problem(tree_of(source))
    assert problem is not None
    assert (problem.offset, problem.message) == (offset, message)
    assert problem.hint.endswith(hint)


@pytest.mark.parametrize(
    "source", ["($x := 1; $x)", "function($a) { $a }", "a@$v.$v", "a#$i.$i", "a[1]#$i.$i", "$", "$$", "$sum(a)", "λ($a) { $a }"]
)
def test_a_variable_that_is_bound_is_no_problem(source: str) -> None:
    assert name_problem(tree_of(source)) is None


def test_every_function_of_the_corpus_is_known() -> None:
    used = {symbol.value for source in CORPUS for symbol in walk_all(source) if symbol.type == "variable"}
    assert len(used & FUNCTIONS) > 50


def walk_all(source: str) -> list[Symbol]:
    tree = parse(source)
    return [] if isinstance(tree, SyntaxProblem) else list(walk(tree))


def test_law_what_was_parsed_before_changes_nothing() -> None:
    """The parser is used again; broken texts in between must leave nothing behind."""
    sources = ["a.b[c].%.d", "a +", "$map(x, function($v, $i) { $v + $i })", "(", "a@$x.b#$i[$x = c].%", "[1..", "a.b.%", "a ? b : c ?? d"]

    def shape(source: str) -> object:
        tree = parse.__wrapped__(source)
        return tree if isinstance(tree, SyntaxProblem) else [(symbol.type, str(symbol.value), symbol.position) for symbol in walk(tree)]

    alone = {}
    for source in sources:
        parse.__wrapped__("(")  # after a failure there is a new parser
        alone[source] = shape(source)
    for order in itertools.islice(itertools.permutations(sources, 4), 0, None, 7):
        for source in order:
            assert shape(source) == alone[source]
