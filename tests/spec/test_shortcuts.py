"""Claims about `engine.spec.shortcuts`: quicker, and otherwise the same as jsonschema's own validator."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from engine.spec.model import Json
from engine.spec.schema import workflow_schema
from engine.spec.shortcuts import quick_validator
from tests.strategies import whole_documents

PLAIN = Draft202012Validator(workflow_schema())
QUICK = quick_validator(workflow_schema(), FormatChecker(formats=()))


def told(errors: Any) -> list[tuple[str, str, str]]:
    def one(error: ValidationError) -> tuple[str, str, str]:
        return (json.dumps(list(error.absolute_path)), str(error.validator), error.message)

    return sorted(one(error) for error in errors)


@st.composite
def damaged(draw: DrawFn) -> Json:
    """A workflow in which some values are something else."""
    value = copy.deepcopy(draw(whole_documents(max_steps=4)))
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        holder: Any = value
        while True:
            key = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
            if not isinstance(holder[key], dict | list) or not holder[key] or draw(st.integers(min_value=0, max_value=4)) == 0:
                break
            holder = holder[key]
        holder[key] = draw(st.sampled_from((None, True, 0, -1, 2.5, "", "none", "activity", [], {}, ["a", "a"], {"type": "wait"})))
        if not isinstance(value, dict):
            break
    return value


@settings(deadline=None, max_examples=150)
@given(damaged())
def test_law_the_errors_are_those_of_the_plain_validator(value: Json) -> None:
    assert told(QUICK.iter_errors(value)) == told(PLAIN.iter_errors(value))
