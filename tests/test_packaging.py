"""The wheel is whole: installed in an empty environment outside the checkout, all that comes with swfgraph is there and works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.once import once

ROOT = Path(__file__).parent.parent
LOOK = """
from engine.console.desk import FOLDER, environment
from engine.spec.shipped import shipped
pages = environment()
print(FOLDER.parent, shipped("specs"), shipped("schemas"), *map(pages.get_template, pages.list_templates()), sep="\\n")
"""


def run(*words: Any, cwd: Path) -> str:
    ended = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=cwd, check=False)
    assert ended.returncode == 0, f"{words}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that has the wheel, and nothing of the checkout: one for all processes of a test run."""
    own = tmp_path_factory.getbasetemp()
    return once((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "installed", install) / "venv" / "bin"


def install(folder: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", ROOT, cwd=folder)
    (wheel,) = (folder / "dist").glob("swfgraph-*.whl")
    venv.create(folder / "venv")
    there = ("--python", folder / "venv" / "bin" / "python")
    run(sys.executable, "-m", "pip", *there, "install", "--quiet", "--no-compile", wheel, cwd=folder)


@pytest.mark.timeout(600)
def test_it_runs_the_fruit_workflow(programs: Path, tmp_path: Path) -> None:
    folder = run(programs / "python", "-c", "from engine.spec.shipped import shipped; print(shipped('specs'))", cwd=tmp_path).strip()
    assert not Path(folder).is_relative_to(ROOT)
    result = json.loads(run(programs / "swfgraph", "run", f"{folder}/fruit/fruit.json", "--json", cwd=tmp_path))
    assert result["status"] == "COMPLETED"
    assert result["output"].isalpha()


@pytest.mark.timeout(600)
def test_it_begins_a_project_that_can_be_checked_tested_and_drawn(programs: Path, tmp_path: Path) -> None:
    run(programs / "swfgraph", "init", "mine", cwd=tmp_path)
    for words in ("check .", "test .", "render workflow.json -o workflow.png"):
        run(programs / "swfgraph", *words.split(), cwd=tmp_path / "mine")


@pytest.mark.timeout(600)
def test_it_has_all_that_is_no_code(programs: Path, tmp_path: Path) -> None:
    engine, specs, schemas, *pages = run(programs / "python", "-c", LOOK, cwd=tmp_path).splitlines()
    assert not Path(engine).is_relative_to(ROOT)
    assert len(pages) == len(files_in(ROOT / "engine" / "console" / "templates"))
    for here, there in ((ROOT / "engine", engine), (ROOT / "specs", specs), (ROOT / "schemas", schemas)):
        assert files_in(here) <= files_in(Path(there))


def files_in(folder: Path) -> set[str]:
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {path.as_posix() for path in found if not any(part == "__pycache__" or part.startswith(".") for part in path.parts)}
