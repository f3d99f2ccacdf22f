"""Expressions for the tests of `spec`: a corpus, a generator of random ones, and the data that they are about."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.spec import jsonata_python, jsonata_rust
from engine.spec.guards import MILLIS, guarded
from engine.spec.model import ABSENT, Json
from engine.spec.syntax import SyntaxProblem, parse

CORPUS: Final = tuple(Path(__file__).with_name("expressions.txt").read_text(encoding="utf-8").splitlines())

NOW: Final = 1_700_000_000.123

DATA: Final[dict[str, Json]] = {
    "input": {
        "a": 1,
        "b": [1, 2, 3],
        "s": "Hello wörld",
        "n": None,
        "t": True,
        "o": {"x": 1.5, "y": [{"z": 1}, {"z": 2}]},
        "e": [],
        "eo": {},
        "one": [7],
        "neg": -3,
        "list": [{"k": "b", "v": 2}, {"k": "a", "v": 1}, {"k": "b", "v": 3}],
        "nest": [[1, 2], [3]],
    },
    "results": {"x": "done", "y": {"z": [1, {"q": 2}]}, "none": None},
    "errors": {"x": {"name": "Timeout.Heartbeat", "message": "silent", "attempts": 3}},
    "execution": {"workflowId": "w", "runId": "r"},
}

_PATHS = st.sampled_from([
    "input.a", "input.b", "input.s", "input.t", "input.o", "input.o.y.z", "input.e", "input.one", "input.list", "input.list.k",
    "input.list.v", "input.zz", "input.nest", "results.x", "results.y.z", "results.zz", "errors.x.name", "$.input.a", "$$.results.y",
])  # fmt: skip
_LITERALS = st.sampled_from(["1", "2", "0", "1.5", '"b"', '"a"', "true", "false", "[]", "{}"])
_OPERATORS = st.sampled_from(["+", "-", "*", "&", "=", "!=", "<", ">=", "and", "or", "??", "?:"])
_FUNCTIONS = st.sampled_from(["count", "exists", "not", "type", "boolean", "string", "sum", "max", "keys", "reverse"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, _OPERATORS, inner),
        st.builds("${}({})".format, _FUNCTIONS, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds('{{"k": {}, "l": {}}}'.format, inner, inner),
        st.builds("({})[{}]".format, inner, st.sampled_from(["0", "-1", "$ = 1", 'k = "b"', "v > 1"])),
        st.builds("({}).({})".format, inner, st.sampled_from(["$", "k", "v + 1", '{"v": v}', "[$]", "$$.input.a"])),
        st.builds("($x := {}; [$x, {}])".format, inner, inner),
        st.builds("$map({}, function($it) {{ [$it] }})".format, inner),
        st.builds("$filter({}, function($it) {{ $it = 1 }})".format, inner),
    )


EXPRESSIONS: Final = st.recursive(_PATHS | _LITERALS, _grown, max_leaves=6)
"""Random expressions that parse and whose values vary; without what the two evaluators are known to see differently."""

FAILED: Final = "fails"
NOTHING: Final = "nothing"


def outcome(evaluator: str, source: str, root: dict[str, Json]) -> Json:
    """What `rust` or `python` makes of an expression: (its value,), or one of the words above."""
    tree = parse(source)
    if isinstance(tree, SyntaxProblem):
        return FAILED
    compile_source = {"rust": jsonata_rust.compile_source, "python": jsonata_python.compile_source}[evaluator]
    try:
        value = compile_source(source, guarded(source, tree), functions=True)(root, {MILLIS: round(NOW * 1000)})
    except ExpressionError:
        return FAILED
    return NOTHING if value is ABSENT else (value,)
