"""What docs/testing.md shows is what happens."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from engine.spec.source import read_document
from engine.testing.fixture import run_spec
from engine.testing.suite import SuiteResult, load, run_suite

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
SPEC = ROOT / "specs" / "fruit" / "fruit.json"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def played(folder: Path, document: Any) -> SuiteResult:
    file = folder / "fruit.test.json"
    file.write_text(json.dumps({**document, "spec": str(SPEC)}), encoding="utf-8")
    return run_suite(load(file), lambda _: True)


def test_the_first_example_passes_and_covers_what_is_said(tmp_path: Path) -> None:
    result = played(tmp_path, json.loads(block("json")))
    assert [one.failures for one in result.played] == [(), ()]
    assert f"{result.coverage.percent:g} % covered" in PAGE
    assert f"not covered in FruitWorkflow: {len(result.coverage.gaps)} of {result.coverage.total}" in PAGE
    listed = re.findall(r"^  (\S.*?)  specs/fruit/fruit\.json:(\d+):(\d+)$", PAGE, re.MULTILINE)
    spec = read_document(SPEC)
    assert [(what, (int(line), int(column))) for what, line, column in listed] == [
        (gap.what, spec.place(gap.pointer)) for gap in result.coverage.gaps
    ]


def test_the_difference_that_is_shown_is_the_one_that_comes(tmp_path: Path) -> None:
    document = json.loads(block("json"))
    document["scenarios"][0]["expect"]["output"] = "kale"
    [failure] = played(tmp_path, document).played[0].failures
    assert all(f"        {line}\n" in PAGE for line in failure.lines)


def test_the_pytest_example_passes() -> None:
    names: dict[str, Any] = {}
    exec(block("python").replace("specs/fruit/fruit.json", SPEC.as_posix()), names)  # noqa: S102 - our own page
    names["test_a_letter_becomes_a_fruit"](run_spec)
