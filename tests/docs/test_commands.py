"""What the pages tell people to type works, and prints what they say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.testing.fixture import run_spec
from tests.cli.command import ROOT
from tests.docs.pages import PATIENCE, blocks, play
from tests.ports import reserved_port

PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "specs").glob("*/README.md"))]
WITH_COMMANDS = [page for page in PAGES if blocks(page)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the pages say they are run in."""
    for name in ("specs", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".swfgraph"))
    return tmp_path


@pytest.mark.timeout(PATIENCE + 60)
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_does_what_the_page_says(page: Path, checkout: Path) -> None:
    with reserved_port() as port:
        play(page, checkout, port)


def test_the_test_in_python_passes(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    (source,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    written: dict[str, Callable[..., None]] = {}
    exec(source, {}, written)  # noqa: S102 - what the page shows
    (test,) = written.values()
    test(run_spec)


def test_a_page_that_is_wrong_is_noticed(checkout: Path) -> None:
    for text in ("```sh\nfalse\n```\n", "```sh\ntrue\n```\n\n```text\nwords\n```\n", "```sh exit 1\ntrue\n```\n"):
        page = checkout / "page.md"
        page.write_text(text, encoding="utf-8")
        with reserved_port() as port, pytest.raises(AssertionError, match=r"page\.md:1"):
            play(page, checkout, port)


def test_every_example_has_commands_to_try() -> None:
    examples = {folder.name for folder in (ROOT / "specs").iterdir() if list(folder.glob("*.json"))}
    assert {page.parent.name for page in WITH_COMMANDS if page.name == "README.md"} == examples
