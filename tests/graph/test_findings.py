from __future__ import annotations

from engine.errors import Severity
from engine.graph.findings import Places, did_you_mean, quoted
from engine.spec.source import parse_document

DOCUMENT = parse_document('{\n "a": {"next": "b"},\n "text": "é {% x + %}"\n}', "some.json")
PLACES = Places(file="some.json", document=DOCUMENT)


def test_a_finding_stands_at_its_value_or_its_key() -> None:
    value, key = PLACES.error("rule", "/a/next", "wrong"), PLACES.warning("rule", "/a/next", "wrong", key=True)
    assert (value.line, value.column, value.severity) == (2, 16, Severity.ERROR)
    assert (key.line, key.column, key.severity) == (2, 8, Severity.WARNING)


def test_what_the_author_did_not_write_is_shown_at_what_is_around_it() -> None:
    finding = PLACES.error("rule", "/a/next/0", "wrong")
    assert (finding.pointer, finding.line) == ("/a/next", 2)
    assert PLACES.error("rule", "/missing/thing", "wrong").pointer == ""


def test_a_finding_within_a_text_has_its_own_column() -> None:
    finding = PLACES.error_within("syntax", "/text", "x +", 2, "wrong")
    assert DOCUMENT.text.split("\n")[finding.line - 1][finding.column - 1] == "+"


def test_a_part_that_escapes_hide_is_shown_at_its_text() -> None:
    document = parse_document('{"text": "{% \\u0078 + %}"}', "some.json")
    finding = Places(file="some.json", document=document).error_within("syntax", "/text", "x +", 2, "wrong")
    assert (finding.line, finding.column) == (1, 10)


def test_without_a_document_all_is_at_the_beginning() -> None:
    finding = Places(file="<spec>").error_within("rule", "/a/next/0", "x", 3, "wrong")
    assert (finding.line, finding.column, finding.pointer) == (1, 1, "/a/next/0")


def test_near_names_are_proposed_whatever_their_case() -> None:
    assert did_you_mean("FETCH", ["store", "fetch"]) == 'did you mean "fetch"?'
    assert did_you_mean("zzz", ["store", "fetch"]) == ""


def test_names_are_listed_as_one_says_them() -> None:
    assert quoted(["a"]) == '"a"'
    assert quoted(["a", "b", "c"]) == '"a", "b" and "c"'
    assert quoted([str(number) for number in range(9)]).endswith('"5" and 3 more')
