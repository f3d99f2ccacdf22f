"""The reference of the language is what the schemas say, and its examples are right."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from engine.graph.check import check_document
from engine.spec.source import parse_document
from tests.cli.command import ROOT
from tools.reference import words
from tools.reference.__main__ import PAGE, main
from tools.reference.page import anchor, load, reference, sections

EXAMPLES = [(book, path) for book in words.BOOKS for path in book.examples]


def test_the_reference_is_what_the_schemas_say_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python -m tools.reference"
    assert main(["--check"]) == 0


@pytest.mark.parametrize(("book", "path"), EXAMPLES, ids=[f"{book.schema}-{path or 'document'}" for book, path in EXAMPLES])
def test_every_example_is_one_that_the_schema_takes(book: words.Book, path: str) -> None:
    schema = load(book.schema)
    described = {"$defs": schema["$defs"], **sections(schema)[path]}
    assert list(Draft202012Validator(described).iter_errors(json.loads(book.examples[path]))) == []


def test_the_whole_specs_on_the_page_are_without_a_fault() -> None:
    texts = re.findall(r"```json\n(.*?)```", words.SPEC, re.DOTALL)
    assert texts
    for text in texts:
        assert check_document(parse_document(text, "language.md")).findings == ()


def test_every_link_within_the_page_has_its_heading() -> None:
    text = reference()
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_every_error_that_a_worker_names_is_on_the_page() -> None:
    named = set()
    for module in (ROOT / "engine" / "runtime").rglob("*.py"):
        named |= set(re.findall(r'reason="([A-Z]\w+(?:\.\w+)?)"', module.read_text(encoding="utf-8")))
    assert "Command.NotFound" in named
    assert {name for name in named if f"`{name}`" not in words.PROSE["errors"]} == set()
