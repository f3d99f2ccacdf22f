"""The examples, and the small specs behind the pictures, pass their tests."""

from __future__ import annotations

import json

from engine.cli.exits import Exit
from tests.cli.command import ROOT, run_process


def test_every_example_passes_its_tests_which_cover_it_whole() -> None:
    told = run_process("test", "specs", "--min-coverage", "100", cwd=ROOT)
    assert told.code == Exit.DONE, told.out + told.err


def test_every_example_has_tests() -> None:
    specs = {file for file in (ROOT / "specs").glob("*/*.json") if "nodes" in json.loads(file.read_text(encoding="utf-8"))}
    tested = {file.with_name(file.name.replace(".test.json", ".json")) for file in (ROOT / "specs").glob("*/*.test.json")}
    assert specs == tested


def test_what_the_page_of_the_semantics_says_of_its_pictures_is_so() -> None:
    told = run_process("test", "docs", cwd=ROOT)
    assert told.code == Exit.DONE, told.out + told.err
