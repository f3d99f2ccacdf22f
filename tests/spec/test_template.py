"""Claims about `engine.spec.template`."""

from __future__ import annotations

import pytest
from hypothesis import given

from engine.errors import ExpressionError
from engine.spec.model import Json, Template
from engine.spec.template import broken_strings_of, expressions_of, render
from tests.spec.scopes import FixedScope
from tests.spec.test_payload import JSON


def rendered(value: Json) -> Json:
    return render(Template(value=value), FixedScope())


@given(JSON.filter(lambda value: "{%" not in str(value) and "%}" not in str(value)))
def test_a_template_without_expressions_is_its_own_value(value: Json) -> None:
    assert rendered(value) == value
    assert expressions_of(Template(value=value)) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{% input.a %}", 1),
        ("{%input.b%}", [1, 2, 3]),
        ("  {% input.n %}\n", None),
        ("{% input.t %}", True),
        ("{% {'a': {'b': 1}} %}", {"a": {"b": 1}}),
        ("{% $replace('a%', '%', '{') %}", "a{"),
    ],
)
def test_a_string_that_is_one_expression_becomes_its_value(text: str, value: Json) -> None:
    assert rendered(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a={% input.a %}", "a=1"),
        ("{% input.a %}{% input.a %}", "11"),
        ("{% input.s %}!", "Hello wörld!"),
        ("{% input.b %} {% input.o.x %} {% input.n %} {% input.t %}", "[1,2,3] 1.5 null true"),
        ("{ % input.a % }", "{ % input.a % }"),
        ("{width: 100%}", "{width: 100%}"),
        ("{% '{%' %} and {% '%' & '}' %}", "{% and %}"),
    ],
)
def test_between_other_text_an_expression_becomes_text(text: str, value: str) -> None:
    assert rendered(text) == value


def test_strings_are_found_at_any_depth_and_keys_are_left_alone() -> None:
    assert rendered({"{% input.a %}": [{"b": "{% input.a %}"}, 5]}) == {"{% input.a %}": [{"b": 1}, 5]}


def test_an_expression_that_yields_nothing_is_undefined() -> None:
    with pytest.raises(ExpressionError) as caught:
        rendered({"a": ["x {% input.zz %}"]})
    assert (caught.value.code, caught.value.expression) == ("Undefined", "input.zz")


def test_every_expression_is_listed_with_the_pointer_of_its_string() -> None:
    template = Template(value={"a/b": ["x {% one %} y {% two %}", "{%  three  %}"], "c": 5})
    assert expressions_of(template) == [("/a~1b/0", "one"), ("/a~1b/0", "two"), ("/a~1b/1", "three")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("{% input.a", "a {% without its %}"), ("{% a %} {%", "a {% without its %}"), ("{%", "a {% without its %}")],
)
def test_braces_that_do_not_match_are_found_and_never_rendered(text: str, complaint: str) -> None:
    assert broken_strings_of(Template(value={"a": [text, "{% fine %}"]})) == [("/a/0", complaint)]
    with pytest.raises(ExpressionError, match="without its"):
        rendered(text)
