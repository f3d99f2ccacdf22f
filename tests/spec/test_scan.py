"""Claims about `engine.spec.scan`: it refuses what `spec.source` does not read at once, and reads the rest as `json` does."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.spec.model import Json
from engine.spec.scan import MAX_DEPTH, scan
from engine.spec.source import parse_document

JSONISH = (
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\\n"',
    "0",
    "-1.5",
    "1e999",
    "1E-3",
    "true",
    "null",
    "NaN",
    " ",
    "\n",
    "//",
)


def nested(depth: int, inner: str = "") -> str:
    return "[" * depth + inner + "]" * depth


@given(st.lists(st.sampled_from(JSONISH), max_size=12).map("".join))
@example('{"a":1,"a":2}')
@example('"\\ud83d\\ude00"')
@example('"\\ud83d"')
@example("\ufeff{}")
@example("[1e999]")
@example("1" * 5_000)
@example(nested(MAX_DEPTH, "1"))
@example(nested(MAX_DEPTH + 1))
@example(nested(MAX_DEPTH + 1, "1"))
@example(nested(5_000))
@example("[1,]")
@example("[Infinity]")
@example("")
def test_law_a_text_is_a_document_exactly_where_the_scan_complains_of_nothing(text: str) -> None:
    scanned = scan(text)
    if scanned.complaints:
        with pytest.raises(SpecError) as refused:
            parse_document(text, "spec.json")
        assert len(refused.value.findings) == len(scanned.complaints)
    else:
        assert parse_document(text, "spec.json").value == scanned.value == json.loads(text)


@pytest.mark.parametrize("value", [{"a": [1, {"b": "é"}]}, [], "x"])
def test_places_are_offsets_into_the_text(value: Json) -> None:
    text = json.dumps(value, indent=1)
    assert scan("\n " + text).places.value == 2
