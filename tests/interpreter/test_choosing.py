from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.interpreter.choosing import choose
from engine.interpreter.scope import Data
from engine.spec.model import ABSENT, Choice, DecisionNode, Expression, Goto, RetryFrom

THERE = Goto(targets=("there",))
BACK = RetryFrom(target="a", max_times=1)


def chosen(*choices: tuple[str, Goto | RetryFrom], spent: tuple[int, ...] = ()) -> Any:
    rules = tuple(Choice(when=Expression(source=source), then=then) for source, then in choices)
    return choose(DecisionNode(name="d", choices=rules), Data("w", "r").at(0.0), lambda index: index in spent)


def test_the_first_choice_that_holds_is_taken() -> None:
    assert chosen(("false", THERE), ("true", THERE), ("true", THERE)) == 1


def test_where_none_holds_none_is_taken() -> None:
    assert chosen(("false", THERE), ("input.missing", THERE)) is ABSENT


def test_a_way_back_that_is_spent_is_not_even_asked_about() -> None:
    assert chosen(("1", BACK), ("true", THERE), spent=(0,)) == 1
    with pytest.raises(ExpressionError, match="true, false or nothing"):
        chosen(("1", BACK), ("true", THERE))


def test_only_ways_back_can_be_spent() -> None:
    assert chosen(("true", THERE), spent=(0,)) == 0
