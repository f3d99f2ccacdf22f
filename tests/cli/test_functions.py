"""Claims about `--lambda NAME=module:function`: what it finds, and what it says where it finds nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.cli.functions import load_functions
from engine.errors import UsageError

HANDLERS = """
LIMIT = 3


def double(event, context):
    return 2 * event
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with modules under names that no other test uses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "lambda_handlers_here.py").write_text(HANDLERS, encoding="utf-8")
    (tmp_path / "lambda_broken_here.py").write_text("1 / 0\n", encoding="utf-8")
    (tmp_path / "lambda_needy_here.py").write_text("import no_such_module_anywhere\n", encoding="utf-8")
    return tmp_path


def test_functions_are_found_in_the_working_directory_and_wherever_python_looks(folder: Path) -> None:
    functions = load_functions(["double=lambda_handlers_here:double", "dump=json:dumps"])
    assert functions.keys() == {"double", "dump"}
    assert sys.path[-1] == str(folder), "it shadows nothing"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("double", "write --lambda NAME=module:function"),
        ("double=module", "write --lambda NAME=module:function"),
        ("=module:function", "write --lambda NAME=module:function"),
        ("f=lambda_missing_here:f", "there is no module lambda_missing_here in"),
        ("f=lambda_needy_here:f", "lambda_needy_here can't be imported: No module named 'no_such_module_anywhere'"),
        ("f=lambda_broken_here:f", "lambda_broken_here can't be imported: ZeroDivisionError"),
        ("f=lambda_handlers_here:triple", "triple is not there in"),
        ("f=lambda_handlers_here:LIMIT", "LIMIT is no function in"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_wrong_is_said(option: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_functions([option])
    assert said in str(raised.value)


@pytest.mark.usefixtures("folder")
def test_a_name_is_given_once() -> None:
    with pytest.raises(UsageError, match="double is given twice"):
        load_functions(["double=lambda_handlers_here:double", "double=json:dumps"])
