"""The wheel is whole: installed in an empty environment outside the checkout, it runs the fruit workflow to its end."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.timeout(600)
def test_the_wheel_runs_the_fruit_workflow_from_an_empty_environment(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", ROOT], check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("swfgraph-*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, capture_output=True, cwd=tmp_path)

    located = subprocess.run(
        [python, "-c", "import importlib.resources as r; print(r.files('engine') / 'specs' / 'fruit' / 'fruit.json')"],
        check=True, capture_output=True, text=True, cwd=tmp_path,
    ).stdout.strip()  # fmt: skip
    assert not Path(located).is_relative_to(ROOT)
    swfgraph = tmp_path / "venv" / "bin" / "swfgraph"
    ended = subprocess.run([swfgraph, "run", located, "--json"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert result["status"] == "COMPLETED"
    assert result["output"].isalpha()
