"""Claims about `engine.spec.jsonata_rust`: what jsonatapy does on the edges, so that a new version that does otherwise is noticed."""

from __future__ import annotations

import threading

import jsonatapy
import pytest

from engine.errors import ExpressionError
from engine.spec.jsonata_rust import compile_source
from engine.spec.model import ABSENT, Json


def value_of(source: str, root: dict[str, Json] | None = None, *, functions: bool = True) -> Json:
    return compile_source(source, source, functions=functions)(root or {}, None)


@pytest.mark.parametrize(
    ("source", "value"),
    [("a", ABSENT), ("n", None), ("[n, null]", [None, None]), ("l", [1, {"x": None}]), ("2.0", 2), ("1.5", 1.5), ("{'a': n}", {"a": None})],
)
def test_values_are_plain_json_and_nothing_is_absent(source: str, value: Json) -> None:
    assert value_of(source, {"n": None, "l": [1, {"x": None}]}) == value


def test_a_panic_becomes_an_expression_error() -> None:
    with pytest.raises(ExpressionError, match="the evaluator gave up") as caught:
        value_of("$fromMillis(0, '[Y,*-1000000000]')")
    assert caught.value.code == "Internal"


def test_other_data_than_json_becomes_an_expression_error() -> None:
    with pytest.raises(ExpressionError, match="the data can't be read"):
        value_of("a & ''", {"a": {1, 2}})


def test_jsonatapy_still_ties_an_expression_to_its_thread() -> None:
    """If this fails, `spec.expression` may keep one cache for all threads."""
    compiled = jsonatapy.compile("1 + a")
    met: list[str] = []

    def evaluate() -> None:
        try:
            compiled.evaluate({"a": 1})
        except BaseException as fault:  # noqa: BLE001 - jsonatapy's panic has no name to catch it by
            met.append(type(fault).__name__)

    thread = threading.Thread(target=evaluate)
    thread.start()
    thread.join()
    assert met == ["PanicException"]


def test_jsonatapy_still_gives_none_for_null_nothing_and_functions() -> None:
    """If this fails, telling them apart may not need a second evaluation."""
    assert [jsonatapy.compile(source).evaluate({}) for source in ("null", "nothing", "$sum")] == [None, None, None]
