"""JSONPath: what is read, what is refused, and that what is written in JSONata finds what a library for JSONPath finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpath_ng.ext.parser import parse as library

from engine.asl.jsonata import complete
from engine.asl.jsonpath import Descend, Index, Name, Path, Slice, Union, Wildcard, parse_path
from engine.asl.paths import Sight, path_of
from engine.asl.report import NotExpressible
from engine.spec.expression import References, evaluate
from engine.spec.model import Expression


class Data:
    now = 0.0

    def __init__(self, value: Any) -> None:
        self._value = value

    def root(self, _: References) -> dict[str, Any]:
        return {"input": self._value}


def found(path: str, value: Any) -> Any:
    return evaluate(Expression(source=complete(path_of(path, Sight(data="input")))), Data(value))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("$", Path("", ())),
        ("$.a-b.c_1", Path("", (Name("a-b"), Name("c_1")))),
        ("$['a b'][\"c\"][-1]", Path("", (Name("a b"), Name("c"), Index(-1)))),
        ("$['it\\'s']", Path("", (Name("it's"),))),
        ("$.a[*].b", Path("", (Name("a"), Wildcard(), Name("b")))),
        ("$..a", Path("", (Descend(), Name("a")))),
        ("$.a[1:3]", Path("", (Name("a"), Slice(1, 3, 1)))),
        ("$['a', 'b'][0,1]", Path("", (Union((Name("a"), Name("b"))), Union((Index(0), Index(1)))))),
        ("$.[0]", Path("", (Index(0),))),
        ("$$.Execution.Id", Path("$", (Name("Execution"), Name("Id")))),
        ("$variable.a", Path("variable", (Name("a"),))),
    ],
)
def test_a_path_is_read(text: str, path: Path) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "a", "$.", "$[", "$['a'", "$.a.length()", "$[(@.length-1)]", "$.a b", "$[::-1]", "$[?(@..a == 1)]"])
def test_what_is_no_path_or_can_not_be_carried_over_is_refused(text: str) -> None:
    with pytest.raises(NotExpressible):
        parse_path(text)


NAMES = st.sampled_from(["a", "b", "c d"])
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "x"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=12,
)
STEPS = st.one_of(
    NAMES.map(lambda name: f"['{name}']"),
    st.sampled_from(["[0]", "[1]", "[*]", "[0:2]", "[1:]", "[:-1]"]),
)
TAILS = st.sampled_from(["", "..a", "..b"])


@settings(max_examples=400, deadline=None)
@given(steps=st.lists(STEPS, max_size=4), tail=TAILS, document=DOCUMENTS)
def test_what_is_written_finds_what_the_library_finds(steps: list[str], tail: str, document: Any) -> None:
    path = "$" + "".join(steps) + tail
    expected = [match.value for match in library(path).find(document)]
    if not parse_path(path).definite:
        if "[*]" in path and _has_objects_under_wildcards(document):
            return  # the library's [*] is for lists; Step Functions' is for objects too
        assert found(path, document) == expected
    elif expected and not _lists_on_the_way(path, document):
        assert found(path, document) == expected[0]


def _has_objects_under_wildcards(document: Any) -> bool:
    return "{" in str(document)


def _lists_on_the_way(path: str, document: Any) -> bool:
    """Where a list is met by a name, or anything else by an index, the library and we go different ways (see docs/states-language.md)."""
    here = document
    for step in parse_path(path).steps:
        if isinstance(step, Name) != isinstance(here, dict):
            return True
        here = here[step.key] if isinstance(step, Name) else here[step.at] if isinstance(step, Index) else here
    return False


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.l[?(@.n > 1)]", [{"n": 2, "t": "x"}, {"n": 3}]),
        ("$.l[?(@.n >= 2 && @.t == 'x')].n", [2]),
        ("$.l[?(@.t)]", [{"n": 2, "t": "x"}]),
        ("$.l[?(!@.t || @.n != 2)].n", [1, 3]),
        ("$.o.*", [[1], {"k": []}]),
        ("$.o[*].k", [[]]),
        ("$['l', 'none']", [[{"n": 1}, {"n": 2, "t": "x"}, {"n": 3}]]),
        ("$.l[-1].n", 3),
    ],
)
def test_filters_and_wildcards(path: str, expected: Any) -> None:
    assert found(path, {"l": [{"n": 1}, {"n": 2, "t": "x"}, {"n": 3}], "o": {"a": [1], "b": {"k": []}}}) == expected
