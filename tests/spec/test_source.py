"""Claims about `engine.spec.source`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Finding, SpecError
from engine.spec.model import Json
from engine.spec.scan import MAX_DEPTH
from engine.spec.source import Document, parse_document, pointer_to, read_document

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(alphabet='ab/~"\\\né😀 '),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='ab/~"\\\né', max_size=3), inner, max_size=4),
    max_leaves=15,
)


def findings_in(text: str) -> tuple[Finding, ...]:
    with pytest.raises(SpecError) as caught:
        parse_document(text, "spec.json")
    return caught.value.findings


def only_finding_in(text: str) -> Finding:
    (finding,) = findings_in(text)
    return finding


def pointers(value: Json, pointer: str = "") -> list[tuple[str, Json]]:
    found = [(pointer, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += pointers(inner, pointer + pointer_to(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += pointers(inner, pointer + pointer_to(index))
    return found


def text_at(document: Document, pointer: str, *, key: bool = False) -> str:
    line, column = document.place(pointer, key=key)
    return "\n".join(document.text.split("\n")[line - 1 :])[column - 1 :]


@given(JSON, st.sampled_from([None, 0, 2]), st.booleans())
def test_every_pointer_of_a_document_has_the_right_place(value: Json, indent: int | None, plain: bool) -> None:  # noqa: FBT001
    document = parse_document(json.dumps(value, indent=indent, ensure_ascii=plain), "spec.json")
    for pointer, inner in pointers(value):
        assert json.JSONDecoder().raw_decode(text_at(document, pointer))[0] == inner


@given(st.dictionaries(st.text(alphabet='ab/~"\\\né', max_size=3), JSON))
def test_every_key_of_a_document_has_the_right_place(value: dict[str, Json]) -> None:
    document = parse_document(json.dumps(value, indent=1), "spec.json")
    for key in value:
        assert json.JSONDecoder().raw_decode(text_at(document, pointer_to(key), key=True))[0] == key


@given(JSON)
def test_a_document_has_the_value_that_pythons_json_reads(value: Json) -> None:
    text = json.dumps(value)
    assert parse_document(text, "spec.json").value == json.loads(text)


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn/*# \n\\', max_size=30))
def test_a_text_is_either_strict_json_or_has_findings_inside_it(text: str) -> None:
    lines = text.split("\n")
    try:
        document = parse_document(text, "spec.json")
    except SpecError as error:
        found = error.findings
    else:
        assert document.value == json.loads(text)
        return
    assert found
    assert all(1 <= it.column <= len(lines[it.line - 1]) + 1 for it in found)


def test_lines_end_as_they_do_on_any_system() -> None:
    document = parse_document('{"a": 1,\r\n "b": 2,\n "c": 3}', "spec.json")
    assert [document.place(f"/{key}", key=True) for key in "abc"] == [(1, 2), (2, 2), (3, 2)]


def test_a_pointer_that_leads_nowhere_is_placed_at_the_nearest_value_above_it() -> None:
    document = parse_document('{"a":\n {"b": [1]}}', "spec.json")
    assert document.place("/a/x/y") == (2, 2)
    assert document.place("/a/b/7") == (2, 8)
    assert document.place("/a/b/-") == (2, 8)


def test_a_key_given_twice_is_found_with_the_place_of_the_first() -> None:
    finding = only_finding_in('{\n  "a": 1,\n  "a": 2}')
    assert (finding.line, finding.column, finding.pointer, finding.rule) == (3, 3, "/a", "duplicate-key")
    assert "first at 2:3" in finding.hint


def test_what_can_be_read_on_is_read_on() -> None:
    found = findings_in('{"a": [1, 2,], // why\n "b": NaN, "a": .5, "c": [1 "x"],}')
    assert [(it.line, it.column) for it in found] == [(1, 12), (1, 16), (2, 7), (2, 12), (2, 17), (2, 29), (2, 33)]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "empty"),
        (" \n ", 2, 2, "empty"),
        ("\ufeff{}", 1, 1, "byte order mark"),
        ('{"a": 1,}', 1, 8, "comma before the closing }"),
        ("[1,]", 1, 3, "comma before the closing ]"),
        ("[1,,2]", 1, 4, "expected a value, found ,"),
        ("[,1]", 1, 2, "expected a value, found ,"),
        ('{"a" 1}', 1, 6, "expected a colon"),
        ('{"a"', 1, 5, "found the end of the text"),
        ('{"a": 1', 1, 8, "found the end of the text"),
        ("[1 2]", 1, 4, "expected a comma"),
        ('["a" "b"]', 1, 6, "a comma is missing"),
        ("[NaN]", 1, 2, "NaN is no JSON value"),
        ("[-Infinity]", 1, 2, "-Infinity is no JSON value"),
        ("[1e999]", 1, 2, "too large"),
        (f"[{'9' * 5000}]", 1, 2, "too large"),
        ("[01]", 1, 2, "01 is no JSON number"),
        ("[+1]", 1, 2, "+1 is no JSON number"),
        ("[1.]", 1, 2, "1. is no JSON number"),
        ("[True]", 1, 2, "expected a value, found True"),
        ("[yes]", 1, 2, "expected a value, found yes"),
        ("{a: 1}", 1, 2, "expected a key in double quotes"),
        ("{'a': 1}", 1, 2, "expected a key in double quotes"),
        ("['a']", 1, 2, "expected a value, found '"),
        ('{"a":\n "x\ny"}', 2, 4, "line break or control character"),
        ('["\\q"]', 1, 3, "broken escape"),
        ('["\\u12"]', 1, 3, "broken escape"),
        ('["abc', 1, 2, "no closing quote"),
        ('["\\ud800"]', 1, 2, "surrogate"),
        ("{} {}", 1, 4, "after the end"),
        ("{}\n# x", 2, 1, "comment"),
        ("/* x */ {}", 1, 1, "comment"),
        ("[" * 100_000, 1, MAX_DEPTH + 1, "nested deeper"),
        ('{"a":' * 100_000, 1, 5 * MAX_DEPTH + 1, "nested deeper"),
    ],
)
def test_what_is_not_strict_json_is_found_where_it_is(text: str, line: int, column: int, message: str) -> None:
    finding = findings_in(text)[0]
    assert (finding.line, finding.column) == (line, column)
    assert message in finding.message


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text('{"a": "é😀"}', encoding="utf-8")
    document = read_document(path)
    assert (document.value, document.file) == ({"a": "é😀"}, str(path))


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b'{"a":\n "\xe9"}', (2, 3), "byte 0xe9 is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), (1, 1), "UTF-16"),
        (b"\xef\xbb\xbf{}", (1, 1), "byte order mark"),
    ],
)
def test_a_file_in_another_encoding_is_found_out(tmp_path: Path, data: bytes, place: tuple[int, int], message: str) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(data)
    with pytest.raises(SpecError, match=message) as caught:
        read_document(path)
    assert (caught.value.findings[0].line, caught.value.findings[0].column) == place


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match="can't be read"):
        read_document(tmp_path / name)
