"""References: one text for one payload, and no other text is one."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.runtime.payloads.reference import KEY, Reference, may_refer, parse, reference_to, to_bytes, to_text

texts = st.text(st.characters(codec=None))


@given(st.binary(), st.integers(0, 2**40))
def test_a_reference_is_read_as_it_was_written(content: bytes, size: int) -> None:
    reference = reference_to(content, size)
    assert may_refer(reference.text)
    assert parse(reference.text) == reference


@given(texts)
def test_a_reference_is_json_of_digest_and_size(text: str) -> None:
    told = json.loads(reference_to(to_bytes(text), len(text)).text)
    assert told == {KEY: {"sha256": sha256(to_bytes(text)).hexdigest(), "size": len(text)}}


@given(texts)
@example("\ud800 half a pair")
def test_every_text_is_bytes_and_back_the_same_text(text: str) -> None:
    assert to_text(to_bytes(text)) == text


GENUINE = Reference(sha256="0" * 64, size=7).text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        f" {GENUINE}",
        f"{GENUINE}\n",
        GENUINE.replace(":7", ": 7"),
        GENUINE.replace(":7", ":07"),
        GENUINE.replace(":7", ":-7"),
        GENUINE.replace(":7", ":7.0"),
        GENUINE.replace("0" * 64, "0" * 63),
        GENUINE.replace("0" * 64, "A" * 64),
        GENUINE.replace("0" * 64, "../" * 21 + "0"),
        GENUINE[:-1] + ',"more":1}',
        GENUINE[:-2] + ',"more":1}}',
        f"[{GENUINE}]",
        json.dumps(GENUINE),
    ],
)
def test_what_is_not_to_the_letter_a_reference_is_itself(text: str) -> None:
    assert parse(text) is None
