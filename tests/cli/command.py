"""The command under test: in this process with its output captured, or as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.cli.main import invoke

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    code: int
    out: str
    err: str


def argv(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "engine.cli.main", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """Ours, without what would reach into a test from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SWFGRAPH_")}
    return {**kept, "PYTHONPATH": str(ROOT), "TZ": "UTC", **more}


def run_process(*arguments: str | Path, cwd: Path) -> Ended:
    command = argv(*arguments)
    done = subprocess.run(
        command, cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200, check=False
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr)


class Shell:
    """Runs command lines in this process, one after the other, in the working directory of the test."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: str | Path) -> Ended:
        self._capture.readouterr()
        code = invoke([str(argument) for argument in arguments])
        captured = self._capture.readouterr()
        return Ended(code=code, out=captured.out, err=captured.err)
