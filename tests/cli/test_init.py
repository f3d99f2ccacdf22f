from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.cli.exits import Exit
from engine.cli.init import TEMPLATES, project
from tests.cli.command import ROOT, Shell


def test_a_project_is_right_as_it_is_written(shell: Shell, tmp_path: Path) -> None:
    told = shell("init", "new")
    assert told.code == Exit.DONE
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == set(told.out.split())
    checked = shell("check", "new", "--json")
    assert (checked.code, json.loads(checked.out)["findings"]) == (Exit.DONE, [])


def test_a_project_runs_and_is_drawn_at_once(shell: Shell) -> None:
    shell("init")
    ran = shell("run", "workflow.json", "--input", '{"text": "one two three"}')
    assert (ran.code, ran.out) == (Exit.DONE, "3 words, the longest is three\n")
    assert shell("render", "workflow.json", "-o", "w.svg").code == Exit.DONE


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_an_example_whose_copy_checks_without_the_checkout(shell: Shell, tmp_path: Path, template: str) -> None:
    assert (ROOT / "specs" / template).is_dir()
    assert shell("init", "--template", template).code == Exit.DONE
    checked = shell("check", ".", "--json")
    assert json.loads(checked.out)["findings"] == []
    for file in tmp_path.rglob("*.json"):
        document = json.loads(file.read_text(encoding="utf-8"))
        if "nodes" in document:
            assert (file.parent / document["$schema"]).is_file()
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert f"specs/{template}" not in readme
    for link in re.findall(r"\]\(([^)\s]+)\)", readme):
        assert (tmp_path / link).exists(), f"{link} leads nowhere from the copy"


def test_the_settings_name_schemas_that_lie_in_the_project(shell: Shell, tmp_path: Path) -> None:
    shell("init")
    settings = json.loads((tmp_path / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    assert [entry["fileMatch"] for entry in settings["json.schemas"]] == [["/workflow.json"], ["*.test.json"]]
    for entry in settings["json.schemas"]:
        assert (tmp_path / entry["url"]).is_file()


def test_nothing_is_written_over_and_nothing_is_written_where_a_script_is_in_the_way(shell: Shell, tmp_path: Path) -> None:
    mine = tmp_path / "count.py"
    mine.write_text("mine", encoding="utf-8")
    told = shell("init")
    assert told.code == Exit.USAGE
    assert "count.py" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["count.py"]
    assert mine.read_text(encoding="utf-8") == "mine"


def test_files_that_any_project_has_are_kept_and_said_so(shell: Shell, tmp_path: Path) -> None:
    for name in (".gitignore", "README.md", ".vscode/settings.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine", encoding="utf-8")
    told = shell("init", "--json")
    assert told.code == Exit.DONE
    assert sorted(json.loads(told.out)["kept"]) == [".gitignore", ".vscode/settings.json", "README.md"]
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "workflow.json").exists()


def test_a_dangling_link_is_no_free_place(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "count.py").symlink_to(tmp_path / "elsewhere.py")
    assert shell("init").code == Exit.USAGE
    assert not (tmp_path / "elsewhere.py").exists()


def test_a_folder_that_can_not_be_made_is_wrong_usage(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    told = shell("init", "file/inside")
    assert told.code == Exit.USAGE
    assert "file/inside" in told.err


def test_the_list_says_what_each_template_shows(shell: Shell) -> None:
    told = shell("init", "--list")
    assert [line.split()[0] for line in told.out.splitlines()] == list(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_runs_left_behind_is_not_part_of_a_project(template: str) -> None:
    assert not [part.path for part in project(template) if "__pycache__" in part.path or ".swfgraph" in part.path]


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_tests_of_every_template_pass_in_its_copy_and_cover_it(shell: Shell, template: str) -> None:
    shell("init", "--template", template)
    tested = shell("test", ".", "--min-coverage", "100")
    assert tested.code == Exit.DONE, tested.out + tested.err


@pytest.mark.parametrize("template", [name for name in TEMPLATES if name != "approval"])
def test_every_template_that_needs_nobody_completes_at_once_in_its_copy(shell: Shell, tmp_path: Path, template: str) -> None:
    told = shell("init", "--template", template)
    spec = told.err.split("swfgraph run ")[1].strip()
    assert (tmp_path / spec).is_file()
    ran = shell("run", "-q", spec)
    assert ran.code == Exit.DONE, ran.err
